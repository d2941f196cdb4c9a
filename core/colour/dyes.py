"""How far a photo has faded, estimated from a small copy of it.

For photos in colour a small network judges the statistics of all channels together
(`fading_network`). For photos without colours the darkest and brightest tones say it: nearly every
photo holds something black and something white. Good photos lie inside a dead zone and are left
alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.colour.fading_network import predicted_logs
from core.colour.features import features, ranked
from core.colour.plan import DARKEST_CODE, Fading

if TYPE_CHECKING:
    import numpy.typing as npt

    from core.image import FloatImage

_LUMINANCE = np.array([0.2126729, 0.7151522, 0.0721750])

_DARKEST_PERCENT = 1.0

_DEAD_ZONE = (0.015, 0.05)
"""Mean size of the predicted logarithms below which nothing, and from which all, is undone."""


def _ramp(value: float, start: float, end: float) -> float:
    """0 at `start`, 1 at `end`, smooth between and constant outside (smoothstep)."""
    share = min(1.0, max(0.0, (value - start) / (end - start)))
    return share * share * (3 - 2 * share)


def estimated_fading(sample: FloatImage) -> Fading:
    """Fading of each dye of a photo in colour, and the colour of its paper.

    Args:
        sample: Codes in [0, 1], see `core.colour.sampling`.
    """
    if min(sample.shape[:2]) < 2:
        return Fading()
    logs = predicted_logs(features(sample))
    size = float(np.sqrt((logs * logs).mean()))
    logs = np.minimum(logs * _ramp(size, *_DEAD_ZONE), 0.0)
    paper = np.exp(logs[:3])
    return Fading(_rounded(paper), _rounded(_spared(np.exp(logs[3:]), paper, sample)))


def _spared(
    density: npt.NDArray[np.float64], paper: npt.NDArray[np.float64], sample: FloatImage
) -> npt.NDArray[np.float64]:
    """Densities raised as far as needed so that the darkest tones are not crushed to black."""
    codes = np.ascontiguousarray(sample.reshape(-1, 3).T)
    darkest = ranked(codes, (_DARKEST_PERCENT,))[:, 0].astype(np.float64)
    scaled = DARKEST_CODE + (1 - DARKEST_CODE) * darkest
    # The density at which a code becomes exactly black: (scaled / paper) ^ (1 / density) = darkest.
    limit = np.log(scaled / paper) / np.log(DARKEST_CODE)
    spared: npt.NDArray[np.float64] = np.clip(np.maximum(density, limit), 0.3, 1.0)
    return spared


def estimated_grey_fading(sample: FloatImage) -> Fading:
    """Fading of a photo without colours, the same for all channels.

    Args:
        sample: Codes in [0, 1], see `core.colour.sampling`.
    """
    tones = (sample.reshape(-1, 3) * _LUMINANCE).sum(axis=1)
    black, white = (float(value) for value in np.percentile(tones, [0.5, 99.5]))
    lifted = _ramp(black, 0.08, 0.20)
    dulled = _ramp(-white, -0.93, -0.80) * max(lifted, 0.5)
    target_black = black + 0.85 * lifted * (0.04 - black)
    target_white = white + dulled * (0.95 - white)
    span = min(_log(target_black) - _log(target_white), -0.05)
    density = min(1.0, max(0.5, (_log(black) - _log(white)) / span))
    paper = min(1.0, max(0.5, float(np.exp(_log(white) - density * _log(target_white)))))
    return Fading(_rounded(np.full(3, paper)), _rounded(np.full(3, density)))


def _log(code: float) -> float:
    return float(np.log(DARKEST_CODE + (1 - DARKEST_CODE) * code))


def _rounded(values: npt.NDArray[np.float64]) -> tuple[float, float, float]:
    red, green, blue = (round(float(value), 6) for value in values)
    return red, green, blue
