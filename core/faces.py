"""Faces: where they are, how they map to the network's crop, and what came back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from core.geometry import Box, Matrix, similarity
from core.image import FloatImage
from core.settings_faces import FIRST_ADDED

FFHQ_TEMPLATE_512: npt.NDArray[np.float64] = np.array(
    [
        [192.98138, 239.94708],
        [318.90277, 240.1936],
        [256.63416, 314.01935],
        [201.26117, 371.41043],
        [313.08905, 371.15118],
    ]
)
"""Left eye, right eye, nose tip, left and right mouth corner (as seen) in the 512 px FFHQ crop.

Figures of facexlib's alignment template (MIT).
"""

Point = tuple[float, float]
Landmarks = tuple[Point, Point, Point, Point, Point]
"""Left eye, right eye, nose, left and right mouth corner (x, y), as the viewer sees them."""


NO_FACE = "No face was found, so no face was restored."

Likeness = Literal["", "same", "pulled_back", "given_up", "doubtful"]
"""How alike a face is to itself before: not measured; the same person; the same person after a part
of the change was taken back; nothing of the change was left; perhaps somebody else."""


@dataclass(frozen=True, slots=True)
class Face:
    """One detected face, in pixels of the upright photo.

    Attributes:
        box: The detector's rectangle; may reach over the photo's border.
        landmarks: Five points, see `Landmarks`.
        score: The detector's certainty in [0, 1].
    """

    box: Box
    landmarks: Landmarks
    score: float


def face_name(index: int) -> str:
    """What a face is called in sentences: "Face 3", or "Added face 1"."""
    if index >= FIRST_ADDED:
        return f"Added face {index - FIRST_ADDED + 1}"
    return f"Face {index + 1}"


def template(crop_size_px: int) -> npt.NDArray[np.float64]:
    """The FFHQ template for a crop of any size, 5 x 2; outer edges stay aligned."""
    factor = crop_size_px / 512
    scaled: npt.NDArray[np.float64] = (FFHQ_TEMPLATE_512 + 0.5) * factor - 0.5
    return scaled


def crop_transform(landmarks: Landmarks, crop_size_px: int) -> Matrix:
    """The similarity transform (2 x 3) from photo to aligned crop pixels."""
    return similarity(np.asarray(landmarks), template(crop_size_px))


@dataclass(frozen=True, slots=True, eq=False)
class FaceResult:
    """A face and what was done to it.

    Attributes:
        index: Its number in the photo: top to bottom, then left to right; faces that the user added
            follow from `core.settings.FIRST_ADDED` on.
        face: Where it is.
        to_crop: Photo pixels to crop pixels, 2 x 3.
        crop: The aligned input, S x S x 3, [0, 1].
        restored: The network's output over the same area, or None where the face was left alone.
            Once it is finished (see `core.stages.finish`) its side differs from the crop's.
        drawn: The network's output before it got the tone of a toned photo, so that another tone
            need not ask for it again; None where it got none.
        skipped: Why it was left alone, one sentence; empty where it was not.
        strength: Share of the restored face in the output, [0, 1]; 0 where it is switched off.
        whole: True where the crop is the whole photo (`--aligned`).
        identity: How alike the crop and what the user gets are, which is the restored face mixed
            with the crop by its strength: cosine of embeddings, 1 for the same picture; None where
            it was not measured.
        kept_back: Share of the network's change that was taken back to keep the likeness, [0, 1].
        detail_kept: Share of the crop's own fine detail that stayed, [0, 1]; see `core.detail`.
        mask: Where the restored face is used, any square side, [0, 1], over the area of the crop;
            None for the oval that the landmarks place.
        mask_model: The model that drew the mask; empty where the landmarks did.
        finished: True where an enlarging network drew the restored face at a larger size.
        model: The model that restored it; empty where none did.
        removed: True where the user said that it is no face: nothing is done with it.
        found: Its landmarks as they were found, where the user corrected them; None otherwise.
        likeness: What `identity` and `kept_back` come to.
        embedding: The identity network's unit vector of the crop, so that another strength need not
            ask for it again; None where it was not measured.
    """

    index: int
    face: Face
    to_crop: Matrix
    crop: FloatImage
    restored: FloatImage | None = None
    drawn: FloatImage | None = None
    skipped: str = ""
    strength: float = 0.0
    whole: bool = False
    identity: float | None = None
    kept_back: float = 0.0
    detail_kept: float = 0.0
    mask: npt.NDArray[np.float32] | None = None
    mask_model: str = ""
    finished: bool = False
    model: str = ""
    removed: bool = False
    found: Landmarks | None = None
    likeness: Likeness = ""
    embedding: npt.NDArray[np.float32] | None = None

    @property
    def is_added(self) -> bool:
        """True where the user drew it and no finder found it."""
        return self.index >= FIRST_ADDED
