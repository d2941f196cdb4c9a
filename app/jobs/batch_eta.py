"""How long a batch will still take, from the photos that are done."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

MIN_DONE = 2
LONG_PHOTO_S = 30.0
MIN_ELAPSED_S = 5.0
MIN_FRACTION = 0.25
MEASURED = 12
"""So many photos, the last ones, stand for those that come."""


class BatchEta:
    """Estimates the time that is left; only the time spent on photos counts. Knows no Qt.

    When a figure is trustworthy: the progress within a photo says little about many others, so
    nothing is said before two photos are done, or one that took half a minute or longer. The first
    photo of a run also pays for loading the models, so it counts no more once there are two others.
    Where nothing waits behind the only photo, its own progress counts, after five seconds and a
    quarter of the way. Photos that were stopped, skipped or failed say nothing.

    Args:
        clock: Gives seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._first_s: float | None = None
        self._later_s: deque[float] = deque(maxlen=MEASURED)
        self._began_s: float | None = None

    def begin_photo(self) -> None:
        """Work on a photo begins."""
        self._began_s = self._clock()

    def end_photo(self, *, counts: bool) -> None:
        """Work on a photo has ended; one that was stopped or failed at once says nothing."""
        if self._began_s is not None and counts:
            spent_s = self._clock() - self._began_s
            if self._first_s is None:
                self._first_s = spent_s
            else:
                self._later_s.append(spent_s)
        self._began_s = None

    def left_s(self, fraction: float, waiting: int) -> float | None:
        """Seconds left, or None while that would be a guess.

        Args:
            fraction: Done share of the present photo, [0, 1].
            waiting: Photos after it.
        """
        elapsed_s = self._clock() - self._began_s if self._began_s is not None else 0.0
        photo_s = self._photo_s()
        if photo_s is None:
            is_alone = not waiting and elapsed_s >= MIN_ELAPSED_S and fraction >= MIN_FRACTION
            return elapsed_s / fraction - elapsed_s if is_alone else None
        present_s = photo_s * (1.0 - fraction) if self._began_s is not None else 0.0
        return present_s + photo_s * waiting

    def _photo_s(self) -> float | None:
        """How long a photo takes, or None while too few are done."""
        if self._first_s is None:
            return None
        if len(self._later_s) >= MIN_DONE:
            return sum(self._later_s) / len(self._later_s)
        done = [self._first_s, *self._later_s]
        is_enough = len(done) >= MIN_DONE or self._first_s >= LONG_PHOTO_S
        return sum(done) / len(done) if is_enough else None
