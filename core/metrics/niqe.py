"""NIQE: how far a picture's local statistics are from those of pristine photographs.

Mittal, Soundararajan, Bovik: "Making a 'completely blind' image quality analyzer", IEEE Signal
Processing Letters 20(3), 2013. Smaller is better; clean photographs score about 3 to 5. The model
of pristine pictures is the published one, as distributed with BasicSR 1.4.2 (Apache-2.0).
"""

from __future__ import annotations

import math
from functools import cache
from importlib.resources import as_file, files

import cv2
import numpy as np
import numpy.typing as npt

from core.errors import ImageSizeError

BLOCK_PX = 96
WINDOW_PX = 7
WINDOW_SIGMA_PX = 7 / 6
LUMA_WEIGHTS = np.array([65.481, 128.553, 24.966])
"""ITU-R BT.601 luma of R, G, B in [0, 1], on the scale 16 to 235."""
SHIFTS = ((0, 1), (1, 0), (1, 1), (1, -1))
"""Neighbours (rows, columns) whose products with a pixel are modelled."""

Array = npt.NDArray[np.float64]


@cache
def _pristine() -> tuple[Array, Array]:
    """Mean (36) and covariance (36 x 36) of the features of pristine photographs."""
    with (
        as_file(files("resources") / "metrics" / "niqe_pristine.npz") as path,
        np.load(path) as data,
    ):
        return data["mu_pris_param"].ravel(), data["cov_pris_param"]


@cache
def _shape_table() -> tuple[Array, Array, Array, Array]:
    """Candidate shapes of the AGGD, their moment ratio, and two gamma quotients of each."""
    shapes = np.arange(0.2, 10.001, 0.001)
    one, two, three = (np.array([math.gamma(k / shape) for shape in shapes]) for k in (1, 2, 3))
    return shapes, two**2 / (one * three), np.sqrt(one / three), two / one


def niqe(pixels: npt.NDArray[np.uint8]) -> float:
    """Score a picture without a reference.

    Args:
        pixels: H x W x 3, RGB, uint8, at least 192 px on each side.

    Returns:
        The distance to pristine photographs, 0 or more; smaller is better.

    Raises:
        ImageSizeError: The picture is too small for the statistics.
    """
    features = block_features(luma(pixels))
    if len(features) < 2:
        raise ImageSizeError(
            "The picture is too small for a NIQE score.",
            f"Use one of at least {2 * BLOCK_PX} pixels on a side.",
        )
    mean, covariance = _pristine()
    valid = features[~np.isnan(features).any(axis=1)]
    gap = np.nanmean(features, axis=0) - mean
    pooled = (np.cov(valid, rowvar=False) + covariance) / 2
    return float(np.sqrt(gap @ np.linalg.pinv(pooled) @ gap))


def luma(pixels: npt.NDArray[np.uint8]) -> Array:
    """H x W x 3 RGB uint8 to H x W, 16 to 235, rounded as 8-bit files hold it."""
    plane: Array = np.rint(pixels.astype(np.float64) / 255 @ LUMA_WEIGHTS + 16)
    return plane


def block_features(plane: Array) -> Array:
    """36 features of each whole block, blocks x 36: 18 at full and 18 at half size."""
    rows, columns = plane.shape[0] // BLOCK_PX, plane.shape[1] // BLOCK_PX
    plane = plane[: rows * BLOCK_PX, : columns * BLOCK_PX]
    if plane.size == 0:
        return np.empty((0, 36))
    per_scale = []
    for scale in (1, 2):
        normalised = _normalised(plane)
        side = BLOCK_PX // scale
        blocks = [
            _features(normalised[y * side : (y + 1) * side, x * side : (x + 1) * side])
            for x in range(columns)
            for y in range(rows)
        ]
        per_scale.append(np.array(blocks))
        plane = _halved(plane)
    return np.concatenate(per_scale, axis=1)


def _normalised(plane: Array) -> Array:
    """Mean-subtracted, contrast-normalised coefficients (equation 1)."""
    size = (WINDOW_PX, WINDOW_PX)
    border = cv2.BORDER_REPLICATE
    mean = cv2.GaussianBlur(plane, size, WINDOW_SIGMA_PX, borderType=border)
    square = cv2.GaussianBlur(plane * plane, size, WINDOW_SIGMA_PX, borderType=border)
    deviation = np.sqrt(np.abs(square - mean * mean))
    result: Array = (plane - mean) / (deviation + 1)
    return result


def _halved(plane: Array) -> Array:
    """Half size by an antialiased cubic kernel (a = -0.5), borders mirrored."""
    distance = np.abs(np.arange(8) - 3.5) / 2
    near = 1.5 * distance**3 - 2.5 * distance**2 + 1
    far = -0.5 * distance**3 + 2.5 * distance**2 - 4 * distance + 2
    taps = np.where(distance <= 1, near, far)
    taps /= taps.sum()
    padded = cv2.copyMakeBorder(plane, 3, 4, 3, 4, cv2.BORDER_REFLECT)
    filtered = cv2.sepFilter2D(padded, -1, taps, taps, anchor=(0, 0))
    halved: Array = filtered[0 : plane.shape[0] : 2, 0 : plane.shape[1] : 2]
    return halved


def _features(block: Array) -> list[float]:
    """18 features: shape and width of the coefficients, and of their neighbour products."""
    shape, left, right, _ = _aggd(block)
    values = [shape, (left + right) / 2]
    for shift in SHIFTS:
        shape, left, right, mean = _aggd(block * np.roll(block, shift, axis=(0, 1)))
        values += [shape, mean, left, right]
    return values


def _aggd(block: Array) -> tuple[float, float, float, float]:
    """Fit an asymmetric generalised Gaussian (equations 3 to 8): shape, left, right, mean."""
    values = block.ravel()
    negative, positive = values[values < 0], values[values > 0]
    if not len(negative) or not len(positive):
        return (math.nan,) * 4
    left, right = math.sqrt(np.mean(negative**2)), math.sqrt(np.mean(positive**2))
    ratio = left / right
    spread = np.mean(np.abs(values)) ** 2 / np.mean(values**2)
    target = spread * (ratio**3 + 1) * (ratio + 1) / (ratio**2 + 1) ** 2
    shapes, moments, widths, means = _shape_table()
    best = int(np.argmin((moments - target) ** 2))
    left, right = left * widths[best], right * widths[best]
    return float(shapes[best]), float(left), float(right), float((right - left) * means[best])
