"""Fill marked areas with a model, window by window around each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

from core.image import is_grey, to_float, to_stored

if TYPE_CHECKING:
    import numpy.typing as npt

    from core.damage.filling import Filled
    from core.image import Pixels
    from core.interfaces import Inpainter
    from core.progress import Progress

    Mask = npt.NDArray[np.bool_]

_CONTEXT_SHARE = 0.25
"""Known surroundings on each side of a window, as a share of its side."""

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the photo that is filled at once.

    Attributes:
        rows: What the model sees, from top to bottom.
        columns: What the model sees, from left to right.
        inner_rows: What is taken from it.
        inner_columns: What is taken from it.
    """

    rows: slice
    columns: slice
    inner_rows: slice
    inner_columns: slice


def windows(mask: Mask, side_px: int) -> tuple[Window, ...]:
    """Windows that cover all marks, each with known surroundings as far as the photo reaches.

    Args:
        mask: H x W, True where marked.
        side_px: Side of a window.
    """
    height, width = mask.shape
    context = int(side_px * _CONTEXT_SHARE)
    step = side_px - 2 * context
    found = []
    for top in range(0, height, step):
        for left in range(0, width, step):
            inner = np.s_[top : min(height, top + step), left : min(width, left + step)]
            if mask[inner].any():
                rows = _around(top - context, side_px, height)
                columns = _around(left - context, side_px, width)
                found.append(Window(rows, columns, inner[0], inner[1]))
    return tuple(found)


def _around(start: int, length: int, limit: int) -> slice:
    """A span of `length`, moved so that it lies within [0, limit), or all of it."""
    start = max(0, min(start, limit - length))
    return slice(start, min(limit, start + length))


class _Otherwise:
    """Where windows do not see what they saw when the photo was filled the last time.

    Args:
        mask: H x W, what is marked now.
        known: The last time; None where there was none.
    """

    def __init__(self, mask: Mask, known: Filled | None) -> None:
        self._places = np.ones_like(mask) if known is None else known.mask != mask

    def is_seen_by(self, part: Window) -> bool:
        """True where a window may be filled otherwise than it was."""
        return bool(self._places[part.rows, part.columns].any())

    def add(self, part: Window) -> None:
        """Take what is filled anew for something else, for the windows that come later."""
        self._places[part.inner_rows, part.inner_columns] = True


def filled_by_model(
    pixels: Pixels,
    mask: Mask,
    model: Inpainter,
    progress: Progress,
    known: Filled | None = None,
) -> tuple[Pixels, tuple[str, ...]]:
    """Fill marked pixels with a model; unmarked pixels stay bit for bit.

    Each window sees what was filled before it, so that neighbours agree.

    Args:
        pixels: H x W x 3, uint8 or uint16.
        mask: H x W, True where the picture is unknown.
        model: Fills one window.
        progress: Reported to and polled.
        known: The same pixels filled by the same model with another mask; windows that see the
            same are taken from it.

    Returns:
        A new array, and what was done otherwise than asked.

    Raises:
        Cancelled: The job was stopped.
        RestorationError: The model gave no usable result.
    """
    grey = is_grey(pixels)
    result, missing = pixels.copy(), mask.copy()
    warnings: dict[str, None] = {}
    parts = windows(mask, model.side_px)
    other = _Otherwise(mask, known)
    for index, part in enumerate(parts):
        step = progress.step(index, len(parts))
        step.report(0.0)
        seen = part.rows, part.columns
        if known is not None and not other.is_seen_by(part):
            inner = part.inner_rows, part.inner_columns
            result[inner][mask[inner]] = known.pixels[inner][mask[inner]]
            missing[inner] = False
            continue
        other.add(part)
        done = model.inpaint(to_float(result[seen]), missing[seen], progress=step)
        warnings.update(dict.fromkeys(done.warnings))
        inner = part.inner_rows, part.inner_columns
        cut = done.images[
            part.inner_rows.start - part.rows.start : part.inner_rows.stop - part.rows.start,
            part.inner_columns.start - part.columns.start : part.inner_columns.stop
            - part.columns.start,
        ]
        if grey:
            cut = cast("npt.NDArray[np.float32]", cv2.transform(cut, _LUMA[None]))[..., None]
            cut = np.repeat(cut.reshape(*cut.shape[:2], 1), 3, axis=2)
        chosen = mask[inner]
        result[inner][chosen] = to_stored(cut[chosen], pixels.dtype)
        missing[inner] = False
    return result, tuple(warnings)
