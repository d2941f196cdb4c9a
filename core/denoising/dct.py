"""Shrinking of overlapping 8 x 8 cosine transforms: removes what is weaker than the noise.

Each block of the plane, at every second or fourth position, is transformed (Yu and Sapiro 2011,
"DCT image denoising"); weak coefficients are dropped, and what all blocks say of a pixel is
averaged, plain blocks counting more. A second pass weights coefficients by how far the first result
stands above the noise (empirical Wiener filter, as in Dabov et al. 2007, section IV). The noise may
differ from frequency to frequency, so that grain, sensor noise and JPEG quantisation are told from
the picture by the same means.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, cast

import numpy as np

from core.progress import Progress, no_progress

if TYPE_CHECKING:
    import numpy.typing as npt
    import torch

    Plane = npt.NDArray[np.float32]

BLOCK_PX = 8
FINE_PX = 2
COARSE_PX = 4
"""Steps between blocks. The coarse one takes a quarter of the time and leaves 0.7 to 1 dB more
noise: not seen in what is left of the colours' noise, seen in brightness."""

_TILE_PX = 192
_RIM_PX = 16
"""More than a block: what lies further away does not change a pixel. A multiple of the steps."""


def basis() -> npt.NDArray[np.float32]:
    """The 64 orthonormal cosine patterns: 64 x 8 x 8, ordered by row then column frequency."""
    places, frequencies = np.arange(BLOCK_PX), np.arange(BLOCK_PX)[:, None]
    rows = np.cos((2 * places + 1) * frequencies * math.pi / (2 * BLOCK_PX)) * math.sqrt(0.25)
    rows[0] /= math.sqrt(2)
    patterns = rows[:, None, :, None] * rows[None, :, None, :]
    return patterns.reshape(64, BLOCK_PX, BLOCK_PX).astype(np.float32)


def shrunk(
    plane: Plane,
    noise: npt.NDArray[np.float32],
    factor: float,
    progress: Progress | None = None,
    *,
    step_px: int = FINE_PX,
) -> Plane:
    """Remove what is weaker than the noise from one plane.

    Args:
        plane: H x W, any scale.
        noise: 8 x 8, standard deviation of the noise in each coefficient; that of the mean counts
            as 0.
        factor: How many standard deviations a coefficient must have to be kept.
        progress: Reported to and polled between tiles.
        step_px: `FINE_PX` or `COARSE_PX`.

    Returns:
        H x W float32.

    Raises:
        Cancelled: The job was stopped.
    """
    progress = progress or no_progress()
    height, width = plane.shape
    result = np.empty((height, width), np.float32)
    # The far sides are padded to whole steps, so that every tile cuts blocks at the same places.
    far = _RIM_PX + BLOCK_PX
    padded = np.pad(plane.astype(np.float32), ((_RIM_PX, far), (_RIM_PX, far)), mode="symmetric")
    corners = [(y, x) for y in range(0, height, _TILE_PX) for x in range(0, width, _TILE_PX)]
    shrinker = _Shrinker(noise, factor, step_px)
    for index, (y, x) in enumerate(corners):
        progress.report(index / len(corners))
        part = result[y : y + _TILE_PX, x : x + _TILE_PX]
        bottom = y + part.shape[0] + 2 * _RIM_PX + (-part.shape[0] % 4)
        right = x + part.shape[1] + 2 * _RIM_PX + (-part.shape[1] % 4)
        done = shrinker(padded[y:bottom, x:right])
        part[:] = done[_RIM_PX : _RIM_PX + part.shape[0], _RIM_PX : _RIM_PX + part.shape[1]]
    return result


class _Shrinker:
    """The tables that all tiles share."""

    def __init__(self, noise: npt.NDArray[np.float32], factor: float, step_px: int) -> None:
        import torch

        self._step_px = step_px
        deviations = noise.astype(np.float32).reshape(64, 1).copy()
        deviations[0] = 0
        patterns = basis()
        self._patterns = torch.from_numpy(patterns.reshape(64, 1, BLOCK_PX, BLOCK_PX))
        # One row of patterns along an axis: place by frequency. The mean's rows hold its root.
        rows = patterns.reshape(8, 8, 8, 8)[:, 0, :, 0] / np.sqrt(patterns[0, 0, 0])
        self._line = torch.from_numpy(np.ascontiguousarray(rows.T))
        self._threshold = torch.from_numpy(deviations * np.float32(factor))
        # The second pass is as strong as the first: 2.7 deviations is where both are balanced.
        self._variance = torch.from_numpy((deviations * np.float32(factor / 2.7)) ** 2)

    def __call__(self, tile: Plane) -> Plane:
        import torch

        with torch.inference_mode():
            noisy = self._transformed(torch.from_numpy(np.ascontiguousarray(tile)))
            kept = (noisy.abs() >= self._threshold).to(torch.float32)
            weight = kept.sum(dim=0).clamp_(min=1).reciprocal_()
            first = self._averaged(kept.mul_(noisy), weight, tile.shape)
            share = self._transformed(first).square_()
            share.div_((share + self._variance).clamp_(min=1e-12))
            share[0] = 1
            weight = share.square().sum(dim=0).clamp_(min=1e-6).reciprocal_()
            done = self._averaged(share.mul_(noisy), weight, tile.shape)
        return cast("Plane", done.numpy())

    def _transformed(self, image: torch.Tensor) -> torch.Tensor:
        """H x W to 64 x N coefficients, N blocks row after row."""
        from torch.nn import functional

        found = functional.conv2d(image[None, None], self._patterns, stride=self._step_px)
        return found.reshape(64, -1)

    def _averaged(
        self, coefficients: torch.Tensor, weight: torch.Tensor, shape: tuple[int, ...]
    ) -> torch.Tensor:
        """64 x N coefficients back to H x W; each block counts by its weight."""
        import torch
        from torch.nn import functional

        weighted = coefficients.mul_(weight)
        # Rows of the blocks first, then columns: a quarter of the work of all 64 patterns.
        rows = (self._line @ weighted.reshape(8, -1)).reshape(8, 8, -1)
        blocks = torch.matmul(self._line, rows).reshape(1, 64, -1)
        whole = functional.fold(blocks, shape[:2], BLOCK_PX, stride=self._step_px)
        weights = weight[None, None].expand(1, 64, -1)
        total = functional.fold(weights, shape[:2], BLOCK_PX, stride=self._step_px)
        return (whole / total)[0, 0]
