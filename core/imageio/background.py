"""Calls that cannot be interrupted, made so that a cancelled job still stops at once."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from core.progress import Progress

_POLL_S = 0.05
T = TypeVar("T")


class _Call(Generic[T]):
    """A call on a thread of its own, and what came of it."""

    def __init__(self, function: Callable[[], T]) -> None:
        self._function = function
        self._results: list[T] = []
        self._error: BaseException | None = None
        self.thread = threading.Thread(target=self._run, name="codec", daemon=True)

    def _run(self) -> None:
        try:
            self._results.append(self._function())
        except BaseException as error:  # noqa: BLE001 (raised again by the caller's thread)
            self._error = error

    def result(self) -> T:
        """What the call returned; raises what it raised."""
        if self._error is not None:
            raise self._error
        return self._results[0]


def interruptible(
    function: Callable[[], T], progress: Progress, expected_s: float | None = None
) -> T:
    """Call a codec that takes no break, and give up waiting for it when the job is cancelled.

    An abandoned call ends by itself a little later; its result is dropped. `function` must
    therefore write to nothing but memory of its own.

    Args:
        function: The call.
        progress: Polled.
        expected_s: Where it is given, the call has all of `progress` to itself, which grows with
            time: half of it after that many seconds, and ever slower.

    Raises:
        Cancelled: The job was stopped.
    """
    progress.check()
    call = _Call(function)
    began = time.monotonic()
    call.thread.start()
    while call.thread.is_alive():
        call.thread.join(_POLL_S)
        if expected_s is None:
            progress.check()
        else:
            passed_s = time.monotonic() - began
            progress.report(passed_s / (passed_s + expected_s))
    return call.result()


class PolledBytes(io.BytesIO):
    """Bytes as a file that stops a decoder when the job is cancelled."""

    def __init__(self, data: bytes, progress: Progress) -> None:
        super().__init__(data)
        self._total = max(1, len(data))
        self._seen = 0
        self._progress = progress

    def read(self, size: int | None = -1, /) -> bytes:
        """Read as files do; raises `Cancelled` where the job was stopped."""
        block = super().read(size)
        self._seen = max(self._seen, self.tell())
        self._progress.report(self._seen / self._total)
        return block
