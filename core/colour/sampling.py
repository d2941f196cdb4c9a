"""A small copy of a photo to measure: the same measurements at every displayed size."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

from core.image import max_value

if TYPE_CHECKING:
    from core.image import FloatImage, Pixels

SAMPLE_SIDE_PX = 160
"""Longer side of the copy. Averaging this far down takes grain and JPEG colour noise away."""

_BORDER_SHARE = 0.04
"""Margin left out: scanner lids, paper edges and black frames are not part of the photo."""


def sampled(pixels: Pixels) -> FloatImage:
    """The inner part of a photo, averaged down: codes in [0, 1], at most 160 px a side."""
    height, width = pixels.shape[:2]
    top, left = int(height * _BORDER_SHARE), int(width * _BORDER_SHARE)
    inner = pixels[top : height - top, left : width - left]
    factor = min(1.0, SAMPLE_SIDE_PX / max(inner.shape[:2]))
    size = max(1, round(inner.shape[1] * factor)), max(1, round(inner.shape[0] * factor))
    small = cv2.resize(inner, size, interpolation=cv2.INTER_AREA)
    return cast("FloatImage", small.astype(np.float32) / np.float32(max_value(pixels)))
