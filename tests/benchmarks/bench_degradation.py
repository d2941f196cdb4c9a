"""How long the damage of one 256 px training sample takes on one core.

Run: python tests/benchmarks/bench_degradation.py
Prints processor milliseconds for each profile; a data worker must stay under 8 ms on average.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from core.degradation import PROFILES, degrade, generator_for

SIDE_PX = 256
SAMPLES = 300


def main() -> None:
    cv2.setNumThreads(1)
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (24, 24, 3), dtype=np.uint8)
    image = cv2.resize(coarse, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_CUBIC)
    for name, profile in PROFILES.items():
        times_ms = []
        for index in range(SAMPLES + 20):
            start = time.process_time()
            degrade(image, profile, generator_for(1, index))
            times_ms.append(1000 * (time.process_time() - start))
        # The first samples fill the caches of grain and kernels.
        warm = np.array(times_ms[20:])
        print(f"{name:10s} mean {warm.mean():5.2f} ms  95 % {np.percentile(warm, 95):5.2f} ms")


if __name__ == "__main__":
    main()
