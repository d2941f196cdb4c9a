"""Fill marked pixels from their surroundings, at the photo's own depth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from core.image import Pixels
    from core.progress import Progress

_BLOCK_PX = 512
_MARGIN_PX = 24
_RADIUS_PX = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Filled:
    """A photo of which some pixels were filled earlier, in the same way.

    Attributes:
        mask: H x W, True where it was filled.
        pixels: H x W x 3, what came of it.
    """

    mask: npt.NDArray[np.bool_]
    pixels: Pixels

    def has_marks_of(self, mask: npt.NDArray[np.bool_], part: tuple[slice, slice]) -> bool:
        """True where another mask marks the same in a part of the photo."""
        return np.array_equal(self.mask[part], mask[part])


def filled(
    pixels: Pixels, mask: npt.NDArray[np.bool_], progress: Progress, known: Filled | None = None
) -> Pixels:
    """Inpaint thin damage (Bertalmio et al. 2001) in blocks; unmarked pixels stay bit for bit.

    Args:
        pixels: H x W x 3, uint8 or uint16.
        mask: H x W, True where the picture is unknown.
        progress: Reported to and polled between blocks.
        known: The same pixels filled with another mask; blocks that are marked alike are taken
            from it.

    Returns:
        A new array, or `pixels` itself where nothing is marked.

    Raises:
        Cancelled: The job was stopped.
    """
    if not mask.any():
        return pixels
    result = pixels.copy()
    height, width = mask.shape
    blocks = [
        (top, left)
        for top in range(0, height, _BLOCK_PX)
        for left in range(0, width, _BLOCK_PX)
        if mask[top : top + _BLOCK_PX, left : left + _BLOCK_PX].any()
    ]
    for index, (top, left) in enumerate(blocks):
        progress.report(index / len(blocks))
        outer = np.s_[
            max(0, top - _MARGIN_PX) : top + _BLOCK_PX + _MARGIN_PX,
            max(0, left - _MARGIN_PX) : left + _BLOCK_PX + _MARGIN_PX,
        ]
        inner = np.s_[top : top + _BLOCK_PX, left : left + _BLOCK_PX]
        if known is not None and known.has_marks_of(mask, outer):
            result[inner] = known.pixels[inner]
            continue
        patch = _inpainted(pixels[outer], mask[outer])
        offset = top - outer[0].start, left - outer[1].start
        chosen = mask[inner]
        rows = slice(offset[0], offset[0] + chosen.shape[0])
        columns = slice(offset[1], offset[1] + chosen.shape[1])
        result[inner][chosen] = patch[rows, columns][chosen]
    return result


def _inpainted(pixels: Pixels, mask: npt.NDArray[np.bool_]) -> Pixels:
    unknown = mask.astype(np.uint8)
    if pixels.dtype == np.uint8:
        done = cv2.inpaint(np.ascontiguousarray(pixels), unknown, _RADIUS_PX, cv2.INPAINT_NS)
        return cast("Pixels", done)
    planes = [
        cv2.inpaint(np.ascontiguousarray(pixels[..., i]), unknown, _RADIUS_PX, cv2.INPAINT_NS)
        for i in range(3)
    ]
    return cast("Pixels", np.stack(planes, axis=2))
