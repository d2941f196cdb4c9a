"""Where in an aligned crop the restored face is used.

A parsing network, where one is installed, tells face and hair from glasses, hats and hands. Without
one the face is taken for an oval that five landmarks place: full strength over forehead, eyes,
cheeks, mouth and chin. Both fade to nothing in proportion to the face and before the crop ends, so
that hair which the crop cuts off is never cut in the photo.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
from scipy.ndimage import distance_transform_edt

from core.interfaces import FaceParts

Mask = npt.NDArray[np.float32]
"""S x S, [0, 1]: share of the restored face."""

CENTRE = (0.5, 0.555)
RADII = (0.40, 0.43)
"""The oval's centre and half axes (x, y), as shares of the crop; beyond it nothing is replaced."""

CORE = 0.68
"""Share of the radius within which the restored face is used fully."""

SURELY_NOT = 0.2
"""Where the photo is less likely face or hair than this, it is kept: something lies before it."""

LIKELY = 0.5
"""Where the restored crop is less likely face or hair than this, the photo is kept."""

FEATHER = 0.03
"""Width of the fading along the outline, inwards, as a share of the crop."""

KERNEL_PX = 2
"""Pixels along the outline that stay 0, so that interpolation carries nothing over it."""

BORDER = 0.08
"""The same along the crop's border."""

HAIR_REACH = (0.03, 0.14)
"""Hair counts fully up to the first distance from the face and not at all from the second on."""

SPECK = 0.012
"""Openings and islands narrower than twice this share of the crop are errors of the network."""

LEAST_OF_OVAL = 0.4
"""A parsed face that covers less of the oval's core is not believed."""


def face_mask(crop_size_px: int) -> Mask:
    """The soft face oval of an FFHQ-aligned crop, 0 along the crop's border."""
    return smooth_step((1.0 - _radius(crop_size_px)) / (1.0 - CORE))


def parsed_mask(before: FaceParts, after: FaceParts) -> Mask | None:
    """The mask that a parsing network's findings give.

    The outline is that of the restored crop, which is clean, so that the network is sure of it. But
    the photo decides what lies before the face: a restorer paints skin over a hand and loses
    glasses, and then the restored crop looks like face all over. In a damaged photo the network is
    seldom sure, so only its certainty counts there.

    Args:
        before: Of the crop that went in, S x S.
        after: Of the restored crop, S x S.

    Returns:
        S x S, exactly 0 on everything that is neither face nor near hair and along the crop's
        border; or None where too little of a face was recognised.
    """
    side = before.face.shape[0]
    face = (after.face >= LIKELY) & (before.face + before.hair >= SURELY_NOT)
    hair = (after.face + after.hair >= LIKELY) & (before.face + before.hair >= SURELY_NOT)
    core = _radius(side) < CORE
    face = _without_specks(face, side)
    if face[core].mean() < LEAST_OF_OVAL:
        return None
    region = _without_specks(face | hair, side)
    inwards = (_distance_px(region) - KERNEL_PX) / (FEATHER * side)
    full, none = (share * side for share in HAIR_REACH)
    near = (none - _distance_px(~face)) / (none - full)
    soft = smooth_step(inwards) * smooth_step(near) * _border(side)
    return np.asarray(soft, np.float32)


def _radius(side: int) -> npt.NDArray[np.float32]:
    """Distance from the oval's centre in units of its half axes, S x S."""
    places = (np.arange(side, dtype=np.float32) + 0.5) / side
    x = (places - CENTRE[0]) / RADII[0]
    y = (places - CENTRE[1]) / RADII[1]
    return np.asarray(np.hypot(x[None, :], y[:, None]), np.float32)


def _without_specks(region: npt.NDArray[np.bool_], side: int) -> npt.NDArray[np.bool_]:
    """The region without islands and pinholes; thin lines, such as rims of glasses, stay out."""
    reach = max(1, round(SPECK * side))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    opened = cv2.morphologyEx(region.astype(np.uint8), cv2.MORPH_OPEN, kernel)
    holes, labels, statistics, _ = cv2.connectedComponentsWithStats(1 - opened, connectivity=4)
    small = statistics[:, cv2.CC_STAT_AREA] < kernel.sum()
    small[0] = False  # label 0 is the region itself
    return np.asarray((opened > 0) | small[labels] if holes > 1 else opened > 0, np.bool_)


def _distance_px(region: npt.NDArray[np.bool_]) -> npt.NDArray[np.float32]:
    """Distance of each pixel of a region from the nearest one outside, 0 there.

    Not OpenCV's: on one thread its last bits depend on where the picture lies in memory.
    """
    if region.all():
        return np.full(region.shape, max(region.shape), np.float32)
    return np.asarray(distance_transform_edt(region), np.float32)


def _border(side: int) -> Mask:
    """1 inside, 0 along the crop's border."""
    places = np.arange(side, dtype=np.float32)
    ramp = smooth_step(np.minimum(places, side - 1 - places) / (BORDER * side))
    return np.asarray(ramp[:, None] * ramp[None, :], np.float32)


def smooth_step(ramp: npt.NDArray[np.floating]) -> Mask:
    """0 below 0, 1 above 1, in between a curve whose first two derivatives vanish at both ends."""
    t = np.clip(ramp, 0.0, 1.0)
    return np.asarray(t * t * t * (t * (t * 6.0 - 15.0) + 10.0), np.float32)
