"""The colour spaces that the corrections work in.

* *Codes*: sRGB-encoded values in [0, 1], as stored (IEC 61966-2-1).
* *Linear light*: proportional to energy; exposure and white balance are factors there.
* *OKLab* (Ottosson 2020, "A perceptual color space for image processing"): lightness and two
  opponent axes. Multiplying linear light by a factor multiplies all three by its cube root, so
  that scaling a colour never turns its hue.

All functions take and give float32 arrays of shape ... x 3 and never change their input.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from core.image import FloatImage

_RGB_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_LMS_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_TO_LMS = _RGB_TO_LMS.astype(np.float32)
_TO_LAB = _LMS_TO_LAB.astype(np.float32)
_FROM_LMS = np.linalg.inv(_RGB_TO_LMS).astype(np.float32)
_FROM_LAB = np.linalg.inv(_LMS_TO_LAB).astype(np.float32)


def decoded(codes: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Codes to linear light; codes below 0 become 0."""
    positive = np.maximum(codes, np.float32(0))
    light = _power((positive + np.float32(0.055)) * np.float32(1 / 1.055), 2.4)
    _straight(light, positive, np.float32(0.04045), np.float32(1 / 12.92))
    return light


def encoded(linear: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Linear light to codes; values below 0 become 0."""
    positive = np.maximum(linear, np.float32(0))
    codes = np.float32(1.055) * _power(positive, 1 / 2.4) - np.float32(0.055)
    _straight(codes, positive, np.float32(0.0031308), np.float32(12.92))
    return codes


def cube_root(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The real cube root, of negative values too."""
    roots = _power(np.abs(values), 1 / 3)
    return np.copysign(roots, values, out=roots)


def _power(values: npt.NDArray[np.float32], exponent: float) -> npt.NDArray[np.float32]:
    """Values from 0 up to some power, right to 2e-7.

    NumPy's own root and power are vectorised on processors with AVX-512 only, and take four to
    seven times as long on all others.
    """
    row = np.ascontiguousarray(values).reshape(1, -1)
    return cast("npt.NDArray[np.float32]", cv2.pow(row, exponent)).reshape(values.shape)


def _straight(
    values: npt.NDArray[np.float32],
    source: npt.NDArray[np.float32],
    end: np.float32,
    slope: np.float32,
) -> None:
    """Write the straight piece near black of both sRGB curves. Few pixels: cheaper than `where`."""
    dark = np.flatnonzero(source <= end)
    values.reshape(-1)[dark] = source.reshape(-1)[dark] * slope


def oklab_of_linear(linear: FloatImage) -> FloatImage:
    """Linear light (H x W x 3) to OKLab: L in [0, 1], a and b within about +-0.4."""
    roots = cube_root(cv2.transform(linear, _TO_LMS))
    return cast("FloatImage", cv2.transform(roots, _TO_LAB))


def linear_of_oklab(lab: FloatImage) -> FloatImage:
    """OKLab (H x W x 3) to linear light, not clipped: colours outside sRGB leave [0, 1]."""
    roots = cv2.transform(lab, _FROM_LAB)
    return cast("FloatImage", cv2.transform(roots * roots * roots, _FROM_LMS))


def oklab(codes: FloatImage) -> FloatImage:
    """Codes (H x W x 3) to OKLab."""
    return oklab_of_linear(decoded(codes))
