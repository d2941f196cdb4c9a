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


class Share:
    """How far a call of `interruptible` is, as the call tells it from its own thread.

    Args:
        progress: Whose job it belongs to; its cancellation ends the call where it next tells.
    """

    def __init__(self, progress: Progress) -> None:
        self._token = progress.token
        self.value: float | None = None
        """[0, 1]; None while nothing was told."""

    def tell(self, value: float) -> None:
        """Note how far the call is; raises `Cancelled` where the job was stopped."""
        self._token.check()
        self.value = value

    def check(self) -> None:
        """Raise `Cancelled` where the job was stopped."""
        self._token.check()


def interruptible(
    function: Callable[[], T],
    progress: Progress,
    expected_s: float | None = None,
    share: Share | None = None,
) -> T:
    """Call a codec that takes no break, and give up waiting for it when the job is cancelled.

    An abandoned call ends by itself a little later; its result is dropped. `function` must
    therefore write to nothing but memory of its own.

    Args:
        function: The call.
        progress: Polled.
        expected_s: Where it is given, the call has all of `progress` to itself, which grows with
            time: half of it after that many seconds, and ever slower.
        share: Where the call tells by this how far it is, that counts in place of the time.

    Raises:
        Cancelled: The job was stopped.
    """
    if share is not None:
        share.value = None
    _show(progress, 0.0 if expected_s else None)
    call = _Call(function)
    began = time.monotonic()
    shown = 0.0
    call.thread.start()
    while call.thread.is_alive():
        call.thread.join(_POLL_S)
        told = None if share is None else share.value
        if told is None and expected_s is not None:
            passed_s = time.monotonic() - began
            told = passed_s / (passed_s + expected_s)
        shown = max(shown, told or 0.0)
        _show(progress, None if told is None else shown)
    return call.result()


def _show(progress: Progress, fraction: float | None) -> None:
    if fraction is None:
        progress.check()
    else:
        progress.report(fraction)


class PolledBytes(io.BytesIO):
    """Bytes as a file that tells how far a decoder has read, and stops it with its job."""

    def __init__(self, data: bytes, share: Share) -> None:
        super().__init__(data)
        self._total = max(1, len(data))
        self._share = share

    def read(self, size: int | None = -1, /) -> bytes:
        """Read as files do; raises `Cancelled` where the job was stopped."""
        block = super().read(size)
        if 2 * len(block) < self._total:
            self._share.tell(self.tell() / self._total)
        else:  # read in one go: nothing of it is decoded yet
            self._share.check()
        return block
