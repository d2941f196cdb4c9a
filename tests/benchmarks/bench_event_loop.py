"""How long the window stands still, in all that a user does with it.

    QT_QPA_PLATFORM=offscreen python tests/benchmarks/bench_event_loop.py [--megapixels 50]
        [--photo FILE] [--parts PART ...] [--explain 50] [--most 100]

Drives the real window with the real engine: opening, restoring, all ways of comparing, sliders,
single faces, the brush, presets, every dialog, saving, reports, a grid of nine results, a batch of
twelve photos of which one is damaged, other colours, another language. A line a step: the longest
time in which the event loop did nothing, by the clock; the same without what other programs took
of the processors (see `tests/support/watchdog.py`), which should stay under 100 ms; how much of it
this thread calculated; how many blocks were over 50 ms. Ends with 1 where a step is over --most.

--parts takes only some parts of the walk, with what has to be done before them, so that each can be
measured while nothing else runs. --photo is enlarged to --megapixels; its faces grow with it.
--explain writes what the threads did in blocks of at least so many milliseconds; that may end the
process (see the watchdog), so leave it out where only figures are wanted. A process that is stopped
from outside meanwhile shows that as a block without any calculating.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

from event_loop_walk import PARTS, Walk, make_album, rest  # noqa: E402
from watchdog import Block, Watchdog  # noqa: E402

from app.jobs.gentle import SWITCH_INTERVAL_S  # noqa: E402
from app.main import make_services  # noqa: E402
from app.session.preferences import Preferences, PreferencesStore  # noqa: E402
from app.windows.application import make_application, show_hosted  # noqa: E402

_SAMPLE = ROOT / "resources" / "samples" / "astronaut-aged.jpg"
_ALBUM_SIDE_PX = 1024
_NOTED_MS = 50.0


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megapixels", type=float, default=50.0)
    parser.add_argument("--explain", type=float, metavar="MS")
    parser.add_argument("--most", type=float, default=100.0, metavar="MS")
    parser.add_argument("--parts", nargs="*", default=PARTS, choices=PARTS, metavar="PART")
    parser.add_argument("--photo", type=Path, default=_SAMPLE, metavar="FILE")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_album(_SAMPLE, folder / "album", _ALBUM_SIDE_PX)
        make_photo(wanted.photo, folder / "large.jpg", wanted.megapixels)
        return measure(folder, wanted)


def measure(folder: Path, wanted: argparse.Namespace) -> int:
    """All steps, one after the other."""
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    make_application()
    store = PreferencesStore(folder / "config")
    store.save(Preferences(first_run_note_seen=True, theme="light", mode="studio"))
    services = make_services(queue_folder=folder / "queue")
    host = show_hosted(services, store, [])
    host.window.resize(1600, 1000)
    worst = 0.0
    with Watchdog(noted_ms=20.0, explain_ms=wanted.explain) as watchdog:
        walk = Walk(host, folder / "large.jpg", folder / "album", folder)
        for step in walk.steps(wanted.parts):
            step.take()
            longest_ms, own_ms = watchdog.longest_ms, watchdog.longest_own_ms
            _print(step.name, longest_ms, own_ms, watchdog.restart(), wanted.explain)
            worst = max(worst, own_ms)
    if host.window.work.document is not None:
        host.window.work.document.discard()
    host.end()
    rest(50)
    print(f"{'worst':<52}{worst:8.0f} ms")
    return 0 if worst <= wanted.most else 1


def _print(
    name: str, longest_ms: float, own_ms: float, blocks: list[Block], explain_ms: float | None
) -> None:
    busy_ms = max((block.busy_ms for block in blocks), default=0.0)
    long = sum(block.own_ms > _NOTED_MS for block in blocks)
    print(
        f"{name:<36}by the clock {longest_ms:5.0f} ms, own {own_ms:5.0f} ms, "
        f"calculating {busy_ms:4.0f} ms; over {_NOTED_MS:.0f} ms: {long}",
        flush=True,
    )
    for block in blocks[:5] if explain_ms is not None else ():
        if block.own_ms >= (explain_ms or 0.0):
            print(f"--- {block.own_ms:.0f} ms, calculating {block.busy_ms:.0f} ms\n{block.doing}")


def make_photo(source: Path, path: Path, megapixels: float) -> None:
    """A photo at the wanted size, made by another process: this one has to be fresh."""
    code = (
        "import sys; from PIL import Image\n"
        "image = Image.open(sys.argv[3]).convert('RGB')\n"
        "scale = (float(sys.argv[2]) * 1e6 / image.width / image.height) ** 0.5\n"
        "size = round(image.width * scale), round(image.height * scale)\n"
        "image.resize(size, Image.Resampling.BICUBIC).save(sys.argv[1], quality=90)\n"
    )
    command = [sys.executable, "-c", code, str(path), str(megapixels), str(source)]
    subprocess.run(command, check=True, cwd=ROOT)


if __name__ == "__main__":
    raise SystemExit(main())
