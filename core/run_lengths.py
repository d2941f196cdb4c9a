"""Masks as short texts, so that what was painted fits into a recipe.

A mask is stored as the lengths of its runs, row after row: unmarked, marked, unmarked, ... as
32-bit little-endian numbers, deflated, in base64. Reading gives every pixel back.
"""

from __future__ import annotations

import base64
import binascii
import zlib

import numpy as np
import numpy.typing as npt

Mask = npt.NDArray[np.bool_]

MAX_PACKED_CHARS = 8_000_000
MAX_RUNS_BYTES = 256_000_000


def packed(mask: Mask) -> str:
    """A mask as text; empty where nothing is marked."""
    rows = np.flatnonzero(mask.any(axis=1))
    if rows.size == 0:
        return ""
    first, last = int(rows[0]), int(rows[-1]) + 1
    flat = np.ascontiguousarray(mask[first:last]).reshape(-1).view(np.int8)
    changes = np.flatnonzero(np.diff(flat, prepend=np.int8(0), append=np.int8(0)))
    runs = np.diff(changes + first * mask.shape[1], prepend=0)
    return base64.b64encode(zlib.compress(runs.astype("<u4").tobytes(), 9)).decode("ascii")


def unpacked(text: str, height_px: int, width_px: int) -> Mask:
    """A mask from its text.

    Raises:
        ValueError: The text is none that `packed` made of a mask of this size.
    """
    mask = np.zeros(height_px * width_px, np.bool_)
    bounds = _bounds(text, mask.size)
    step = np.zeros(mask.size + 1, np.int8)
    step[bounds[0::2]] = 1
    step[bounds[1::2]] = -1
    np.cumsum(step[:-1], dtype=np.int8, out=mask.view(np.int8))
    return mask.reshape(height_px, width_px)


def check_packed(text: str, height_px: int, width_px: int) -> None:
    """Refuse a text that is no mask of this size, without unpacking its pixels.

    Raises:
        ValueError: As `unpacked`.
    """
    _bounds(text, height_px * width_px)


def _bounds(text: str, area_px: int) -> npt.NDArray[np.int64]:
    """Where marked runs begin and end, in turn; strictly rising, within the mask."""
    if not text:
        return np.zeros(0, np.int64)
    try:
        inflater = zlib.decompressobj()
        data = inflater.decompress(base64.b64decode(text, validate=True), MAX_RUNS_BYTES)
    except (binascii.Error, zlib.error) as error:
        raise ValueError(f"not a packed mask: {error}") from error
    if not inflater.eof or len(data) % 8:
        raise ValueError("not a packed mask: it is cut short")
    runs = np.frombuffer(data, "<u4").astype(np.int64)
    bounds = np.cumsum(runs)
    if (runs[1:] == 0).any() or (bounds.size and bounds[-1] > area_px):
        raise ValueError("the packed mask is of a picture of another size")
    return bounds
