"""TIFF at 8 and 16 bits with EXIF, GPS, XMP, IPTC and profile.

tifffile writes the file. The EXIF and GPS directories, which it refuses to write, are appended,
and behind them a first directory that points to them and takes the place of the written one.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np
import tifffile

from core.image import Metadata
from core.imageio.decode import AnySamples, Samples
from core.imageio.exif_tree import ExifTree, directories, tree_of
from core.imageio.tags import ENTRY_BYTES, LONG, TagError
from core.progress import Progress

_XMP, _IPTC, _ICC = 700, 33723, 34675
_BYTE, _UNDEFINED = 1, 7
_RESOLUTION_TAGS = frozenset({282, 283, 296})
_STRIP_BYTES = 1 << 18
_FIRST_POINTER_AT = 4
_LEVEL = 4


def write_tiff(
    samples: Samples, metadata: Metadata, handle: BinaryIO, progress: Progress
) -> tuple[str, ...]:
    """Write H x W (x 1..4) samples, deflate-compressed with the horizontal predictor.

    The file takes the byte order of the EXIF block, so that its values are copied untouched.

    Args:
        samples: uint8 or uint16.
        metadata: What is written beside them.
        handle: An empty file, open for reading and writing.
        progress: Reported to and polled for cancellation.

    Returns:
        Notes about what had no room.

    Raises:
        OSError: The file cannot be written.
        Cancelled: The job was stopped.
    """
    tree, notes = _tree(metadata)
    channels = 1 if samples.ndim == 2 else samples.shape[2]
    rows = max(1, _STRIP_BYTES // max(1, samples[0].nbytes))
    with tifffile.TiffWriter(handle, bigtiff=False, byteorder=tree.order) as writer:
        writer.write(
            _strips(samples, rows, tree.order, progress),
            shape=samples.shape,
            dtype=samples.dtype,
            photometric="rgb" if channels >= 3 else "minisblack",
            planarconfig="contig" if channels > 1 else None,
            extrasamples=["unassalpha"] if channels in (2, 4) else None,
            compression="zlib",
            predictor=2,
            rowsperstrip=rows,
            resolution=metadata.dpi,
            resolutionunit="INCH" if metadata.dpi else None,
            software=False,
            metadata=None,
            extratags=_extra_tags(tree, metadata),
            maxworkers=1,
        )
    _append_directories(handle, tree)
    return notes


def _tree(metadata: Metadata) -> tuple[ExifTree, tuple[str, ...]]:
    if metadata.exif is None:
        return ExifTree(), ()
    try:
        return tree_of(metadata.exif), ()
    except TagError:
        note = "The damaged EXIF data cannot be stored in a TIFF file, so it was left out."
        return ExifTree(), (note,)


def _strips(samples: Samples, rows: int, order: str, progress: Progress) -> Iterator[bytes]:
    """Strips with the horizontal predictor (TIFF 6.0, section 14), deflated.

    tifffile takes an iterator of arrays for whole pages only, of bytes for strips.
    """
    height = samples.shape[0]
    dtype = np.dtype(f"{order}u{samples.itemsize}")
    for top in range(0, height, rows):
        progress.report(top / height)
        strip: AnySamples = samples[top : top + rows]
        rest = strip.copy()
        rest[:, 1:] -= strip[:, :-1]
        yield zlib.compress(rest.astype(dtype).tobytes(), _LEVEL)


def _extra_tags(tree: ExifTree, metadata: Metadata) -> list[tuple[int, int, int, Any, bool]]:
    """Tags of the first directory, in tifffile's form; values are raw bytes."""
    found: list[tuple[int, int, int, Any, bool]] = [
        (tag, value.kind, value.count, value.raw, True)
        for tag, value in tree.zeroth.items()
        if tag not in _RESOLUTION_TAGS and value.count
    ]
    for tag, kind, raw in (
        (_XMP, _BYTE, metadata.xmp),
        (_IPTC, _UNDEFINED, metadata.iptc),
        (_ICC, _UNDEFINED, metadata.icc),
    ):
        if raw:
            found.append((tag, kind, len(raw), raw, True))
    return found


def _append_directories(handle: BinaryIO, tree: ExifTree) -> None:
    """Put the EXIF and GPS directories behind the pixels, and a new first directory behind them."""
    if not (tree.exif or tree.interop or tree.gps):
        return
    end = handle.seek(0, 2)
    padding = bytes(end % 2)
    content, pointers = directories(tree, end + len(padding))
    fields = _first_fields(handle, tree.order)
    for tag, offset in pointers.items():
        fields[tag] = struct.pack(tree.order + "HHII", tag, LONG, 1, offset)
    first = b"".join(fields[tag] for tag in sorted(fields))
    handle.seek(end)
    handle.write(padding + content)
    first_at = handle.tell()
    handle.write(struct.pack(tree.order + "H", len(fields)) + first + bytes(4))
    handle.seek(_FIRST_POINTER_AT)
    handle.write(struct.pack(tree.order + "I", first_at))
    handle.seek(0, 2)


def _first_fields(handle: BinaryIO, order: str) -> dict[int, bytes]:
    """The 12-byte fields of the written first directory, by tag."""
    handle.seek(_FIRST_POINTER_AT)
    (at,) = struct.unpack(order + "I", handle.read(4))
    handle.seek(at)
    (count,) = struct.unpack(order + "H", handle.read(2))
    entries = [handle.read(ENTRY_BYTES) for _ in range(count)]
    return {struct.unpack(order + "H", entry[:2])[0]: entry for entry in entries}
