"""Ends by Ctrl-C and by signals: the work at hand ends cleanly, and the process at once."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn

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


def leave(code: int) -> NoReturn:
    """End the process now, once all files are closed.

    Python's own end waits for each thread and then unloads all libraries. A network that is being
    loaded or compiled can take half a minute, and a library that is unloaded while a thread of its
    own is at work ends the process with an error.
    """
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:  # a program without a console has none
            with suppress(OSError, ValueError):
                stream.flush()
    os._exit(code)


def end_on_ctrl_c() -> None:
    """Let Ctrl-C end the process as SIGTERM does, while there is nothing yet that could be lost.

    Python would raise an exception wherever it is, inside a call of Qt too, which cannot bear it.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
