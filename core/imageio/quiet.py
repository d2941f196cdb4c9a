"""Things of the whole process that are off while any thread needs them off."""

from __future__ import annotations

import contextlib
import threading
import warnings
from collections.abc import Callable, Iterator


class SharedSwitch:
    """Turned off by the first thread that needs it off, and on again by the last.

    So one thread never waits for another: reading a large photo in the background must not hold up
    the photo that is being opened.

    Args:
        turn_off: Called by the first; returns what turns it on again.
    """

    def __init__(self, turn_off: Callable[[], Callable[[], object]]) -> None:
        self._turn_off = turn_off
        self._turn_on: Callable[[], object] = lambda: None
        self._guard = threading.Lock()
        self._count = 0

    @contextlib.contextmanager
    def off(self) -> Iterator[None]:
        """Off during the block."""
        with self._guard:
            if self._count == 0:
                self._turn_on = self._turn_off()
            self._count += 1
        try:
            yield
        finally:
            with self._guard:
                self._count -= 1
                if self._count == 0:
                    self._turn_on()


def _ignore_warnings() -> Callable[[], object]:
    kept = contextlib.ExitStack()
    kept.enter_context(warnings.catch_warnings())
    warnings.simplefilter("ignore")
    return kept.close


PYTHON_WARNINGS = SharedSwitch(_ignore_warnings)
"""Decoders warn of what our own errors say better."""
