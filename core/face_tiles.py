"""The grid in which faces are blended into a photo, and which of its tiles another run changes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from core.alignment import footprint
from core.faces import FaceResult
from core.geometry import Region, Size, composed, enlarging, inverted
from core.image import Pixels, is_grey
from core.pipeline import Earlier, Restoration

TILE_PX = 512

AROUND = 0.25
"""How far around a face the photo's softness is measured, as a share of the crop."""


Cell = tuple[int, int]
"""Row and column of a tile in the fixed grid."""


def is_active(face: FaceResult) -> bool:
    """True where something of the restored face is to be seen."""
    return face.strength > 0 and face.restored is not None


def region_of(face: FaceResult, scale: int, photo: Size) -> Region:
    """The pixels that a face can change in a photo that is `scale` times as large as at first."""
    to_crop = composed(face.to_crop, inverted(enlarging(scale)))
    return footprint(to_crop, face.crop.shape[0], photo)


def surroundings(region: Region, photo: Size) -> Region:
    """A face's part of the photo with what is around it, which its softness is matched to."""
    reach = round(AROUND * max(region.size.width, region.size.height))
    return region.grown(reach).clipped(photo)


def shared(one: Region, other: Region) -> Region:
    """The pixels that lie in both regions."""
    return Region(
        max(one.left, other.left),
        max(one.top, other.top),
        min(one.right, other.right),
        min(one.bottom, other.bottom),
    )


def cells_of(regions: Iterable[Region]) -> set[Cell]:
    """The tiles that at least one region reaches into."""
    return {
        (row, column)
        for region in regions
        if not region.is_empty
        for row in range(region.top // TILE_PX, (region.bottom - 1) // TILE_PX + 1)
        for column in range(region.left // TILE_PX, (region.right - 1) // TILE_PX + 1)
    }


def tile_of(cell: Cell, photo: Size) -> Region:
    """The pixels of a tile."""
    top, left = cell[0] * TILE_PX, cell[1] * TILE_PX
    return Region(left, top, left + TILE_PX, top + TILE_PX).clipped(photo)


def is_comparable(before: Restoration, state: Restoration) -> bool:
    """True where two photos are the same, or may be the same in some of their tiles."""
    old, new = before.photo.pixels, state.photo.pixels
    if old is new:
        return True
    if old.shape != new.shape or old.dtype != new.dtype or before.scale != state.scale:
        return False
    return is_grey(old) == is_grey(new)


def changed_cells(
    state: Restoration, given: tuple[FaceResult, ...], earlier: Earlier, blend_in: float
) -> set[Cell]:
    """The tiles in which a face, or the photo, looks otherwise than it did in the earlier run.

    Args:
        state: The record with the strengths of this run.
        given: The faces as this stage was given them.
        earlier: The earlier run of a stage that blended alike, on a comparable photo.
        blend_in: See `CompositeStage`.
    """
    then, now = earlier.before.photo.pixels, state.photo.pixels
    same = {(id(face), now.strength) for face, now in zip(given, state.faces, strict=True)}
    unchanged = {
        result.index
        for face, result in zip(earlier.before.faces, earlier.after.faces, strict=True)
        if (id(face), result.strength) in same
        and not _is_changed_around(result, state, then, blend_in)
    }
    both = (*state.faces, *earlier.after.faces)
    regions = [
        region_of(face, state.scale, state.photo.size)
        for face in both
        if is_active(face) and face.index not in unchanged
    ]
    cells = cells_of(regions)
    if then is not now:
        whole = Region(0, 0, state.photo.size.width, state.photo.size.height)
        parts = ((cell, tile_of(cell, state.photo.size).slices) for cell in cells_of([whole]))
        cells |= {cell for cell, part in parts if not np.array_equal(then[part], now[part])}
    return cells


def _is_changed_around(face: FaceResult, state: Restoration, then: Pixels, blend_in: float) -> bool:
    """True where the photo differs from what it was in what a face is matched to."""
    if blend_in == 0 or then is state.photo.pixels or not is_active(face):
        return False
    part = surroundings(region_of(face, state.scale, state.photo.size), state.photo.size).slices
    return not np.array_equal(then[part], state.photo.pixels[part])
