"""A photo prepared for the screen: sRGB, 8 bits, and halved again and again.

Drawing a 50-megapixel photo at a tenth of its size must not touch 50 million pixels in each frame;
so the worker makes smaller copies once, and the view takes the nearest larger one (Williams 1983,
"Pyramidal parametrics").
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from core.geometry import Size
from core.image import Photo, Pixels, to_uint8
from core.progress import Progress, no_progress

Rgb8 = npt.NDArray[np.uint8]
"""H x W x 3, RGB, sRGB."""

Bgrx8 = npt.NDArray[np.uint8]
"""H x W x 4: blue, green, red, 255: the memory layout that is quickest to draw."""

_BAND_ROWS = 256
_SMALLEST_PX = 256
_PAPER = 255


@dataclass(frozen=True, slots=True, eq=False)
class Pyramid:
    """One picture at several sizes.

    Attributes:
        full: H x W x 3, RGB at full size; shares the photo's memory where it can.
        halves: H/2^k x W/2^k x 4 BGRX copies, k = 1, 2, ...
    """

    full: Rgb8
    halves: tuple[Bgrx8, ...]

    @property
    def size(self) -> Size:
        """Width and height at full size."""
        return Size(self.full.shape[1], self.full.shape[0])

    def level_for(self, scale: float) -> int:
        """The level to draw from at `scale` screen pixels a photo pixel: the smallest sharp one."""
        level = 0
        while level < len(self.halves) and scale <= 0.5 ** (level + 1):
            level += 1
        return level

    @property
    def smallest(self) -> Bgrx8 | Rgb8:
        """The smallest copy, for thumbnails."""
        return self.halves[-1] if self.halves else self.full


def build_pyramid(photo: Photo, progress: Progress | None = None) -> Pyramid:
    """Prepare a photo for the screen. Meant for the worker thread.

    Raises:
        Cancelled: The job was stopped.
    """
    progress = progress or no_progress()
    full = _flattened(photo, in_srgb(photo, progress.part(0.0, 0.7)))
    return pyramid_of(full, progress.part(0.7, 1.0))


def pyramid_of(full: Rgb8, progress: Progress | None = None) -> Pyramid:
    """Halve a picture until it is thumbnail-sized.

    Args:
        full: H x W x 3, RGB, sRGB, contiguous.
        progress: Polled for cancellation.
    """
    import cv2  # heavy, and needed only once a photo is open

    progress = progress or no_progress()
    halves: list[Bgrx8] = []
    last: npt.NDArray[np.uint8] = full
    while min(last.shape[:2]) > _SMALLEST_PX:
        progress.check()
        half = (max(1, last.shape[1] // 2), max(1, last.shape[0] // 2))
        smaller = cv2.resize(last, half, interpolation=cv2.INTER_AREA)
        if not halves:
            smaller = cv2.cvtColor(smaller, cv2.COLOR_RGB2BGRA)
        halves.append(np.ascontiguousarray(smaller))
        last = halves[-1]
    return Pyramid(full, tuple(halves))


def in_srgb(photo: Photo, progress: Progress) -> Rgb8:
    """The pixels at 8 bits in sRGB; the photo's own array where nothing has to be done."""
    icc = photo.metadata.icc
    if not icc:
        return _eight_bits(photo.pixels, progress)
    from PIL import Image, ImageCms

    try:
        transform = ImageCms.buildTransform(
            ImageCms.ImageCmsProfile(io.BytesIO(icc)),
            ImageCms.createProfile("sRGB"),
            "RGB",
            "RGB",
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError):
        # A profile that cannot be read (or is not one of an RGB picture) says nothing.
        return _eight_bits(photo.pixels, progress)
    shown = np.empty(photo.pixels.shape, np.uint8)
    for top in range(0, photo.size.height, _BAND_ROWS):
        progress.report(top / photo.size.height)
        band = to_uint8(photo.pixels[top : top + _BAND_ROWS])
        image = Image.fromarray(np.ascontiguousarray(band))
        shown[top : top + _BAND_ROWS] = np.asarray(ImageCms.applyTransform(image, transform))
    return shown


def _eight_bits(pixels: Pixels, progress: Progress) -> Rgb8:
    if pixels.dtype == np.uint8:
        return np.ascontiguousarray(pixels.view(np.uint8))
    shown = np.empty(pixels.shape, np.uint8)
    for top in range(0, pixels.shape[0], _BAND_ROWS):
        progress.check()
        shown[top : top + _BAND_ROWS] = to_uint8(pixels[top : top + _BAND_ROWS])
    return shown


def _flattened(photo: Photo, shown: Rgb8) -> Rgb8:
    """Lay a photo with transparency on white paper."""
    if photo.alpha is None:
        return shown
    white = 255 if photo.alpha.dtype == np.uint8 else 65535
    flat = np.empty_like(shown)
    for top in range(0, shown.shape[0], _BAND_ROWS):
        rows = slice(top, top + _BAND_ROWS)
        share = photo.alpha[rows, :, None].astype(np.float32) / white
        flat[rows] = np.rint(shown[rows] * share + _PAPER * (1 - share)).astype(np.uint8)
    return flat
