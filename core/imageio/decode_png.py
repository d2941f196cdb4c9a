"""PNG pixels with 16 bits a channel, which Pillow would cut to 8 without a word."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import cv2
import numpy as np

from core.imageio.decode import Decoded, from_samples
from core.imageio.opencv import DamagedPixelsError, quiet_opencv, rgb_order

_GREY, _GREY_ALPHA = 0, 4
_TEXT_CHUNKS = frozenset({b"tEXt", b"zTXt", b"iTXt", b"eXIf"})


def decode_png(data: bytes, key: object) -> Decoded:
    """A 16-bit PNG with more than one channel.

    Args:
        data: The whole file.
        key: The colour (R, G, B) that stands for transparent (tRNS), or None.

    Raises:
        DamagedPixelsError: The file is damaged.
    """
    colour_type = _checked_colour_type(data)
    with quiet_opencv():
        samples = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if samples is None or samples.dtype != np.uint16:
        raise DamagedPixelsError("the PNG cannot be decoded")
    samples = rgb_order(samples)
    if colour_type == _GREY_ALPHA:  # grey + alpha comes back as RGBA
        return from_samples(np.ascontiguousarray(samples[..., [0, 3]]), "LA;16")
    if isinstance(key, tuple) and samples.shape[2] == 3:
        colour = samples[..., :3]
        seen = (colour != np.array(key, np.uint16)).any(axis=2)
        alpha = np.where(seen, np.uint16(65535), np.uint16(0))
        samples = np.dstack([colour, alpha])
    return from_samples(samples, "RGB;16" if samples.shape[2] == 3 else "RGBA;16")


def is_deep_png(data: bytes) -> bool:
    """True for 16 bits a channel and more than one channel; single ones Pillow keeps whole."""
    return len(data) > 25 and data[24] == 16 and data[25] != _GREY


def has_late_text(data: bytes) -> bool:
    """True where metadata lies behind the pixels, where Pillow sees it only after decoding."""
    names = [name for name, _, _ in _chunks(data)]
    after = names[names.index(b"IDAT") :] if b"IDAT" in names else []
    return not _TEXT_CHUNKS.isdisjoint(after)


def _checked_colour_type(data: bytes) -> int:
    """Check every chunk of a PNG, because OpenCV accepts half files; return its colour type."""
    last = b""
    for name, start, end in _chunks(data):
        last = name
        (stored,) = struct.unpack_from(">I", data, end)
        if zlib.crc32(data[start - 4 : end]) != stored:
            raise DamagedPixelsError("a part of the PNG does not match its checksum")
    if last != b"IEND":
        raise DamagedPixelsError("the PNG is cut off")
    return data[25]


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """(name, start, end of the content) of each whole chunk up to IEND."""
    at, name = 8, b""
    while at + 12 <= len(data) and name != b"IEND":
        size, name = struct.unpack_from(">I4s", data, at)
        if at + 12 + size > len(data):
            return
        yield name, at + 8, at + 8 + size
        at += 12 + size
