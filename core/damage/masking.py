"""From how likely each pixel is damaged to the mask that is filled."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Mask = npt.NDArray[np.bool_]

_DOUBT = (0.002, 0.2)
"""How unlikely damage may be where a mark starts, at sensitivity 0 and 1; in even ratios between,
as the network's likelihoods crowd near 0 and 1."""

_WEAK = 0.36
"""Share of the starting likelihood that is enough beside a start: starts are rare on undamaged
pictures, so that a mark may be followed far once it has one."""

_SMALLEST_PX = 3


def damage_mask(
    likelihood: npt.NDArray[np.float32],
    *,
    sensitivity: float,
    protected: npt.NDArray[np.float32] | None = None,
) -> Mask:
    """Decide which pixels are damaged, by hysteresis (Canny 1986, section VII).

    A mark needs at least one pixel that is surely damaged; from there it takes in its less sure
    neighbours. Marks of one or two pixels are noise.

    Args:
        likelihood: H x W in [0, 1].
        sensitivity: 0 marks only what is certain, 1 also what is doubtful.
        protected: H x W in [0, 1], 1 where fine lines belong to the photo (faces): a mark starts
            there only where it is nearly certain. None protects nothing.

    Returns:
        H x W, True where damaged.
    """
    sure = np.float32(1 - _DOUBT[0] * (_DOUBT[1] / _DOUBT[0]) ** sensitivity)
    weak = np.float32(_WEAK) * sure
    candidates = likelihood >= weak
    if protected is None:
        strong_seeds = likelihood >= sure
    else:  # only where a mark starts: a crack that enters a face is followed like any other
        caution = np.float32(0.8) * np.clip(protected, 0, 1)
        strong_seeds = likelihood >= sure + (1 - sure) * caution
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        candidates.astype(np.uint8), connectivity=8
    )
    seeded = np.bincount(labels[strong_seeds], minlength=count) > 0
    kept = seeded & (stats[:, cv2.CC_STAT_AREA] >= _SMALLEST_PX)
    kept[0] = False
    return cast("Mask", kept[labels])


def grown(mask: Mask, radius_px: int) -> Mask:
    """The mask with a rim, so that a mark's soft edge is filled too."""
    if radius_px <= 0:
        return mask
    side = 2 * radius_px + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    return cast("Mask", cv2.dilate(mask.astype(np.uint8), kernel).astype(np.bool_))
