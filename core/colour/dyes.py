"""How far a photo has faded, estimated from its darkest and brightest tones.

Nearly every photo holds something black and something white. Where the darkest half percent of a
channel is far from black, dyes (or silver) have lost density; where the brightest half percent is
far from white, the paper has darkened. Good photos lie inside a dead zone and are left alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.colour.plan import DARKEST_CODE, Fading

if TYPE_CHECKING:
    import numpy.typing as npt

    from core.image import FloatImage

_LUMINANCE = np.array([0.2126729, 0.7151522, 0.0721750])


def _ramp(value: npt.ArrayLike, start: float, end: float) -> npt.NDArray[np.float64]:
    """0 at `start`, 1 at `end`, smooth between and constant outside (smoothstep)."""
    share = np.clip((np.asarray(value, np.float64) - start) / (end - start), 0, 1)
    ramp: npt.NDArray[np.float64] = share * share * (3 - 2 * share)
    return ramp


def estimated_grey_fading(sample: FloatImage) -> Fading:
    """Fading of a photo without colours, the same for all channels.

    Args:
        sample: Codes in [0, 1], see `core.colour.sampling`.
    """
    tones = sample.reshape(-1, 3).astype(np.float64) @ _LUMINANCE
    black, white = np.percentile(tones, [0.5, 99.5])
    lifted = _ramp(black, 0.08, 0.20)
    dulled = _ramp(-white, -0.93, -0.80) * np.maximum(lifted, 0.5)
    return _solved(
        np.full(3, black),
        np.full(3, white),
        np.full(3, black + lifted * (0.03 - black)),
        np.full(3, white + dulled * (0.95 - white)),
    )


def estimated_fading(sample: FloatImage) -> Fading:
    """Fading of each dye of a photo in colour, and the colour of its paper.

    Args:
        sample: Codes in [0, 1], see `core.colour.sampling`.
    """
    black, white = np.percentile(sample.reshape(-1, 3).astype(np.float64), [0.5, 99.5], axis=0)
    lifted = _ramp(black.mean() + 0.5 * np.ptp(black), 0.14, 0.30)
    cast = _ramp(np.ptp(white), 0.1, 0.25)
    target_black = black + lifted * (np.minimum(black, 0.05) - black)
    brightest = max(float(white.max()), 0.85)
    target_white = white + np.maximum(lifted, 0.7 * cast) * (brightest - white)
    return _solved(black, white, target_black, target_white)


def _solved(
    black: npt.NDArray[np.float64],
    white: npt.NDArray[np.float64],
    target_black: npt.NDArray[np.float64],
    target_white: npt.NDArray[np.float64],
) -> Fading:
    """The fading that took the targets to what is seen, channel by channel, within reason."""

    def log(code: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        logs: npt.NDArray[np.float64] = np.log(DARKEST_CODE + (1 - DARKEST_CODE) * code)
        return logs

    span = np.minimum(log(target_black) - log(target_white), -0.05)
    density = np.clip((log(black) - log(white)) / span, 0.4, 1.0)
    paper = np.clip(np.exp(log(white) - density * log(target_white)), 0.5, 1.0)
    return Fading(_rounded(paper), _rounded(density))


def _rounded(values: npt.NDArray[np.float64]) -> tuple[float, float, float]:
    red, green, blue = (round(float(value), 6) for value in values)
    return red, green, blue
