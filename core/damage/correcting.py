"""What the user painted, laid over the marks that were found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from core.run_lengths import packed, unpacked
from core.settings_repair import MaskEdits

if TYPE_CHECKING:
    import numpy.typing as npt

    Mask = npt.NDArray[np.bool_]


def painted(added: Mask, erased: Mask) -> MaskEdits | None:
    """What was painted as a setting; None where nothing was.

    Args:
        added: H x W, marked by hand.
        erased: H x W, taken off what was found; where both are set, `added` holds.
    """
    height, width = added.shape
    texts = packed(added), packed(erased & ~added)
    if not any(texts):
        return None
    return MaskEdits(width_px=width, height_px=height, added=texts[0], erased=texts[1])


def layers_of(edits: MaskEdits) -> tuple[Mask, Mask]:
    """What was added and what was erased, H x W each."""
    size = edits.height_px, edits.width_px
    return unpacked(edits.added, *size), unpacked(edits.erased, *size)


def fits(edits: MaskEdits, height_px: int, width_px: int) -> bool:
    """True where the edits belong to a picture of this size."""
    return (edits.height_px, edits.width_px) == (height_px, width_px)


def corrected(found: Mask, edits: MaskEdits | None) -> Mask:
    """The marks that are filled: what was found, less what was erased, and what was added."""
    if edits is None:
        return found
    added, erased = layers_of(edits)
    return (found & ~erased) | added
