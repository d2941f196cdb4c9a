"""EXIF that lives in the directories of a TIFF file, taken out and put back.

A TIFF file has no EXIF block: the same tags lie between those that describe its pixels. They are
copied as raw bytes in the file's own byte order, so that no text or number changes on the way.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

from core.imageio.tags import (
    BIG_ONLY,
    EXIF_POINTER,
    GPS_POINTER,
    IFD,
    INTEROP_POINTER,
    LONG,
    ORIENTATION,
    Directory,
    TagBlock,
)

MAX_VALUE_BYTES = 1 << 20
"""Larger values are a program's private data, not a description of the photo."""

_LAYOUT_TAGS = frozenset(
    {
        *range(254, 269),  # size, depth, compression, photometry, cells
        273, 277, 278, 279, 280, 281, 284,  # strips, samples
        *range(288, 296),  # free space, grey response, fax options
        300, 301, 317, 318, 319, 320, 321,  # curves, predictor, primaries, palette, halftone
        *range(322, 340),  # tiles, sub-directories, inks, extra samples
        *range(340, 348),  # sample range, JPEG tables
        *range(512, 522), 529, 530, 531, 532,  # old JPEG, YCbCr
        700, 33723, 34377, 34675, 37724,  # XMP, IPTC, Photoshop, ICC: carried apart
        EXIF_POINTER, GPS_POINTER, 50341,  # pointers; PrintIM
    }
)  # fmt: skip
"""Tags of IFD0 that describe the stored pixels, and so not the picture."""


@dataclass(frozen=True, slots=True)
class Value:
    """The values of one tag: TIFF type, how many, and their bytes in the tree's byte order."""

    kind: int
    count: int
    raw: bytes


Tags = dict[int, Value]


@dataclass(frozen=True, slots=True)
class ExifTree:
    """Descriptive tags by directory.

    Attributes:
        order: "<" or ">".
        zeroth: Tags of IFD0 that describe the picture.
        exif: The EXIF directory.
        gps: The GPS directory.
        interop: The interoperability directory.
    """

    order: str = "<"
    zeroth: Tags = field(default_factory=dict)
    exif: Tags = field(default_factory=dict)
    gps: Tags = field(default_factory=dict)
    interop: Tags = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """True where there is nothing to write."""
        return not (self.zeroth or self.exif or self.gps)


def tree_of(data: bytes, *, is_file: bool = False) -> ExifTree:
    """The descriptive tags of an EXIF block or of a whole TIFF file, which may be a BigTIFF.

    Raises:
        TagError: Its first directory cannot be read.
    """
    block = TagBlock(data, may_be_big=is_file)
    zeroth = block.first()
    exif = block.child(zeroth, EXIF_POINTER)
    return ExifTree(
        block.order,
        _values(block, zeroth, _LAYOUT_TAGS),
        _values(block, exif, frozenset({INTEROP_POINTER})),
        _values(block, block.child(zeroth, GPS_POINTER), frozenset()),
        _values(block, block.child(exif, INTEROP_POINTER), frozenset()),
    )


def _values(block: TagBlock, directory: Directory | None, left_out: frozenset[int]) -> Tags:
    if directory is None:
        return {}
    return {
        found.tag: Value(found.kind, found.count, block.raw(found))
        for found in directory.fields
        if found.tag not in left_out
        and found.kind != IFD
        and found.kind not in BIG_ONLY  # which neither EXIF nor the written TIFF can hold
        and found.size_bytes <= MAX_VALUE_BYTES
    }


def exif_of_tiff(data: bytes) -> bytes | None:
    """A stand-alone EXIF block with the descriptive tags of a TIFF file; None where it has none.

    Raises:
        TagError: The file's first directory cannot be read.
    """
    tree = tree_of(data, is_file=True)
    if not (tree.exif or tree.gps or tree.zeroth.keys() - {ORIENTATION, 282, 283, 296}):
        return None
    mark = b"II*\x00" if tree.order == "<" else b"MM\x00*"
    return mark + struct.pack(tree.order + "I", 8) + serialised(tree, 8)


def serialised(tree: ExifTree, offset: int) -> bytes:
    """IFD0 with its EXIF, GPS and interoperability directories, as they lie at `offset`."""
    tail, pointers = directories(tree, offset + _directory_bytes(tree.zeroth, _pointer_count(tree)))
    zeroth = {**tree.zeroth, **{tag: _long(tree.order, at) for tag, at in pointers.items()}}
    return _directory(zeroth, tree.order, offset) + tail


def directories(tree: ExifTree, offset: int) -> tuple[bytes, dict[int, int]]:
    """The EXIF, GPS and interoperability directories, as they lie at `offset` of a file.

    Returns:
        The bytes, and for each pointer tag of IFD0 where its directory starts.
    """
    parts: list[bytes] = []
    pointers: dict[int, int] = {}
    exif = dict(tree.exif)
    if tree.interop:
        block = _directory(tree.interop, tree.order, offset)
        exif[INTEROP_POINTER] = _long(tree.order, offset)
        parts.append(block)
        offset += len(block)
    for tag, tags in ((EXIF_POINTER, exif), (GPS_POINTER, tree.gps)):
        if tags:
            block = _directory(tags, tree.order, offset)
            pointers[tag] = offset
            parts.append(block)
            offset += len(block)
    return b"".join(parts), pointers


def _pointer_count(tree: ExifTree) -> int:
    return int(bool(tree.exif or tree.interop)) + int(bool(tree.gps))


def _long(order: str, number: int) -> Value:
    return Value(LONG, 1, struct.pack(order + "I", number))


def _directory_bytes(tags: Tags, more: int) -> int:
    """Length of a directory that gets `more` single LONG fields beside `tags`."""
    values = sum(len(value.raw) + len(value.raw) % 2 for value in tags.values() if _apart(value))
    return 2 + 12 * (len(tags) + more) + 4 + values


def _apart(value: Value) -> bool:
    return len(value.raw) > 4


def _directory(tags: Tags, order: str, offset: int) -> bytes:
    """One directory with its values behind it, fields in ascending order, as TIFF demands."""
    value_at = offset + 2 + 12 * len(tags) + 4
    fields, values = bytearray(), bytearray()
    for tag, value in sorted(tags.items()):
        if _apart(value):
            slot = struct.pack(order + "I", value_at + len(values))
            values += value.raw + b"\x00" * (len(value.raw) % 2)
        else:
            slot = value.raw.ljust(4, b"\x00")
        fields += struct.pack(order + "HHI", tag, value.kind, value.count) + slot
    return struct.pack(order + "H", len(tags)) + bytes(fields) + bytes(4) + bytes(values)
