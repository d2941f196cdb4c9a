"""The measurements of a photo in colour from which fading is estimated.

Percentiles of the channels say where black, white and the middle tones lie; opponent colours say
where the cast is, over all and in dark and bright parts; edges say what the light does where
objects end (grey edge: van de Weijer, Gevers and Gijsenij 2007).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from core.image import FloatImage

_LEVELS = (0.5, 2, 10, 25, 50, 75, 90, 98, 99.5)
_OPPONENT_LEVELS = (2, 10, 25, 50, 75, 90, 98)
_PARTS = 6
FEATURE_COUNT = 3 * len(_LEVELS) + 2 * len(_OPPONENT_LEVELS) + 2 * _PARTS + 3 + 3


def features(sample: FloatImage) -> npt.NDArray[np.float64]:
    """Measure a small copy.

    Args:
        sample: H x W x 3 codes in [0, 1], at least 2 x 2 px; see `core.colour.sampling`.

    Returns:
        `FEATURE_COUNT` numbers of the order of 1.
    """
    codes = np.ascontiguousarray(sample.reshape(-1, 3).T, dtype=np.float32)
    red, green, blue = codes
    opponents = np.stack([red - green, (red + green) / 2 - blue])
    levels = ranked(codes, _LEVELS)
    opponent_levels = ranked(opponents, _OPPONENT_LEVELS)
    parts = _by_brightness(codes.sum(axis=0), opponents)
    edges = _edges(sample)
    correlation = _correlations(codes)
    return np.concatenate(
        [levels.ravel(), 2 * opponent_levels.ravel(), 2 * parts.ravel(), edges, correlation]
    ).astype(np.float64)


def ranked(
    rows: npt.NDArray[np.float32], levels_percent: tuple[float, ...]
) -> npt.NDArray[np.float32]:
    """Percentiles of each row, by nearest rank: rows x levels."""
    ordered = np.sort(rows, axis=1)
    ranks = np.rint(np.array(levels_percent) / 100 * (rows.shape[1] - 1)).astype(int)
    return ordered[:, ranks]


def _by_brightness(
    brightness: npt.NDArray[np.float32], opponents: npt.NDArray[np.float32]
) -> npt.NDArray[np.float64]:
    """Mean opponent colours in equal parts of the range from dark to bright: parts x 2."""
    low, high = ranked(brightness[None], (1, 99))[0]
    share = (brightness - low) / max(float(high - low), 1e-3)
    part = np.clip((share * _PARTS).astype(np.int64), 0, _PARTS - 1)
    counts = np.bincount(part, minlength=_PARTS)
    sums = [np.bincount(part, weights=opponent, minlength=_PARTS) for opponent in opponents]
    # Parts with next to no pixels say nothing, and nothing is what 0 says.
    means: npt.NDArray[np.float64] = np.stack(sums, axis=1) / (counts + 20)[:, None]
    return means


def _edges(sample: FloatImage) -> npt.NDArray[np.float64]:
    """Log of the mean gradient of each channel."""
    across = np.abs(np.diff(sample, axis=1)).mean(axis=(0, 1), dtype=np.float64)
    down = np.abs(np.diff(sample, axis=0)).mean(axis=(0, 1), dtype=np.float64)
    log: npt.NDArray[np.float64] = 0.5 * np.log(across + down + 1e-3)
    return log


def _correlations(codes: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """How far the channels go together: red with green, green with blue, red with blue."""
    # Sums instead of matrix products: those start threads, whose number may change the last bits.
    centred = codes - codes.mean(axis=1, keepdims=True)
    size = np.sqrt((centred * centred).sum(axis=1)) + np.float32(1e-4)
    pairs = ((0, 1), (1, 2), (0, 2))
    products = [(centred[i] * centred[j]).sum() / (size[i] * size[j]) for i, j in pairs]
    return np.array(products, dtype=np.float64)
