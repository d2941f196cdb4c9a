"""Cutting aligned crops out of a photo, and laying crops back onto it, without aliasing."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from core.geometry import (
    Matrix,
    Region,
    Size,
    composed,
    covering_region,
    enlarging,
    inverted,
    scale_of,
    transformed,
)
from core.image import FloatImage, Pixels, to_float

FloatPlanes = npt.NDArray[np.float32]
"""H x W or H x W x C, float32."""

MARGIN_PX = 3
"""Reach of the interpolation kernel."""


def crop_corners(crop_size_px: int) -> npt.NDArray[np.float64]:
    """The outer corners of a crop, 4 x 2, in crop pixels."""
    low, high = -0.5, crop_size_px - 0.5
    return np.array([[low, low], [high, low], [high, high], [low, high]])


def footprint(to_crop: Matrix, crop_size_px: int, photo: Size) -> Region:
    """The photo's pixels that a crop covers; empty where the crop lies outside."""
    corners = transformed(inverted(to_crop), crop_corners(crop_size_px))
    return covering_region(corners).clipped(photo)


def aligned_crop(pixels: Pixels, to_crop: Matrix, crop_size_px: int) -> FloatImage:
    """Cut an aligned crop out of a photo.

    A face that is larger than the crop is averaged down first, so that nothing aliases. Where the
    crop reaches over the photo's border, the photo is mirrored: the network then sees skin and hair
    rather than an edge that it would restore.

    Args:
        pixels: The photo.
        to_crop: Photo pixels to crop pixels, a similarity transform.
        crop_size_px: Side of the crop.

    Returns:
        S x S x 3, [0, 1].
    """
    photo = Size(pixels.shape[1], pixels.shape[0])
    scale = scale_of(to_crop)
    margin = MARGIN_PX + (int(np.ceil(MARGIN_PX / scale)) if scale < 1 else 0)
    corners = transformed(inverted(to_crop), crop_corners(crop_size_px))
    region = covering_region(corners).grown(margin).clipped(photo)
    if region.is_empty:  # the whole crop lies outside: mirror what is nearest
        region = Region(0, 0, photo.width, photo.height)
    patch: FloatPlanes = to_float(pixels[region.slices])
    from_patch = np.array([[1.0, 0.0, region.left], [0.0, 1.0, region.top]])
    patch, from_small = shrunk(patch, scale)
    patch = _mirrorable(patch)
    matrix = composed(to_crop, composed(from_patch, from_small))
    crop = cv2.warpAffine(
        patch,
        matrix,
        (crop_size_px, crop_size_px),
        flags=cv2.INTER_CUBIC,
        borderMode=cv2.BORDER_REFLECT_101,
    )
    return np.asarray(np.clip(crop, 0.0, 1.0), np.float32)


def _mirrorable(patch: FloatPlanes) -> FloatPlanes:
    """At least two pixels each way: OpenCV never comes back from mirroring a single one."""
    rows, columns = (1 if length == 1 else 0 for length in patch.shape[:2])
    if rows == columns == 0:
        return patch
    return np.pad(patch, ((0, rows), (0, columns), (0, 0)), mode="edge")


def shrunk(patch: FloatPlanes, scale: float) -> tuple[FloatPlanes, Matrix]:
    """Average a picture down where `scale` is below 1.

    Returns:
        The smaller picture, and the transform from its pixels back to those of `patch`.
    """
    height, width = patch.shape[:2]
    size = max(1, round(width * scale)), max(1, round(height * scale))
    if scale >= 1 or size == (width, height):
        return patch, enlarging(1.0)
    small = cv2.resize(patch, size, interpolation=cv2.INTER_AREA)
    x, y = width / size[0], height / size[1]
    back = np.array([[x, 0.0, (x - 1) / 2], [0.0, y, (y - 1) / 2]])
    return np.asarray(small, np.float32), back


def laid_over(planes: FloatPlanes, to_crop: Matrix, region: Region, method: int) -> FloatPlanes:
    """Resample a crop onto whole photo pixels.

    Args:
        planes: The crop, S x S or S x S x C, already shrunk if the photo is coarser.
        to_crop: Photo pixels to pixels of `planes`.
        region: Which photo pixels.
        method: Interpolation flag of OpenCV.

    Returns:
        The region's pixels; outside the crop the nearest ones are repeated.
    """
    shift = np.array([[1.0, 0.0, region.left], [0.0, 1.0, region.top]])
    laid = cv2.warpAffine(
        planes,
        composed(to_crop, shift),
        (region.size.width, region.size.height),
        flags=method | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(laid, np.float32)


def resized(picture: FloatImage, size: Size) -> FloatImage:
    """A picture at another size: averaged where it shrinks, bicubic where it grows; in [0, 1]."""
    height, width = picture.shape[:2]
    shrinks = size.width <= width and size.height <= height
    method = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    result = cv2.resize(picture, (size.width, size.height), interpolation=method)
    return np.asarray(np.clip(result, 0.0, 1.0), np.float32)


def to_square(size: Size, side_px: int) -> Matrix:
    """Stretches a picture's outer edges to those of a square."""
    x, y = side_px / size.width, side_px / size.height
    return np.array([[x, 0.0, (x - 1) / 2], [0.0, y, (y - 1) / 2]])
