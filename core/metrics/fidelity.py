"""PSNR and SSIM: how close a picture is to a reference of the same size."""

from __future__ import annotations

import math

import cv2
import numpy as np
import numpy.typing as npt

from core.image import FloatImage

SSIM_WINDOW_PX = 11
SSIM_SIGMA_PX = 1.5
SSIM_K1, SSIM_K2 = 0.01, 0.03


def psnr(image: FloatImage, reference: FloatImage) -> float:
    """Peak signal-to-noise ratio in dB over all pixels and channels; infinite for equal pictures.

    Args:
        image: H x W x 3, [0, 1].
        reference: The same shape.

    Raises:
        ValueError: The shapes differ.
    """
    _check(image, reference)
    error = float(np.mean((image.astype(np.float64) - reference) ** 2))
    return math.inf if error == 0 else -10 * math.log10(error)


def ssim(image: FloatImage, reference: FloatImage) -> float:
    """Structural similarity in [-1, 1], averaged over channels.

    Wang et al., "Image quality assessment: from error visibility to structural similarity", IEEE
    TIP 13(4), 2004: Gaussian window of 11 px, sigma 1.5, K1 = 0.01, K2 = 0.03. Only pixels whose
    window lies inside the picture count.

    Args:
        image: H x W x 3, [0, 1], at least 11 px on each side.
        reference: The same shape.

    Raises:
        ValueError: The shapes differ, or the picture is smaller than the window.
    """
    _check(image, reference)
    if min(image.shape[:2]) < SSIM_WINDOW_PX:
        raise ValueError(f"SSIM needs at least {SSIM_WINDOW_PX} pixels on a side")
    a, b = image.astype(np.float64), reference.astype(np.float64)
    mean_a, mean_b = _windowed(a), _windowed(b)
    variance_a = _windowed(a * a) - mean_a**2
    variance_b = _windowed(b * b) - mean_b**2
    covariance = _windowed(a * b) - mean_a * mean_b
    c1, c2 = SSIM_K1**2, SSIM_K2**2
    score = ((2 * mean_a * mean_b + c1) * (2 * covariance + c2)) / (
        (mean_a**2 + mean_b**2 + c1) * (variance_a + variance_b + c2)
    )
    inset = SSIM_WINDOW_PX // 2
    return float(score[inset:-inset, inset:-inset].mean())


def _windowed(image: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    size = (SSIM_WINDOW_PX, SSIM_WINDOW_PX)
    blurred: npt.NDArray[np.float64] = cv2.GaussianBlur(
        image, size, SSIM_SIGMA_PX, borderType=cv2.BORDER_REFLECT
    )
    return blurred


def _check(image: FloatImage, reference: FloatImage) -> None:
    if image.shape != reference.shape:
        raise ValueError(f"the pictures differ in shape: {image.shape} and {reference.shape}")
