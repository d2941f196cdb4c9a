"""PNG with 16 bits a channel, which Pillow cannot write and OpenCV writes without metadata.

W3C, "Portable Network Graphics (PNG) Specification", third edition: sections 9 (filtering), 10
(compression) and 11 (chunks).
"""

from __future__ import annotations

import struct
import zlib
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from core.image import Metadata
from core.imageio import iptc as iptc_records
from core.imageio.decode import Samples
from core.progress import Progress

_COLOUR_TYPE = {1: 0, 2: 4, 3: 2, 4: 6}
"""Channels to PNG colour type."""
_LEVEL = 4
_BLOCK_ROWS = 64
_UP, _PAETH = 2, 4
_INCHES_PER_METRE = 39.37007874015748


def write_deep_png(
    samples: Samples, metadata: Metadata, handle: BinaryIO, progress: Progress
) -> None:
    """Write H x W (x 1..4) uint16 samples with everything that rides beside them.

    Raises:
        OSError: The file cannot be written.
        Cancelled: The job was stopped.
    """
    if samples.ndim == 2:
        samples = samples[..., np.newaxis]
    height, width, channels = samples.shape
    handle.write(b"\x89PNG\r\n\x1a\n")
    header = struct.pack(">IIBBBBB", width, height, 16, _COLOUR_TYPE[channels], 0, 0, 0)
    _chunk(handle, b"IHDR", header)
    for name, content in _beside(metadata):
        _chunk(handle, name, content)
    packer = zlib.compressobj(_LEVEL)
    above = np.zeros((1, width * channels * 2), np.uint8)
    for top in range(0, height, _BLOCK_ROWS):
        rows = samples[top : top + _BLOCK_ROWS].astype(">u2")
        raw = np.ascontiguousarray(rows).view(np.uint8).reshape(rows.shape[0], -1)
        packed = packer.compress(_filtered(raw, above, channels * 2))
        above = raw[-1:]
        if packed:
            _chunk(handle, b"IDAT", packed)
        progress.report((top + rows.shape[0]) / height)
    _chunk(handle, b"IDAT", packer.flush())
    _chunk(handle, b"IEND", b"")


def _chunk(handle: BinaryIO, name: bytes, content: bytes) -> None:
    handle.write(struct.pack(">I", len(content)) + name)
    handle.write(content)
    handle.write(struct.pack(">I", zlib.crc32(content, zlib.crc32(name))))


def _filtered(raw: npt.NDArray[np.uint8], above: npt.NDArray[np.uint8], pixel_bytes: int) -> bytes:
    """Rows with the filter byte before each: Up or Paeth, whichever leaves the smaller rest."""
    up = np.concatenate([above, raw[:-1]])
    left = np.zeros_like(raw)
    left[:, pixel_bytes:] = raw[:, :-pixel_bytes]
    corner = np.zeros_like(raw)
    corner[:, pixel_bytes:] = up[:, :-pixel_bytes]
    candidates = (raw - up, raw - _paeth(left, up, corner))
    sums = [np.abs(rest.view(np.int8).astype(np.int16)).sum(axis=1) for rest in candidates]
    better = (sums[1] < sums[0])[:, np.newaxis]
    rows = np.where(better, candidates[1], candidates[0])
    kinds = np.where(better, np.uint8(_PAETH), np.uint8(_UP))
    return np.hstack([kinds, rows]).tobytes()


def _paeth(
    left: npt.NDArray[np.uint8], up: npt.NDArray[np.uint8], corner: npt.NDArray[np.uint8]
) -> npt.NDArray[np.uint8]:
    """The Paeth predictor (section 9.4): the neighbour nearest to left + up - corner."""
    a, b, c = (array.astype(np.int16) for array in (left, up, corner))
    from_left, from_up = np.abs(b - c), np.abs(a - c)
    from_corner = np.abs(a + b - 2 * c)
    take_left = (from_left <= from_up) & (from_left <= from_corner)
    return np.where(take_left, left, np.where(from_up <= from_corner, up, corner))


def _beside(metadata: Metadata) -> list[tuple[bytes, bytes]]:
    """The chunks before the pixels, in the order that the specification asks for."""
    found: list[tuple[bytes, bytes]] = []
    if metadata.icc is not None:
        found.append((b"iCCP", b"ICC Profile\x00\x00" + zlib.compress(metadata.icc, _LEVEL)))
    if metadata.dpi is not None:
        x, y = (round(dpi * _INCHES_PER_METRE) for dpi in metadata.dpi)
        found.append((b"pHYs", struct.pack(">IIB", x, y, 1)))
    if metadata.exif is not None:
        found.append((b"eXIf", metadata.exif))
    if metadata.xmp is not None:
        found.append((b"iTXt", _international("XML:com.adobe.xmp", metadata.xmp)))
    if metadata.iptc is not None:
        text = iptc_records.as_raw_profile(metadata.iptc).encode("latin-1")
        key = iptc_records.RAW_PROFILE_KEY.encode("latin-1")
        found.append((b"zTXt", key + b"\x00\x00" + zlib.compress(text, _LEVEL)))
    found += [
        (b"iTXt", _international(key, value.encode())) for key, value in text_entries(metadata)
    ]
    return found


def text_entries(metadata: Metadata) -> tuple[tuple[str, str], ...]:
    """The text entries to write, in order: the comment and what another PNG held."""
    comment = (("Comment", metadata.comment),) if metadata.comment else ()
    return (*comment, *metadata.text)


def _international(key: str, text: bytes) -> bytes:
    """An uncompressed iTXt chunk without language."""
    return key.encode("latin-1") + b"\x00\x00\x00\x00\x00" + text
