"""TIFF: the first page's header, and pixels with more than 8 bits, which Pillow would cut to 8."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import tifffile

from core.geometry import Size
from core.imageio.decode import Decoded, from_samples, full_range
from core.imageio.opencv import (
    DamagedPixelsError,
    UnknownLayoutError,
    quiet_opencv,
    rgb_order,
)
from core.imageio.tags import TagBlock, TagError

_DNG_VERSION, _SUBFILE, _SUB_DIRECTORIES = 50706, 254, 330
_XMP, _IPTC, _PHOTOSHOP, _ICC = 700, 33723, 34377, 34675
_UNSIGNED, _CM = 1, 3


@dataclass(frozen=True, slots=True)
class TiffHeader:
    """What the first page says about itself.

    Attributes:
        size: Width and height as stored.
        pages: Pages in the file.
        orientation: EXIF orientation, 1..8.
        is_raw: True where the page is the preview of a camera raw file.
        bit_depth: Bits a sample.
        mode: Pixel layout, "L", "RGB", "RGB;16", ...
        is_deep: True where `decode_tiff` reads it at a depth that Pillow would cut.
        info: "icc_profile", "dpi", "xmp", "iptc", "photoshop_block".
    """

    size: Size
    pages: int
    orientation: int
    is_raw: bool
    bit_depth: int
    mode: str
    is_deep: bool
    info: dict[str, Any]


def tiff_header(data: bytes) -> TiffHeader:
    """Read the header of a TIFF.

    Raises:
        ValueError: The file is damaged.
    """
    with _first_page(data) as (tiff, page):
        tags = page.tags
        reduced = tags.valueof(_SUBFILE, 0) == 1 and _SUB_DIRECTORIES in tags
        orientation = tags.valueof(274, 1)
        return TiffHeader(
            _size(page),
            len(tiff.pages),
            orientation if orientation in range(1, 9) else 1,
            _DNG_VERSION in tags or reduced,
            page.bitspersample,
            _mode(page),
            8 < page.bitspersample <= 16
            and page.sampleformat == _UNSIGNED
            and int(page.photometric) in (0, 1, 2, 6),
            _info(data, page),
        )


def _size(page: Any) -> Size:
    width, height = page.imagewidth, page.imagelength
    if not (isinstance(width, int) and isinstance(height, int)):
        raise DamagedPixelsError("width and height are no numbers")
    return Size(width, height)


def _mode(page: Any) -> str:
    """Pixel layout in Pillow's manner of speaking."""
    photometric = page.photometric
    name = {0: "L", 1: "L", 2: "RGB", 3: "P", 5: "CMYK", 6: "YCbCr", 8: "LAB"}.get(
        int(photometric), str(photometric)
    )
    if page.bitspersample == 1:
        return "1"
    if name in ("L", "RGB") and _has_alpha(page, len(name)):
        name += "A"
    return name if page.bitspersample <= 8 else f"{name};{page.bitspersample}"


@contextmanager
def _first_page(data: bytes) -> Iterator[tuple[tifffile.TiffFile, Any]]:
    """The opened file and its first page."""
    with _quiet_tifffile(), tifffile.TiffFile(io.BytesIO(data)) as tiff:
        if not len(tiff.pages):
            raise DamagedPixelsError("the TIFF has no pages")
        yield tiff, tiff.pages.first


@contextmanager
def _quiet_tifffile() -> Iterator[None]:
    """Keep tifffile from logging each broken tag; our own errors say what is wrong."""
    logger = logging.getLogger("tifffile")
    before = logger.disabled
    logger.disabled = True
    try:
        yield
    finally:
        logger.disabled = before


def _info(data: bytes, page: Any) -> dict[str, Any]:
    found = {
        "xmp": _raw(data, page, _XMP),
        "iptc": _raw(data, page, _IPTC),
        "photoshop_block": _raw(data, page, _PHOTOSHOP),
        "icc_profile": _raw(data, page, _ICC),
        "dpi": _dpi(page),
    }
    return {name: value for name, value in found.items() if value}


def _raw(data: bytes, page: Any, tag: int) -> bytes | None:
    """A tag's bytes, whatever type it claims; IPTC in particular is often stored as LONGs."""
    try:
        block = TagBlock(data)
        field = block.first().get(tag)
        return block.raw(field) if field is not None else None
    except TagError:  # a BigTIFF
        value = page.tags.valueof(tag)
        return value if isinstance(value, bytes) else None


def _dpi(page: Any) -> tuple[float, float] | None:
    """Resolution in pixels an inch, or None where the file gives none or no unit."""
    values = [page.tags.valueof(tag) for tag in (282, 283)]
    unit = int(page.tags.valueof(296, 2))
    if unit not in (2, _CM) or any(not isinstance(v, tuple) or len(v) != 2 for v in values):
        return None
    if any(low == 0 for _, low in values):
        return None
    factor = 2.54 if unit == _CM else 1.0
    horizontal, vertical = (high / low * factor for high, low in values)
    return horizontal, vertical


def decode_tiff(data: bytes) -> Decoded:
    """The first page of a TIFF with integers of 16 bits a sample, in any layout.

    Raises:
        DamagedPixelsError: The file is damaged.
        UnknownLayoutError: The layout cannot be read.
    """
    with _first_page(data) as (_, page):
        _check_cells(page, len(data))
        samples = _page_samples(page, data)
        photometric = page.photometric
        bits = page.bitspersample
        associated = any(int(kind) == 1 for kind in page.extrasamples)
    if samples.ndim == 2:
        samples = samples[..., np.newaxis]
    base = {0: 1, 1: 1, 2: 3, 6: 3}.get(int(photometric))
    if base is None or samples.shape[2] < base:
        raise UnknownLayoutError(f"photometric interpretation {photometric}")
    samples = samples[..., : base + (1 if _has_alpha(page, base) else 0)]
    if bits < 16:
        samples = full_range(samples, bits)
    if int(photometric) == 0:
        samples = np.concatenate([65535 - samples[..., :1], samples[..., 1:]], axis=2)
    if associated and samples.shape[2] > base:
        samples = _unassociated(samples)
    mode = {1: "I;16", 2: "LA;16", 3: "RGB;16", 4: "RGBA;16"}[samples.shape[2]]
    return from_samples(np.ascontiguousarray(samples.astype(np.uint16, copy=False)), mode)


def _has_alpha(page: Any, base: int) -> bool:
    """True where the first extra sample is an opacity; other extra samples are left out."""
    extra = page.extrasamples
    return page.samplesperpixel > base and bool(extra) and int(extra[0]) in (1, 2)


def _check_cells(page: Any, file_bytes: int) -> None:
    """Refuse a TIFF whose strips or tiles lie outside the file."""
    for offset, count in zip(page.dataoffsets, page.databytecounts, strict=False):
        if offset + count > file_bytes:
            raise DamagedPixelsError("the TIFF is cut off")


def _page_samples(page: Any, data: bytes) -> npt.NDArray[np.uint16]:
    """H x W (x C) samples in file values, channels last."""
    try:
        samples = page.asarray(maxworkers=1)
    except NotImplementedError as error:
        raise UnknownLayoutError(str(error)) from error
    except ValueError as error:
        if "imagecodecs" not in str(error):
            raise DamagedPixelsError(str(error)) from error
        return _opencv_samples(page, data)
    if samples.dtype != np.uint16:
        raise UnknownLayoutError(f"samples of type {samples.dtype}")
    if samples.ndim == 3 and int(page.planarconfig) == 2:
        samples = np.moveaxis(samples, 0, -1)
    if samples.ndim not in (2, 3):
        raise UnknownLayoutError(f"{samples.ndim} dimensions")
    return np.asarray(samples, np.uint16)


def _opencv_samples(page: Any, data: bytes) -> npt.NDArray[np.uint16]:
    """Samples of a compression that tifffile leaves to others (LZW above all)."""
    if int(page.planarconfig) == 2 and page.samplesperpixel > 1:
        raise UnknownLayoutError("planes apart and LZW-compressed")
    if page.bitspersample != 16 or page.samplesperpixel not in (1, 3, 4):
        raise UnknownLayoutError(f"{page.samplesperpixel} samples of {page.bitspersample} bits")
    with quiet_opencv():
        samples = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    if samples is None:
        raise DamagedPixelsError("the TIFF cannot be decoded")
    if samples.dtype != np.uint16:
        raise UnknownLayoutError(f"samples of type {samples.dtype}")
    return np.asarray(rgb_order(samples), np.uint16)


def _unassociated(samples: npt.NDArray[np.uint16]) -> npt.NDArray[np.uint16]:
    """Colours that were multiplied by their opacity (TIFF extra sample 1), divided again."""
    alpha = samples[..., -1:].astype(np.float64)
    colour = samples[..., :-1] * (65535.0 / np.maximum(alpha, 1.0))
    straight = np.rint(np.minimum(colour, 65535.0)).astype(np.uint16)
    return np.concatenate([straight, samples[..., -1:]], axis=2)
