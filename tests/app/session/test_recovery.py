"""What a crash would take is kept, by one process at a time."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from app.session.recovery import Draft, RecoveryStore
from core.settings import RestorationSettings

DRAFT = Draft(photo="/photos/a.jpg", settings=RestorationSettings(seed=7))

_DIES = """
import os, sys
from pathlib import Path
from app.session.recovery import Draft, RecoveryStore
from core.settings import RestorationSettings
store = RecoveryStore(Path(sys.argv[1]))
assert store.keep(Draft(photo="/photos/b.jpg", settings=RestorationSettings(seed=5)))
os._exit(9)
"""


def test_the_draft_of_a_process_that_died_is_found_once(tmp_path: Path):
    died = subprocess.run([sys.executable, "-c", _DIES, str(tmp_path)], check=False)
    assert died.returncode == 9
    store = RecoveryStore(tmp_path)
    found = store.take_lost()
    assert found is not None
    assert found.photo == "/photos/b.jpg"
    assert found.settings.seed == 5
    assert store.take_lost() is None
    store.close()
    assert not list(tmp_path.iterdir())


def test_the_draft_of_a_window_that_is_open_is_left_alone(tmp_path: Path):
    running, other = RecoveryStore(tmp_path), RecoveryStore(tmp_path)
    assert running.keep(DRAFT)
    assert other.take_lost() is None
    assert running.keep(DRAFT)
    assert len(list(tmp_path.glob("*.json"))) == 1
    running.close()
    other.close()


def test_an_end_as_it_should_be_leaves_nothing(tmp_path: Path):
    store = RecoveryStore(tmp_path)
    store.keep(DRAFT)
    store.close()
    assert not list(tmp_path.iterdir())


def test_a_broken_draft_is_removed_and_not_offered(tmp_path: Path):
    (tmp_path / "1-abc.draft.json").write_text("{")
    assert RecoveryStore(tmp_path).take_lost() is None
    assert not list(tmp_path.glob("*.json"))


def test_a_folder_that_cannot_be_made_is_no_reason_to_stop(tmp_path: Path):
    (tmp_path / "file").write_text("")
    assert not RecoveryStore(tmp_path / "file" / "below").keep(DRAFT)


def test_the_lock_of_a_process_that_died_with_nothing_to_lose_goes(tmp_path: Path):
    code = _DIES.replace("os._exit(9)", "store.forget(); os._exit(9)")
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    (left,) = tmp_path.iterdir()
    assert left.suffix == ".lock"
    os.utime(left, (time.time() - 60,) * 2)
    running = RecoveryStore(tmp_path)
    assert running.keep(DRAFT)
    running.forget()
    (kept,) = set(tmp_path.glob("*.lock")) - {left}
    os.utime(kept, (time.time() - 60,) * 2)
    assert RecoveryStore(tmp_path).take_lost() is None
    assert list(tmp_path.iterdir()) == [kept]  # a window that is open has it
    running.close()
