"""How visible the border of a composited face is, against a hard-box paste.

Usage: python tests/benchmarks/bench_seams.py PHOTOS_DIR

For up to 20 faces, the mean colour step from a pixel to its neighbours (gradient in CIE Lab) is
measured in the ring where the mask fades, in the input and in the composite, and along the border
of the crop in the input and in a paste of the whole restored crop.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np

from core.alignment import crop_corners, laid_over
from core.engines.mtcnn import MtcnnDetector
from core.geometry import Region, inverted, transformed
from core.image import Photo, to_float
from core.masks import face_mask
from core.models.loader import load_face_restorer
from core.pipeline import Restoration
from core.progress import no_progress
from core.stages.composite import CompositeStage
from core.stages.detect import DetectStage
from core.stages.restore import RestoreFacesStage

MODELS = Path(str(files("resources") / "models"))


def step(pixels: np.ndarray, where: np.ndarray) -> float:
    """Mean colour step in Lab from a pixel to its neighbours, at the given pixels."""
    lab = cv2.cvtColor(to_float(pixels), cv2.COLOR_RGB2LAB)
    across = np.linalg.norm(np.gradient(lab, axis=1), axis=2)
    down = np.linalg.norm(np.gradient(lab, axis=0), axis=2)
    return float(np.hypot(across, down)[where].mean())


def boxed(pixels: np.ndarray, face) -> tuple[np.ndarray, np.ndarray]:
    """The restored crop pasted whole, and the ring of pixels along its border."""
    height, width = pixels.shape[:2]
    side = face.crop.shape[0]
    corners = transformed(inverted(face.to_crop), crop_corners(side))
    inside = np.zeros((height, width), np.uint8)
    cv2.fillConvexPoly(inside, np.rint(corners).astype(np.int32), 1)
    laid = laid_over(face.restored, face.to_crop, Region(0, 0, width, height), cv2.INTER_LINEAR)
    pasted = pixels.copy()
    pasted[inside > 0] = np.rint(np.clip(laid[inside > 0], 0, 1) * 255).astype(np.uint8)
    kernel = np.ones((3, 3), np.uint8)
    return pasted, cv2.dilate(inside, kernel) != cv2.erode(inside, kernel)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--faces", type=int, default=20)
    options = parser.parse_args()
    detect = DetectStage(MtcnnDetector(MODELS / "mtcnn.safetensors"), min_size_px=48)
    restorer = load_face_restorer(MODELS / "compact-256.safetensors", model_id="compact-256")
    rows: list[tuple[float, ...]] = []
    for path in sorted(options.folder.iterdir()):
        picture = cv2.imread(str(path))
        if picture is None or len(rows) >= options.faces:
            continue
        photo = Photo(np.ascontiguousarray(picture[..., ::-1]))
        state = detect.run(Restoration(photo, photo), no_progress())
        state = RestoreFacesStage(restorer).run(state, no_progress())
        for face in [item for item in state.faces if item.restored is not None][:2]:
            one = CompositeStage().run(replace(state, faces=(face,)), no_progress())
            size = Region(0, 0, photo.size.width, photo.size.height)
            mask = laid_over(face_mask(face.crop.shape[0]), face.to_crop, size, cv2.INTER_LINEAR)
            ring = (mask > 0.02) & (mask < 0.6)
            pasted, border = boxed(photo.pixels, face)
            values = (
                step(photo.pixels, ring),
                step(one.photo.pixels, ring),
                step(photo.pixels, border),
                step(pasted, border),
            )
            rows.append(values)
            print(f"{path.name[:30]:31}" + "".join(f"{value:8.2f}" for value in values))
    table = np.array(rows)
    print(
        f"{len(rows)} faces; mean step in the ring {table[:, 0].mean():.2f} before, "
        f"{table[:, 1].mean():.2f} composited ({(table[:, 1] / table[:, 0]).max():.2f} times at "
        f"worst); along the box {table[:, 2].mean():.2f} before, {table[:, 3].mean():.2f} pasted"
    )


if __name__ == "__main__":
    main()
