"""Where faces have fine lines of their own: lids, lashes, rims of spectacles, lips."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from core.faces import Face

_EYE_SHARE = (0.42, 0.36)
_MOUTH_SHARE = (0.62, 0.30)
"""Half axes of the ellipses over an eye and the mouth, as shares of the distance of the eyes."""

_FADING_SHARE = 0.06


def own_lines(
    faces: Sequence[Face], height_px: int, width_px: int
) -> npt.NDArray[np.float32] | None:
    """Where marks have to be surer than elsewhere.

    Args:
        faces: What was found in the photo.
        height_px: Height of the photo.
        width_px: Width of the photo.

    Returns:
        H x W in [0, 1], 1 over eyes and mouths; None where there are no faces.
    """
    if not faces:
        return None
    plane = np.zeros((height_px, width_px), np.float32)
    for face in faces:
        left, right, _nose, *mouth = (np.asarray(point) for point in face.landmarks)
        apart = float(np.hypot(*(right - left)))
        turn = math.degrees(math.atan2(right[1] - left[1], right[0] - left[0]))
        for centre, share in (
            (left, _EYE_SHARE), (right, _EYE_SHARE), ((mouth[0] + mouth[1]) / 2, _MOUTH_SHARE),
        ):  # fmt: skip
            place = round(float(centre[0])), round(float(centre[1]))
            axes = max(1, round(share[0] * apart)), max(1, round(share[1] * apart))
            cv2.ellipse(plane, place, axes, turn, 0, 360, 1.0, cv2.FILLED)
        _soften(plane, face, apart)
    return plane


def _soften(plane: npt.NDArray[np.float32], face: Face, apart_px: float) -> None:
    """Fade the ellipses of a face out, in place."""
    rim = math.ceil(apart_px)
    window = np.s_[
        max(0, round(face.box.top) - rim) : max(0, round(face.box.bottom) + rim),
        max(0, round(face.box.left) - rim) : max(0, round(face.box.right) + rim),
    ]
    part = plane[window]
    if part.size and apart_px >= 1:
        part[:] = cv2.GaussianBlur(part, (0, 0), _FADING_SHARE * apart_px)
