"""What a batch in the window costs: memory that stays, and moments in which nothing reacts.

    python tests/benchmarks/bench_batch.py [PHOTOS]

Restores copies of the sample photo with the real engine in the real window, off the screen, and
prints: the memory of the process (RSS) after 10 photos and after the last one with its growth; the
longest time during which the event loop did not come round, measured by a timer of 5 ms; seconds a
photo. PHOTOS is 50 by default.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PIL import Image
from PySide6.QtCore import QEventLoop, QTimer

from app.main import make_services
from app.session.library import FINISHED
from app.session.preferences import Preferences, PreferencesStore
from app.windows.application import make_application
from app.windows.main_window import MainWindow

FIRST = 10
SIDE_PX = 512
SAMPLE = Path(__file__).parents[2] / "resources" / "samples" / "astronaut-aged.jpg"


class Watchdog:
    """Remembers the longest time between two rounds of the event loop."""

    def __init__(self) -> None:
        self.worst_s = 0.0
        self._last_s = time.perf_counter()
        self._timer = QTimer()
        self._timer.setInterval(5)
        self._timer.timeout.connect(self._on_timeout)
        self._timer.start()

    def _on_timeout(self) -> None:
        now_s = time.perf_counter()
        self.worst_s = max(self.worst_s, now_s - self._last_s)
        self._last_s = now_s

    def take_worst_ms(self) -> float:
        """The longest gap since the last call."""
        worst_s, self.worst_s = self.worst_s, 0.0
        return worst_s * 1000


def wait_for(condition: Callable[[], bool]) -> None:
    """Run the event loop as the program does; `QTest.qWait` would keep Python's lock in its sleep,
    and all other threads waiting for it."""
    loop, timer = QEventLoop(), QTimer()
    timer.timeout.connect(lambda: loop.quit() if condition() else None)
    timer.start(20)
    loop.exec()


def rss_mb() -> float:
    """Memory of this process that is in RAM, in megabytes."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1000
    raise RuntimeError("no VmRSS in /proc/self/status")


def make_album(folder: Path, count: int) -> None:
    """Photos that differ, so that nothing can be kept from one for the next."""
    with Image.open(SAMPLE) as image:
        image.thumbnail((SIDE_PX, SIDE_PX))
        for number in range(count):
            shade = image.convert("RGB").point(lambda value, n=number: min(255, value + n % 16))
            shade.save(folder / f"photo-{number:03d}.jpg", quality=90)


def main(count: int) -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        (place / "album").mkdir()
        make_album(place / "album", count)
        make_application()
        store = PreferencesStore(place / "config")
        store.save(Preferences(first_run_note_seen=True, theme="light"))
        window = MainWindow(make_services(queue_folder=place / "queue"), store)
        window.show()
        window.work.warm_up()
        wait_for(lambda: not window.work.is_busy)
        measure(window, place / "album", count)
        if window.work.document is not None:
            window.work.document.discard()
        window.close()


def measure(window: MainWindow, album: Path, count: int) -> None:
    """Run the batch and print what it cost."""
    desk = window.library
    assert desk is not None
    watchdog = Watchdog()
    window.open_paths([album])
    wait_for(lambda: len(desk.library) == count and not window.work.is_busy)
    print(f"longest block, opening {count} photos: {watchdog.take_worst_ms():.0f} ms", flush=True)
    after: dict[int, float] = {}
    began_s = time.perf_counter()
    desk.batch.photo_ended.connect(
        lambda _id: after.setdefault(desk.library.count(*FINISHED), rss_mb())
    )
    window.parts.library.start.click()
    wait_for(lambda: not desk.batch.is_on)
    seconds = time.perf_counter() - began_s
    first, last = after[FIRST], after[count]
    print(f"longest block, batch: {watchdog.take_worst_ms():.0f} ms")
    print(f"RSS after {FIRST}: {first:.0f} MB, after {count}: {last:.0f} MB")
    print(f"growth: {100 * (last - first) / first:+.1f} %")
    print(f"a photo: {seconds / count:.2f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
