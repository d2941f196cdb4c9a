"""How strong the noise of a plane is, at each frequency of an 8 x 8 block.

The calmest blocks of a photo show the noise alone (after Ponomarenko et al. 2007): of them the
spread of each coefficient is taken, by a median, which a few edges do not move.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from core.denoising.dct import BLOCK_PX, basis

if TYPE_CHECKING:
    import numpy.typing as npt

    Plane = npt.NDArray[np.float32]

_MOST_BLOCKS = 40_000
_CALM_SHARE = 0.12
"""Share of the blocks that are taken for calm."""

_TO_DEVIATION = 1 / 0.6745
"""From the median of absolute values to the standard deviation of a normal distribution."""

_SPREAD_OF_CALM = 1.08
"""Blocks that are chosen for being calm have a little less noise than all."""

_ROW, _COLUMN = np.divmod(np.arange(64), BLOCK_PX)
_SUM = _ROW + _COLUMN


def measured_noise(plane: Plane) -> npt.NDArray[np.float32]:
    """Standard deviation of the noise in each coefficient.

    Args:
        plane: H x W, at least 16 px a side; smaller ones have no measurable noise.

    Returns:
        8 x 8, in the plane's own units; zeros where it cannot be told.
    """
    coefficients = _blocks(plane)
    if coefficients is None:
        return np.zeros((BLOCK_PX, BLOCK_PX), np.float32)
    low = (_SUM >= 1) & (_SUM <= 5)
    # Blocks clipped to black or white hold no noise at all and would pass for calm.
    lively = np.abs(coefficients[:, _SUM >= 1]).max(axis=1) > 1e-4
    coefficients = coefficients[lively]
    if len(coefficients) < 16:
        return np.zeros((BLOCK_PX, BLOCK_PX), np.float32)
    energy = np.square(coefficients[:, low]).sum(axis=1)
    count = max(16, int(len(coefficients) * _CALM_SHARE))
    calm = coefficients[np.argpartition(energy, min(count, len(energy) - 1))[:count]]
    deviation = np.median(np.abs(calm), axis=0) * (_TO_DEVIATION * _SPREAD_OF_CALM)
    return cast("npt.NDArray[np.float32]", _steadied(deviation).reshape(8, 8).astype(np.float32))


def _blocks(plane: Plane) -> npt.NDArray[np.float32] | None:
    """N x 64 coefficients of blocks spread over the plane; None where there are hardly any."""
    height, width = plane.shape
    step = max(4, int(np.sqrt(height * width / _MOST_BLOCKS)))
    if min(height, width) < 2 * BLOCK_PX:
        return None
    windows = np.lib.stride_tricks.sliding_window_view(plane, (BLOCK_PX, BLOCK_PX))
    chosen = windows[::step, ::step].reshape(-1, 64).astype(np.float32)
    return chosen @ basis().reshape(64, 64).T


def _steadied(deviation: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Slow coefficients hold picture even in calm blocks: they get no more than those beside."""
    steady = deviation.copy()
    for total in (3, 2, 1):
        limit = steady[np.equal(_SUM, total + 1)].mean()
        ring = np.equal(_SUM, total)
        steady[ring] = np.minimum(steady[ring], 1.15 * limit)
    steady[0] = 0
    return steady
