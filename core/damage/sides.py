"""Marks that are edges of the scene: tell them from scratches by what lies on their two sides.

A scratch is brighter, or darker, than what lies on either side of it. Where one side is brighter
than the mark and the other darker, as at a collar, a ring or the border of a print, the mark is a
step between two things of the photo, and filling it would blur them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

from core.image import to_uint8

if TYPE_CHECKING:
    import numpy.typing as npt

    from core.image import Pixels

    Mask = npt.NDArray[np.bool_]
    Plane = npt.NDArray[np.float32]
    Shares = npt.NDArray[np.float64]

_WORK_SIDE_PX = 768
"""Shorter side at which marks are judged; the finder sees no more either."""

_REACH_PX = 3
_LEVELS = 3.0
"""Difference to the mark, in 8-bit levels, from which a pixel beside it counts."""

_EACH_SIDE = 0.25
"""Least share of the pixels beside a step that is brighter, and that is darker."""

_SURPLUS = 0.2
"""Most by which the two shares differ at a step. On damaged training faces: a sixth fewer pixels of
undamaged pictures marked, precision .65 to .67, recall .785 to .775."""

_LARGEST_SHARE = 0.004
"""Larger marks, as a share of the picture, are nets of cracks with dark sides of their own."""

_SMALLEST_PX = 30
"""Smaller marks, specks mostly, have too few pixels beside them to judge."""


def without_steps(pixels: Pixels, mask: Mask) -> Mask:
    """Take marks off that are steps between two parts of the scene.

    Args:
        pixels: H x W x 3, uint8 or uint16.
        mask: H x W, True where marked.

    Returns:
        H x W, `mask` without some of its connected marks.
    """
    if not mask.any():
        return mask
    count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    small, size = to_uint8(pixels), (mask.shape[1], mask.shape[0])
    factor = min(1.0, _WORK_SIDE_PX / min(size))
    near = labels.astype(np.float32)
    if factor < 1:
        size = max(1, round(size[0] * factor)), max(1, round(size[1] * factor))
        small = cv2.resize(small, size, interpolation=cv2.INTER_AREA)
        near = cv2.resize(near, size, interpolation=cv2.INTER_NEAREST)
    luma = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    areas = np.bincount(near.astype(np.int32).reshape(-1), minlength=count)
    brighter, darker = _sides(luma, near, count)
    step = (np.minimum(brighter, darker) >= _EACH_SIDE) & (np.abs(brighter - darker) < _SURPLUS)
    kept = ~step | (areas < _SMALLEST_PX) | (areas > _LARGEST_SHARE * luma.size)
    kept[0] = False
    return cast("Mask", kept[labels])


def _sides(luma: Plane, labels: Plane, count: int) -> tuple[Shares, Shares]:
    """For each mark: which share of the pixels beside it is brighter, and which is darker."""
    inside = (labels > 0).astype(np.float32)
    window = (4 * _REACH_PX + 1, 4 * _REACH_PX + 1)
    share = cv2.blur(inside, window)
    level = cv2.blur(luma * inside, window) / np.maximum(share, np.float32(1e-6))
    side = 2 * _REACH_PX + 1
    around = cv2.dilate(labels, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)))
    # The pixels right beside a mark are mixed of both.
    touching = cv2.dilate(inside, np.ones((3, 3), np.uint8)) > 0
    beside = (around > 0) & ~touching
    owner = around[beside].astype(np.int32)
    change = (luma - level)[beside]
    total = np.maximum(np.bincount(owner, minlength=count), 1)
    brighter = np.bincount(owner, weights=change > _LEVELS, minlength=count) / total
    darker = np.bincount(owner, weights=change < -_LEVELS, minlength=count) / total
    return brighter, darker
