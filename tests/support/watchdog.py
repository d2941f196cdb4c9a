"""Measures how long the event loop of Qt stands still.

While it stands still, the window neither moves nor answers. A block is the time by which a tick of
a quick timer came later than it was due. What other programs of the machine take is told apart:
Linux counts for each thread how long it was ready and got no processor. A block without that time
is the program's own, whether its thread calculated, slept, or waited for a lock; so it hardly
depends on how busy the machine is, and nothing that the program does can hide in it.

Where a block may be long, what every thread was doing is written down meanwhile, again and again,
by a watcher that needs no lock of Python's (`faulthandler`), since a block is often a thread that
holds that very lock. Reading the stacks of threads that run may end the process, which was seen
once; so it is for looking closely, and no test asks for it.

    with Watchdog() as watchdog:
        ...  # let the event loop run
    assert watchdog.longest_own_ms < 100
"""

from __future__ import annotations

import faulthandler
import os
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from PySide6.QtCore import QObject, Qt, QTimer

TICK_MS = 4


@dataclass(frozen=True)
class Block:
    """One stand-still.

    Attributes:
        at_s: When it ended, seconds after the watchdog began.
        length_ms: How long it was by the clock.
        starved_ms: For how much of it the thread was ready but had no processor; 0 where the
            system does not say.
        busy_ms: For how much of it the thread calculated.
        doing: What the threads were doing, where that was asked for.
    """

    at_s: float
    length_ms: float
    starved_ms: float = 0.0
    busy_ms: float = 0.0
    doing: str = ""

    @property
    def own_ms(self) -> float:
        """How long it was by what the program itself did."""
        return max(self.length_ms - self.starved_ms, min(self.busy_ms, self.length_ms))


class Starvation:
    """How long this thread has been ready without a processor; of the thread that makes it."""

    def __init__(self) -> None:
        self._file: int | None = None
        with suppress(OSError):
            # The name is looked up now, so the file stays that of this thread.
            self._file = os.open(Path("/proc/thread-self/schedstat"), os.O_RDONLY)

    def read_ms(self) -> float:
        """Milliseconds since the thread began; always 0 where the system does not say."""
        if self._file is None:
            return 0.0
        return int(os.pread(self._file, 100, 0).split()[1]) / 1e6

    def close(self) -> None:
        """Let the file go; from then on nothing is told."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


class Watchdog(QObject):
    """Watches the loop of the thread that it is made in, from `start` to `stop`.

    Args:
        noted_ms: Blocks whose own length is at least this are kept in `blocks`.
        explain_ms: Where set, what the threads do is written down once a block is this long, and
            again each time as much has passed.
    """

    def __init__(self, noted_ms: float = 30.0, explain_ms: float | None = None) -> None:
        super().__init__()
        self.blocks: list[Block] = []
        self.longest_ms = self.longest_own_ms = self.longest_busy_ms = 0.0
        self.ticks = 0
        self._noted_ms = noted_ms
        self._explain_ms = explain_ms
        self._notes = None if explain_ms is None else tempfile.TemporaryFile("w+")  # noqa: SIM115
        self._starvation = Starvation()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._on_tick)
        self._begin()

    def start(self) -> None:
        """Begin to watch."""
        self._begin()
        self._timer.start()
        self._arm()

    def stop(self) -> None:
        """End; the last stretch counts as well."""
        if self._timer.isActive():
            self._on_tick()
            self._timer.stop()
            self._starvation.close()
            if self._notes is not None:
                faulthandler.cancel_dump_traceback_later()

    def restart(self) -> list[Block]:
        """Give the blocks so far, longest first, and begin anew."""
        self._on_tick()
        found = sorted(self.blocks, key=lambda block: -block.own_ms)
        self.blocks = []
        self.longest_ms = self.longest_own_ms = self.longest_busy_ms = 0.0
        return found

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()

    def _begin(self) -> None:
        self._began_s = self._last_s = time.perf_counter()
        self._last_starved_ms = self._starvation.read_ms()
        self._last_busy_s = time.thread_time()

    def _on_tick(self) -> None:
        now_s, busy_s = time.perf_counter(), time.thread_time()
        starved_ms = self._starvation.read_ms()
        block = Block(
            now_s - self._began_s,
            (now_s - self._last_s) * 1000 - TICK_MS,
            starved_ms - self._last_starved_ms,
            (busy_s - self._last_busy_s) * 1000,
        )
        self._last_s, self._last_busy_s, self._last_starved_ms = now_s, busy_s, starved_ms
        self.ticks += 1
        self._note(block)
        self._arm()

    def _note(self, block: Block) -> None:
        self.longest_ms = max(self.longest_ms, block.length_ms)
        self.longest_own_ms = max(self.longest_own_ms, block.own_ms)
        self.longest_busy_ms = max(self.longest_busy_ms, block.busy_ms)
        if block.own_ms >= self._noted_ms:
            doing = self._doing()
            self.blocks.append(
                Block(block.at_s, block.length_ms, block.starved_ms, block.busy_ms, doing)
            )

    def _arm(self) -> None:
        if self._notes is not None and self._explain_ms is not None:
            delay_s = (self._explain_ms + TICK_MS) / 1000
            faulthandler.dump_traceback_later(delay_s, repeat=True, file=self._notes)

    def _doing(self) -> str:
        if self._notes is None:
            return ""
        self._notes.seek(0)
        text = self._notes.read()
        self._notes.seek(0)
        self._notes.truncate()
        return text
