"""The tag structure that TIFF files and EXIF blocks share, read without losing a byte.

TIFF 6.0, section 2: a header, then directories (IFDs) of 12-byte fields whose values lie either in
the field or elsewhere in the block. EXIF is always classic TIFF (32-bit offsets); whole files may
be BigTIFF, whose counts and offsets have 64 bits and whose fields have 20 bytes.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

TYPE_SIZE_BYTES: Final[dict[int, int]] = {
    1: 1,  # BYTE
    2: 1,  # ASCII
    3: 2,  # SHORT
    4: 4,  # LONG
    5: 8,  # RATIONAL
    6: 1,  # SBYTE
    7: 1,  # UNDEFINED
    8: 2,  # SSHORT
    9: 4,  # SLONG
    10: 8,  # SRATIONAL
    11: 4,  # FLOAT
    12: 8,  # DOUBLE
    13: 4,  # IFD
    16: 8,  # LONG8
    17: 8,  # SLONG8
    18: 8,  # IFD8
}
SHORT: Final = 3
LONG: Final = 4
RATIONAL: Final = 5
IFD: Final = 13
LONG8: Final = 16
IFD8: Final = 18
BIG_ONLY: Final = frozenset({LONG8, 17, IFD8})
"""Types that classic TIFF does not have."""

ENTRY_BYTES: Final = 12

ORIENTATION: Final = 274
EXIF_POINTER: Final = 34665
GPS_POINTER: Final = 34853
INTEROP_POINTER: Final = 40965
THUMBNAIL_OFFSET: Final = 513
THUMBNAIL_BYTES: Final = 514


class TagError(ValueError):
    """The block is not a valid tag structure."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a directory; offsets count from the start of the block.

    Attributes:
        tag: Number of the tag.
        kind: TIFF type of its values, a key of `TYPE_SIZE_BYTES`.
        count: Number of values.
        entry_at: Where the 12-byte field starts.
        value_at: Where the values start.
        size_bytes: Length of the values.
    """

    tag: int
    kind: int
    count: int
    entry_at: int
    value_at: int
    size_bytes: int

    @property
    def is_inline(self) -> bool:
        """True where the values lie in the field itself (of a classic structure)."""
        return self.size_bytes <= 4


@dataclass(frozen=True, slots=True)
class Directory:
    """An image file directory.

    Attributes:
        offset: Where it starts.
        fields: Its fields, in the block's order; fields with values outside the block left out.
        next_at: Where the pointer to the next directory lies.
    """

    offset: int
    fields: tuple[Field, ...]
    next_at: int

    def get(self, tag: int) -> Field | None:
        """The field with this tag, or None."""
        return next((field for field in self.fields if field.tag == tag), None)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Sizes and struct codes of a structure: how directories and fields are packed."""

    count_bytes: int
    count_code: str
    entry_bytes: int
    number_bytes: int
    number_code: str


_CLASSIC = _Layout(2, "H", ENTRY_BYTES, 4, "I")
_BIG = _Layout(8, "Q", 20, 8, "Q")


class TagBlock:
    """A read-only view of a TIFF structure.

    Args:
        data: The block, beginning with "II" or "MM" and the number 42, or 43 for a BigTIFF.
        may_be_big: It is a file, and so may be a BigTIFF; an EXIF block may not.

    Raises:
        TagError: The header is not that of such a structure.
    """

    __slots__ = ("_layout", "data", "order")

    def __init__(self, data: bytes, *, may_be_big: bool = False) -> None:
        mark = bytes(data[:4])
        is_big = may_be_big and mark in (b"II+\x00", b"MM\x00+")
        if not is_big and mark not in (b"II*\x00", b"MM\x00*"):
            raise TagError("not a TIFF header")
        self.order = "<" if mark.startswith(b"II") else ">"
        self._layout = _BIG if is_big else _CLASSIC
        self.data = data

    def u16(self, offset: int) -> int:
        """The 16-bit number at `offset`."""
        return self._number("H", offset)

    def u32(self, offset: int) -> int:
        """The 32-bit number at `offset`."""
        return self._number("I", offset)

    def _number(self, code: str, offset: int) -> int:
        try:
            (value,) = struct.unpack_from(self.order + code, self.data, offset)
        except struct.error:
            raise TagError("the tags reach past the end of their block") from None
        return int(value)

    def first(self) -> Directory:
        """The directory that the header points to (IFD0)."""
        return self.directory(self._number(self._layout.number_code, self._layout.number_bytes))

    def directory(self, offset: int) -> Directory:
        """The directory at `offset`.

        Raises:
            TagError: It does not lie within the block.
        """
        layout = self._layout
        count = self._number(layout.count_code, offset)
        first_at = offset + layout.count_bytes
        next_at = first_at + count * layout.entry_bytes
        if offset < 8 or next_at > len(self.data):
            raise TagError("the tags reach past the end of their block")
        found = (self._field(first_at + index * layout.entry_bytes) for index in range(count))
        return Directory(offset, tuple(field for field in found if field is not None), next_at)

    def _field(self, at: int) -> Field | None:
        code, own_bytes = self._layout.number_code, self._layout.number_bytes
        tag, kind, count = self.u16(at), self.u16(at + 2), self._number(code, at + 4)
        size = TYPE_SIZE_BYTES.get(kind, 0) * count
        value_at = at + 4 + own_bytes
        if size > own_bytes:
            value_at = self._number(code, value_at)
        if not self._knows(kind) or value_at + size > len(self.data):
            return None
        return Field(tag, kind, count, at, value_at, size)

    def _knows(self, kind: int) -> bool:
        return kind in TYPE_SIZE_BYTES and (self._layout is _BIG or kind not in BIG_ONLY)

    def child(self, parent: Directory | None, tag: int) -> Directory | None:
        """The directory that a pointer field leads to; None where there is none or it is broken."""
        field = parent.get(tag) if parent is not None else None
        if field is None or field.kind not in (LONG, IFD, LONG8, IFD8) or field.count != 1:
            return None
        try:
            return self.directory(
                self._number("I" if field.kind in (LONG, IFD) else "Q", field.value_at)
            )
        except TagError:
            return None

    def raw(self, field: Field) -> bytes:
        """The values' bytes, in the block's byte order."""
        return bytes(self.data[field.value_at : field.value_at + field.size_bytes])

    def number(self, field: Field) -> int | None:
        """The first value of a SHORT or LONG field, or None."""
        if field.count < 1 or field.kind not in (SHORT, LONG, IFD):
            return None
        return self.u16(field.value_at) if field.kind == SHORT else self.u32(field.value_at)

    def known_directories(self) -> tuple[Directory, ...]:
        """IFD0 and the EXIF, GPS and interoperability directories, as far as they exist."""
        zeroth = self.first()
        exif = self.child(zeroth, EXIF_POINTER)
        gps = self.child(zeroth, GPS_POINTER)
        interop = self.child(exif, INTEROP_POINTER)
        return tuple(found for found in (zeroth, exif, gps, interop) if found is not None)
