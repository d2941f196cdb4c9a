"""Sizes, boxes and similarity transforms, all in pixels of the upright photo.

Coordinates follow OpenCV: x to the right, y down, the centre of the top left pixel is (0, 0).
A `Box` is continuous; a `Region` is whole pixels, half open, and can slice an array.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]
"""An affine transform, shape 2 x 3, that maps (x, y, 1) to (x', y')."""


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels."""

    width: int
    height: int

    @property
    def area_px(self) -> int:
        """Number of pixels."""
        return self.width * self.height

    def scaled(self, factor: float) -> Size:
        """The size times `factor`, rounded, at least 1 x 1."""
        return Size(max(1, round(self.width * factor)), max(1, round(self.height * factor)))


@dataclass(frozen=True, slots=True)
class Box:
    """An axis-aligned rectangle with continuous corners (left, top) and (right, bottom)."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Width in pixels, never negative."""
        return max(0.0, self.right - self.left)

    @property
    def height(self) -> float:
        """Height in pixels, never negative."""
        return max(0.0, self.bottom - self.top)

    @property
    def area_px(self) -> float:
        """Area in square pixels."""
        return self.width * self.height

    @property
    def centre(self) -> tuple[float, float]:
        """The centre (x, y)."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def intersection_px(self, other: Box) -> float:
        """Area that both boxes share, in square pixels."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0.0, width) * max(0.0, height)

    def iou(self, other: Box) -> float:
        """Intersection over union in [0, 1]."""
        shared = self.intersection_px(other)
        union = self.area_px + other.area_px - shared
        return shared / union if union > 0 else 0.0

    def scaled(self, factor: float) -> Box:
        """The box in a picture that is `factor` times as large."""
        return Box(self.left * factor, self.top * factor, self.right * factor, self.bottom * factor)

    def share_of(self, size: Size) -> Box:
        """The box in shares of a picture's sides, which holds for the picture at any size."""
        width, height = size.width, size.height
        return Box(self.left / width, self.top / height, self.right / width, self.bottom / height)


@dataclass(frozen=True, slots=True)
class Region:
    """Whole pixels: rows [top, bottom) and columns [left, right)."""

    left: int
    top: int
    right: int
    bottom: int

    @property
    def size(self) -> Size:
        """Width and height in pixels; 0 where the region is empty."""
        return Size(max(0, self.right - self.left), max(0, self.bottom - self.top))

    @property
    def is_empty(self) -> bool:
        """True where no pixel is inside."""
        return self.right <= self.left or self.bottom <= self.top

    @property
    def slices(self) -> tuple[slice, slice]:
        """(rows, columns), to index an array of shape H x W (x C)."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def clipped(self, size: Size) -> Region:
        """The part that lies inside a picture of `size`."""
        return Region(
            min(max(0, self.left), size.width),
            min(max(0, self.top), size.height),
            max(0, min(size.width, self.right)),
            max(0, min(size.height, self.bottom)),
        )

    def grown(self, margin_px: int) -> Region:
        """The region with `margin_px` more pixels on each side."""
        return Region(
            self.left - margin_px,
            self.top - margin_px,
            self.right + margin_px,
            self.bottom + margin_px,
        )


def covering_region(points: npt.ArrayLike) -> Region:
    """The smallest region that holds all pixels that the points (N x 2) touch."""
    array = np.asarray(points, dtype=np.float64)
    low = np.floor(array.min(axis=0))
    high = np.ceil(array.max(axis=0)) + 1
    return Region(int(low[0]), int(low[1]), int(high[0]), int(high[1]))


def similarity(source: npt.ArrayLike, target: npt.ArrayLike) -> Matrix:
    """Least-squares similarity transform (rotation, uniform scale, shift) between point sets.

    Closed form of Umeyama (1991), without reflection.

    Args:
        source: N x 2 points.
        target: N x 2 points, in the same order.

    Returns:
        The 2 x 3 matrix that takes `source` as near as possible to `target`.

    Raises:
        ValueError: All source points coincide.
    """
    src = np.asarray(source, dtype=np.float64)
    dst = np.asarray(target, dtype=np.float64)
    src_mean, dst_mean = src.mean(axis=0), dst.mean(axis=0)
    a, b = src - src_mean, dst - dst_mean
    spread = float((a * a).sum())
    if spread <= 0:
        raise ValueError("the points coincide, so they fix no transform")
    cosine = float((a * b).sum()) / spread
    sine = float((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum()) / spread
    linear = np.array([[cosine, -sine], [sine, cosine]])
    shift = dst_mean - linear @ src_mean
    return np.column_stack([linear, shift])


def inverted(matrix: Matrix) -> Matrix:
    """The inverse of a 2 x 3 affine transform."""
    linear = np.linalg.inv(matrix[:, :2])
    return np.column_stack([linear, -linear @ matrix[:, 2]])


def composed(outer: Matrix, inner: Matrix) -> Matrix:
    """The 2 x 3 transform that applies `inner`, then `outer`."""
    linear = outer[:, :2] @ inner[:, :2]
    return np.column_stack([linear, outer[:, :2] @ inner[:, 2] + outer[:, 2]])


def enlarging(factor: float) -> Matrix:
    """Maps pixel centres of a picture to those of the same picture `factor` times as large.

    The half pixel keeps the outer edges aligned, as `cv2.resize` does.
    """
    shift = (factor - 1) / 2
    return np.array([[factor, 0.0, shift], [0.0, factor, shift]])


def scale_of(matrix: Matrix) -> float:
    """The uniform scale of a similarity transform."""
    return math.sqrt(abs(float(np.linalg.det(matrix[:, :2]))))


def transformed(matrix: Matrix, points: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Apply a 2 x 3 transform to N x 2 points."""
    array = np.asarray(points, dtype=np.float64)
    result: npt.NDArray[np.float64] = array @ matrix[:, :2].T + matrix[:, 2]
    return result
