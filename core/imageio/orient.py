"""The eight EXIF orientations, applied to arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt


def turned(array: npt.NDArray[Any], orientation: int) -> npt.NDArray[Any]:
    """An array (H x W or H x W x C) turned upright.

    Args:
        array: Pixels as the file stores them.
        orientation: EXIF tag 0x0112, 1..8 (Exif 2.3, section 4.6.4, figure 19).

    Returns:
        A contiguous array; the same object for orientation 1.
    """
    if orientation == 1:
        return array
    if orientation in (5, 6, 7, 8):
        array = np.swapaxes(array, 0, 1)
    # After the transposition 6 needs a left-right flip, 8 an up-down flip, 7 both, 5 none.
    if orientation in (2, 3, 6, 7):
        array = array[:, ::-1]
    if orientation in (3, 4, 7, 8):
        array = array[::-1]
    return np.ascontiguousarray(array)
