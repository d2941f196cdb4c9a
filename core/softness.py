"""How soft a picture is, and how a restored face is made as soft as the photo around it.

The blur of an edge follows from how much its gradient shrinks when it is blurred again (Zhuo and
Sim, "Defocus map estimation from a single image", Pattern Recognition 44, 2011, section 3). A photo
is as sharp as its sharpest strong edges: what is out of focus behind a face does not make it soft.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from core.image import FloatImage
from core.tone import luma_of

FINE_PX, COARSE_PX = 0.7, 2.0
"""The two blurs under which gradients are compared."""

STRONG_PERCENTILE = 95.0
"""Edges are the pixels with the strongest coarse gradient."""

SHARPEST_PERCENTILE = 75.0
"""Which of the edges counts."""

LEAST_CONTRAST = 0.004
"""Coarse gradients a pixel below this are no edges, as a share of the brightness range."""

MOST_PX = 8.0
"""Softer pictures cannot be told apart."""

Plane = npt.NDArray[np.float32]


def edge_blur_px(image: FloatImage, inside: npt.NDArray[np.bool_] | None = None) -> float | None:
    """Blur of the sharpest strong edges, as the sigma of a Gaussian.

    Args:
        image: H x W x 3, [0, 1].
        inside: H x W, which pixels count; all by default.

    Returns:
        Sigma in pixels, [0, `MOST_PX`]; None where the picture has no edges.
    """
    luma = luma_of(image)
    if inside is None:
        inside = np.ones(luma.shape, np.bool_)
    if inside.sum() < 64:
        return None
    fine, coarse = _gradient(luma, FINE_PX), _gradient(luma, COARSE_PX)
    # Grain adds to every gradient; the quiet half of the picture shows how much.
    fine, coarse = (_without_grain(plane, inside) for plane in (fine, coarse))
    least = max(LEAST_CONTRAST, float(np.percentile(coarse[inside], STRONG_PERCENTILE)))
    edges = inside & (coarse >= least)
    if edges.sum() < 16:
        return None
    ratio = float(np.percentile(fine[edges] / coarse[edges], SHARPEST_PERCENTILE))
    if ratio <= 1.0:
        return MOST_PX
    squared = (COARSE_PX**2 - ratio**2 * FINE_PX**2) / (ratio**2 - 1)
    return min(MOST_PX, math.sqrt(max(0.0, squared)))


def softening_px(face_px: float, photo_px: float, share: float) -> float:
    """Sigma of the blur that makes a face softer.

    Args:
        face_px: Blur of the face's edges.
        photo_px: Blur of the photo's edges.
        share: How far the face goes towards the photo, [0, 1]. Its square counts: the first steps
            are those that are seen.

    Returns:
        0 where the face is not sharper than the photo, or `share` is 0.
    """
    if photo_px <= face_px:
        return 0.0
    wanted = face_px + share**2 * (photo_px - face_px)
    return math.sqrt(wanted**2 - face_px**2)


def _gradient(luma: Plane, sigma_px: float) -> Plane:
    blurred = cv2.GaussianBlur(luma, (0, 0), sigma_px, borderType=cv2.BORDER_REFLECT_101)
    down, across = np.gradient(blurred)
    return np.asarray(np.hypot(down, across), np.float32)


def _without_grain(gradient: Plane, inside: npt.NDArray[np.bool_]) -> Plane:
    """Squares of independent parts add, so what the quiet half shows on average is taken off."""
    quiet = gradient[inside]
    quiet = quiet[quiet <= np.median(quiet)]
    power = float(np.mean(quiet * quiet))
    return np.asarray(np.sqrt(np.maximum(0.0, gradient * gradient - power)), np.float32)
