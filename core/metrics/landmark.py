"""How far a face's features have moved: landmark distance (LMD), and the angle between embeddings.

Both say whether the face is still the same one, which PSNR and SSIM hardly notice.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from core.faces import Landmarks

REFERENCE_CROP_PX = 512
"""Distances are given for an aligned crop of this size, whatever the pictures' own."""


def landmark_distance(
    found: Landmarks | npt.ArrayLike, reference: Landmarks | npt.ArrayLike, crop_size_px: float
) -> float:
    """Mean Euclidean distance of corresponding points, in pixels of a 512 px crop.

    Args:
        found: K x 2 points (x, y).
        reference: K x 2 points in the same picture, in the same order.
        crop_size_px: Side of an aligned crop at the scale of the points.

    Raises:
        ValueError: The shapes differ.
    """
    a, b = np.asarray(found, np.float64), np.asarray(reference, np.float64)
    if a.shape != b.shape:
        raise ValueError(f"the landmarks differ in shape: {a.shape} and {b.shape}")
    distances = np.hypot(*(a - b).T)
    return float(distances.mean()) * REFERENCE_CROP_PX / crop_size_px


def angle_degrees(first: npt.ArrayLike, second: npt.ArrayLike) -> float:
    """Angle between two vectors in degrees, [0, 180]: the "Deg" of face restoration papers.

    Computed from the chord, which stays exact for small angles, where the arc cosine does not.

    Args:
        first: D values, not all zero.
        second: D values, not all zero.
    """
    a, b = (np.asarray(vector, np.float64) for vector in (first, second))
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    return math.degrees(2 * math.atan2(float(np.linalg.norm(a - b)), float(np.linalg.norm(a + b))))
