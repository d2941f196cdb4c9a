"""Changes to an EXIF block, in place: every byte that is not changed stays where it was.

Camera makers' notes hold offsets into the block, so the block is never rebuilt. Exif 2.3 (CIPA
DC-008), section 4.6.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable

from core.geometry import Size
from core.imageio.tags import (
    ENTRY_BYTES,
    EXIF_POINTER,
    GPS_POINTER,
    LONG,
    ORIENTATION,
    RATIONAL,
    SHORT,
    THUMBNAIL_BYTES,
    THUMBNAIL_OFFSET,
    Directory,
    Field,
    TagBlock,
    TagError,
)

PREFIX = b"Exif\x00\x00"
_RESOLUTION, _RESOLUTION_UNIT = (282, 283), 296
_SIZE_TAGS = ((256, 257), (40962, 40963))
"""(width, height) tags of IFD0 and of the EXIF directory."""

Span = tuple[int, int]
"""A range of bytes [start, end)."""


def without_prefix(raw: bytes) -> bytes:
    """The TIFF structure of an EXIF block that may begin with the mark "Exif"."""
    while raw.startswith(PREFIX):
        raw = raw[len(PREFIX) :]
    return raw


def is_valid(exif: bytes) -> bool:
    """True where the block's first directory can be read."""
    try:
        TagBlock(exif).first()
    except TagError:
        return False
    return True


def orientation_of(exif: bytes) -> int | None:
    """The orientation tag (1..8), or None where it is missing or makes no sense.

    Raises:
        TagError: The block is damaged.
    """
    block = TagBlock(exif)
    field = block.first().get(ORIENTATION)
    value = block.number(field) if field is not None else None
    return value if value is not None and 1 <= value <= 8 else None


def upright(exif: bytes) -> bytes:
    """The block with its orientation tag, if it has one, set to 1.

    Raises:
        TagError: The block is damaged.
    """
    block = TagBlock(exif)
    field = block.first().get(ORIENTATION)
    if field is None or field.kind not in (SHORT, LONG):
        return exif
    data = bytearray(exif)
    struct.pack_into(block.order + ("H" if field.kind == SHORT else "I"), data, field.value_at, 1)
    return bytes(data)


def has_gps(exif: bytes) -> bool:
    """True where the block holds a position.

    Raises:
        TagError: The block is damaged.
    """
    return TagBlock(exif).first().get(GPS_POINTER) is not None


def with_size(exif: bytes, size: Size) -> bytes:
    """The block with its width and height tags, where it has them, set to `size`.

    Raises:
        TagError: The block is damaged.
    """
    block = TagBlock(exif)
    data = bytearray(exif)
    zeroth = block.first()
    for directory, tags in zip(
        (zeroth, block.child(zeroth, EXIF_POINTER)), _SIZE_TAGS, strict=True
    ):
        for tag, value in zip(tags, (size.width, size.height), strict=True):
            field = directory.get(tag) if directory is not None else None
            if field is None or field.count != 1 or field.kind not in (SHORT, LONG):
                continue
            kind = SHORT if field.kind == SHORT and value <= 0xFFFF else LONG
            struct.pack_into(block.order + "H", data, field.entry_at + 2, kind)
            value_code = "Hxx" if kind == SHORT else "I"
            struct.pack_into(block.order + value_code, data, field.value_at, value)
    return bytes(data)


def without_thumbnail(exif: bytes) -> bytes:
    """The block without its embedded preview, which would show the photo as it was before.

    The preview's bytes are blanked, and cut off where they end the block.

    Raises:
        TagError: The block is damaged.
    """
    block = TagBlock(exif)
    zeroth = block.first()
    if zeroth.next_at + 4 > len(exif) or not (offset := block.u32(zeroth.next_at)):
        return exif
    data = bytearray(exif)
    struct.pack_into(block.order + "I", data, zeroth.next_at, 0)
    used = _used(block, block.known_directories())
    try:
        thumbnail = block.directory(offset)
    except TagError:
        return bytes(data)
    spans = [*_spans(thumbnail), *_thumbnail_data(block, thumbnail)]
    _blank(data, spans, used)
    return _trimmed(data, used)


def without_gps(exif: bytes) -> bytes:
    """The block without its GPS directory; the position's bytes are blanked.

    Raises:
        TagError: The block is damaged.
    """
    block = TagBlock(exif)
    zeroth = block.first()
    if (field := zeroth.get(GPS_POINTER)) is None:
        return exif
    data = bytearray(exif)
    gps = block.child(zeroth, GPS_POINTER)
    if gps is not None:
        others = [known for known in block.known_directories() if known != gps]
        _blank(data, _spans(gps), _used(block, others))
    _drop_field(block, data, zeroth, field)
    return bytes(data)


def without_orientation(exif: bytes) -> bytes:
    """The block without its orientation tag.

    Raises:
        TagError: The block is damaged.
    """
    block = TagBlock(exif)
    zeroth = block.first()
    if (field := zeroth.get(ORIENTATION)) is None:
        return exif
    data = bytearray(exif)
    _drop_field(block, data, zeroth, field)
    return bytes(data)


def resolution_of(exif: bytes) -> tuple[float, float] | None:
    """Horizontal and vertical resolution in pixels an inch, or None where it is missing.

    Raises:
        TagError: The block is damaged.
    """
    block = TagBlock(exif)
    zeroth = block.first()
    unit = zeroth.get(_RESOLUTION_UNIT)
    factor = {None: 1.0, 2: 1.0, 3: 2.54}.get(block.number(unit) if unit is not None else None)
    values = [_rational(block, zeroth.get(tag)) for tag in _RESOLUTION]
    if factor is None or values[0] is None or values[1] is None:
        return None
    return values[0] * factor, values[1] * factor


def _rational(block: TagBlock, field: Field | None) -> float | None:
    """The first value of a RATIONAL field; None where there is none or its divisor is zero."""
    if field is None or field.kind != RATIONAL or field.count < 1:
        return None
    divisor = block.u32(field.value_at + 4)
    return block.u32(field.value_at) / divisor if divisor else None


def _drop_field(block: TagBlock, data: bytearray, directory: Directory, field: Field) -> None:
    """Take a field out of a directory; the gap lies behind it, so that nothing else moves."""
    end = min(directory.next_at + 4, len(data))
    data[field.entry_at : end] = data[field.entry_at + ENTRY_BYTES : end] + bytes(ENTRY_BYTES)
    struct.pack_into(block.order + "H", data, directory.offset, block.u16(directory.offset) - 1)


def _spans(directory: Directory) -> list[Span]:
    """The bytes that a directory and its values take."""
    found = [(directory.offset, directory.next_at + 4)]
    found += [
        (field.value_at, field.value_at + field.size_bytes)
        for field in directory.fields
        if not field.is_inline
    ]
    return found


def _used(block: TagBlock, directories: Iterable[Directory]) -> list[Span]:
    """The bytes that must stay: the header and these directories."""
    found = [(0, 8)]
    for directory in directories:
        found += _spans(directory)
    return [(start, min(end, len(block.data))) for start, end in found]


def _thumbnail_data(block: TagBlock, directory: Directory) -> list[Span]:
    """Where the preview's JPEG lies."""
    start_field = directory.get(THUMBNAIL_OFFSET)
    length_field = directory.get(THUMBNAIL_BYTES)
    if start_field is None or length_field is None:
        return []
    start, length = block.number(start_field), block.number(length_field)
    if start is None or length is None:
        return []
    return [(start, start + length)]


def _blank(data: bytearray, spans: Iterable[Span], used: Iterable[Span]) -> None:
    """Zero the spans, but not a byte that `used` names."""
    keep = sorted(used)
    for start, stop in spans:
        at, end = max(0, start), min(stop, len(data))
        for kept_start, kept_end in keep:
            if kept_end <= at or kept_start >= end:
                continue
            if kept_start > at:
                data[at:kept_start] = bytes(kept_start - at)
            at = kept_end
        if at < end:
            data[at:end] = bytes(end - at)


def _trimmed(data: bytearray, used: Iterable[Span]) -> bytes:
    """The block without the zeros behind its last used byte."""
    end = max(end for _, end in used)
    kept = bytes(data).rstrip(b"\x00")
    return bytes(data[: max(end, len(kept))])
