"""A 12-megapixel photo enlarged twice by the embedded network: memory, progress, cancelling.

    .venv/bin/python tests/benchmarks/bench_large_photo.py [--source PHOTO] [--megapixels 12]
        [--scale 2] [--tiles N] [--threads N] [--cancel-after 0.5 3 10 30] [--faults]
        [--stacks 0.5]

The sample, or another photo, is stretched to that size and gets grain as scans have it. One child
process restores it from file to file and prints its peak memory, the longest time in which the
progress did not move, and how long the whole takes. Further children are cancelled after some
seconds each, and print how long they went on. `--tiles N` lets the network work on the first N
tiles only and stretches the others, so that everything else is measured to the end on a slow
machine as well; the time of the whole is then worked out from the tiles that were timed.
`--faults` lets the runtime fail on every tile of over 150 px with torch's error for a lack of
memory, and makes of the first tile that fits nothing but NaN; both must be in the report.
`--stacks S` prints where all threads are whenever nothing has moved for S seconds.
Asked: under 3 GB (x2), at most 1 s without movement, at most 1 s to cancel. Exit code 1 where not
so.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

NETWORK_SCALE = 4
MOST_PX = 150
MOST_BYTES, MOST_GAP_S, MOST_CANCEL_S = 3e9, 1.0, 1.0
SAMPLE = Path(__file__).parents[2] / "resources" / "samples" / "astronaut-aged.jpg"


def make_photo(source: Path, path: Path, megapixels: float) -> None:
    """A photo, stretched to 4 : 3 and that size, with grain."""
    import cv2
    import numpy as np

    height = round((megapixels * 1e6 * 3 / 4) ** 0.5)
    width = round(height * 4 / 3)
    image = cv2.resize(cv2.imread(str(source)), (width, height), interpolation=cv2.INTER_CUBIC)
    rng = np.random.default_rng(0)
    for row in image:  # a row at a time: grain of the whole as floats would take a gigabyte
        row[:] = np.clip(row + rng.normal(0, 6, row.shape), 0, 255)
    cv2.imwrite(str(path), image, [cv2.IMWRITE_JPEG_QUALITY, 92])


class Movement:
    """Remembers the longest time in which the fraction did not grow, and when.

    Args:
        stacks_s: After that time without movement all stacks are printed; 0: never.
    """

    def __init__(self, stacks_s: float) -> None:
        self.stacks_s = stacks_s
        self.began_s = self.moved_s = time.monotonic()
        self.fraction = -1.0
        self.gaps: list[tuple[float, float, str]] = []

    def report(self, fraction: float, message: str) -> None:
        """A progress sink."""
        if fraction > self.fraction:
            if self.stacks_s:  # by a thread that needs no lock of Python's
                faulthandler.dump_traceback_later(self.stacks_s, file=sys.stderr)
            now = time.monotonic()
            self.gaps.append((now - self.moved_s, self.fraction, message))
            self.gaps = sorted(self.gaps)[-3:]
            self.fraction, self.moved_s = fraction, now

    def longest(self) -> list[tuple[float, float, str]]:
        """Seconds, the fraction at which nothing moved, and what was reported next."""
        faulthandler.cancel_dump_traceback_later()
        return self.gaps[::-1]


def network_for_first(tiles: int, faults: bool) -> list[float]:
    """Let the network enlarge that many tiles (0: all); the list gets the seconds of each.

    Args:
        tiles: How many.
        faults: Large tiles do not fit into memory, and the first that fits comes back as NaN.
    """
    import cv2
    import numpy as np
    import torch

    from core.engines.openvino_runtime import OpenVinoRuntime
    from core.engines.torch_runtime import TorchRuntime

    seconds: list[float] = []

    def faulty(honest):
        def infer(self, images, extras, poll):
            height, width = images.shape[2:]
            if faults and max(height, width) > MOST_PX:
                raise torch.OutOfMemoryError
            if tiles and len(seconds) >= tiles:
                poll(0.0)
                image = np.ascontiguousarray(images[0].transpose(1, 2, 0))
                size = (width * NETWORK_SCALE, height * NETWORK_SCALE)
                large = cv2.resize(image, size, interpolation=cv2.INTER_NEAREST)
                return large.transpose(2, 0, 1)[None]
            began = time.monotonic()
            done = honest(self, images, extras, poll)
            seconds.append(time.monotonic() - began)
            return done * np.float32("nan") if faults and len(seconds) == 1 else done

        return infer

    for runtime in (OpenVinoRuntime, TorchRuntime):
        runtime.infer = faulty(runtime.infer)
    return seconds


def child(options: argparse.Namespace) -> None:
    """Restore the photo, or be cancelled; prints one line of JSON."""
    import cv2

    from core.api import restore
    from core.errors import Cancelled
    from core.progress import CancelToken, Progress
    from core.settings import RestorationSettings
    from core.stages.background import BLEND_PX, CONTEXT_PX
    from core.tiling import Tiling, spans

    seconds = network_for_first(options.tiles, options.faults)
    settings = RestorationSettings()
    settings = settings.replace(
        faces=settings.faces.replace(enabled=False),
        background=settings.background.replace(scale=options.scale, upscaler="sharp"),
    )
    movement, token = Movement(options.stacks), CancelToken()
    asked: list[float] = []
    if options.cancel:
        timer = threading.Timer(
            options.cancel, lambda: (asked.append(time.monotonic()), token.cancel())
        )
        timer.start()
    began = time.monotonic()
    found: dict[str, object] = {}
    try:
        report = restore(
            options.photo,
            options.photo.with_name("enlarged.jpg"),
            settings,
            progress=Progress(movement.report, token),
        )
        size = cv2.imread(report.output, cv2.IMREAD_REDUCED_GRAYSCALE_8).shape
        found["report"] = {
            "status": report.status,
            "warnings": report.warnings,
            "engines": [f"{e.model}, {e.runtime} on {e.device}" for e in report.engines],
            "output": " x ".join(map(str, report.size)),
            "file": f"about {8 * size[1]} x {8 * size[0]}",
        }
    except Cancelled:
        found["cancel_s"] = time.monotonic() - asked[0]
    tiling = Tiling(256, CONTEXT_PX, BLEND_PX)
    side = options.side
    found |= {
        "seconds": time.monotonic() - began,
        "tile_seconds": seconds,
        "tiles": len(spans(side[0], tiling)) * len(spans(side[1], tiling)),
        "longest": movement.longest(),
        "peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }
    print(json.dumps(found))


def run_child(photo: Path, options: argparse.Namespace, cancel_s: float = 0.0) -> dict:
    """Start this file as a child and read its figures."""
    command = [sys.executable, __file__, "--photo", str(photo), "--tiles", str(options.tiles)]
    command += ["--threads", str(options.threads), "--cancel", str(cancel_s)]
    command += ["--scale", str(options.scale), "--stacks", str(options.stacks)]
    if options.faults:
        command.append("--faults")
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(done.stdout)


def main() -> int:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--source", type=Path, default=SAMPLE, help="the photo to stretch")
    parser.add_argument("--megapixels", type=float, default=12.0)
    parser.add_argument("--scale", type=int, default=2, choices=(2, 4))
    parser.add_argument("--stacks", type=float, default=0.0, metavar="S")
    parser.add_argument("--tiles", type=int, default=0, help="by the network; 0: all")
    parser.add_argument("--threads", type=int, default=0, help="0: all")
    parser.add_argument("--cancel-after", type=float, nargs="*", default=[0.5, 3.0, 10.0, 30.0])
    parser.add_argument("--faults", action="store_true")
    parser.add_argument("--photo", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--cancel", type=float, default=0.0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.threads and hasattr(os, "sched_setaffinity"):
        allowed = sorted(os.sched_getaffinity(0))[-options.threads :]
        os.sched_setaffinity(0, allowed)
    if options.photo:
        import cv2

        options.side = cv2.imread(str(options.photo), cv2.IMREAD_REDUCED_GRAYSCALE_8).shape
        options.side = tuple(8 * side for side in options.side)
        child(options)
        return 0
    with tempfile.TemporaryDirectory(prefix="heirloom-large-") as folder:
        photo = Path(folder) / "large.jpg"
        make_photo(options.source, photo, options.megapixels)
        late = []
        for after in options.cancel_after:
            found = run_child(photo, options, after)
            late.append(found.get("cancel_s", float("inf")))
            print(f"cancelled after {after:g} s: stopped {late[-1]:.2f} s later", flush=True)
        whole = run_child(photo, options)
    return judge(whole, max(late, default=0.0), options)


def judge(whole: dict, cancel_s: float, options: argparse.Namespace) -> int:
    """Print the figures of the whole run beside what is asked."""
    timed = whole["tile_seconds"]
    steady = sorted(timed)[len(timed) // 2]
    print(f"{options.megapixels:g} megapixels, x{options.scale}, {whole['tiles']} tiles")
    if options.tiles:
        rest = whole["tiles"] - len(timed)
        print(f"the network made {len(timed)} of them, {steady:.1f} s each; the others stretched")
        if not options.faults:
            whole_s = whole["seconds"] + rest * steady
            print(f"all by the network would take {whole_s / 60:.0f} min")
    print(f"{whole['seconds'] / 60:.1f} min, peak memory {whole['peak_bytes'] / 1e9:.2f} GB")
    for gap, fraction, message in whole["longest"]:
        print(f"nothing moved for {gap:.2f} s at {fraction:.2%}, then: {message}")
    print(f"the report says: {json.dumps(whole['report'], ensure_ascii=False, indent=2)}")
    fits = options.scale > 2 or whole["peak_bytes"] < MOST_BYTES
    if options.faults:
        warnings = " ".join(whole["report"]["warnings"])
        fits = fits and "Memory ran short" in warnings and "empty picture" in warnings
    good = fits and whole["longest"][0][0] <= MOST_GAP_S
    return 0 if good and cancel_s <= MOST_CANCEL_S else 1


if __name__ == "__main__":
    sys.exit(main())
