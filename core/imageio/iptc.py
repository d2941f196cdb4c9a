"""IPTC-IIM records in their three wrappers: Photoshop resources, TIFF and PNG text.

Adobe, "Photoshop File Formats", image resource blocks; the PNG wrapping is ImageMagick's "Raw
profile type" text chunk, which exiftool and exiv2 read too.
"""

from __future__ import annotations

import re
import struct

RESOURCE_ID = 0x0404
RAW_PROFILE_KEY = "Raw profile type iptc"
_PHOTOSHOP = b"Photoshop 3.0\x00"
_SIGNATURE = b"8BIM"
MAX_SEGMENT_BYTES = 65_533


def from_resources(data: bytes) -> bytes | None:
    """The IPTC records in a chain of Photoshop resources; None where there are none."""
    at = 0
    while data[at : at + 4] == _SIGNATURE and at + 12 <= len(data):
        (code,) = struct.unpack_from(">H", data, at + 4)
        name_bytes = 1 + data[at + 6]
        size_at = at + 6 + name_bytes + name_bytes % 2
        if size_at + 4 > len(data):
            return None
        (size,) = struct.unpack_from(">I", data, size_at)
        if code == RESOURCE_ID:
            return data[size_at + 4 : size_at + 4 + size] or None
        at = size_at + 4 + size + size % 2
    return None


def as_resource(iptc: bytes) -> bytes:
    """One Photoshop resource that holds the records."""
    head = _SIGNATURE + struct.pack(">HHI", RESOURCE_ID, 0, len(iptc))
    return head + iptc + b"\x00" * (len(iptc) % 2)


def as_jpeg_segment(iptc: bytes) -> bytes | None:
    """A whole APP13 segment, or None where the records are too long for one."""
    body = _PHOTOSHOP + as_resource(iptc)
    if len(body) > MAX_SEGMENT_BYTES:
        return None
    return b"\xff\xed" + struct.pack(">H", len(body) + 2) + body


def without_padding(raw: bytes) -> bytes | None:
    """TIFF stores the records as LONGs: cut what was added to fill the last one."""
    end = 0
    while end + 5 <= len(raw) and raw[end] == 0x1C:
        (size,) = struct.unpack_from(">H", raw, end + 3)
        if size & 0x8000:  # an extended record: leave the rest as it is
            return raw
        end += 5 + size
    return raw[: min(end, len(raw))] or None


def from_raw_profile(text: str) -> bytes | None:
    """The bytes of an ImageMagick "Raw profile type" text; None where it is malformed."""
    match = re.match(r"\s*\w+\s+(\d+)\s+([0-9a-fA-F\s]*)$", text)
    if match is None:
        return None
    try:
        return bytes.fromhex(match.group(2))[: int(match.group(1))] or None
    except ValueError:
        return None


def iptc_from_raw_profile(text: str) -> bytes | None:
    """The IPTC records of the PNG text chunk `RAW_PROFILE_KEY`, with or without resources."""
    raw = from_raw_profile(text)
    if raw is None:
        return None
    return from_resources(raw) if raw.startswith(_SIGNATURE) else raw


def as_raw_profile(iptc: bytes) -> str:
    """The text of the PNG chunk `RAW_PROFILE_KEY`."""
    raw = as_resource(iptc)
    digits = raw.hex()
    lines = "\n".join(digits[at : at + 72] for at in range(0, len(digits), 72))
    return f"\niptc\n{len(raw):8d}\n{lines}\n"
