"""Find the faces, or take the whole photo for one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from core.alignment import to_square
from core.faces import NO_FACE, Face, FaceResult, crop_transform, template
from core.geometry import Box, inverted, transformed
from core.image import FloatImage, to_uint8
from core.interfaces import FaceDetector
from core.pipeline import Restoration
from core.progress import Progress

NOT_SQUARE = (
    "The photo is not square, so it cannot be an aligned face; it was restored as if it were."
)
SQUARE_TOLERANCE = 0.02


def no_crop() -> FloatImage:
    """What stands in `FaceResult.crop` until the crop is cut: no pixels."""
    return np.zeros((0, 0, 3), np.float32)


@dataclass(frozen=True, slots=True)
class DetectStage:
    """Finds faces in the photo, before it is enlarged.

    Attributes:
        detector: What finds them.
        min_size_px: Narrower faces are left out.
        min_score: Less certain faces are left out.
    """

    detector: FaceDetector
    min_size_px: int = 20
    min_score: float = 0.9
    name = "Finding faces"
    cost = 3.0

    def run(self, state: Restoration, progress: Progress) -> Restoration:
        """Put the faces into the record; finding none is a warning, not an error."""
        found = self.detector.detect(
            to_uint8(state.photo.pixels),
            min_size_px=self.min_size_px,
            min_score=self.min_score,
            progress=progress,
        )
        usable = [face for face in found if len(set(face.landmarks)) > 1]
        faces = tuple(
            FaceResult(index, face, crop_transform(face.landmarks, 512), no_crop())
            for index, face in enumerate(usable)
        )
        state = replace(state, faces=faces).used(self.detector.info)
        return state if faces else state.warned(NO_FACE)


@dataclass(frozen=True, slots=True)
class AlignedStage:
    """Takes the whole photo for one FFHQ-aligned face crop."""

    name = "Taking the photo as one face"
    cost = 0.1

    def run(self, state: Restoration, progress: Progress) -> Restoration:
        """Put one face that fills the photo into the record."""
        progress.check()
        size = state.photo.size
        stretch = to_square(size, 512)
        points = transformed(inverted(stretch), template(512))
        five = [(float(x), float(y)) for x, y in points]
        face = Face(
            Box(-0.5, -0.5, size.width - 0.5, size.height - 0.5),
            (five[0], five[1], five[2], five[3], five[4]),
            1.0,
        )
        state = replace(state, faces=(FaceResult(0, face, stretch, no_crop(), whole=True),))
        longer, shorter = max(size.width, size.height), min(size.width, size.height)
        return state if longer <= shorter * (1 + SQUARE_TOLERANCE) else state.warned(NOT_SQUARE)
