"""The face finder that is always there: MTCNN with its weights inside the application.

Old photographs are soft, grainy, faded and often lie on their side: not what MTCNN was trained for.
So the photo is searched as it is and mended (grain smoothed, contrast stretched, small photos
enlarged, borders mirrored so that faces cut by the edge have surroundings): first the mended one
coarsely in four orientations, then both closely in the orientation that most faces have.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load

from core.engines.mtcnn_cascade import Candidates, Cascade, crop, squared
from core.engines.rotation import (
    QUARTERS,
    Finding,
    credible,
    in_reading_order,
    main_turn,
    moved,
    sweep,
)
from core.errors import ModelFileError
from core.faces import Face
from core.geometry import Box, Matrix, composed, enlarging, inverted, scale_of
from core.interfaces import EngineInfo, Uint8Image
from core.nets.mtcnn import Mtcnn
from core.progress import Progress

WORK_SIDE_PX = 1920
"""Longer photos are searched at this size: bounds time and memory. 1 % of it is 19 px."""

SMALL_SIDE_PX = 800
"""Photos whose longer side is below this are enlarged to it before they are mended."""

MAX_ENLARGEMENT = 4.0
MIRROR_SHARE = 0.15
BLUR_SIGMA_PX = 0.8
STRETCH_PERCENTILES = (1.0, 99.0)
SMALLEST_WINDOW_PX = 12.0

COARSE = 2.0
"""The first sweep, which finds out how the photo lies, looks for faces this many times larger."""


BOX_FACTORS = (0.8, 1.0, 1.25)
"""A box that was drawn by hand is read at these sizes; the surest reading counts."""

BOX_SIDE_PX = 96
LEAST_BOX_SCORE = 0.2
"""Below this the last network's points are guesses."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One version of the photo that is searched.

    Attributes:
        picture: H x W x 3, RGB, uint8.
        to_photo: From its pixels to the photo's.
    """

    picture: Uint8Image
    to_photo: Matrix


class MtcnnDetector:
    """Finds faces with MTCNN; implements `core.interfaces.FaceDetector`.

    Args:
        weights_path: `mtcnn.safetensors`.
        device: Where to compute. The networks are tiny, so the processor is quick enough.

    Raises:
        ModelFileError: The file cannot be read or holds other weights.
    """

    def __init__(self, weights_path: Path, device: str = "cpu") -> None:
        nets, digest = _loaded(weights_path)
        self._cascade = Cascade(nets.to(device), torch.device(device))
        self._info = EngineInfo(
            task="detection",
            model="mtcnn",
            sha256=digest,
            licence="MIT",
            device=device,
            reason="Comes with the application.",
        )

    @property
    def info(self) -> EngineInfo:
        """What runs."""
        return self._info

    def detect(
        self, pixels: Uint8Image, *, min_size_px: int, min_score: float, progress: Progress
    ) -> tuple[Face, ...]:
        """Find all faces at any multiple of 90 degrees; see `FaceDetector.detect`."""
        progress.check()
        search = _Search(self._cascade, float(min_size_px), min_score)
        plain, mended = plain_look(pixels), mended_look(pixels)
        with torch.inference_mode(), one_thread():
            found = search.run(mended, COARSE, QUARTERS, progress.part(0.0, 0.4))
            if not found:  # the faces may all be small
                found = search.run(mended, 1.0, QUARTERS, progress.part(0.4, 0.6))
            main = (main_turn(found),)
            found += search.run(mended, 1.0, main, progress.part(0.6, 0.85))
            found += search.run(plain, 1.0, main, progress.part(0.85, 1.0))
        inside = [item for item in found if _is_inside(item.face, pixels)]
        return in_reading_order(face for face in credible(inside) if face.box.width >= min_size_px)

    def face_in(self, pixels: Uint8Image, box: Box, progress: Progress) -> Face | None:
        """Ask the last network alone about a box; see `core.placing.BoxReader`."""
        with torch.inference_mode(), one_thread():
            tries = [
                finding
                for factor in BOX_FACTORS
                for finding in self._judged(pixels, _resized_box(box, factor), progress)
            ]
        best = max(tries, key=lambda item: item.face.score)
        return best.face if best.face.score >= LEAST_BOX_SCORE else None

    def _judged(self, pixels: Uint8Image, box: Box, progress: Progress) -> list[Finding]:
        """What the last network makes of a square around a box, in each orientation."""
        square = squared(np.array([[box.left, box.top, box.right, box.bottom]]) + 0.5)
        picture = crop(pixels, square[0], BOX_SIDE_PX)
        left, top, right, _ = square[0]
        scale = (right - left) / BOX_SIDE_PX
        shift = (scale - 1) / 2
        to_photo = np.array([[scale, 0.0, left + shift], [0.0, scale, top + shift]])
        whole = np.array([[0.0, 0.0, BOX_SIDE_PX, BOX_SIDE_PX]])

        def judge(turned: Uint8Image, part: Progress) -> list[Face]:
            return _as_faces(self._cascade.judged(turned, whole, part))

        found = sweep(picture, judge, progress)
        return [Finding(moved(item.face, to_photo), item.quarters) for item in found]


@dataclass(frozen=True, slots=True)
class _Search:
    """What one call looks for.

    Attributes:
        cascade: The networks.
        min_size_px: Width of the smallest face, in pixels of the photo.
        min_score: Certainty of the least sure face.
    """

    cascade: Cascade
    min_size_px: float
    min_score: float

    def run(
        self, look: Look, coarseness: float, quarters: tuple[int, ...], progress: Progress
    ) -> list[Finding]:
        """Faces of one look in some orientations, in pixels of the photo."""
        smallest = max(SMALLEST_WINDOW_PX, self.min_size_px / scale_of(look.to_photo))
        odds = max(self.min_score, 0.01) / max(1.0 - self.min_score, 1e-9)

        def find_upright(picture: Uint8Image, part: Progress) -> list[Face]:
            candidates = self.cascade.find(
                picture, min_face_px=smallest * coarseness, min_logit=math.log(odds), progress=part
            )
            return _as_faces(candidates)

        found = sweep(look.picture, find_upright, progress, quarters)
        return [Finding(moved(item.face, look.to_photo), item.quarters) for item in found]


@contextmanager
def one_thread() -> Iterator[None]:
    """Compute on one thread: layers this small spend more time on waking a second one.

    Measured beside other work on two cores: 22 ms for a picture that takes two threads 160 ms.
    """
    before = torch.get_num_threads(), cv2.getNumThreads()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before[0])
        cv2.setNumThreads(before[1])


def _loaded(weights_path: Path) -> tuple[Mtcnn, str]:
    """The networks in evaluation mode, and the hash of their file."""
    try:
        data = weights_path.read_bytes()
        nets = Mtcnn()
        nets.load_state_dict(load(data))
    except (OSError, SafetensorError, RuntimeError) as error:
        raise ModelFileError(
            f"The face finder's file {weights_path.name} cannot be used: {error}.",
            "Install the application again, or import the model once more.",
        ) from error
    return nets.eval().requires_grad_(requires_grad=False), hashlib.sha256(data).hexdigest()


def _as_faces(found: Candidates) -> list[Face]:
    """Candidates as faces; outer edges and shares become coordinates of pixel centres."""
    faces = []
    scores = 1.0 / (1.0 + np.exp(-found.logits))
    for box, points, score in zip(found.boxes - 0.5, found.points - 0.5, scores, strict=True):
        five = [(float(x), float(y)) for x, y in points]
        left, top, right, bottom = (float(edge) for edge in box)
        landmarks = (five[0], five[1], five[2], five[3], five[4])
        faces.append(Face(Box(left, top, right, bottom), landmarks, float(score)))
    return faces


def _resized_box(box: Box, factor: float) -> Box:
    """A box around the same centre."""
    (x, y), width, height = box.centre, box.width * factor / 2, box.height * factor / 2
    return Box(x - width, y - height, x + width, y + height)


def _is_inside(face: Face, pixels: Uint8Image) -> bool:
    """True where the face's centre lies in the photo, not in its mirrored margin."""
    x, y = np.mean(face.landmarks, axis=0)
    return bool(-0.5 <= x <= pixels.shape[1] - 0.5 and -0.5 <= y <= pixels.shape[0] - 0.5)


def plain_look(pixels: Uint8Image) -> Look:
    """The photo as it is, or shrunk to `WORK_SIDE_PX`."""
    return _resized(pixels, min(1.0, WORK_SIDE_PX / max(pixels.shape[:2])))


def mended_look(pixels: Uint8Image) -> Look:
    """The photo with grain smoothed, contrast stretched, borders mirrored and at a good size."""
    side = max(pixels.shape[:2])
    padded_side = side * (1 + 2 * MIRROR_SHARE)
    enlarged = min(MAX_ENLARGEMENT, max(1.0, SMALL_SIDE_PX / side))
    look = _resized(pixels, min(enlarged, WORK_SIDE_PX / padded_side))
    picture = cv2.GaussianBlur(look.picture, (0, 0), BLUR_SIGMA_PX)
    low, high = np.percentile(picture, STRETCH_PERCENTILES)
    if high > low:
        gain = 255.0 / (high - low)
        picture = cv2.convertScaleAbs(np.maximum(picture, low), alpha=gain, beta=-low * gain)
    margin = round(max(picture.shape[:2]) * MIRROR_SHARE)
    rows, columns = (min(margin, length - 1) for length in picture.shape[:2])
    picture = cv2.copyMakeBorder(picture, rows, rows, columns, columns, cv2.BORDER_REFLECT_101)
    shift = np.array([[1.0, 0.0, -columns], [0.0, 1.0, -rows]])
    return Look(np.asarray(picture, np.uint8), composed(look.to_photo, shift))


def _resized(pixels: Uint8Image, factor: float) -> Look:
    """The photo at another size."""
    if factor == 1.0:
        return Look(pixels, enlarging(1.0))
    height, width = pixels.shape[:2]
    size = max(1, round(width * factor)), max(1, round(height * factor))
    method = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    picture = cv2.resize(pixels, size, interpolation=method)
    # The pixel grid is rounded, so each axis has its own scale.
    x_scale, y_scale = size[0] / width, size[1] / height
    enlarged = np.array(
        [[x_scale, 0.0, (x_scale - 1) / 2], [0.0, y_scale, (y_scale - 1) / 2]], np.float64
    )
    return Look(np.asarray(picture, np.uint8), inverted(enlarged))
