"""Lets whatever the user does go before a process that calculates for hours."""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import suppress
from pathlib import Path

NICENESS = 10
_SESSION_FILE = Path("/proc/self/autogroup")
_WAIT_POLICY = "OMP_WAIT_POLICY"
_BELOW_NORMAL = 0x4000
"""BELOW_NORMAL_PRIORITY_CLASS of Windows; processes that this one starts inherit it."""


def wait_asleep() -> None:
    """Let torch's threads sleep while they wait for each other; call it before torch is imported.

    Otherwise they wait in a loop, and whoever is held up by other programs burns what is left of
    the processor: on two busy cores a step of training took ten times the processor time.
    """
    os.environ.setdefault(_WAIT_POLICY, "PASSIVE")


def go_behind() -> None:
    """Lower the priority of this process and of all that it starts; best effort.

    Call it once everything is loaded, as loading takes long behind a busy computer.

    Linux shares the processor between sessions first: a detached process has one of its own, in
    which niceness alone has nobody to give way to. So the session steps back as well.
    """
    if sys.platform == "win32":
        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), _BELOW_NORMAL)
        return
    with suppress(OSError):
        os.nice(NICENESS)
    if sys.platform == "linux" and _is_alone_in_session():
        with suppress(OSError):
            _SESSION_FILE.write_text(str(NICENESS))


def threads_behind() -> int:
    """How many threads calculate behind the window: one core is left to the user.

    Threads wait for the slowest of them, so one on a core that somebody else uses holds up all.
    """
    import torch

    return max(1, torch.get_num_threads() - 1)


def _is_alone_in_session() -> bool:
    """True where no terminal or window shares the session: who began it is this or gone."""
    leader = os.getsid(0)
    if leader == os.getpid():
        return True
    try:
        os.kill(leader, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
