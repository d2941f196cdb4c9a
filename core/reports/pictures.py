"""Small pictures for reports."""

from __future__ import annotations

import base64
import io

import cv2
import numpy as np
from PIL import Image

from core.alignment import aligned_crop, resized
from core.faces import Landmarks, crop_transform
from core.geometry import Size
from core.image import FloatImage, Photo, to_float, to_stored, to_uint8

FACE_PX = 512
"""Side of the crop that a face is judged by: the FFHQ alignment, as in the papers."""


def thumbnail_jpeg(
    image: FloatImage, side_px: int, quality: int, icc: bytes | None = None
) -> bytes:
    """A small JPEG whose longer side is at most `side_px`.

    Args:
        image: H x W x 3, [0, 1].
        side_px: Most pixels a side.
        quality: JPEG quality.
        icc: Colour profile of the pixels; viewers take sRGB without one.
    """
    height, width = image.shape[:2]
    factor = min(1.0, side_px / max(height, width))
    if factor < 1:
        size = max(1, round(width * factor)), max(1, round(height * factor))
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.float32)
    buffer = io.BytesIO()
    pixels = to_uint8(to_stored(image, np.uint8))
    Image.fromarray(pixels).save(
        buffer, "JPEG", quality=quality, optimize=True, icc_profile=icc or None
    )
    return buffer.getvalue()


def photo_jpeg(photo: Photo, side_px: int, quality: int) -> bytes:
    """A small JPEG of a whole photo in its own colours, on white where it is transparent."""
    height, width = photo.pixels.shape[:2]
    factor = min(1.0, side_px / max(height, width))
    size = max(1, round(width * factor)), max(1, round(height * factor))
    # Made small at the file's own depth: a large photo as floats would take four times the memory.
    small = to_float(_smaller(photo.pixels, size))
    if photo.alpha is not None:
        share = _smaller(photo.alpha, size).astype(np.float32)[..., None]
        share /= np.iinfo(photo.alpha.dtype).max
        small = small * share + (1.0 - share)
    return thumbnail_jpeg(small, side_px, quality, photo.metadata.icc)


def _smaller(pixels: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    if (pixels.shape[1], pixels.shape[0]) == size:
        return pixels
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))


def face_crop(photo: Photo, landmarks: Landmarks, scale: float, *, whole: bool) -> FloatImage:
    """A face of a photo, aligned, S x S x 3, [0, 1].

    Args:
        photo: The photo, or its result.
        landmarks: In pixels of the photo as it was.
        scale: How many times larger this photo is than that one.
        whole: The photo is one aligned face.
    """
    if whole:
        return resized(to_float(photo.pixels), Size(FACE_PX, FACE_PX))
    points = [((x + 0.5) * scale - 0.5, (y + 0.5) * scale - 0.5) for x, y in landmarks]
    left_eye, right_eye, nose, mouth_left, mouth_right = points
    moved: Landmarks = (left_eye, right_eye, nose, mouth_left, mouth_right)
    return aligned_crop(photo.pixels, crop_transform(moved, FACE_PX), FACE_PX)


def data_url(jpeg: bytes) -> str:
    """A picture that is a part of its page."""
    return f"data:image/jpeg;base64,{base64.b64encode(jpeg).decode()}"
