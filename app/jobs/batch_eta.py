"""How long a batch will still take, from the photos that are done."""

from __future__ import annotations

import time
from collections.abc import Callable

MIN_ELAPSED_S = 1.0
MIN_FRACTION = 0.05


class BatchEta:
    """Estimates the time that is left; only the time spent on photos counts. Knows no Qt.

    Args:
        clock: Gives seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._spent_s = 0.0
        self._done = 0
        self._began_s: float | None = None

    def begin_photo(self) -> None:
        """Work on a photo begins."""
        self._began_s = self._clock()

    def end_photo(self, *, counts: bool) -> None:
        """Work on a photo has ended; one that was stopped or failed at once says nothing."""
        if self._began_s is not None and counts:
            self._spent_s += self._clock() - self._began_s
            self._done += 1
        self._began_s = None

    def left_s(self, fraction: float, waiting: int) -> float | None:
        """Seconds left, or None while that would be a guess.

        Args:
            fraction: Done share of the present photo, [0, 1].
            waiting: Photos after it.
        """
        elapsed_s = self._clock() - self._began_s if self._began_s is not None else 0.0
        if self._done:
            photo_s = self._spent_s / self._done
        elif elapsed_s >= MIN_ELAPSED_S and fraction >= MIN_FRACTION:
            photo_s = elapsed_s / fraction
        else:
            return None
        present_s = photo_s * (1.0 - fraction) if self._began_s is not None else 0.0
        return present_s + photo_s * waiting
