"""A result made smaller, and its bits a channel changed, on its way to the file."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np

from core.image import Photo, Pixels, to_uint8
from core.imageio.background import interruptible
from core.progress import Progress


def resized(photo: Photo, max_side_px: int | None, progress: Progress) -> Photo:
    """The photo with its longest side at most `max_side_px`; never enlarged.

    Args:
        photo: Any photo.
        max_side_px: Longest side in pixels, or None to keep the size.
        progress: Polled for cancellation.

    Returns:
        The same photo where it is small enough, otherwise one whose pixels are averages over the
        area that each of them covers.

    Raises:
        Cancelled: The job was stopped.
    """
    longest = max(photo.size.width, photo.size.height)
    if max_side_px is None or longest <= max_side_px:
        return photo
    factor = max_side_px / longest
    size = (
        max(1, round(photo.size.width * factor)),
        max(1, round(photo.size.height * factor)),
    )
    pixels = interruptible(lambda: _smaller(photo.pixels, size), progress)
    alpha = photo.alpha
    if alpha is not None:
        alpha = _smaller(alpha, size)
    return replace(photo, pixels=pixels, alpha=alpha)


def with_depth(photo: Photo, depth: int | None) -> Photo:
    """The photo at 8 or 16 bits a channel; the same photo where nothing changes."""
    if depth is None or depth == photo.bit_depth:
        return photo
    alpha = photo.alpha
    return replace(
        photo,
        pixels=_at_depth(photo.pixels, depth),
        alpha=None if alpha is None else _at_depth(alpha, depth),
    )


def _smaller(stored: Pixels, size: tuple[int, int]) -> Pixels:
    made: Pixels = np.ascontiguousarray(cv2.resize(stored, size, interpolation=cv2.INTER_AREA))
    return made


def _at_depth(stored: Pixels, depth: int) -> Pixels:
    if depth == 8:
        return to_uint8(stored)
    deep: Pixels = stored.astype(np.uint16) * np.uint16(257)  # white is 65535
    return deep
