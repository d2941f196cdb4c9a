"""Measure what a photo needs, once, on a small copy of the photo as it was read."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from core.colour.dyes import estimated_fading, estimated_grey_fading
from core.colour.plan import ONES, ColourPlan, Fading, Triple, unfaded_code
from core.colour.sampling import sampled
from core.colour.spaces import decoded
from core.colour.tone import Tone, classify_tone

if TYPE_CHECKING:
    from core.image import Pixels
    from core.settings import ColourSettings

_YELLOW = np.array([1.0, 0.35, -1.35])
"""Direction, in log paper white of red, green and blue, in which paper yellows."""


def estimate(photo_pixels: Pixels, settings: ColourSettings) -> ColourPlan:
    """Decide what to do to a photo.

    Args:
        photo_pixels: The photo as it was read, H x W x 3, uint8 or uint16. Faces that were put
            in later must not be in it: they would change the result.
        settings: Strengths.

    Returns:
        The plan; `core.colour.apply.apply` carries it out on any copy of the photo.
    """
    if settings.is_neutral:
        return ColourPlan(settings, Tone("colour"))
    sample = sampled(photo_pixels)
    tone = classify_tone(photo_pixels, sample)
    if tone.is_monochrome:
        fading = _weighted_grey(estimated_grey_fading(sample), settings.fade)
        return ColourPlan(settings, tone, fading)
    fading = _weighted(estimated_fading(sample), settings)
    return ColourPlan(settings, tone, fading, _picked_balance(settings.neutral_colour, fading))


def _weighted_grey(found: Fading, strength: float) -> Fading:
    paper = tuple(value**strength for value in found.paper)
    density = tuple(value**strength for value in found.density)
    return Fading(_triple(paper), _triple(density))


def _weighted(found: Fading, settings: ColourSettings) -> Fading:
    """Share an estimate out among the sliders.

    What all dyes lost together, and their densities, belong to "fade"; what pulls the paper to
    yellow belongs to "yellowing"; any other cast to "white balance". With all three at 1 the
    estimate is undone whole.
    """
    paper = np.log(np.array(found.paper))
    common = np.full(3, paper.mean())
    cast = paper - common
    if settings.neutral_colour is not None:
        cast = np.zeros(3)
    axis = _YELLOW / float(np.linalg.norm(_YELLOW))
    yellow = max(0.0, float(cast @ axis)) * axis
    other = cast - yellow
    left = settings.fade * common + settings.yellowing * yellow + settings.white_balance * other
    density = np.array(found.density) ** settings.fade
    return Fading(_triple(np.exp(left)), _triple(density))


def _picked_balance(picked: Triple | None, fading: Fading) -> Triple:
    """Factors in linear light that make the picked colour grey, its luminance kept.

    Args:
        picked: Codes in the photo as it was read.
        fading: What is undone before the factors act.
    """
    if picked is None:
        return ONES
    codes = np.array([unfaded_code(code, fading)[i] for i, code in enumerate(picked)])
    linear = np.maximum(decoded(codes.astype(np.float32)).astype(np.float64), 1e-3)
    luminance = float(linear @ np.array([0.2126729, 0.7151522, 0.0721750]))
    return _triple(np.clip(luminance / linear, 1 / 8, 8))


def _triple(values: np.ndarray | tuple[float, ...]) -> Triple:
    """Rounded, so that the last bits of a processor's arithmetic cannot show."""
    red, green, blue = (float(round(value, 6)) for value in values)
    if not all(map(math.isfinite, (red, green, blue))):
        raise ValueError("a colour estimate is not finite")
    return red, green, blue
