"""Restoration without learning: what any method has to be better than."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from core.alignment import resized
from core.geometry import Size
from core.image import FloatImage, to_stored, to_uint8

UNSHARP_SIGMA_PX = 2.0
"""For a picture whose shorter side is 512 px; grows with it."""

UNSHARP_AMOUNT = 1.0
NLM_TEMPLATE_PX, NLM_SEARCH_PX = 7, 21
NLM_LEAST, NLM_MOST = 3.0, 20.0


def untouched(picture: FloatImage, target: Size) -> FloatImage:
    """The input itself; where it is smaller, each pixel is repeated."""
    if (picture.shape[1], picture.shape[0]) == (target.width, target.height):
        return picture
    size = (target.width, target.height)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_NEAREST), np.float32)


def bicubic(picture: FloatImage, target: Size) -> FloatImage:
    """Bicubic interpolation; where nothing is to be enlarged, the input itself."""
    return resized(picture, target)


def unsharp(picture: FloatImage, target: Size) -> FloatImage:
    """Bicubic, then x + a (x - blurred x) with a = 1."""
    enlarged = bicubic(picture, target)
    sigma = UNSHARP_SIGMA_PX * min(target.width, target.height) / 512
    blurred = cv2.GaussianBlur(enlarged, (0, 0), sigma)
    sharper = enlarged + UNSHARP_AMOUNT * (enlarged - blurred)
    return np.asarray(np.clip(sharper, 0.0, 1.0), np.float32)


def non_local_means(picture: FloatImage, target: Size) -> FloatImage:
    """Non-local means as strong as the picture's noise, then bicubic.

    Buades, Coll, Morel, "A non-local algorithm for image denoising", CVPR 2005, as OpenCV has it.
    """
    strength = float(np.clip(noise_sigma(picture) * 255, NLM_LEAST, NLM_MOST))
    pixels = np.ascontiguousarray(to_uint8(to_stored(picture, np.uint8))[..., ::-1])
    done = cv2.fastNlMeansDenoisingColored(
        pixels, None, strength, strength, NLM_TEMPLATE_PX, NLM_SEARCH_PX
    )
    clean = np.ascontiguousarray(done[..., ::-1]).astype(np.float32) / np.float32(255)
    return bicubic(clean, target)


def noise_sigma(picture: FloatImage) -> float:
    """Standard deviation of the noise, [0, 1].

    Immerkær, "Fast noise variance estimation", CVIU 64(2), 1996: the mean absolute response to a
    kernel that is blind to constant and linear parts.
    """
    grey = picture.mean(axis=2)
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    response = cv2.filter2D(grey, cv2.CV_32F, kernel)[1:-1, 1:-1]
    return float(np.sqrt(np.pi / 2) / 6 * np.abs(response).mean())


BASELINES: dict[str, Callable[[FloatImage, Size], FloatImage]] = {
    "input": untouched,
    "bicubic": bicubic,
    "unsharp": unsharp,
    "nlm": non_local_means,
}
"""By the name under which they are asked for."""
