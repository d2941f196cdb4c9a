"""Progress and cancellation, without any user interface toolkit.

A job gets one `Progress`. It reports fractions of its own work; `part` hands a slice of it to a
sub-step, which again reports from 0 to 1. Cancellation is cooperative: long loops call `check`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from core.errors import Cancelled

ProgressSink = Callable[[float, str], None]


class CancelToken:
    """A switch that one thread sets and another polls."""

    __slots__ = ("_event",)

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask the work that holds this token to stop. May be called from any thread."""
        self._event.set()

    @property
    def is_cancelled(self) -> bool:
        """True once `cancel` has been called."""
        return self._event.is_set()

    def check(self) -> None:
        """Raise `Cancelled` if `cancel` has been called."""
        if self._event.is_set():
            raise Cancelled


def _ignore(_fraction: float, _message: str) -> None:
    """Drop a report."""


@dataclass(frozen=True, slots=True)
class Progress:
    """A slice [start, end] of a progress bar, and the switch that stops the work.

    Attributes:
        sink: Called with (fraction of the whole job in [0, 1], what is being done).
        token: Polled by `check` and by every `report`.
        start: Where this slice begins, fraction of the whole job.
        end: Where this slice ends, fraction of the whole job.
        message: What is being done, used when a report names nothing else.
    """

    sink: ProgressSink = _ignore
    token: CancelToken = field(default_factory=CancelToken)
    start: float = 0.0
    end: float = 1.0
    message: str = ""

    def check(self) -> None:
        """Raise `Cancelled` if the job was stopped."""
        self.token.check()

    def report(self, fraction: float, message: str = "") -> None:
        """Say how much of this slice is done, and stop here if the job was cancelled.

        Args:
            fraction: Done share of this slice, clamped to [0, 1].
            message: What is being done; the slice's own message if empty.

        Raises:
            Cancelled: The job was stopped.
        """
        self.token.check()
        clamped = min(1.0, max(0.0, fraction))
        self.sink(self.start + (self.end - self.start) * clamped, message or self.message)

    def part(self, start: float, end: float, message: str = "") -> Progress:
        """Hand out the slice [start, end] of this slice, both in [0, 1]."""
        width = self.end - self.start
        return Progress(
            self.sink,
            self.token,
            self.start + width * start,
            self.start + width * end,
            message or self.message,
        )

    def step(self, index: int, count: int, message: str = "") -> Progress:
        """Hand out the slice of the `index`-th (from 0) of `count` equal steps."""
        return self.part(index / count, (index + 1) / count, message)


def no_progress() -> Progress:
    """Make a progress that reports nowhere and is never cancelled."""
    return Progress()
