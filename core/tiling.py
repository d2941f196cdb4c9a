"""Working on a large picture in overlapping tiles, apart from what is done to a tile.

Each tile is cut with `context_px` more pixels around it, which are thrown away, so that a network
sees as much as it would see in the whole picture; where its receptive field reaches no further, the
result equals the untiled one. Deep networks see further, and so neighbours also share a band of
`blend_px` in which one fades into the other: no seam can be seen. The result is made in rows of
tiles and stored row by row at the photo's own depth, so memory holds one row as floats.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from core.errors import MemoryExhaustedError
from core.geometry import Region, Size
from core.image import FloatImage, Pixels, to_float, to_stored
from core.progress import Progress

TileFunction = Callable[[FloatImage, Progress], FloatImage]
"""Takes h x w x 3 in [0, 1], gives (h * scale) x (w * scale) x 3."""

Weights = npt.NDArray[np.float32]

_STORING_SHARE = 0.01
"""Share of the progress that memory takes, beside a network: getting it, and storing a row."""

_STORED_PX = 1_000_000
"""Pixels that are stored at a time: a twentieth of a second."""


@dataclass(frozen=True, slots=True)
class Tiling:
    """How a picture is cut.

    Attributes:
        tile_px: Side of what is cut out, context included; the same for all tiles of a picture
            that is large enough, which spares networks from adapting to new sizes.
        context_px: Pixels on each inner side that only serve as surroundings.
        blend_px: Width of the band in which neighbours fade into each other.
    """

    tile_px: int
    context_px: int
    blend_px: int

    def __post_init__(self) -> None:
        if min(self.context_px, self.blend_px) < 0 or self.step_px < max(1, self.blend_px):
            raise ValueError("tiles must be larger than twice their context and their blend")

    @property
    def step_px(self) -> int:
        """Distance from one tile to the next."""
        return self.tile_px - 2 * self.context_px - self.blend_px


@dataclass(frozen=True, slots=True)
class Span:
    """One tile along one axis, in pixels of the input.

    Attributes:
        read_start: First pixel that is cut out.
        read_stop: One past the last.
        start: First pixel that is used.
        stop: One past the last; overlaps the next span's by the blend band.
    """

    read_start: int
    read_stop: int
    start: int
    stop: int


def spans(length: int, tiling: Tiling) -> tuple[Span, ...]:
    """Cut an axis of `length` pixels; each cut but the only one is `tile_px` long."""
    if length <= tiling.tile_px:
        return (Span(0, length, 0, length),)
    context = tiling.context_px
    found: list[Span] = []
    read_start = 0
    while True:
        # The last tile moves inwards, so that it is as large as the others.
        read_start = min(read_start, length - tiling.tile_px)
        read_stop = read_start + tiling.tile_px
        first, last = read_start == 0, read_stop == length
        start = 0 if first else found[-1].stop - tiling.blend_px
        stop = length if last else read_stop - context
        found.append(Span(read_start, read_stop, start, stop))
        if last:
            return tuple(found)
        read_start = stop - tiling.blend_px - context


def run_tiled(
    pixels: Pixels, tiling: Tiling, scale: int, work: TileFunction, progress: Progress
) -> Pixels:
    """Apply `work` to a whole picture, tile by tile.

    Args:
        pixels: H x W x 3, uint8 or uint16.
        tiling: How to cut it.
        scale: How many times larger `work` makes a tile.
        work: What to do with a tile. Reports within its own share of the progress.
        progress: Reported to and polled.

    Returns:
        (H * scale) x (W * scale) x 3 of the same depth.

    Raises:
        Cancelled: The job was stopped.
    """
    return _TiledRun(pixels, tiling, scale, work).run(progress)


@dataclass(frozen=True, slots=True, eq=False)
class _TiledRun:
    """The arguments of `run_tiled`."""

    pixels: Pixels
    tiling: Tiling
    scale: int
    work: TileFunction

    def run(self, progress: Progress) -> Pixels:
        """All rows of tiles, each stored as soon as nothing more is added to it."""
        height, width = self.pixels.shape[:2]
        scale = self.scale
        rows = spans(height, self.tiling)
        columns = spans(width, self.tiling)
        result = np.empty((height * scale, width * scale, 3), self.pixels.dtype)
        tallest = max(row.stop - row.start for row in rows) * scale
        # One for all rows: the system takes seconds to hand out so much memory.
        strips = _touched((tallest, width * scale, 3), progress.part(0.0, _STORING_SHARE))
        progress = progress.part(_STORING_SHARE, 1.0)
        carried = np.zeros((0, width * scale, 3), np.float32)
        for index, row in enumerate(rows):
            part = progress.step(index, len(rows))
            strip = strips[: (row.stop - row.start) * scale]
            self._fill(strip, row, columns, part.part(0.0, 1 - _STORING_SHARE))
            self._fade(strip, row, rows)
            strip[: len(carried)] += carried
            band = 0 if row is rows[-1] else self.tiling.blend_px * scale
            finished = len(strip) - band
            top = row.start * scale
            storing = part.part(1 - _STORING_SHARE, 1.0)
            _store(strip[:finished], result[top : top + finished], storing)
            carried = strip[finished:].copy()
        progress.report(1.0)
        return result

    def _fill(
        self, strip: FloatImage, row: Span, columns: tuple[Span, ...], progress: Progress
    ) -> None:
        """One row of tiles, blended from left to right: h x (W * scale) x 3, written over."""
        scale = self.scale
        for index, column in enumerate(columns):
            part = progress.step(index, len(columns))
            part.report(0.0)
            cut = (slice(row.read_start, row.read_stop), slice(column.read_start, column.read_stop))
            done = self.work(to_float(self.pixels[cut]), part)
            used = done[_inner(row, scale), _inner(column, scale)]
            used = used * self._ramp(column, columns)[None, :, None]
            left = column.start * scale
            shared = 0 if column is columns[0] else self.tiling.blend_px * scale
            strip[:, left : left + shared] += used[:, :shared]
            strip[:, left + shared : column.stop * scale] = used[:, shared:]

    def _fade(self, strip: FloatImage, row: Span, rows: tuple[Span, ...]) -> None:
        """Weigh the bands that a row of tiles shares with its neighbours."""
        band = self.tiling.blend_px * self.scale
        weights = self._ramp(row, rows)[:, None, None]
        if band and row is not rows[0]:
            strip[:band] *= weights[:band]
        if band and row is not rows[-1]:
            strip[-band:] *= weights[-band:]

    def _ramp(self, span: Span, axis: tuple[Span, ...]) -> Weights:
        """The weight of each output pixel of a span; overlapping ramps add up to 1."""
        weights = np.ones((span.stop - span.start) * self.scale, np.float32)
        band = self.tiling.blend_px * self.scale
        rising = (np.arange(band, dtype=np.float32) + 0.5) / max(1, band)
        if band and span is not axis[0]:
            weights[:band] = rising
        if band and span is not axis[-1]:
            weights[-band:] = 1 - rising
        return weights


def _touched(shape: tuple[int, int, int], progress: Progress) -> FloatImage:
    """Memory that the system has really handed out, some rows at a time."""
    floats = np.empty(shape, np.float32)
    rows = max(1, _STORED_PX // shape[1])
    for top in range(0, shape[0], rows):
        progress.report(top / shape[0])
        floats[top : top + rows] = 0
    return floats


def _store(strip: FloatImage, stored: Pixels, progress: Progress) -> None:
    """Write floats to stored pixels, some rows at a time: a wide strip takes seconds."""
    rows = max(1, _STORED_PX // strip.shape[1])
    for top in range(0, len(strip), rows):
        progress.report(top / len(strip))
        stored[top : top + rows] = to_stored(strip[top : top + rows], stored.dtype)


def _inner(span: Span, scale: int) -> slice:
    """The used part of a tile's output."""
    return slice((span.start - span.read_start) * scale, (span.stop - span.read_start) * scale)


class _Watched:
    """Remembers how far a progress came, so that another attempt goes on there.

    Args:
        progress: The slice that the attempt has.
    """

    def __init__(self, progress: Progress) -> None:
        self._given = progress
        self._reached = progress.start
        self.progress = replace(progress, sink=self._note)

    def rest(self) -> Progress:
        """What is left of the slice."""
        return replace(self._given, start=self._reached)

    def _note(self, fraction: float, message: str) -> None:
        self._reached = max(self._reached, fraction)
        self._given.sink(fraction, message)


class Shrinking:
    """Works on a tile in quarters where it does not fit into memory, and remembers that.

    Args:
        work: What to do with a tile; raises `MemoryExhaustedError` where it is too large.
        scale: How many times larger `work` makes a tile.
        context_px: Surroundings that each quarter gets.
    """

    def __init__(self, work: TileFunction, scale: int, context_px: int) -> None:
        self._work = work
        self._scale = scale
        self._context_px = context_px
        self._most_px: int | None = None

    @property
    def has_shrunk(self) -> bool:
        """True once a tile did not fit."""
        return self._most_px is not None

    def __call__(self, tile: FloatImage, progress: Progress) -> FloatImage:
        """Do the work; a `TileFunction`."""
        side = max(tile.shape[:2])
        if self._most_px is None or side <= self._most_px:
            watched = _Watched(progress)
            try:
                return self._work(tile, watched.progress)
            except MemoryExhaustedError:
                smaller = side - side // 2 + self._context_px
                if smaller > side * 3 // 4:
                    raise
                self._most_px = smaller
                progress = watched.rest()
        return self._in_quarters(tile, progress)

    def _in_quarters(self, tile: FloatImage, progress: Progress) -> FloatImage:
        size = Size(tile.shape[1], tile.shape[0])
        scale = self._scale
        result = np.empty((size.height * scale, size.width * scale, 3), np.float32)
        for index, quarter in enumerate(_quarters(size)):
            cut = quarter.grown(self._context_px).clipped(size)
            done = self(np.ascontiguousarray(tile[cut.slices]), progress.step(index, 4))
            result[_times(quarter, scale).slices] = done[
                _times(_shifted(quarter, cut), scale).slices
            ]
        return result


def _quarters(size: Size) -> tuple[Region, Region, Region, Region]:
    x, y = size.width // 2, size.height // 2
    return (
        Region(0, 0, x, y),
        Region(x, 0, size.width, y),
        Region(0, y, x, size.height),
        Region(x, y, size.width, size.height),
    )


def _shifted(region: Region, origin: Region) -> Region:
    """The region as seen from the top left corner of `origin`."""
    return Region(
        region.left - origin.left,
        region.top - origin.top,
        region.right - origin.left,
        region.bottom - origin.top,
    )


def _times(region: Region, scale: int) -> Region:
    return Region(
        region.left * scale, region.top * scale, region.right * scale, region.bottom * scale
    )
