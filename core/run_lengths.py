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
Bounds = npt.NDArray[np.int64]
"""Where marked runs begin and end, in turn, in pixels row after row; strictly rising."""

NO_BOUNDS: Bounds = np.zeros(0, np.int64)

MAX_PACKED_CHARS = 8_000_000
MAX_RUNS_BYTES = 256_000_000


def packed(mask: Mask) -> str:
    """A mask as text; empty where nothing is marked."""
    rows = np.flatnonzero(mask.any(axis=1))
    if rows.size == 0:
        return ""
    return text_of(bounds_again(NO_BOUNDS, mask, slice(int(rows[0]), int(rows[-1]) + 1)))


def text_of(bounds: Bounds) -> str:
    """The text of a mask that is known by the bounds of its runs."""
    if bounds.size == 0:
        return ""
    runs = np.diff(bounds, prepend=0)
    return base64.b64encode(zlib.compress(runs.astype("<u4").tobytes(), 9)).decode("ascii")


def bounds_again(bounds: Bounds, mask: Mask, rows: slice) -> Bounds:
    """The bounds of a mask's runs, after some of its rows have changed; looks at those rows only.

    Args:
        bounds: As they were.
        mask: H x W, as it is now.
        rows: Where it may have changed.
    """
    width, flat = mask.shape[1], mask.reshape(-1).view(np.int8)
    start, stop = rows.start * width, rows.stop * width
    before = flat[start - 1] if start else np.int8(0)
    after = flat[stop] if stop < flat.size else np.int8(0)
    changes = np.flatnonzero(np.diff(flat[start:stop], prepend=before, append=after)) + start
    return np.concatenate([bounds[bounds < start], changes, bounds[bounds > stop]])


def unpacked(text: str, height_px: int, width_px: int) -> Mask:
    """A mask from its text.

    Raises:
        ValueError: The text is none that `packed` made of a mask of this size.
    """
    bounds = bounds_of(text, height_px, width_px)
    return rows_of(bounds, width_px, slice(0, height_px))


def bounds_of(text: str, height_px: int, width_px: int) -> Bounds:
    """The bounds of the runs of a mask, from its text.

    Raises:
        ValueError: As `unpacked`.
    """
    return _bounds(text, height_px * width_px)


def rows_of(bounds: Bounds, width_px: int, rows: slice) -> Mask:
    """Some rows of the mask whose runs have these bounds."""
    start, stop = rows.start * width_px, rows.stop * width_px
    mask = np.zeros(stop - start, np.bool_)
    step = np.zeros(mask.size + 1, np.int8)
    begins, ends = bounds[0::2], bounds[1::2]
    reaching = (begins < stop) & (ends > start)
    step[np.maximum(begins[reaching], start) - start] = 1
    step[np.minimum(ends[reaching], stop) - start] = -1
    np.cumsum(step[:-1], dtype=np.int8, out=mask.view(np.int8))
    return mask.reshape(-1, width_px)


def differing_rows(one: Bounds, other: Bounds, width_px: int) -> slice:
    """The rows in which two masks of a size may differ; an empty slice where they are the same."""
    shorter = min(one.size, other.size)
    unequal = np.flatnonzero(one[:shorter] != other[:shorter])
    if unequal.size == 0 and one.size == other.size:
        return slice(0, 0)
    # Bounds come in pairs: where a run ends otherwise, it differs from its beginning on.
    head = int(unequal[0]) if unequal.size else shorter
    head -= head % 2
    ends = one[one.size - shorter :] != other[other.size - shorter :]
    unequal = np.flatnonzero(ends[::-1])
    tail = int(unequal[0]) if unequal.size else shorter
    tail = min(tail - tail % 2, shorter - head)
    parts = [bounds[head : bounds.size - tail] for bounds in (one, other)]
    found = np.concatenate(parts)
    return slice(int(found.min()) // width_px, -(-int(found.max()) // width_px))


def check_packed(text: str, height_px: int, width_px: int) -> None:
    """Refuse a text that is no mask of this size, without unpacking its pixels.

    Raises:
        ValueError: As `unpacked`.
    """
    _bounds(text, height_px * width_px)


def _bounds(text: str, area_px: int) -> Bounds:
    """The bounds, within the mask."""
    if not text:
        return NO_BOUNDS
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
