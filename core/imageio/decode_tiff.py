"""TIFF: the first page's header, and pixels with more than 8 bits, which Pillow would cut to 8."""

from __future__ import annotations

import io
import itertools
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import tifffile

from core.geometry import Size
from core.imageio.background import Share
from core.imageio.decode import AnySamples, Decoded, from_samples, full_range
from core.imageio.opencv import (
    DamagedPixelsError,
    UnknownLayoutError,
    quiet_opencv,
    rgb_order,
)
from core.imageio.quiet import SharedSwitch
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
        is_deep: True where `decode_tiff` must read it: at a depth that Pillow would cut, or in a
            BigTIFF whose byte order Pillow does not know.
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
            (7 if tiff.is_bigtiff and tiff.byteorder == ">" else 8) < page.bitspersample <= 16
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
    with _TIFFFILE_LOG.off(), tifffile.TiffFile(io.BytesIO(data)) as tiff:
        if not len(tiff.pages):
            raise DamagedPixelsError("the TIFF has no pages")
        yield tiff, tiff.pages.first


def _silence() -> Callable[[], object]:
    logger = logging.getLogger("tifffile")
    before = logger.disabled
    logger.disabled = True
    return lambda: setattr(logger, "disabled", before)


_TIFFFILE_LOG = SharedSwitch(_silence)
"""tifffile logs each broken tag; our own errors say what is wrong."""


def _info(data: bytes, page: Any) -> dict[str, Any]:
    found = {
        "xmp": _raw(data, _XMP),
        "iptc": _raw(data, _IPTC),
        "photoshop_block": _raw(data, _PHOTOSHOP),
        "icc_profile": _raw(data, _ICC),
        "dpi": _dpi(page),
    }
    return {name: value for name, value in found.items() if value}


def _raw(data: bytes, tag: int) -> bytes | None:
    """A tag's bytes, whatever type it claims; IPTC in particular is often stored as LONGs."""
    try:
        block = TagBlock(data, may_be_big=True)
        field = block.first().get(tag)
        return block.raw(field) if field is not None else None
    except TagError:
        return None


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


def decode_tiff(data: bytes, share: Share) -> Decoded:
    """The first page of a TIFF with integers of 8 to 16 bits a sample, in any layout.

    Args:
        data: The whole file.
        share: Told after each strip or tile.

    Raises:
        Cancelled: The job was stopped.
        DamagedPixelsError: The file is damaged.
        UnknownLayoutError: The layout cannot be read.
    """
    with _first_page(data) as (_, page):
        _check_cells(page, len(data))
        _tell_of_cells(page, share)
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
    if 8 < bits < 16:
        samples = full_range(samples, bits)
    if int(photometric) == 0:
        samples = np.concatenate([~samples[..., :1], samples[..., 1:]], axis=2)
    if associated and samples.shape[2] > base:
        samples = _unassociated(samples)
    mode = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}[samples.shape[2]]
    if bits > 8:
        mode = "I;16" if mode == "L" else f"{mode};16"
    plain = np.uint8 if bits == 8 else np.uint16  # in the computer's own byte order
    return from_samples(np.ascontiguousarray(samples.astype(plain, copy=False)), mode)


def _has_alpha(page: Any, base: int) -> bool:
    """True where the first extra sample is an opacity; other extra samples are left out."""
    extra = page.extrasamples
    return page.samplesperpixel > base and bool(extra) and int(extra[0]) in (1, 2)


def _check_cells(page: Any, file_bytes: int) -> None:
    """Refuse a TIFF whose strips or tiles lie outside the file."""
    for offset, count in zip(page.dataoffsets, page.databytecounts, strict=False):
        if offset + count > file_bytes:
            raise DamagedPixelsError("the TIFF is cut off")


def _tell_of_cells(page: Any, share: Share) -> None:
    """Let the page tell of each strip or tile that it has decoded, where there are several."""
    total, decode = len(page.dataoffsets), page.decode
    if total < 2:
        return
    done = itertools.count(1)

    def told(*cell: Any, **options: Any) -> Any:
        decoded = decode(*cell, **options)
        share.tell(next(done) / total)
        return decoded

    page.decode = told


def _page_samples(page: Any, data: bytes) -> AnySamples:
    """H x W (x C) samples in file values, channels last."""
    try:
        samples = page.asarray(maxworkers=1)
    except NotImplementedError as error:
        raise UnknownLayoutError(str(error)) from error
    except ValueError as error:
        if "imagecodecs" not in str(error):
            raise DamagedPixelsError(str(error)) from error
        return _opencv_samples(page, data)
    if samples.dtype not in (np.uint8, np.uint16):
        raise UnknownLayoutError(f"samples of type {samples.dtype}")
    if samples.ndim == 3 and int(page.planarconfig) == 2:
        samples = np.moveaxis(samples, 0, -1)
    if samples.ndim not in (2, 3):
        raise UnknownLayoutError(f"{samples.ndim} dimensions")
    return np.asarray(samples)


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


def _unassociated(samples: AnySamples) -> AnySamples:
    """Colours that were multiplied by their opacity (TIFF extra sample 1), divided again."""
    white = float(np.iinfo(samples.dtype).max)
    alpha = samples[..., -1:].astype(np.float64)
    colour = samples[..., :-1] * (white / np.maximum(alpha, 1.0))
    straight = np.rint(np.minimum(colour, white)).astype(samples.dtype)
    return np.concatenate([straight, samples[..., -1:]], axis=2)
