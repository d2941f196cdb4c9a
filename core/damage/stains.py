"""Brown stains and spots on photos in one tone: found by their colour, taken off as a filter.

A photo in black and white or one tone has one colour for each lightness. A stain makes its place
browner than that: it lies over the print like a filter whose density is largest for blue light
(Beer-Lambert). How much browner a place is therefore tells how dense the stain is there, and the
stain is taken off all three channels in proportion, so that the print under it comes back with its
detail. What is narrow, such as a line of a face, is never taken for a stain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

from core.colour.sampling import sampled
from core.colour.spaces import decoded, encoded
from core.colour.tone import tone_of_sample
from core.image import is_grey, to_float, to_stored

if TYPE_CHECKING:
    import numpy.typing as npt

    from core.image import Pixels
    from core.progress import Progress

    Plane = npt.NDArray[np.float32]

_ABSORPTION = np.array([0.35, 0.66, 1.0], np.float32)
"""Density of a brown stain for red, green and blue light, relative to that for blue."""

_BROWNER_A_DENSITY = float(_ABSORPTION[2] - _ABSORPTION[0])
_WORK_SIDE_PX = 1024
_BLUR_SHARE = 0.0025
_NARROW_SHARE = 0.014
"""Marks narrower than twice this share of the shorter side are no stains."""

_LEAST = 0.06
"""Stains thinner than this density, in natural logarithms, cannot be told from uneven toning."""

_BLEACHED = 0.15
"""Brighter than its surroundings by this share of what a stain would darken: bleached, no stain."""

_STEPS = 32
_DARKEST = 0.004
_MOST = 1.5


@dataclass(frozen=True, slots=True, eq=False)
class Stains:
    """The stains of one photo.

    Attributes:
        density: H x W, of the stain for blue light, natural logarithm; 0 where there is none. At
            the size that was looked at, which may be smaller than the photo's.
    """

    density: Plane

    @property
    def share(self) -> float:
        """Share of the photo that is stained."""
        return float((self.density > 0).mean())


def found_stains(pixels: Pixels) -> Stains | None:
    """Look for stains.

    Args:
        pixels: H x W x 3, uint8 or uint16.

    Returns:
        None where the photo has colours of its own, or no colour at all in its file: stains cannot
        be told from what belongs there.
    """
    if is_grey(pixels) or min(pixels.shape[:2]) < 32:
        return None
    factor = min(1.0, _WORK_SIDE_PX / max(pixels.shape[:2]))
    small = to_float(pixels)
    if factor < 1:
        small = cv2.resize(small, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    density = -np.log(np.maximum(decoded(small), np.float32(_DARKEST)))
    shorter = min(density.shape[:2])
    density = cv2.GaussianBlur(density, (0, 0), max(0.8, _BLUR_SHARE * shorter))
    red, brown = density[..., 0], density[..., 2] - density[..., 0]
    usual, spread = _usual_brown(red, brown)
    if spread > 0.35 * _BROWNER_A_DENSITY or not _is_one_tone(pixels):
        return None
    stain = np.zeros_like(red)
    for _ in range(2):
        # The stain itself makes its place darker; what it hides decides which colour is usual.
        under = red - stain * _ABSORPTION[0]
        excess = brown - np.interp(under, usual[0], usual[1]).astype(np.float32)
        stain = np.clip(excess / np.float32(_BROWNER_A_DENSITY), 0, _MOST)
    broad = _broad(stain, max(_LEAST, 2.5 * spread / _BROWNER_A_DENSITY), shorter)
    return Stains(_darkening(broad, density[..., 1], shorter))


def _is_one_tone(pixels: Pixels) -> bool:
    """True where the greater part of the photo has one colour for each lightness."""
    sample = sampled(pixels)
    if tone_of_sample(sample).is_monochrome:
        return True
    # Stains themselves scatter the colours: judge by the half that is least brown.
    lines = sample.reshape(-1, 3)
    brown = np.log(np.maximum(lines[:, 0], 0.02)) - np.log(np.maximum(lines[:, 2], 0.02))
    order = np.argsort(lines[:, 1], kind="stable")
    kept = [part[brown[part] <= np.median(brown[part])] for part in np.array_split(order, _STEPS)]
    rest = lines[np.concatenate(kept)]
    side = int(np.sqrt(len(rest)))
    return tone_of_sample(rest[: side * side].reshape(side, side, 3).copy()).is_monochrome


def _usual_brown(
    red: Plane, brown: Plane
) -> tuple[tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]], float]:
    """The usual brownness for each density of red, and how far unstained places scatter around it.

    Stains only ever make browner, so the middle of the less brown part counts.
    """
    order = np.argsort(red.reshape(-1), kind="stable")
    steps = np.array_split(order, _STEPS)
    flat_red, flat_brown = red.reshape(-1), brown.reshape(-1)
    places = np.array([float(np.median(flat_red[part])) for part in steps])
    values = np.array([float(np.percentile(flat_brown[part], 40)) for part in steps])
    # One step of mostly stained pixels must not make a dent.
    padded = np.pad(values, 2, mode="edge")
    values = np.array([float(np.median(padded[i : i + 5])) for i in range(_STEPS)])
    below = [
        value - np.percentile(flat_brown[part], 15)
        for part, value in zip(steps, values, strict=True)
    ]
    return (places, values), float(max(0.0, np.median(below)))


def _broad(stain: Plane, least: float, shorter_px: int) -> Plane:
    """Only stains that are dense and broad enough, faded in at their edges."""
    radius = max(1, round(_NARROW_SHARE * shorter_px))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    sure = (stain > least).astype(np.uint8)
    cores = cv2.morphologyEx(sure, cv2.MORPH_OPEN, kernel)
    # From a broad core, the stain reaches to its thin edge.
    reach = cv2.dilate(cores, kernel, iterations=2)
    inside = ((stain > 0.4 * least) & (reach > 0)).astype(np.float32)
    softened = cv2.GaussianBlur(inside, (0, 0), max(0.8, 0.25 * radius))
    return cast("Plane", stain * np.minimum(softened, inside + 0.5 * (reach > 0)))


def _darkening(stain: Plane, green: Plane, shorter_px: int) -> Plane:
    """Without patches that are clearly brighter than what surrounds them: those are bleached."""
    count, labels = cv2.connectedComponents((stain > 0).astype(np.uint8), connectivity=8)
    radius = max(2, round(_NARROW_SHARE * shorter_px))
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    kept = stain.copy()
    for number in range(1, count):
        inside = (labels == number).astype(np.uint8)
        x, y, width, height = cv2.boundingRect(inside)
        part = np.s_[
            max(0, y - 3 * radius) : y + height + 3 * radius,
            max(0, x - 3 * radius) : x + width + 3 * radius,
        ]
        here = inside[part]
        near = cv2.dilate(here, kernel)
        ring = (cv2.dilate(near, kernel) > near) & (stain[part] == 0)
        rim = (here > 0) & (cv2.erode(here, kernel, iterations=2, borderValue=1) == 0)
        if not ring.any():
            continue
        darker = float(np.median(green[part][rim]) - np.median(green[part][ring]))
        if darker < -_BLEACHED * float(stain[part][rim].mean()):
            kept[labels == number] = 0
    return kept


def without_stains(pixels: Pixels, stains: Stains, strength: float, progress: Progress) -> Pixels:
    """Take stains off.

    Args:
        pixels: H x W x 3, uint8 or uint16: what `found_stains` looked at, or the same repaired.
        stains: Where they are.
        strength: 1 takes all of them off, 0 nothing.
        progress: Polled between strips.

    Returns:
        A new array, or `pixels` itself where there is no stain. Unstained pixels stay bit for bit.

    Raises:
        Cancelled: The job was stopped.
    """
    if strength == 0 or not stains.density.any():
        return pixels
    height, width = pixels.shape[:2]
    density = cv2.resize(stains.density, (width, height), interpolation=cv2.INTER_LINEAR)
    result = pixels.copy()
    for top in range(0, height, 256):
        progress.report(top / height)
        rows = slice(top, top + 256)
        touched = density[rows] > 1e-3
        if not touched.any():
            continue
        gain = np.exp(density[rows][touched][:, None] * (_ABSORPTION * np.float32(strength)))
        light = decoded(to_float(pixels[rows][touched])) * gain
        result[rows][touched] = to_stored(encoded(light), pixels.dtype)
    return result
