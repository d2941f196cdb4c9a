"""How long the window stands still: start, opening, restoring, moving a slider, saving, a report.

    QT_QPA_PLATFORM=offscreen python tests/benchmarks/bench_event_loop.py [--megapixels 50]
        [--explain 60] [--most 100]

Drives the real window with the real engine. The last column is the longest time in which the event
loop did nothing; it should stay under 100 ms. Ends with 1 where it does not. --explain writes what
the threads did in blocks that are longer than so many milliseconds.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

from PySide6.QtCore import QDeadlineTimer, QEventLoop  # noqa: E402
from watchdog import Watchdog  # noqa: E402

from app.jobs.gentle import SWITCH_INTERVAL_S  # noqa: E402
from app.main import make_services  # noqa: E402
from app.session.preferences import Preferences, PreferencesStore  # noqa: E402
from app.windows.application import make_application, show_window  # noqa: E402

TIMEOUT_MS = 120_000


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megapixels", type=float, default=50.0)
    parser.add_argument("--explain", type=float, metavar="MS")
    parser.add_argument("--most", type=float, default=100.0, metavar="MS")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        return measure(Path(folder), wanted.megapixels, wanted.explain, wanted.most)


def measure(folder: Path, megapixels: float, explain_ms: float | None, most_ms: float) -> int:
    """All phases, one after the other."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    app = make_application()
    store = PreferencesStore(folder / "config")
    store.save(Preferences(first_run_note_seen=True, theme="light", mode="studio"))

    def wait(condition: Callable[[], bool]) -> None:
        deadline = QDeadlineTimer(TIMEOUT_MS)
        while not condition():
            if deadline.hasExpired():
                raise TimeoutError("the window did not get there in time")
            app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 50)

    large = folder / "large.jpg"
    make_photo(large, megapixels)
    window = show_window(make_services(), store, [])
    app.processEvents()
    worst = 0.0
    with Watchdog(noted_ms=20.0, explain_ms=explain_ms) as watchdog:

        def phase(name: str) -> None:
            nonlocal worst
            longest = watchdog.longest_ms
            blocks = watchdog.restart()
            worst = max(worst, longest)
            print(f"{name:<34}{longest:8.0f} ms   over 20 ms: {len(blocks)}", flush=True)
            for block in blocks[:3]:
                if block.doing:
                    print(f"--- {block.length_ms:.0f} ms\n{block.doing}", flush=True)

        warmed: list[object] = []
        window.work.choices_found.connect(warmed.append)
        wait(lambda: bool(warmed))
        phase("loading the engine")
        window.open_paths([large])
        wait(lambda: window.work.document is not None)
        phase(f"opening {megapixels:.0f} megapixels")
        wait(lambda: window.work.document.is_current and not window.work.is_busy)
        phase("restoring")
        slider = window.parts.panel._forms["colour"].row("contrast").slider
        for value in range(-40, 41, 4):
            slider.setValue(value)
            wait(lambda: True)
            app.processEvents()
        wait(lambda: window.work.document.is_current and not window.work.is_busy)
        phase("moving a slider, and the result")
        window.work.save(folder / "saved.jpg")
        wait(lambda: not window.work.is_busy)
        phase("saving")
        window.manners.reports.show_page = lambda _page: None
        window.commands.report.trigger()
        wait(lambda: not window.work.is_busy)
        phase("making a report")
    window.work.document.discard()
    window.close()
    window.deleteLater()
    print(f"{'worst':<34}{worst:8.0f} ms")
    return 0 if worst <= most_ms else 1


def make_photo(path: Path, megapixels: float) -> None:
    """The sample photo at the wanted size, made by another process: this one has to be fresh."""
    import subprocess

    code = (
        "import sys; from PIL import Image; from importlib.resources import files\n"
        "name = files('resources').joinpath('samples', 'astronaut-aged.jpg')\n"
        "image = Image.open(name).convert('RGB'); side = round((float(sys.argv[2]) * 1e6) ** 0.5)\n"
        "image.resize((side, side), Image.Resampling.BICUBIC).save(sys.argv[1], quality=90)\n"
    )
    command = [sys.executable, "-c", code, str(path), str(megapixels)]
    subprocess.run(command, check=True, cwd=ROOT)


if __name__ == "__main__":
    raise SystemExit(main())
