"""Does a face hold detail that a network's crop cannot hold?

A face that is larger than the crop would be shrunk, restored and enlarged again; if it was sharp,
that makes it worse. What the crop cannot hold is what is lost by shrinking to it and back. Grain
and noise are lost as well, but evenly; real detail sits on a few edges: eyelashes, pupils, hair.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from core.alignment import aligned_crop
from core.geometry import Matrix, composed, enlarging, scale_of
from core.image import FloatImage, Pixels
from core.tone import luma_of

LARGER = 1.25
"""A face must be this many times larger than the crop before its sharpness is looked at."""

MAX_SIDE_PX = 1024
"""Detail is measured on a crop of at most this size."""

DETAIL = 0.02
"""Lost detail beyond grain, as a share of the brightness range, that counts as sharp.

Measured on aligned portraits of 512 px against a crop of 256 px, as tenth, fiftieth and ninetieth
percentile: sharp .017 .027 .053; blurred by 1 px .006 .008 .016; by 1.5 px and JPEG 40 .009 .010
.014; by 2 px with grain of 12/255 at most .005.
"""

EDGES_PERCENTILE = 98.0
GRAIN_FACTOR = 3.449
"""That percentile of the absolute values of normal noise, in units of their median."""


def is_beyond_crop(pixels: Pixels, to_crop: Matrix, crop_size_px: int) -> bool:
    """True where the face in the photo is larger and sharper than the crop can show."""
    larger = 1.0 / scale_of(to_crop)
    if larger < LARGER:
        return False
    side = min(MAX_SIDE_PX, round(crop_size_px * larger))
    fine = aligned_crop(pixels, composed(enlarging(side / crop_size_px), to_crop), side)
    return lost_detail(fine, crop_size_px) > DETAIL


def lost_detail(fine: FloatImage, crop_size_px: int) -> float:
    """What a larger aligned crop loses when it is shrunk to `crop_size_px` and enlarged again.

    Looks at the part of the crop where eyes, nose and mouth are.

    Returns:
        The loss on the strongest edges beyond what grain would explain (both are independent, so
        their squares add), as a share of the brightness range.
    """
    luma = luma_of(fine)
    side = luma.shape[0]
    small = cv2.resize(luma, (crop_size_px, crop_size_px), interpolation=cv2.INTER_AREA)
    again = cv2.resize(small, (side, side), interpolation=cv2.INTER_CUBIC)
    low, high = round(side * 0.25), round(side * 0.8)
    lost = np.abs(luma - again)[low:high, low:high]
    edges = float(np.percentile(lost, EDGES_PERCENTILE))
    grain = GRAIN_FACTOR * float(np.median(lost))
    return math.sqrt(max(0.0, edges**2 - grain**2))
