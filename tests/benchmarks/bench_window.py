"""How quickly the window starts, draws and answers.

    python tests/benchmarks/bench_window.py [frames]

Prints: seconds from the start of Python to the first frame (in a fresh process, best of three);
milliseconds a frame while zooming and panning over a 50-megapixel photo with divider, side by
side, difference, magnifier and a grid of four results, as time that passes and as processor time,
which other programs disturb less; the longest time during which the window could not react while
that photo was opened, restored and adjusted. Off the screen, software rendering. With "frames",
only the frames.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QDeadlineTimer, QTimer
from PySide6.QtTest import QTest

from app.main import make_services
from app.session.preferences import Preferences, PreferencesStore
from app.views.zoom_area import ZoomArea
from app.windows.application import make_application
from app.windows.main_window import MainWindow

WIDTH, HEIGHT = 8660, 5774
FRAMES = 120
TIMEOUT_MS = 600_000

START = """
import sys, time
from pathlib import Path
from app.main import make_services
from app.session.preferences import PreferencesStore
from app.views.zoom_area import ZoomArea
from app.windows.application import make_application, MainWindow
app = make_application()
window = MainWindow(make_services(), PreferencesStore(Path(sys.argv[1])))
window.show()
while window.isVisible() and not window.parts.area.empty.isVisible():
    app.processEvents()
app.processEvents()
window.grab()
print(time.time())
window.work.stop()
"""


class Watchdog:
    """Measures how long the event loop did not come round."""

    def __init__(self) -> None:
        self.gaps_s: list[float] = []
        self._last_s = time.perf_counter()
        self._timer = QTimer()
        self._timer.setInterval(5)
        self._timer.timeout.connect(self._on_timeout)
        self._timer.start()

    def _on_timeout(self) -> None:
        now_s = time.perf_counter()
        self.gaps_s.append(now_s - self._last_s)
        self._last_s = now_s

    def take_worst_ms(self) -> float:
        """The longest gap since the last call."""
        worst = max(self.gaps_s, default=0.0)
        self.gaps_s.clear()
        return worst * 1000


def main() -> None:
    """Measure and print."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    only_frames = sys.argv[1:] == ["frames"]
    if not only_frames:
        print(f"first frame: {start_s():.2f} s")
    with tempfile.TemporaryDirectory() as folder:
        photo = Path(folder) / "large.jpg"
        rng = np.random.default_rng(0)
        small = rng.integers(0, 255, (HEIGHT // 40, WIDTH // 40, 3), dtype=np.uint8)
        Image.fromarray(small).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC).save(photo)
        measure_large(photo, Path(folder) / "config", only_frames=only_frames)


def start_s() -> float:
    """Seconds from the start of Python to the first frame, best of three."""
    found = []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as folder:
            began = time.time()
            done = subprocess.run(
                [sys.executable, "-c", START, folder],
                capture_output=True,
                text=True,
                check=True,
            )
            found.append(float(done.stdout.split()[-1]) - began)
    return min(found)


def measure_large(photo: Path, config: Path, *, only_frames: bool) -> None:
    """Everything on a 50-megapixel photo."""
    make_application()
    store = PreferencesStore(config)
    store.save(Preferences(first_run_note_seen=True, theme="light"))
    window = MainWindow(make_services(), store)
    window.resize(1600, 1000)
    window.show()
    watchdog = Watchdog()
    window.work.warm_up()
    wait(window)
    print(f"longest block, loading the engine: {watchdog.take_worst_ms():.0f} ms")
    began = time.perf_counter()
    window.work.opened.connect(
        lambda _: print(f"photo on the screen: {time.perf_counter() - began:.2f} s")
    )
    window.open_paths([photo])
    wait(window)
    print(f"restored: {time.perf_counter() - began:.2f} s")
    print(f"longest block, opening and restoring: {watchdog.take_worst_ms():.0f} ms")
    if not only_frames:
        measure_slider(window, watchdog)
    measure_frames(window)
    if window.work.document is not None:
        window.work.document.discard()
    window.close()


def measure_slider(window: MainWindow, watchdog: Watchdog) -> None:
    """How soon the picture follows a slider that is dragged."""
    began = time.perf_counter()
    previews: list[float] = []
    window.work.previewed.connect(lambda _: previews.append(time.perf_counter()))
    for value in range(95, 55, -8):
        window.parts.panel._simple_colour.slider.setValue(value)
        QTest.qWait(150)
    wait(window)
    first = previews[0] - began if previews else float("nan")
    print(f"slider: first preview {first * 1000:.0f} ms, {len(previews)} previews")
    print(f"slider: all done after {time.perf_counter() - began:.2f} s")
    print(f"longest block, moving a slider: {watchdog.take_worst_ms():.0f} ms")


def measure_frames(window: MainWindow) -> None:
    """Frames while zooming, panning and dragging, in each way of comparing."""
    canvas, commands = window.parts.area.canvas, window.commands
    for number, mode in enumerate((commands.divider, commands.side_by_side, commands.difference)):
        mode.trigger()
        measure_zoom_and_pan(canvas, mode.text().replace("&", ""))
        if number == 0:
            commands.loupe.trigger()
            measure_zoom_and_pan(canvas, "Divider with magnifier")
            commands.loupe.trigger()
            measure(canvas, "Divider, dragged", lambda n: canvas.set_divider(n / FRAMES))
    commands.divider.trigger()
    grid = window.parts.area.grid_page.grid
    began = time.perf_counter()
    window.history.compare_grid.fill("strengths")
    wait(window)
    print(f"grid of {len(grid.panes)} filled: {time.perf_counter() - began:.2f} s")
    measure_zoom_and_pan(grid, f"Grid of {len(grid.panes)}")
    window.history.compare_grid.leave()


def measure_zoom_and_pan(view: ZoomArea, name: str) -> None:
    """Frames while zooming in and out, and while panning where pixels are shown one to one."""
    view.fit()
    half = FRAMES // 2
    measure(view, f"{name}, zoom", lambda n: view.zoom_in() if n < half else view.zoom_out())
    for scale in ("fitted, twice nearer", "1:1"):
        view.fit()
        if scale == "1:1":
            view.show_actual_size()
        else:
            view.zoom_in()
            view.zoom_in()
            view.zoom_in()
        measure(view, f"{name}, pan {scale}", lambda n: view.pan(-17 if n % 40 < 20 else 17, -9))
    view.fit()


def measure(view: ZoomArea, name: str, step: Callable[[int], object]) -> None:
    """Time `FRAMES` frames, each after a step."""
    times, work = [], []
    for number in range(FRAMES):
        step(number)
        began, worked = time.perf_counter(), time.process_time()
        view.repaint()
        times.append((time.perf_counter() - began) * 1000)
        work.append((time.process_time() - worked) * 1000)
    print(
        f"frame, {name}: median {statistics.median(times):.1f} ms, worst {max(times):.1f} ms "
        f"(processor time of all threads: {statistics.median(work):.1f} ms, {max(work):.1f} ms)"
    )


def wait(window: MainWindow) -> None:
    """Let the window work until nothing is left to do."""
    deadline = QDeadlineTimer(TIMEOUT_MS)
    while window.work.is_busy:
        if deadline.hasExpired():
            raise TimeoutError("the window did not finish")
        QTest.qWait(5)  # lets the thread sleep, as the real event loop does


if __name__ == "__main__":
    main()
