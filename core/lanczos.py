"""Lanczos enlargement in strips: hardly more memory than the result."""

from __future__ import annotations

import cv2
import numpy as np

from core.image import Pixels, max_value
from core.progress import Progress

_REACH_PX = 8
"""Rows beyond a strip that reach into it; OpenCV's kernel has 8 taps."""

_STRIP_OUTPUT_PX = 4_000_000
"""Pixels of the result that are made at a time: some 50 MB as floats, a fraction of a second."""


def enlarged(stored: Pixels, scale: int, progress: Progress) -> Pixels:
    """Enlarge stored pixels by a whole factor, Lanczos over 8 x 8 pixels.

    Overshoot is cut off at black and white.

    Args:
        stored: H x W or H x W x C, uint8 or uint16.
        scale: How many times wider and higher.
        progress: Reported to and polled after each strip.

    Returns:
        (H * scale) x (W * scale) (x C), same depth. Strips leave no trace.

    Raises:
        Cancelled: The job was stopped.
    """
    height, width = stored.shape[:2]
    result = np.empty((height * scale, width * scale, *stored.shape[2:]), stored.dtype)
    rows = max(1, _STRIP_OUTPUT_PX // (width * scale * scale))
    for top in range(0, height, rows):
        progress.report(top / height)
        bottom = min(height, top + rows)
        result[top * scale : bottom * scale] = _strip(stored, top, bottom, scale)
    progress.report(1.0)
    return result


def _strip(stored: Pixels, top: int, bottom: int, scale: int) -> Pixels:
    """Rows [top, bottom) of the input, enlarged; cut from a strip with enough rows around it."""
    first = max(0, top - _REACH_PX)
    last = min(stored.shape[0], bottom + _REACH_PX)
    source = stored[first:last].astype(np.float32)
    size = (source.shape[1] * scale, source.shape[0] * scale)
    strip = cv2.resize(source, size, interpolation=cv2.INTER_LANCZOS4)
    strip = strip.reshape(*strip.shape[:2], *stored.shape[2:])  # OpenCV drops a lone channel
    cut = strip[(top - first) * scale : (bottom - first) * scale]
    np.rint(cut, out=cut)
    kept: Pixels = np.clip(cut, 0, max_value(stored)).astype(stored.dtype)
    return kept
