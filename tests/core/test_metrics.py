import math

import cv2
import numpy as np
import pytest

from core.errors import ImageSizeError
from core.metrics.fidelity import psnr, ssim
from core.metrics.niqe import niqe


def picture(seed: int = 0, size: int = 64) -> np.ndarray:
    noise = np.random.default_rng(seed).random((size, size, 3)).astype(np.float32)
    return cv2.GaussianBlur(noise, (0, 0), 2)


def test_psnr_of_a_known_error():
    image = np.full((16, 16, 3), 0.5, dtype=np.float32)
    assert psnr(image + 0.1, image) == pytest.approx(20, abs=1e-4)
    assert psnr(image, image) == math.inf


def test_ssim_is_one_for_equal_and_symmetric_pictures():
    a, b = picture(0), picture(1)
    assert ssim(a, a) == pytest.approx(1)
    assert ssim(a, b) == pytest.approx(ssim(b, a))
    assert ssim(a, b) < 0.9


def test_ssim_of_two_flat_pictures_has_a_closed_form():
    a, b = 0.4, 0.6
    flat = np.ones((32, 32, 3), dtype=np.float32)
    expected = (2 * a * b + 1e-4) / (a * a + b * b + 1e-4)
    assert ssim(flat * a, flat * b) == pytest.approx(expected, abs=1e-5)


def test_ssim_counts_only_whole_windows():
    a = picture(0)
    b = a.copy()
    b[0, 0] += 0.5  # inside the windows of one corner only
    assert ssim(a[16:-16, 16:-16], b[16:-16, 16:-16]) == pytest.approx(1)
    assert ssim(a, b) < 1


def test_metrics_refuse_pictures_that_do_not_fit():
    with pytest.raises(ValueError, match="shape"):
        psnr(picture(size=32), picture(size=64))
    with pytest.raises(ValueError, match="11"):
        ssim(picture(size=10), picture(size=10))


def portrait() -> np.ndarray:
    """A picture with natural statistics: smooth shapes, edges and fine texture (1/f noise)."""
    rng = np.random.default_rng(3)
    size = 288
    frequency = np.hypot(*np.meshgrid(np.fft.fftfreq(size), np.fft.fftfreq(size))) + 1 / size
    spectrum = np.fft.fft2(rng.normal(size=(size, size))) / frequency
    plane = np.real(np.fft.ifft2(spectrum))
    plane = (plane - plane.min()) / (plane.max() - plane.min()) * 255
    return np.repeat(plane.astype(np.uint8)[..., None], 3, axis=2)


def test_niqe_gets_worse_with_blur_and_with_noise():
    image = portrait()
    score = niqe(image)
    noisy = np.clip(
        image + np.random.default_rng(0).normal(0, 25, image.shape[:2])[..., None], 0, 255
    ).astype(np.uint8)
    assert niqe(cv2.GaussianBlur(image, (0, 0), 3)) > score + 1
    assert niqe(noisy) > score + 1


def test_niqe_is_deterministic_and_refuses_tiny_pictures():
    image = portrait()
    assert niqe(image) == niqe(image.copy())
    with pytest.raises(ImageSizeError):
        niqe(image[:100, :100])


def textured(seed: int, grain: int) -> np.ndarray:
    """Texture at six scales, of whole numbers only, so that every computer draws the same one."""
    rng = np.random.default_rng(seed)
    plane = np.full((288, 288), 128)
    for side, reach in ((1, grain), (2, 8), (4, 10), (8, 14), (16, 20), (32, 24)):
        coarse = rng.integers(-reach, reach + 1, (288 // side, 288 // side))
        plane = plane + np.kron(coarse, np.ones((side, side), np.int64))
    return np.stack([np.clip(plane + tint, 0, 255) for tint in (12, 0, -9)], axis=2).astype(
        np.uint8
    )


@pytest.mark.parametrize(
    ("seed", "grain", "published"),
    [(1, 4, 8.072586), (2, 12, 11.222388), (3, 30, 23.975430)],
)
def test_niqe_equals_that_of_basicsr(seed, grain, published):
    # `niqe()` of BasicSR 1.4.2 on the same luma as float64. Its own luma is float32, which moves
    # the figure by up to 7e-4. Where a picture has perfectly flat areas, rounding decides the sign
    # of what should be zero there, and no two programs agree to more than a few hundredths.
    assert niqe(textured(seed, grain)) == pytest.approx(published, abs=1e-4)
