"""Carry a `ColourPlan` out on pixels of any size and either depth, strip by strip.

Channel curves act on codes (fading, points) and linear light (balance, exposure); contrast,
saturation, vibrance and tone act in OKLab. Black-and-white and toned photos are worked on by
lightness alone: three equal channels stay equal, and a tone is scaled in linear light, which
leaves its hue where it is.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

from core.colour.local import LocalContrast, measured_contrast
from core.colour.plan import ColourPlan, channel_curves
from core.colour.spaces import (
    cube_root,
    decoded,
    encoded,
    linear_of_oklab,
    oklab,
    oklab_of_linear,
)
from core.image import max_value, to_float, to_stored
from core.progress import Progress, no_progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from core.image import FloatImage, Pixels

    Table = npt.NDArray[np.float32]

_SKIN_A = np.float32(np.cos(np.deg2rad(52.0)))
_SKIN_B = np.float32(np.sin(np.deg2rad(52.0)))
_STRIP_PX = 50_000
"""Pixels at a time: few enough that a strip's planes stay in the processor's cache."""

_LIGHTNESS_STEPS = 1 << 18
_LARGEST_TURN_RAD = 0.25
_LUMINANCE = np.array([[0.2126729, 0.7151522, 0.0721750]], dtype=np.float32)


def apply(plan: ColourPlan, pixels: Pixels, progress: Progress | None = None) -> Pixels:
    """Correct the colours of a picture.

    Args:
        plan: What to do, from `core.colour.estimate`.
        pixels: H x W x 3, RGB, uint8 or uint16: the photo itself or any smaller copy of it.
        progress: Reported to and polled between strips.

    Returns:
        A new array of the same shape and depth, or `pixels` itself where the plan is neutral.

    Raises:
        Cancelled: The job was stopped.
    """
    if plan.is_neutral:
        return pixels
    progress = progress or no_progress()
    lightness = _lightness_table(plan) if plan.tone.is_monochrome else None
    work = _Work(plan, pixels, lightness, _hue_guard(plan, pixels, lightness))
    result = np.empty_like(pixels)
    for rows in _strips(pixels):
        progress.report(rows.start / pixels.shape[0])
        result[rows] = work.strip(pixels[rows], rows)
    return result


def _strips(pixels: Pixels) -> Iterator[slice]:
    height, width = pixels.shape[:2]
    step = max(1, _STRIP_PX // width)
    for top in range(0, height, step):
        yield slice(top, min(height, top + step))


def _hue_guard(plan: ColourPlan, pixels: Pixels, lightness: Table | None) -> float:
    """How far, in radians, to turn the colours of a toned photo so that its mean hue stays.

    Each pixel keeps its hue anyway; but where shadows are redder than highlights, a correction
    that gives one of them more weight would move the hue of the whole.
    """
    if plan.tone.kind != "toned" or plan.settings.sepia < 0:
        return 0.0
    small = _small_copy(pixels)
    wanted = _mean_hue_rad(small)
    turn = 0.0
    for _ in range(2):
        result = _Work(plan, small, lightness, turn).strip(small, slice(0, small.shape[0]))
        missing = math.remainder(wanted - _mean_hue_rad(result), 2 * math.pi)
        turn = float(np.clip(turn + missing, -_LARGEST_TURN_RAD, _LARGEST_TURN_RAD))
    return round(turn, 4)


def _mean_hue_rad(pixels: Pixels) -> float:
    _, red_green, blue_yellow = cv2.mean(oklab(to_float(pixels)))[:3]
    return math.atan2(blue_yellow, red_green)


class _Work:
    """The tables that all strips of one picture share."""

    def __init__(
        self, plan: ColourPlan, pixels: Pixels, lightness: Table | None, turn_rad: float
    ) -> None:
        self.plan = plan
        self.turn_rad = turn_rad
        levels = np.linspace(0, 1, max_value(pixels) + 1, dtype=np.float32)
        self.light = np.repeat(decoded(levels)[:, None], 3, axis=1)
        self.curves = channel_curves(plan, levels)
        self.light_curves = decoded(self.curves)
        self.lightness = lightness
        self.local: LocalContrast | None = None
        if plan.settings.local_contrast != 0:
            self.local = measured_contrast(self._small_lightness(pixels), pixels.shape[:2])

    def strip(self, pixels: Pixels, rows: slice) -> Pixels:
        """Correct some rows of the picture."""
        kind = self.plan.tone.kind
        if kind == "grey" or (self.plan.settings.sepia == -1 and kind == "toned"):
            return self._grey(pixels, rows)
        if kind == "toned":
            return self._toned(pixels, rows)
        return self._coloured(pixels, rows)

    def _coloured(self, pixels: Pixels, rows: slice) -> Pixels:
        if not self.plan.needs_oklab:
            return to_stored(_looked_up(pixels, self.curves), pixels.dtype)
        lab = oklab_of_linear(_looked_up(pixels, self.light_curves))
        before, red_green, blue_yellow = cv2.split(lab)
        lightness = self._shaped(before, rows)
        scale = _chroma_scale(red_green, blue_yellow, self.plan)
        scale *= np.sqrt(_ratio(lightness, before))
        lab = cv2.merge([lightness, red_green * scale, blue_yellow * scale])
        return to_stored(encoded(_within_gamut(linear_of_oklab(lab))), pixels.dtype)

    def _toned(self, pixels: Pixels, rows: slice) -> Pixels:
        lab = oklab_of_linear(_looked_up(pixels, self.light))
        before, red_green, blue_yellow = cv2.split(lab)
        before = np.clip(before, 0, 1)
        lightness = self._shaped(self._toned_lightness(before), rows)
        scale = _ratio(lightness, before) * np.float32(1 + self.plan.settings.sepia)
        cosine, sine = np.float32(np.cos(self.turn_rad)), np.float32(np.sin(self.turn_rad))
        turned = cosine * red_green - sine * blue_yellow, sine * red_green + cosine * blue_yellow
        lab = cv2.merge([lightness, turned[0] * scale, turned[1] * scale])
        return to_stored(encoded(_below_paper(linear_of_oklab(lab))), pixels.dtype)

    def _grey(self, pixels: Pixels, rows: slice) -> Pixels:
        luminance = cv2.transform(_looked_up(pixels, self.light), _LUMINANCE)
        lightness = self._shaped(self._toned_lightness(cube_root(np.clip(luminance, 0, 1))), rows)
        plane = to_stored(encoded(lightness * lightness * lightness), pixels.dtype)
        return cast("Pixels", cv2.merge([plane, plane, plane]))

    def _toned_lightness(self, lightness: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        assert self.lightness is not None
        index = np.rint(lightness * np.float32(_LIGHTNESS_STEPS - 1)).astype(np.int32)
        shaped: npt.NDArray[np.float32] = self.lightness[index]
        return shaped

    def _shaped(self, lightness: npt.NDArray[np.float32], rows: slice) -> npt.NDArray[np.float32]:
        """Global, then local contrast on OKLab lightness."""
        shaped = np.clip(lightness, 0, 1)
        if self.plan.settings.contrast != 0:
            shaped = _contrasted(shaped, self.plan.settings.contrast)
        if self.local is not None:
            shaped = shaped + self.local.rows(rows) * np.float32(self.plan.settings.local_contrast)
        return np.clip(shaped, 0, 1)

    def _small_lightness(self, pixels: Pixels) -> npt.NDArray[np.float32]:
        """Lightness of a small copy after the curves: what local contrast is measured on."""
        small = _small_copy(pixels)
        if not self.plan.tone.is_monochrome:
            lab = oklab_of_linear(_looked_up(small, self.light_curves))
            return np.ascontiguousarray(lab[..., 0])
        luminance = cv2.transform(_looked_up(small, self.light), _LUMINANCE)
        return self._toned_lightness(cube_root(np.clip(luminance, 0, 1)))


def _small_copy(pixels: Pixels) -> Pixels:
    factor = min(1.0, 400 / max(pixels.shape[:2]))
    size = max(1, round(pixels.shape[1] * factor)), max(1, round(pixels.shape[0] * factor))
    return cast("Pixels", cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))


def _looked_up(pixels: Pixels, table: npt.NDArray[np.float32]) -> FloatImage:
    """Send each channel through its column of a table with one row for each stored value."""
    if pixels.dtype == np.uint8:
        return cast("FloatImage", cv2.LUT(pixels, np.ascontiguousarray(table)[None]))
    planes = [table[:, channel].take(pixels[..., channel]) for channel in range(3)]
    return cast("FloatImage", cv2.merge(planes))


def _lightness_table(plan: ColourPlan) -> Table:
    """OKLab lightness after the plan's curve, for lightness 0 to 1 of a photo without colours."""
    lightness = np.linspace(0, 1, _LIGHTNESS_STEPS, dtype=np.float32)
    codes = encoded(lightness * lightness * lightness)
    curve = channel_curves(plan, codes, (1,))[:, 0]
    return cube_root(decoded(curve))


def _ratio(
    after: npt.NDArray[np.float32], before: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """How much lightness grew; bounded, so that noise in black stays black."""
    return np.minimum(after / np.maximum(before, np.float32(0.02)), np.float32(4))


def _contrasted(lightness: npt.NDArray[np.float32], amount: float) -> npt.NDArray[np.float32]:
    """An S around middle grey that keeps black and white: x + a x (1 - x) (2 x - 1)."""
    bend = lightness * (1 - lightness) * (2 * lightness - 1)
    return lightness + np.float32(1.2 * amount) * bend


def _chroma_scale(
    red_green: npt.NDArray[np.float32], blue_yellow: npt.NDArray[np.float32], plan: ColourPlan
) -> npt.NDArray[np.float32]:
    """Factor on chroma: saturation for all colours alike, vibrance for pale ones, not for skin."""
    saturation, vibrance = plan.settings.saturation, plan.settings.vibrance
    scale = np.full(red_green.shape, 1 + saturation, dtype=np.float32)
    if vibrance != 0:
        pale = np.exp(np.hypot(red_green, blue_yellow) * np.float32(-1 / 0.12))
        spared = 1 - np.float32(0.75) * skin_likeness(red_green, blue_yellow)
        scale *= 1 + np.float32(vibrance) * pale * spared
    return scale


def skin_likeness(
    red_green: npt.NDArray[np.float32], blue_yellow: npt.NDArray[np.float32]
) -> npt.NDArray[np.float32]:
    """How much a colour, given as a and b of OKLab, looks like skin: H x W in [0, 1].

    Human skin, from pale to dark, lies between about 30 and 75 degrees of hue in OKLab.
    """
    chroma = np.hypot(red_green, blue_yellow)
    along = red_green * _SKIN_A + blue_yellow * _SKIN_B
    hue = (along / np.maximum(chroma, np.float32(1e-6)) - np.float32(0.85)) * np.float32(10)
    likeness = np.clip(hue, 0, 1) * np.clip((chroma - np.float32(0.01)) * np.float32(50), 0, 1)
    return cast("npt.NDArray[np.float32]", likeness)


def _below_paper(linear: FloatImage) -> FloatImage:
    """Darken what is brighter than the brightest tint: a toned print's white is its paper."""
    red, green, blue = cv2.split(linear)
    high = cv2.max(cv2.max(red, green), blue)
    outside = np.flatnonzero(high > 1)
    flat = linear.reshape(-1, 3)
    flat[outside] /= high.reshape(-1)[outside, None]
    return _within_gamut(linear)


def _within_gamut(linear: FloatImage) -> FloatImage:
    """Pull colours beyond white or black towards the grey of the same luminance: hue is kept."""
    red, green, blue = cv2.split(linear)
    low, high = cv2.min(cv2.min(red, green), blue), cv2.max(cv2.max(red, green), blue)
    outside = np.flatnonzero((low < 0) | (high > 1))
    if outside.size == 0:
        return linear
    flat = linear.reshape(-1, 3)
    colours = flat[outside]
    grey = np.clip((colours * _LUMINANCE).sum(axis=1, keepdims=True), 0, 1)
    offset = colours - grey
    room = np.where(offset > 0, 1 - grey, grey) / np.maximum(np.abs(offset), np.float32(1e-9))
    share = np.minimum(1, room.min(axis=1, keepdims=True))
    flat[outside] = np.clip(grey + offset * share, 0, 1)
    return linear
