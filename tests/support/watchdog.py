"""Measures how long the event loop of Qt stands still.

While it stands still, the window neither moves nor answers. A block is the time by which a tick of
a quick timer came later than it was due. Where a block may be long, what every thread was doing is
written down meanwhile by a watcher that needs no lock of Python's (`faulthandler`), since a block
is often a thread that holds that very lock.

    with Watchdog() as watchdog:
        ...  # let the event loop run
    assert watchdog.longest_ms < 100
"""

from __future__ import annotations

import faulthandler
import tempfile
import time
from dataclasses import dataclass
from typing import Self

from PySide6.QtCore import QObject, Qt, QTimer

TICK_MS = 4


@dataclass(frozen=True)
class Block:
    """One stand-still.

    Attributes:
        at_s: When it ended, seconds after the watchdog began.
        length_ms: How long it was.
        doing: What the threads were doing, where that was asked for.
    """

    at_s: float
    length_ms: float
    doing: str = ""


class Watchdog(QObject):
    """Watches the loop of the thread that it is made in, from `start` to `stop`.

    Args:
        noted_ms: Blocks at least this long are kept in `blocks`.
        explain_ms: Where set, what the threads do is written down once a block is this long.
    """

    def __init__(self, noted_ms: float = 30.0, explain_ms: float | None = None) -> None:
        super().__init__()
        self.blocks: list[Block] = []
        self.longest_ms = 0.0
        self.ticks = 0
        self._noted_ms = noted_ms
        self._explain_ms = explain_ms
        self._notes = None if explain_ms is None else tempfile.TemporaryFile("w+")  # noqa: SIM115
        self._began_s = self._last_s = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._on_tick)

    def start(self) -> None:
        """Begin to watch."""
        self._began_s = self._last_s = time.perf_counter()
        self._timer.start()
        self._arm()

    def stop(self) -> None:
        """End; the last stretch counts as well."""
        if self._timer.isActive():
            self._on_tick()
            self._timer.stop()
            if self._notes is not None:
                faulthandler.cancel_dump_traceback_later()

    def restart(self) -> list[Block]:
        """Give the blocks so far, longest first, and begin anew."""
        self._on_tick()
        found = sorted(self.blocks, key=lambda block: -block.length_ms)
        self.blocks, self.longest_ms = [], 0.0
        return found

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def _on_tick(self) -> None:
        now_s = time.perf_counter()
        length_ms = (now_s - self._last_s) * 1000 - TICK_MS
        self._last_s = now_s
        self.ticks += 1
        self.longest_ms = max(self.longest_ms, length_ms)
        if length_ms >= self._noted_ms:
            self.blocks.append(Block(now_s - self._began_s, length_ms, self._doing()))
        self._arm()

    def _arm(self) -> None:
        if self._notes is not None and self._explain_ms is not None:
            delay_s = (self._explain_ms + TICK_MS) / 1000
            faulthandler.dump_traceback_later(delay_s, file=self._notes)

    def _doing(self) -> str:
        if self._notes is None:
            return ""
        self._notes.seek(0)
        text = self._notes.read()
        self._notes.seek(0)
        self._notes.truncate()
        return text
