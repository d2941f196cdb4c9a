"""What will be done to the colours of one photo: a few numbers, measured once, applied anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from core.colour.spaces import decoded, encoded

if TYPE_CHECKING:
    import numpy.typing as npt

    from core.colour.tone import Tone
    from core.settings import ColourSettings

Triple = tuple[float, float, float]
ONES: Triple = (1.0, 1.0, 1.0)

DARKEST_CODE = 0.1
"""sRGB code of a reflection density of about 2.2: the deepest black of a photographic print."""


@dataclass(frozen=True, slots=True)
class Fading:
    """How far each dye has faded: a code c of the fresh print became `paper` * c^`density`.

    Both act on codes that start at `DARKEST_CODE`, as a print's black does.

    Attributes:
        paper: What is left of white in each channel, (0, 1]; less than 1 where paper yellowed.
        density: What is left of each dye's density, (0, 1].
    """

    paper: Triple = ONES
    density: Triple = ONES

    @property
    def is_none(self) -> bool:
        """True where nothing faded."""
        return self == Fading()


@dataclass(frozen=True, slots=True)
class ColourPlan:
    """A photo's colour correction, free of its size.

    Attributes:
        settings: The strengths that the user chose.
        tone: Whether there are colours to correct at all.
        fading: What is undone, already weighted with the strengths.
        balance: Factors in linear light that take the cast off, already weighted.
    """

    settings: ColourSettings
    tone: Tone
    fading: Fading = Fading()
    balance: Triple = ONES

    @property
    def is_neutral(self) -> bool:
        """True where the plan changes no pixel."""
        if self.settings.is_neutral:
            return True
        # Colour noise of a black-and-white photo goes as soon as anything is corrected.
        noisy_grey = self.tone.kind == "grey" and self.tone.chroma > 0
        unchanged = self.fading.is_none and self.balance == ONES and not noisy_grey
        return unchanged and not self._has_choices

    @property
    def _has_choices(self) -> bool:
        chosen = self.settings
        points = chosen.black_point != 0 or chosen.white_point != 1
        return points or chosen.exposure != 0 or self.needs_oklab

    @property
    def needs_oklab(self) -> bool:
        """True where lightness or chroma are changed beyond what channel curves do."""
        chosen = self.settings
        shapes = chosen.contrast != 0 or chosen.local_contrast != 0
        if self.tone.kind == "grey":
            return shapes
        if self.tone.kind == "toned":
            return shapes or chosen.sepia != 0
        return shapes or chosen.saturation != 0 or chosen.vibrance != 0


def channel_curves(
    plan: ColourPlan, codes: npt.NDArray[np.float32], channels: tuple[int, ...] = (0, 1, 2)
) -> npt.NDArray[np.float32]:
    """What becomes of each code in each channel: fading, balance, exposure, black and white point.

    Args:
        plan: What to do.
        codes: N codes in [0, 1].
        channels: Which channels are asked for; each is worked out by itself.

    Returns:
        N x C codes in [0, 1].
    """
    chosen = list(channels)
    curves = np.repeat(codes.astype(np.float64)[:, None], len(chosen), axis=1)
    if not plan.fading.is_none:
        paper, density = (np.array(each) for each in (plan.fading.paper, plan.fading.density))
        curves = _unfaded(curves, paper[chosen], density[chosen])
    gains = np.array(plan.balance)[chosen] * 2.0**plan.settings.exposure
    if np.any(gains != 1):
        light = decoded(curves.astype(np.float32)) * gains.astype(np.float32)
        curves = encoded(_shouldered(light)).astype(np.float64)
    black, white = plan.settings.black_point, plan.settings.white_point
    if black != 0 or white != 1:
        curves = (curves - black) / (white - black)
    return cast("npt.NDArray[np.float32]", np.clip(curves, 0.0, 1.0).astype(np.float32))


def _unfaded(
    codes: npt.NDArray[np.float64],
    paper: npt.NDArray[np.float64],
    density: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """Invert `Fading` channel by channel: N x C codes, C figures of paper and density."""
    scaled = DARKEST_CODE + (1 - DARKEST_CODE) * codes
    fresh = (scaled / paper) ** (1 / density)
    unfaded: npt.NDArray[np.float64] = (fresh - DARKEST_CODE) / (1 - DARKEST_CODE)
    return unfaded


def unfaded_code(code: float, fading: Fading) -> Triple:
    """One code after `Fading` is undone in each channel, within [0, 1]."""
    paper, density = np.array(fading.paper), np.array(fading.density)
    red, green, blue = np.clip(_unfaded(np.full((1, 3), code), paper, density)[0], 0, 1)
    return float(red), float(green), float(blue)


def _shouldered(light: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Bend what a gain lifted beyond 0.8 of white towards white instead of cutting it off."""
    knee = np.float32(0.8)
    room = np.float32(1) - knee
    over = np.maximum(light - knee, 0)
    bent = knee + room * (1 - np.exp(-over / room))
    peak = light.max(axis=0)
    # Channels that stay below white need no shoulder, and so keep their codes exactly.
    return np.where((light > knee) & (peak > 1), bent, light)
