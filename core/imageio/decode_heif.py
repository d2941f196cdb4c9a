"""HEIC pictures, by libheif (decoding only)."""

from __future__ import annotations

import io
import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import pi_heif

from core.geometry import Size
from core.imageio.decode import Decoded, from_samples, full_range

_ITEM_ENTRY = b"infe"
_NCLX = b"colrnclx"
_COLOUR_CODES = (
    frozenset({1, 2, *range(4, 13), 22}),  # primaries
    frozenset({1, 2, *range(4, 19)}),  # transfer
    frozenset({0, 1, 2, *range(4, 15)}),  # matrix
)


@dataclass(frozen=True, slots=True, eq=False)
class HeifPicture:
    """An opened HEIC file: its first picture and what rides beside it.

    Attributes:
        image: The library's lazy picture.
        size: Width and height, upright: the container's rotation is part of decoding.
        frames: Pictures in the file.
        info: "exif", "xmp", "icc_profile" and the like.
    """

    image: Any
    size: Size
    frames: int
    info: dict[str, Any]

    @property
    def bit_depth(self) -> int:
        """Bits a channel in the file: 8, 10 or 12."""
        return int(self.info.get("bit_depth", 8))


def open_heif(data: bytes) -> HeifPicture:
    """Read the header of a HEIC file.

    Raises:
        ValueError: The file is damaged.
    """
    _check_item_names(data)
    _check_colour_codes(data)
    # Without the conversion deeper pictures arrive as 16 bits, shifted to the left.
    container = pi_heif.open_heif(io.BytesIO(data), convert_hdr_to_8bit=False)
    image = container[container.primary_index]
    width, height = image.size
    return HeifPicture(image, Size(width, height), len(container), dict(image.info))


def _check_item_names(data: bytes) -> None:
    """Refuse item entries whose texts are not UTF-8: pi-heif 1.4 crashes on them.

    An entry (ISO/IEC 14496-12, section 8.11.6) is version and flags, id (2 bytes, or 4 in version
    3), protection index, type, and zero-terminated texts.
    """
    at = data.find(_ITEM_ENTRY)
    while at >= 4:
        end = at - 4 + int.from_bytes(data[at - 4 : at], "big")
        type_at = at + 8 + (4 if data[at + 4 : at + 5] == b"\x03" else 2) + 2
        if type_at <= end <= len(data):
            data[type_at:end].decode("utf-8")
        at = data.find(_ITEM_ENTRY, at + 4)


def _check_colour_codes(data: bytes) -> None:
    """Refuse colour codes (ITU-T H.273) that do not exist: pi-heif 1.4 trusts them."""
    at = data.find(_NCLX)
    while at >= 0:
        codes = struct.unpack_from(">HHH", data.ljust(at + 14, b"\0"), at + len(_NCLX))
        if any(code not in known for code, known in zip(codes, _COLOUR_CODES, strict=True)):
            raise ValueError(f"colour codes {codes}")
        at = data.find(_NCLX, at + 1)


def decode_heif(picture: HeifPicture) -> Decoded:
    """Decode the first picture, upright.

    Raises:
        ValueError, OSError: The file is damaged.
    """
    samples = np.asarray(picture.image)
    mode = str(picture.image.mode)
    if samples.dtype == np.uint16:
        samples = full_range(samples >> (16 - picture.bit_depth), picture.bit_depth)
    elif samples.dtype == np.uint8:
        samples = samples.copy()
    else:
        raise ValueError(f"samples of type {samples.dtype}")
    made = from_samples(samples, mode)
    return Decoded(made.pixels, made.alpha, made.is_grey, mode, is_upright=True)
