"""How long a job will still take, from how far it has come."""

from __future__ import annotations

import time
from collections.abc import Callable

MIN_ELAPSED_S = 1.0
MIN_FRACTION = 0.02
SMOOTHING = 0.3


class Eta:
    """Estimates the time that is left; knows no Qt.

    Args:
        clock: Gives seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._started_s = clock()
        self._total_s: float | None = None

    def left_s(self, fraction: float) -> float | None:
        """Seconds left at a done share of the job, or None while that would be a guess.

        The estimated total is smoothed, so that a slow stage does not make the figure jump.
        """
        elapsed_s = self._clock() - self._started_s
        if elapsed_s < MIN_ELAPSED_S or fraction < MIN_FRACTION:
            return None
        total_s = elapsed_s / fraction
        if self._total_s is not None:
            total_s = self._total_s + SMOOTHING * (total_s - self._total_s)
        self._total_s = total_s
        return max(0.0, total_s - elapsed_s)
