"""Keeps the fine detail that a face had before it was restored.

A network draws every face anew, also one that was sharp: wrinkles, stubble and freckles become
soft. How sharp the face was is measured by what the network drew: where the photo already holds the
edges that the network draws around eyes and mouth, it was sharp, and then the photo's own detail is
kept wherever there is more of it than in the network's picture. Grain, scratches and stains do not
count as sharpness, since the network does not draw them.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from core.image import FloatImage
from core.masks import face_mask
from core.tone import luma_of

BANDS = ((0.0, 0.004), (0.004, 0.008), (0.008, 0.016))
"""Bands of detail: between blurs of these sigmas, as shares of the crop."""

JUDGED = 1
"""The band that tells how sharp the face was: finer is grain, coarser survives every blur."""

PRESENT = (0.40, 0.70)
"""Share of the network's edges that were there before, at which keeping starts and is complete.

Measured on 16 portraits of 256 px, least, middle and most: sharp .65 .73 1.03; mildly damaged .44
.60 .87; medium .10 .25 .50; severely .02 .09 .17.
"""

NEIGHBOURHOOD = 0.012
"""Sigma of the surroundings in which detail is compared, as a share of the crop."""

QUIET_PERCENTILE = 20.0
"""What the quietest fifth of a face shows is grain."""

DAMAGE = 0.15
"""Differences beyond this, as a share of the brightness range, are rather scratches: they fade."""

Plane = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class KeptDetail:
    """A restored crop with the photo's own detail.

    Attributes:
        image: S x S x 3, [0, 1].
        share: How sharp the photo was, times the user's share, [0, 1]; 0 where nothing was kept.
    """

    image: FloatImage
    share: float


def with_detail(crop: FloatImage, restored: FloatImage, amount: float = 1.0) -> KeptDetail:
    """Give a restored crop the fine detail of the crop that went in, as far as that was sharp.

    Args:
        crop: S x S x 3, [0, 1].
        restored: The same shape.
        amount: The user's share of it, [0, 1].

    Returns:
        The restored crop, unchanged where nothing is kept.
    """
    side = crop.shape[0]
    before, after = luma_of(crop), luma_of(restored)
    share = amount * _ramp(sharpness_share(before, after), PRESENT)
    if share <= 0:
        return KeptDetail(restored, 0.0)
    inside = face_mask(side) > 0.5
    kept = np.zeros_like(before)
    for fine, coarse in BANDS:
        had = _band(before, fine * side, coarse * side)
        drew = _band(after, fine * side, coarse * side)
        kept += _preference(had, drew, inside) * (had - drew)
    kept /= 1.0 + (kept / np.float32(DAMAGE)) ** 4
    image = np.clip(restored + np.float32(share) * kept[..., None], 0.0, 1.0)
    return KeptDetail(np.asarray(image, np.float32), share)


def sharpness_share(before: Plane, after: Plane) -> float:
    """How much of the edges that a network drew the photo held already.

    The projection of what was there onto what the network drew: 1 where all of it was there, 0
    where it was blurred away. What is not correlated with it, such as grain, leaves it as it is.

    Args:
        before: Luma of the crop that went in, S x S.
        after: Luma of the restored crop, S x S.
    """
    side = before.shape[0]
    fine, coarse = (share * side for share in BANDS[JUDGED])
    had, drew = _band(before, fine, coarse), _band(after, fine, coarse)
    weight = face_mask(side) ** 2
    power = float((weight * drew * drew).sum())
    return float((weight * had * drew).sum()) / power if power > 0 else 0.0


def _preference(had: Plane, drew: Plane, inside: npt.NDArray[np.bool_]) -> Plane:
    """Where the photo's detail is to be preferred, [0, 1]: more than was drawn and than grain."""
    sigma_px = NEIGHBOURHOOD * had.shape[0]
    power_had = _blurred(had * had, sigma_px)
    grain = np.float32(np.percentile(power_had[inside], QUIET_PERCENTILE))
    real = np.maximum(0.0, power_had - grain) ** 2
    drawn = _blurred(drew * drew, sigma_px) ** 2
    return np.asarray(real / (real + drawn + grain**2 + np.float32(1e-14)), np.float32)


def _ramp(value: float, ends: tuple[float, float]) -> float:
    return float(np.clip((value - ends[0]) / (ends[1] - ends[0]), 0.0, 1.0))


def _band(plane: Plane, fine_px: float, coarse_px: float) -> Plane:
    return np.asarray(_blurred(plane, fine_px) - _blurred(plane, coarse_px), np.float32)


def _blurred(plane: Plane, sigma_px: float) -> Plane:
    if sigma_px == 0:
        return plane
    blurred = cv2.GaussianBlur(plane, (0, 0), sigma_px, borderType=cv2.BORDER_REFLECT_101)
    return np.asarray(blurred, np.float32)
