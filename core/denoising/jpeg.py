"""Whether a picture was stored as JPEG, where its blocks lie, and how coarsely it was rounded.

All of it is read from the pixels, since scans and prints reach us re-saved in other formats. JPEG
rounds each cosine coefficient of an 8 x 8 block to a multiple of a step; the coefficients of the
right grid therefore crowd around multiples of the steps of one quality (the idea of Fan and de
Queiroz 2003; tables of Annex K of the standard, scaled as the Independent JPEG Group does).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, cast

import numpy as np

from core.denoising.dct import BLOCK_PX, basis

if TYPE_CHECKING:
    import numpy.typing as npt

    Plane = npt.NDArray[np.float32]

QUALITIES = tuple(range(5, 96, 5))
_MOST_BLOCKS = 6_000
_LEAST_BLOCKS = 30
_LEAST_EVIDENCE = 0.3
"""How much closer to multiples coefficients must be, on average, than chance would have them."""

_LUMA_ROWS = (
    "16 11 10 16 24 40 51 61", "12 12 14 19 26 58 60 55", "14 13 16 24 40 57 69 56",
    "14 17 22 29 51 87 80 62", "18 22 37 56 68 109 103 77", "24 35 55 64 81 104 113 92",
    "49 64 78 87 103 121 120 101", "72 92 95 98 112 100 103 99",
)  # fmt: skip
_CHROMA_ROWS = (
    "17 18 24 47 99 99 99 99", "18 21 26 66 99 99 99 99", "24 26 56 99 99 99 99 99",
    "47 66 99 99 99 99 99 99", *("99 99 99 99 99 99 99 99",) * 4,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class JpegTrace:
    """How a picture was stored.

    Attributes:
        quality: 5 to 95; the nearest of the usual tables.
        top: Row of the first pixel that begins a block, 0 to 7.
        left: Column of the first pixel that begins a block, 0 to 7.
    """

    quality: int
    top: int
    left: int


@cache
def steps(quality: int, *, chroma: bool = False) -> npt.NDArray[np.float32]:
    """The steps that coefficients were rounded to, 8 x 8, in codes of 0 to 255."""
    rows = _CHROMA_ROWS if chroma else _LUMA_ROWS
    table = np.array([[int(value) for value in row.split()] for row in rows], np.float64)
    scale = 5000 / quality if quality < 50 else 200 - 2 * quality
    return np.clip(np.floor((table * scale + 50) / 100), 1, 255).astype(np.float32)


def traced(luma: Plane) -> JpegTrace | None:
    """Find the traces of JPEG in a picture.

    Args:
        luma: H x W in [0, 1].

    Returns:
        How it was stored last, or None where nothing tells of JPEG, or only of the finest.
    """
    if min(luma.shape) < 4 * BLOCK_PX:
        return None
    codes = luma * np.float32(255)
    top, left = _phase(codes, axis=0), _phase(codes, axis=1)
    coefficients = _blocks(codes, top, left)
    if len(coefficients) < _LEAST_BLOCKS:
        return None
    best, evidence = 0, _LEAST_EVIDENCE
    for quality in QUALITIES:
        found = _evidence(coefficients, steps(quality).reshape(64))
        # Of tables whose steps divide one another, the coarsest that fits says most.
        if found > evidence + 0.02:
            best, evidence = quality, found
    return JpegTrace(best, top, left) if best else None


def _phase(codes: Plane, axis: int) -> int:
    """Where blocks begin along an axis: there, neighbours differ more than their own slopes say."""
    moved = np.moveaxis(codes, axis, 0)
    jump = np.abs(moved[1:-2] * 3 - moved[:-3] - moved[2:-1] * 3 + moved[3:])
    strength = np.minimum(jump, 40).mean(axis=1)  # step between rows i + 1 and i + 2
    phases = [float(strength[start::BLOCK_PX].mean()) for start in range(BLOCK_PX)]
    return (int(np.argmax(phases)) + 2) % BLOCK_PX


def _blocks(codes: Plane, top: int, left: int) -> npt.NDArray[np.float32]:
    """N x 64 coefficients of blocks on the grid that hold some detail and are not clipped."""
    rows, columns = (codes.shape[0] - top) // BLOCK_PX, (codes.shape[1] - left) // BLOCK_PX
    cut = codes[top : top + rows * BLOCK_PX, left : left + columns * BLOCK_PX]
    blocks = cut.reshape(rows, BLOCK_PX, columns, BLOCK_PX).swapaxes(1, 2).reshape(-1, 64)
    inside = (blocks.min(axis=1) > 2) & (blocks.max(axis=1) < 253)
    blocks = blocks[inside]
    blocks = blocks[:: max(1, len(blocks) // _MOST_BLOCKS)]
    return cast("npt.NDArray[np.float32]", (blocks - 128) @ basis().reshape(64, 64).T)


def _evidence(coefficients: npt.NDArray[np.float32], table: npt.NDArray[np.float32]) -> float:
    """How much closer to multiples of the steps the coefficients lie than by chance, up to 1.

    Steps below 4 codes drown in the rounding of the pixels and are left out, and so are
    coefficients that round to nothing: those fit every coarser step.
    """
    useful = np.flatnonzero(table >= 4)
    if useful.size == 0:
        return 0.0
    scaled = coefficients[:, useful] / table[useful]
    whole = np.rint(scaled)
    counted = np.abs(scaled) > 0.6
    if counted.sum() < 200:
        # Hardly anything survived the rounding: it is enough that nothing lies in between.
        return 0.0
    apart = np.abs(scaled - whole)[counted].mean()
    return float(1 - apart / 0.25)
