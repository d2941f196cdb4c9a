"""The colour of a small patch of a photo, for white balance by a click. Knows no Qt."""

from __future__ import annotations

import math
from typing import cast

import numpy as np

from core.image import Photo, Pixels, to_float, to_uint8

_REACH_SHARE = 0.003
"""Half the side of the patch that is averaged, as a share of the photo's shorter side."""


_JUDGED_PX = 600_000


def neutral_at(photo: Photo, x: float, y: float) -> tuple[float, float, float] | None:
    """The middle colour around a place, as codes in [0, 1]; None beside the photo.

    The median leaves a speck of dust or a grain of silver out.

    Args:
        photo: Where it is taken from.
        x: Pixels from the photo's left edge.
        y: Pixels from the photo's top edge.
    """
    if not _is_inside(photo, x, y):
        return None
    reach = max(1, round(_REACH_SHARE * min(photo.size.width, photo.size.height)))
    row, column = int(y), int(x)
    patch = photo.pixels[
        max(0, row - reach) : row + reach + 1, max(0, column - reach) : column + reach + 1
    ]
    red, green, blue = np.median(to_float(patch).reshape(-1, 3), axis=0)
    return round(float(red), 4), round(float(green), 4), round(float(blue), 4)


def kind_of_colour(photo: Photo) -> str:
    """Say "colour", "grey" for black and white, or "toned" for a photo in one tone.

    Judged on a part of the pixels, spread over the whole photo, so that nobody waits for it.
    """
    from core.colour.tone import classify_tone  # imports OpenCV

    step = max(1, math.isqrt(photo.size.area_px // _JUDGED_PX))
    part = cast("Pixels", np.ascontiguousarray(photo.pixels[::step, ::step]))
    return classify_tone(part).kind


def shown_colour(photo: Photo, x: float, y: float) -> tuple[int, int, int] | None:
    """The colour of the pixel at a place, 8 bits; None beside the photo."""
    if not _is_inside(photo, x, y):
        return None
    red, green, blue = to_uint8(photo.pixels[int(y) : int(y) + 1, int(x) : int(x) + 1])[0, 0]
    return int(red), int(green), int(blue)


def _is_inside(photo: Photo, x: float, y: float) -> bool:
    return 0 <= x < photo.size.width and 0 <= y < photo.size.height
