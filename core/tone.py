"""What kind of colour a photo has, and how a restored face is kept to it.

Networks that learned from colour photographs paint colour into grey and sepia ones. A grey photo
stays exactly grey; a toned one (sepia, cyanotype, faded print) keeps the tone that it has at each
brightness; a colour photo is left to the network.
"""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from core.image import FloatImage, Photo, Pixels, is_grey, to_float

LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""Weights of red, green and blue in Rec. 601 luma."""

LEVELS = 64
SAMPLE_SIDE_PX = 512
TONED_RESIDUAL = 0.02
"""Largest root mean square distance of a toned photo's colours from its curve, in [0, 1]."""

SMOOTHING_LEVELS = 3.0

Kind = Literal["grey", "toned", "colour"]


@dataclass(frozen=True, slots=True, eq=False)
class Tone:
    """A photo's kind of colour.

    Attributes:
        kind: "grey", "toned" or "colour".
        curve: `LEVELS` x 3, what a toned photo adds to the luma of each level in red, green and
            blue; zeros otherwise.
    """

    kind: Kind
    curve: npt.NDArray[np.float32]

    def applied(self, image: FloatImage) -> FloatImage:
        """The image with the photo's kind of colour; its luma stays."""
        if self.kind == "colour":
            return image
        luma = luma_of(image)
        if self.kind == "grey":
            return np.repeat(np.clip(luma, 0.0, 1.0)[..., None], 3, axis=2)
        levels = np.linspace(0.0, 1.0, LEVELS, dtype=np.float32)
        added = [np.interp(luma, levels, self.curve[:, channel]) for channel in range(3)]
        toned = luma[..., None] + np.stack(added, axis=2)
        return np.clip(toned, 0.0, 1.0).astype(np.float32)


def luma_of(image: FloatImage) -> npt.NDArray[np.float32]:
    """Rec. 601 luma of encoded values, H x W."""
    return np.asarray(image @ LUMA, np.float32)


def tone_of(pixels: Pixels) -> Tone:
    """Judge a photo by all its pixels (grey) or by a small copy of it (toned)."""
    none = np.zeros((LEVELS, 3), np.float32)
    if is_grey(pixels):
        return Tone("grey", none)
    scale = min(1.0, SAMPLE_SIDE_PX / max(pixels.shape[:2]))
    height, width = pixels.shape[:2]
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = to_float(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))
    luma = luma_of(small)
    colour = small - luma[..., None]
    curve = _curve(luma.ravel(), colour.reshape(-1, 3))
    toned = Tone("toned", curve)
    residual = float(np.sqrt(np.mean((toned.applied(small) - small) ** 2) * 3))
    return toned if residual <= TONED_RESIDUAL else Tone("colour", none)


_known_tones: dict[int, tuple[weakref.ref[Pixels], Tone]] = {}


def tone_of_photo(photo: Photo) -> Tone:
    """The tone of a photo, worked out once for all stages that keep faces to it."""
    pixels, key = photo.pixels, id(photo.pixels)
    known = _known_tones.get(key)
    if known is not None and known[0]() is pixels:
        return known[1]
    tone = tone_of(pixels)
    _known_tones[key] = weakref.ref(pixels, lambda _gone: _known_tones.pop(key, None)), tone
    return tone


def have_same_tone(one: Photo, other: Photo) -> bool:
    """True where restored faces would be kept to the very same tone in both photos."""
    first, second = tone_of_photo(one), tone_of_photo(other)
    return first.kind == second.kind and np.array_equal(first.curve, second.curve)


def _curve(
    luma: npt.NDArray[np.float32], colour: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """Mean colour difference at each luma level, smoothed and continued where no pixel lies."""
    level = np.clip(np.rint(luma * (LEVELS - 1)), 0, LEVELS - 1).astype(np.intp)
    count = np.bincount(level, minlength=LEVELS).astype(np.float64)
    distance = np.subtract.outer(np.arange(LEVELS), np.arange(LEVELS)) / SMOOTHING_LEVELS
    # The wide second kernel only matters where the narrow one finds no pixels.
    kernel = np.exp(-0.5 * distance**2) + 1e-6 * np.exp(-0.5 * (distance / 8) ** 2) + 1e-12
    weight = kernel @ count
    sums = [np.bincount(level, colour[:, c], minlength=LEVELS) for c in range(3)]
    means = [(kernel @ total) / weight for total in sums]
    return np.stack(means, axis=1).astype(np.float32)
