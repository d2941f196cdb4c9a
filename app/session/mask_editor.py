"""The damage marks of one photo while they are painted: what was found, added and erased.

Knows no Qt. Painting costs what the stroke covers, not what the photo's size is, and so do storing
a stroke and taking it back; smaller copies of the marks are kept beside them, so that drawing them
costs what is visible. Where the marks of the whole photo change, they are brought up to date band
by band, as long as the caller has time.
"""

from __future__ import annotations

import time

import numpy as np
import numpy.typing as npt

from core.geometry import Region, Size
from core.run_lengths import NO_BOUNDS, bounds_again, bounds_of, differing_rows, rows_of, text_of
from core.settings_repair import MaskEdits

Mask = npt.NDArray[np.bool_]
Marks = npt.NDArray[np.uint8]
"""H x W, 255 where marked, else 0."""

LEAST_RADIUS_PX = 0.75
_SMALLEST_LEVEL_PX = 64
_BAND_ROWS = 256


class MaskEditor:
    """Marks at the size of the photo, and the way to change them.

    Args:
        size: Of the photo.
    """

    def __init__(self, size: Size) -> None:
        self.size = size
        shape = size.height, size.width
        self._found: Mask | None = None
        self._added: Mask = np.zeros(shape, np.bool_)
        self._erased: Mask = np.zeros(shape, np.bool_)
        self._edits: MaskEdits | None = None
        self._bounds = NO_BOUNDS, NO_BOUNDS
        self._painted = slice(0, 0)
        self._stale: list[Region] = []
        self._levels: list[Marks] = [np.zeros(shape, np.uint8)]
        while min(self._levels[-1].shape) > _SMALLEST_LEVEL_PX:
            height, width = self._levels[-1].shape
            self._levels.append(np.zeros((height // 2, width // 2), np.uint8))
        self.version = 0

    @property
    def edits(self) -> MaskEdits | None:
        """What was painted, as the settings hold it; up to the last `store`."""
        return self._edits

    @property
    def levels(self) -> tuple[Marks, ...]:
        """The marks that will be filled, at full size and halved again and again."""
        self.catch_up()
        return tuple(self._levels)

    @property
    def present_levels(self) -> tuple[Marks, ...]:
        """The same as far as they are up to date; see `catch_up`."""
        return tuple(self._levels)

    def catch_up(self, most_s: float = float("inf")) -> bool:
        """Bring the marks up to date.

        Args:
            most_s: About how long it may take.

        Returns:
            False where something is left to do.
        """
        end_s = time.perf_counter() + most_s
        while self._stale:
            self._refresh(self._stale.pop(0))
            if time.perf_counter() >= end_s:
                break
        return not self._stale

    def set_found(self, found: Mask | None) -> None:
        """Say what was found without the user; None: nothing was looked for."""
        if found is self._found:
            return
        self._found = found
        self._refresh_later(slice(0, self.size.height))

    def set_edits(self, edits: MaskEdits | None) -> None:
        """Take over what was painted earlier; one of another size counts as nothing."""
        if edits == self._edits:
            return
        self._load(edits)

    def give_up(self) -> None:
        """Forget what was painted since the last `store`."""
        self._load(self._edits)

    def store(self) -> MaskEdits | None:
        """Take what was painted as the new state, and give it as a setting."""
        rows = self._painted
        if rows.stop > rows.start:
            layers = zip(self._bounds, (self._added, self._erased), strict=True)
            added, erased = (bounds_again(bounds, layer, rows) for bounds, layer in layers)
            self._bounds, self._painted = (added, erased), slice(0, 0)
        texts = [text_of(bounds) for bounds in self._bounds]
        self._edits = None
        if any(texts):
            size = self.size
            self._edits = MaskEdits(
                width_px=size.width, height_px=size.height, added=texts[0], erased=texts[1]
            )
        return self._edits

    def stroke(
        self,
        start: tuple[float, float],
        end: tuple[float, float],
        radius_px: float,
        *,
        erases: bool,
    ) -> None:
        """Paint from one place to another with a round brush.

        Args:
            start: x and y in pixels of the photo, from its upper left edge.
            end: The same.
            radius_px: Of the brush.
            erases: Take marks away instead of adding them.
        """
        radius = max(LEAST_RADIUS_PX, radius_px)
        region = Region(
            int(np.floor(min(start[0], end[0]) - radius)),
            int(np.floor(min(start[1], end[1]) - radius)),
            int(np.ceil(max(start[0], end[0]) + radius)),
            int(np.ceil(max(start[1], end[1]) + radius)),
        ).clipped(self.size)
        if region.is_empty:
            return
        inside = _near_segment(region, start, end, radius)
        gains, loses = (self._erased, self._added) if erases else (self._added, self._erased)
        gains[region.slices] |= inside
        loses[region.slices] &= ~inside
        self._painted = _both(self._painted, region.slices[0])
        self._refresh(region)

    def _load(self, edits: MaskEdits | None) -> None:
        size, self._edits = (self.size.height, self.size.width), edits
        texts = ("", "")
        if edits is not None and (edits.height_px, edits.width_px) == size:
            texts = edits.added, edits.erased
        before = self._bounds
        now = bounds_of(texts[0], *size), bounds_of(texts[1], *size)
        rows = self._painted
        for old, new in zip(before, now, strict=True):
            rows = _both(rows, differing_rows(old, new, self.size.width))
        for layer, bounds in zip((self._added, self._erased), now, strict=True):
            layer[rows] = rows_of(bounds, self.size.width, rows)
        self._bounds, self._painted = now, slice(0, 0)
        self._refresh_later(rows)

    def _refresh_later(self, rows: slice) -> None:
        """Have `catch_up` bring some rows up to date."""
        width = self.size.width
        for top in range(rows.start - rows.start % _BAND_ROWS, rows.stop, _BAND_ROWS):
            band = Region(0, top, width, min(self.size.height, top + _BAND_ROWS))
            if band not in self._stale:
                self._stale.append(band)
        self.version += 1

    def _refresh(self, region: Region) -> None:
        """Bring the marks and their smaller copies up to date within a region."""
        import cv2  # heavy, and needed only once a photo is open

        part = region.slices
        marks = self._added[part]
        if self._found is not None:
            marks = (self._found[part] & ~self._erased[part]) | marks
        self._levels[0][part] = marks.view(np.uint8) * np.uint8(255)
        for larger, smaller in zip(self._levels, self._levels[1:], strict=False):
            height, width = smaller.shape
            rows = slice(part[0].start // 2, min(height, (part[0].stop + 1) // 2))
            columns = slice(part[1].start // 2, min(width, (part[1].stop + 1) // 2))
            part = rows, columns
            if rows.start >= rows.stop or columns.start >= columns.stop:
                break
            source = larger[2 * rows.start : 2 * rows.stop, 2 * columns.start : 2 * columns.stop]
            size = columns.stop - columns.start, rows.stop - rows.start
            # One marked pixel in four marks the smaller one: thin scratches stay visible.
            halved = cv2.resize(source, size, interpolation=cv2.INTER_AREA)
            smaller[part] = cv2.threshold(halved, 0, 255, cv2.THRESH_BINARY)[1]
        self.version += 1


def _both(one: slice, other: slice) -> slice:
    """The rows from the first to the last of both; empty ones count as none."""
    if one.stop <= one.start:
        return other
    if other.stop <= other.start:
        return one
    return slice(min(one.start, other.start), max(one.stop, other.stop))


def _near_segment(
    region: Region, start: tuple[float, float], end: tuple[float, float], radius_px: float
) -> Mask:
    """True for each pixel whose centre lies within the radius of a line."""
    x = np.arange(region.left, region.right, dtype=np.float32)[None, :] + np.float32(0.5 - start[0])
    y = np.arange(region.top, region.bottom, dtype=np.float32)[:, None] + np.float32(0.5 - start[1])
    along_x, along_y = np.float32(end[0] - start[0]), np.float32(end[1] - start[1])
    length = along_x * along_x + along_y * along_y
    if length > 0:
        share = np.clip((x * along_x + y * along_y) / length, 0, 1)
        x, y = x - share * along_x, y - share * along_y
    inside: Mask = x * x + y * y <= np.float32(radius_px * radius_px)
    return inside
