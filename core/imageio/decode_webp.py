"""What a WebP file says of itself that Pillow keeps to itself."""

from __future__ import annotations

_RIFF_HEADER_BYTES, _CHUNK_HEADER_BYTES, _FRAME_HEADER_BYTES = 12, 8, 16


def is_lossless_webp(data: bytes) -> bool:
    """True where the first picture is stored without loss.

    WebP container specification: RIFF chunks of a name, a length and a content with an even number
    of bytes. "VP8L" is lossless, "VP8 " is not; both lie in "ANMF" where the file is animated.
    """
    at = _RIFF_HEADER_BYTES
    while at + _CHUNK_HEADER_BYTES <= len(data):
        name = data[at : at + 4]
        if name in (b"VP8L", b"VP8 "):
            return name == b"VP8L"
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        at += _CHUNK_HEADER_BYTES
        at += _FRAME_HEADER_BYTES if name == b"ANMF" else length + length % 2
    return False
