"""The one image convention, and the photo that carries everything that rides beside the pixels.

Pixels are H x W x 3, RGB, encoded as the file's profile says (sRGB where it says nothing),
C-contiguous and read-only by agreement. They are *stored* at the file's own depth (uint8 or
uint16) and *worked on* as float32 in [0, 1]; the way there and back is exact, so a pixel that no
stage changes leaves the program bit for bit as it came. BGR, NCHW and [-1, 1] exist only inside
adapters.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from core.geometry import Size

Pixels = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
"""H x W x 3, RGB, the file's own depth."""

Plane = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
"""H x W, one channel, the file's own depth."""

FloatImage = npt.NDArray[np.float32]
"""H x W x 3, RGB, [0, 1]."""

_BAND_ROWS = 64


def max_value(pixels: npt.NDArray[np.generic]) -> int:
    """The white level of a stored array: 255 or 65535.

    Raises:
        TypeError: The array is neither uint8 nor uint16.
    """
    if pixels.dtype == np.uint8:
        return 255
    if pixels.dtype == np.uint16:
        return 65535
    raise TypeError(f"stored pixels are uint8 or uint16, not {pixels.dtype}")


def to_float(pixels: Pixels) -> FloatImage:
    """Stored pixels as float32 in [0, 1], a new array."""
    return pixels.astype(np.float32) / np.float32(max_value(pixels))


def to_stored(image: npt.NDArray[np.floating], dtype: npt.DTypeLike) -> Pixels:
    """Float [0, 1] back to the file's depth: clipped, rounded to nearest.

    `to_stored(to_float(p), p.dtype)` equals `p` for every value of both depths.
    """
    white = 255 if np.dtype(dtype) == np.uint8 else 65535
    scaled = np.clip(image, 0.0, 1.0) * np.float32(white)
    stored: Pixels = np.rint(scaled).astype(dtype)
    return stored


def to_uint8(pixels: Pixels) -> npt.NDArray[np.uint8]:
    """Stored pixels at 8 bits, for detectors and the screen; the same array if it already is."""
    if pixels.dtype == np.uint8:
        return pixels.view(np.uint8)
    # Exact rounding of x * 255 / 65535 in integers.
    return ((pixels.astype(np.uint32) + 128) // 257).astype(np.uint8)


def is_grey(pixels: Pixels) -> bool:
    """True where the three channels are equal in every pixel."""
    # Some rows at a time: a large photo in colour is told by the first ones.
    bands = (pixels[top : top + _BAND_ROWS] for top in range(0, len(pixels), _BAND_ROWS))
    return all(
        np.array_equal(band[..., 0], band[..., 1]) and np.array_equal(band[..., 1], band[..., 2])
        for band in bands
    )


@dataclass(frozen=True, slots=True)
class Metadata:
    """What rides beside the pixels, as raw bytes wherever the format allows it.

    Attributes:
        icc: ICC profile of the *stored pixels*, or None for sRGB.
        exif: TIFF-structured EXIF block without the "Exif" prefix; orientation already
            reset to 1.
        xmp: XMP packet (UTF-8 XML).
        iptc: IPTC-IIM records (the content of Photoshop's resource 0x0404).
        dpi: Horizontal and vertical resolution in pixels an inch.
        comment: The file's comment.
        text: A PNG's other text entries: ("Author", "Anna"), ...
    """

    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    iptc: bytes | None = None
    dpi: tuple[float, float] | None = None
    comment: str | None = None
    text: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Where a photo came from, so that the result can be written in the same manner.

    Attributes:
        path: The file, or None for a pasted or made-up picture.
        format: Upper-case Pillow name: "JPEG", "PNG", "TIFF", "WEBP", "AVIF", "HEIF", "BMP", "GIF".
        mode: The file's own pixel layout, for the report: "L", "RGB", "I;16", "RGB;16", "CMYK", ...
        is_grey: True where the file has one colour channel; such a photo is written as grey again.
        frames: Pages or frames in the file; only the first is read.
        orientation: EXIF orientation (1..8) that was applied to the pixels.
        sha256: Hash of the file's bytes, hexadecimal.
        is_lossless: True for a lossless file of a format that has a lossy kind as well (WebP).
    """

    path: Path | None = None
    format: str = "PNG"
    mode: str = "RGB"
    is_grey: bool = False
    frames: int = 1
    orientation: int = 1
    sha256: str = ""
    is_lossless: bool = False


@dataclass(frozen=True, slots=True)
class Photo:
    """An upright picture and everything that must survive beside it.

    Attributes:
        pixels: H x W x 3, uint8 or uint16.
        alpha: H x W of the same depth, or None where the file has no transparency.
        metadata: ICC, EXIF, XMP, IPTC, resolution.
        source: Where it came from.
        notes: Plain sentences about what was done while reading ("3 more pages were left out").
    """

    pixels: Pixels
    alpha: Plane | None = None
    metadata: Metadata = field(default_factory=Metadata)
    source: Source = field(default_factory=Source)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        max_value(self.pixels)
        if self.pixels.ndim != 3 or self.pixels.shape[2] != 3:
            raise ValueError(f"pixels must be H x W x 3, not {self.pixels.shape}")
        if self.alpha is not None and self.alpha.shape != self.pixels.shape[:2]:
            raise ValueError("alpha must have the size of the pixels")

    @property
    def size(self) -> Size:
        """Width and height in pixels, upright."""
        return Size(self.pixels.shape[1], self.pixels.shape[0])

    @property
    def bit_depth(self) -> int:
        """Bits a channel: 8 or 16."""
        return 8 if self.pixels.dtype == np.uint8 else 16

    def with_pixels(self, pixels: Pixels, alpha: Plane | None = None) -> Photo:
        """The same photo with other pixels; `alpha` defaults to the present one."""
        return replace(self, pixels=pixels, alpha=self.alpha if alpha is None else alpha)
