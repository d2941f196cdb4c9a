"""Ctrl-C in a command: the work at hand ends cleanly."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from core.progress import CancelToken


@contextmanager
def stops_on_signals(token: CancelToken) -> Iterator[None]:
    """Ctrl-C and SIGTERM stop cleanly; a second Ctrl-C stops at once."""

    def stop(number: int, _frame: object) -> None:
        token.cancel()
        signal.signal(number, signal.SIG_DFL)

    previous: dict[int, Callable[..., Any] | int | None] = {
        number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
