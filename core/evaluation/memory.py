"""How much memory the process needed at most while something ran."""

from __future__ import annotations

import contextlib
from pathlib import Path

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")
_RESET_PEAK = "5"


class PeakMemory:
    """Measures the peak of the process's resident memory between `start` and `peak_bytes`.

    Linux keeps that peak and lets a process reset it; elsewhere nothing is measured, which is
    reported as such.
    """

    def __init__(self) -> None:
        self._can_measure = False

    def start(self) -> None:
        """Forget the peak so far."""
        self._can_measure = False
        with contextlib.suppress(OSError):
            _CLEAR.write_text(_RESET_PEAK)
            self._can_measure = True

    def peak_bytes(self) -> int | None:
        """The peak since `start`, or None where the system does not tell."""
        if not self._can_measure:
            return None
        with contextlib.suppress(OSError, ValueError, IndexError):
            for line in _STATUS.read_text().splitlines():
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
        return None
