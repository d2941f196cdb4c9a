"""How long a change to one face takes, beside restoring all of them, on a photo of 2 megapixels.

Run: python tests/benchmarks/bench_one_face.py [--faces 12] [--model compact-512]
A change to one face must ask the networks about that face only and take under a second; what the
window adds (pictures for the screen, thumbnails) is counted in. On a computer that is busy with
other work the processor's seconds say more than those of the clock.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from app.jobs.works import thumbnails_of
from app.session.pyramid import build_pyramid
from core.api import Engine, open_photo
from core.image import Photo
from core.pipeline import Trace
from core.settings import FaceSettings, RestorationSettings

SAMPLE = Path(str(files("resources").joinpath("samples", "astronaut-aged.jpg")))
SIZE = (1632, 1224)
ROUNDS = 3


class Counting:
    """A restorer that counts faces."""

    def __init__(self, inner) -> None:
        self._inner = inner
        self.faces = 0
        self.info = inner.info
        self.crop_size_px = inner.crop_size_px

    def restore(self, crops, *, seed, progress):
        self.faces += len(crops)
        return self._inner.restore(crops, seed=seed, progress=progress)


def group_photo(faces: int) -> Photo:
    """The sample over and over, in rows, until there are so many faces."""
    width, height = SIZE
    columns = int(np.ceil(np.sqrt(faces * width / height)))
    rows = int(np.ceil(faces / columns))
    sample = open_photo(SAMPLE).pixels
    tile = width // columns, height // rows
    small = cv2.resize(sample, tile, interpolation=cv2.INTER_AREA)
    pixels = np.full((height, width, 3), 120, np.uint8)
    for number in range(faces):
        left, top = (number % columns) * tile[0], (number // columns) * tile[1]
        pixels[top : top + tile[1], left : left + tile[0]] = small
    return Photo(pixels)


def timed(
    engine: Engine, photo: Photo, settings: RestorationSettings, previous: Trace | None
) -> tuple[float, float, Trace]:
    """Seconds of the clock and of the processor (window included), and the run."""
    began, used = time.perf_counter(), time.process_time()
    trace = engine.run(photo, settings, previous=previous)
    build_pyramid(trace.result.photo)
    thumbnails_of(trace.result)
    return time.perf_counter() - began, time.process_time() - used, trace


def changes(number: int, base: RestorationSettings, trace: Trace, other: str):
    """The changes to one face that ask a network, each with its name."""
    from app.session.face_edits import with_added, with_choice, without

    face = trace.result.faces[number].face
    moved = tuple((x + 2.0, y + 1.0) for x, y in face.landmarks)
    yield "another model", with_choice(base, number, model=other)
    yield "moved points", with_choice(base, number, landmarks=moved)
    elsewhere = tuple((x - 3.0, y + 2.0) for x, y in face.landmarks)
    yield "added by hand", with_added(base, face.box, elsewhere)[0]
    yield "taken out", without(base, number)
    yield "half strength", with_choice(base, number, strength=0.5)
    yield "switched off", with_choice(base, number, enabled=False)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--faces", type=int, default=12)
    parser.add_argument("--model", default="compact-512")
    parser.add_argument("--photo", type=Path, help="a photo of your own in place of the sample")
    wanted = parser.parse_args()
    engine = Engine()
    other = "compact-256" if wanted.model != "compact-256" else "compact-512"
    nets = {}
    for name in (wanted.model, other):
        nets[name] = engine._restorers[name] = Counting(engine.restorer(name))
    photo = open_photo(wanted.photo) if wanted.photo else group_photo(wanted.faces)
    base = RestorationSettings(faces=FaceSettings(model=wanted.model))
    timed(engine, photo, base, None)  # loads and warms up
    timed(engine, photo, base.replace(faces=base.faces.replace(model=other)), None)
    photo = replace(photo)
    all_s, all_used_s, trace = timed(engine, photo, base, None)
    count = len(trace.result.faces)
    print(f"{photo.size.width} x {photo.size.height} px, {count} faces, {wanted.model}")
    print(f"{'':28} {'clock':>9} {'processor':>10}")
    print(f"{'all faces, from the start':28} {all_s:7.2f} s {all_used_s:8.2f} s")
    for title, settings in changes(count // 2, base, trace, other):
        for net in nets.values():
            net.faces = 0
        runs = [timed(engine, photo, settings, trace)[:2] for _ in range(ROUNDS)]
        seconds, used_s = (statistics.median(column) for column in zip(*runs, strict=True))
        asked = sum(net.faces for net in nets.values()) / ROUNDS
        share = used_s / all_used_s
        print(
            f"{title:28} {seconds:7.2f} s {used_s:8.2f} s {asked:3.0f} face(s) {share:6.1%} of all"
        )


if __name__ == "__main__":
    main()
