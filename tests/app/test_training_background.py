"""Training steps back behind whatever the user does."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.background import NICENESS, threads_behind

SESSION = Path("/proc/self/autogroup")
GOES = (
    "import os; from app.background import go_behind, wait_asleep; wait_asleep(); go_behind();"
    "print(os.nice(0), os.environ['OMP_WAIT_POLICY'])"
)
TELLS = "; print(open('/proc/self/autogroup').read())"


def said(code: str, *, own_session: bool) -> str:
    """What a process prints that runs `code`."""
    command = [sys.executable, "-c", code]
    environment = {k: v for k, v in os.environ.items() if k != "OMP_WAIT_POLICY"}
    found = subprocess.run(
        command, capture_output=True, text=True, check=True, start_new_session=own_session,
        env=environment,
    )  # fmt: skip
    return found.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no niceness")
def test_a_process_goes_behind_and_its_threads_wait_asleep():
    nice, policy = said(GOES, own_session=True).split()
    assert int(nice) == min(19, os.nice(0) + NICENESS)
    assert policy == "PASSIVE"


@pytest.mark.skipif(not SESSION.is_file(), reason="this system does not share between sessions")
def test_a_session_of_its_own_steps_back_and_one_with_others_does_not():
    assert f"nice {NICENESS}" in said(GOES + TELLS, own_session=True)
    within = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {GOES + TELLS!r}])"
    assert "nice 0" in said(within, own_session=True)


def test_one_core_is_left_to_the_user():
    import torch

    assert threads_behind() == max(1, torch.get_num_threads() - 1)
