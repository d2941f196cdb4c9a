"""How visible the border of a restored face is, against a hard-box paste.

    python tests/benchmarks/bench_seams.py PHOTOS_DIR [--faces 20]

Two groups: faces of a folder of photos, and one portrait damaged by the synthesis. For each face,
in the ring where the mask fades: the mean step from a pixel to the next, of luma (in 8-bit levels,
"gradient") and of colour (CIEDE2000), in the input and in the result, which may exceed the input by
10 %. The reference is a paste of the whole restored crop: the same steps, across its border.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from core.alignment import crop_corners, footprint, laid_over
from core.api import Engine, open_photo
from core.degradation import PROFILES, degrade, generator_for
from core.errors import RestorationError
from core.faces import FaceResult
from core.geometry import Region, inverted, transformed
from core.image import Photo, to_float, to_stored
from core.masks import face_mask
from core.metrics.ciede2000 import ciede2000, srgb_to_lab
from core.pipeline import Pipeline, Restoration
from core.progress import no_progress
from core.settings import FaceSettings, RestorationSettings
from core.stages.background import BackgroundStage
from core.stages.composite import CompositeStage
from core.tone import luma_of

PORTRAIT = Path(__file__).parents[1] / "golden" / "astronaut.jpg"
GOAL = 1.10
SETTINGS = RestorationSettings(faces=FaceSettings(finish="off", min_size_px=40))


def steps(pixels: np.ndarray, right: np.ndarray, below: np.ndarray) -> tuple[float, float]:
    """Mean step of luma (8-bit levels) and of colour (CIEDE2000) from a pixel to the next.

    Args:
        pixels: H x W x 3.
        right: H x (W - 1), which pairs of neighbours in a row count.
        below: (H - 1) x W, the same in a column.
    """
    image = to_float(pixels)
    luma, lab = luma_of(image) * 255, srgb_to_lab(image)
    light = np.concatenate(
        [np.abs(np.diff(luma, axis=1))[right], np.abs(np.diff(luma, axis=0))[below]]
    )
    colour = np.concatenate(
        [ciede2000(lab[:, :-1], lab[:, 1:])[right], ciede2000(lab[:-1], lab[1:])[below]]
    )
    return float(light.mean()), float(colour.mean())


def boxed(photo: Photo, face: FaceResult, region: Region) -> tuple[np.ndarray, np.ndarray]:
    """A part of the photo with the restored crop pasted whole, and where that crop lies."""
    corners = transformed(inverted(face.to_crop), crop_corners(face.crop.shape[0]))
    corners -= [region.left, region.top]
    inside = np.zeros((region.size.height, region.size.width), np.uint8)
    cv2.fillConvexPoly(inside, np.rint(corners).astype(np.int32), 1)
    laid = laid_over(face.restored, face.to_crop, region, cv2.INTER_LINEAR)
    pasted = photo.pixels[region.slices].copy()
    pasted[inside > 0] = to_stored(laid[inside > 0], pasted.dtype)
    return pasted, inside > 0


def measured(state: Restoration, face: FaceResult) -> np.ndarray:
    """Gradient and colour step: ring before and after, box border before and after."""
    photo = state.photo
    region = footprint(face.to_crop, face.crop.shape[0], photo.size).grown(3).clipped(photo.size)
    stage = CompositeStage(blend_in=SETTINGS.faces.blend_in)
    result = stage.run(replace(state, faces=(face,)), no_progress()).photo
    mask = face.mask if face.mask is not None else face_mask(face.crop.shape[0])
    laid = laid_over(mask, face.to_crop, region, cv2.INTER_LINEAR)
    ring = (laid > 0.02) & (laid < 0.6)
    pasted, box = boxed(photo, face, region)
    before = photo.pixels[region.slices]
    fading = (ring[:, :-1], ring[:-1])
    crossing = (box[:, :-1] != box[:, 1:], box[:-1] != box[1:])
    return np.array(
        [
            steps(before, *fading),
            steps(result.pixels[region.slices], *fading),
            steps(before, *crossing),
            steps(pasted, *crossing),
        ]
    )


def photos_of(folder: Path) -> Iterator[tuple[str, Photo]]:
    """The pictures of a folder that can be read."""
    for path in sorted(folder.iterdir()):
        try:
            yield path.name, open_photo(path)
        except RestorationError:
            continue


def damaged(count: int) -> Iterator[tuple[str, Photo]]:
    """One portrait, damaged in many ways."""
    clean = np.ascontiguousarray(cv2.imread(str(PORTRAIT))[..., ::-1])
    for index in range(count):
        name = ("mild", "medium", "severe")[index % 3]
        aged = degrade(clean, PROFILES[name], generator_for(0, index)).image
        yield f"{name} {index}", Photo(to_stored(aged, np.uint8))


def report(engine: Engine, title: str, photos: Iterator[tuple[str, Photo]], faces: int) -> None:
    """Measure and print one group."""
    stages = engine.pipeline(SETTINGS).stages
    until = next(i for i, stage in enumerate(stages) if isinstance(stage, BackgroundStage))
    print(f"\n{title}\n{'':32}{'gradient':>30}{'CIEDE2000':>32}")
    heads = ("before", "after", "box", "pasted") * 2
    print(f"{'':32}" + "".join(f"{head:>8}" for head in heads))
    rows: list[np.ndarray] = []
    for name, photo in photos:
        state = Pipeline(stages[:until]).run(photo).result
        usable = [face for face in state.faces if face.restored is not None]
        for face in usable[: min(2, faces - len(rows))]:
            values = measured(state, face)
            rows.append(values)
            print(f"{name[:31]:32}" + "".join(f"{value:8.2f}" for value in values.T.ravel()))
        if len(rows) >= faces:
            break
    table = np.array(rows)
    mean = table.mean(axis=0)
    print(f"{'mean of ' + str(len(rows)):32}" + "".join(f"{v:8.2f}" for v in mean.T.ravel()))
    for column, what in enumerate(("gradient", "CIEDE2000")):
        ratios = table[:, 1, column] / table[:, 0, column]
        box = table[:, 3, column] / table[:, 2, column]
        print(
            f"{what}: after/before {mean[1, column] / mean[0, column]:.2f}, worst face "
            f"{ratios.max():.2f}, over {GOAL:.2f} in {(ratios > GOAL).sum()} of {len(rows)}; "
            f"pasted box {mean[3, column] / mean[2, column]:.2f}, worst {box.max():.2f}"
        )


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--faces", type=int, default=20)
    options = parser.parse_args()
    engine = Engine()
    report(engine, "Photos", photos_of(options.folder), options.faces)
    report(engine, "Damaged by synthesis", damaged(options.faces), options.faces)


if __name__ == "__main__":
    main()
