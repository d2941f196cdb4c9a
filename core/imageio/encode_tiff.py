"""TIFF at 8 and 16 bits with EXIF, GPS, XMP, IPTC and profile.

tifffile writes the file; the EXIF and GPS directories, which it cannot write, are appended and
their two pointers in the first directory set afterwards.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any, BinaryIO

import numpy as np
import tifffile

from core.image import Metadata
from core.imageio.decode import AnySamples, Samples
from core.imageio.exif_tree import ExifTree, directories, tree_of
from core.imageio.tags import EXIF_POINTER, GPS_POINTER, LONG, TagBlock, TagError
from core.progress import Progress

_XMP, _IPTC, _ICC = 700, 33723, 34675
_BYTE, _UNDEFINED = 1, 7
_RESOLUTION_TAGS = frozenset({282, 283, 296})
_STRIP_BYTES = 1 << 18
_HEAD_BYTES = 1 << 16


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
            _strips(samples, rows, progress),
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


def _strips(samples: Samples, rows: int, progress: Progress) -> Iterator[AnySamples]:
    height = samples.shape[0]
    for top in range(0, height, rows):
        progress.report(top / height)
        strip: AnySamples = samples[top : top + rows]
        yield np.ascontiguousarray(strip)


def _extra_tags(tree: ExifTree, metadata: Metadata) -> list[tuple[int, int, int, Any, bool]]:
    """Tags of the first directory, in tifffile's form; values are raw bytes."""
    left_out = _RESOLUTION_TAGS if metadata.dpi is not None else frozenset()
    found: list[tuple[int, int, int, Any, bool]] = [
        (tag, value.kind, value.count, value.raw, True)
        for tag, value in tree.zeroth.items()
        if tag not in left_out and value.count
    ]
    for tag, kind, raw in (
        (_XMP, _BYTE, metadata.xmp),
        (_IPTC, _UNDEFINED, metadata.iptc),
        (_ICC, _UNDEFINED, metadata.icc),
    ):
        if raw:
            found.append((tag, kind, len(raw), raw, True))
    pointers = {EXIF_POINTER: tree.exif or tree.interop, GPS_POINTER: tree.gps}
    found += [(tag, LONG, 1, 0, True) for tag, there in pointers.items() if there]
    return found


def _append_directories(handle: BinaryIO, tree: ExifTree) -> None:
    """Put the EXIF and GPS directories behind the pixels and point to them."""
    if not (tree.exif or tree.interop or tree.gps):
        return
    end = handle.seek(0, 2)
    padding = end % 2
    content, pointers = directories(tree, end + padding)
    handle.write(bytes(padding) + content)
    for tag, offset in pointers.items():
        handle.seek(_slot(handle, tag))
        handle.write(struct.pack(tree.order + "I", offset))
    handle.seek(0, 2)


def _slot(handle: BinaryIO, tag: int) -> int:
    """Where the value of a tag of the first directory lies in the file."""
    handle.seek(0)
    field = TagBlock(handle.read(_HEAD_BYTES)).first().get(tag)
    if field is None:
        raise TagError(f"tag {tag} was not written")
    return field.value_at
