"""Two threads that read files of the same kind for the first time at the same moment."""

from __future__ import annotations

import subprocess
import sys

# A crash of the interpreter must not take the tests with it.
READERS = """
import sys, threading
import msgspec
from core.plain_json import from_exact_json

def kind(number):
    parts = [(f"field{i}", float | None, None) for i in range(40)]
    inner = msgspec.defstruct(f"Inner{number}", parts)
    return msgspec.defstruct(f"Outer{number}", [("a", inner), ("b", dict[str, inner], {})])

sys.setswitchinterval(1e-6)
for number in range(300):
    one, starts = kind(number), threading.Barrier(4)
    def read():
        starts.wait()
        assert from_exact_json(b'{"a":{"field7":1.5}}', one).a.field7 == 1.5
    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
print("read")
"""


def test_threads_may_read_the_same_kind_for_the_first_time_at_once():
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", READERS],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "read"
