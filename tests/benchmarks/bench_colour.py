"""How long colour takes, and how much memory, on the displayed size and on 24 megapixels.

Run: python tests/benchmarks/bench_colour.py
The preview (estimate once, apply on the displayed size) must stay under 150 ms, and the extra
memory of the full size under 300 MB.
"""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from core.colour.apply import apply
from core.colour.estimate import estimate
from core.settings import COLOUR_PRESETS

FULL = (4000, 6000)
SHOWN = (1000, 1500)


def picture(kind: str) -> np.ndarray:
    rng = np.random.default_rng(1)
    coarse = rng.integers(60, 200, (12, 18, 3), dtype=np.uint8)
    if kind != "colour":
        coarse[:] = coarse[..., :1]
    full = cv2.resize(coarse, FULL[::-1], interpolation=cv2.INTER_CUBIC)
    if kind == "toned":
        full = cv2.LUT(full, np.linspace((30, 20, 0), (250, 235, 200), 256).astype(np.uint8)[None])
    return full


def best_s(run, repeats: int) -> float:
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    for kind in ("colour", "grey", "toned"):
        full = picture(kind)
        shown = cv2.resize(full, SHOWN[::-1], interpolation=cv2.INTER_AREA)
        for preset in ("auto", "strong"):
            settings = COLOUR_PRESETS[preset].replace(exposure=0.1)
            plan = estimate(full, settings)
            estimate_s = best_s(lambda full=full, s=settings: estimate(full, s), 3)
            shown_s = best_s(lambda plan=plan, shown=shown: apply(plan, shown), 5)
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            full_s = best_s(lambda plan=plan, full=full: apply(plan, full), 1)
            peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
            print(
                f"{plan.tone.kind:7s} {preset:7s} estimate {1000 * estimate_s:5.0f} ms  "
                f"shown 1.5 MP {1000 * shown_s:5.0f} ms  24 MP {full_s:5.2f} s  "
                f"peak grew by {peak:4.0f} MB"
            )


if __name__ == "__main__":
    main()
