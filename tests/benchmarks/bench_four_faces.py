"""Four faces in one photo against one: less than 3.2 times as long is asked.

    .venv/bin/python tests/benchmarks/bench_four_faces.py [--model compact-512] [--rounds 3]

Both photos have the same size and the same faces; in one of them three are painted over. Models are
loaded before, everything from finding faces to the finished picture is counted. Rounds of both
alternate and the fastest count. On a busy computer the processor's seconds say more than the clock.
"""

from __future__ import annotations

import argparse
import time

import cv2
import numpy as np
from bench_runtimes import SAMPLE

from core.api import Engine, open_photo
from core.image import Photo
from core.settings import FaceSettings, RestorationSettings

SIDE_PX = 640


def photo_with(faces: int) -> Photo:
    """Four times the sample in a square; only the first ones keep their face."""
    small = cv2.resize(open_photo(SAMPLE).pixels, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
    empty = cv2.GaussianBlur(small, (0, 0), 60)
    cells = [small if index < faces else empty for index in range(4)]
    pixels = np.vstack([np.hstack(cells[:2]), np.hstack(cells[2:])])
    return Photo(np.ascontiguousarray(pixels))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", default="compact-512")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    engine = Engine()
    settings = RestorationSettings(faces=FaceSettings(model=options.model))
    photos = {faces: photo_with(faces) for faces in (1, 4)}
    clock: dict[int, list[float]] = {1: [], 4: []}
    busy: dict[int, list[float]] = {1: [], 4: []}
    for number in range(options.rounds + 1):
        for faces, photo in photos.items():
            began, used = time.perf_counter(), time.process_time()
            trace = engine.run(photo, settings)
            if number:  # the first round loads and compiles
                clock[faces].append(time.perf_counter() - began)
                busy[faces].append(time.process_time() - used)
            found = len(trace.result.faces)
            if found != faces:
                raise SystemExit(f"{found} faces were found, not {faces}")
    for name, seconds in (("clock", clock), ("processor", busy)):
        one, four = min(seconds[1]), min(seconds[4])
        print(f"{name}: one face {one:.2f} s, four faces {four:.2f} s, {four / one:.2f} times")


if __name__ == "__main__":
    main()
