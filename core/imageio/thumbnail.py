"""Small pictures of files for a list: upright, in sRGB, and quick for the usual JPEG."""

from __future__ import annotations

import io
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms

from core.geometry import Size
from core.image import Photo, Pixels, max_value, to_uint8
from core.imageio.background import Share
from core.imageio.beside import gather
from core.imageio.decode import from_pillow
from core.imageio.orient import turned
from core.imageio.probe import FileBytes, guarded, identify, open_pillow, read_bytes
from core.imageio.read import read_photo
from core.progress import Progress, no_progress

_SPARE = 2
"""A JPEG is decoded at this many times the wanted size at least, then averaged."""


def read_thumbnail(
    path: Path, side_px: int, progress: Progress | None = None
) -> npt.NDArray[np.uint8]:
    """A picture file as it looks, small.

    Args:
        path: Any picture that `read_photo` reads.
        side_px: Its longest side in the result; smaller pictures keep their size.
        progress: Polled for cancellation.

    Returns:
        H x W x 3, RGB, sRGB, upright; transparency lies on white.

    Raises:
        RestorationError: As in `read_photo`.
        Cancelled: The job was stopped.
    """
    progress = progress or no_progress()
    file = read_bytes(Path(path), progress.part(0.0, 0.3))
    photo = None
    if identify(file) == "JPEG":
        photo = _draft(file, side_px, progress.part(0.3, 0.9))
    if photo is None:
        photo = read_photo(Path(path), progress.part(0.3, 0.9))
    return _shown(_flat(photo, side_px), photo.metadata.icc)


def _draft(file: FileBytes, side_px: int, progress: Progress) -> Photo | None:
    """A JPEG decoded at a fraction of its size, or None where that is not worth it."""
    with guarded(file.path), open_pillow(file, "JPEG", Share(progress)) as image:
        wanted = Size(side_px * _SPARE, side_px * _SPARE)
        if image.mode not in ("RGB", "L") or max(image.size) < 2 * wanted.width:
            return None
        image.draft(None, (wanted.width, wanted.height))
        image.load()
        beside = gather(image.info, "JPEG", file.data)
        decoded = from_pillow(image, None)
    if decoded is None:
        return None
    return Photo(turned(decoded.pixels, beside.orientation), None, beside.metadata)


def _flat(photo: Photo, side_px: int) -> npt.NDArray[np.uint8]:
    """The pixels at thumbnail size, 8 bits, on white."""
    factor = min(1.0, side_px / max(photo.size.width, photo.size.height))
    size = (max(1, round(photo.size.width * factor)), max(1, round(photo.size.height * factor)))
    pixels = to_uint8(_averaged(photo.pixels, size))
    if photo.alpha is None:
        return np.ascontiguousarray(pixels)
    opacity = _averaged(photo.alpha, size).astype(np.float32)[..., np.newaxis]
    opacity /= max_value(photo.alpha)
    mixed = 255 + (pixels.astype(np.float32) - 255) * opacity
    return np.ascontiguousarray(np.rint(mixed).astype(np.uint8))


def _averaged(stored: Pixels, size: tuple[int, int]) -> Pixels:
    made: Pixels = cv2.resize(stored, size, interpolation=cv2.INTER_AREA)
    return made


def _shown(pixels: npt.NDArray[np.uint8], icc: bytes | None) -> npt.NDArray[np.uint8]:
    """The pixels in sRGB; as they are where the profile says nothing that can be used."""
    if icc is None:
        return pixels
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
        converted = ImageCms.profileToProfile(
            Image.fromarray(pixels), profile, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return pixels
    return np.ascontiguousarray(np.asarray(converted, dtype=np.uint8))
