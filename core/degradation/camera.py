"""Lens blur, sampling, sensor noise, JPEG and colour jitter, in proportion to the picture.

The order is that of GFP-GAN (Wang et al. 2021, eq. 1): blur, shrink, noise, JPEG, enlarge.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np
import numpy.typing as npt

from core.degradation.profile import REFERENCE_SIDE_PX, CameraProfile

if TYPE_CHECKING:
    from core.image import FloatImage

_SMALLEST_SIDE_PX = 8
_LUMINANCE = np.array([[0.299, 0.587, 0.114]], dtype=np.float32)


def unit_px(image: npt.NDArray[np.generic]) -> float:
    """Length, in pixels, of one pixel of the picture with a shorter side of 512 px."""
    return float(min(image.shape[:2])) / REFERENCE_SIDE_PX


def gaussian_kernel(
    sigma_x_px: float, sigma_y_px: float, angle_rad: float
) -> npt.NDArray[np.float32]:
    """A turned Gaussian, cut at three sigma, that sums to one; odd side."""
    radius = max(1, math.ceil(3 * max(sigma_x_px, sigma_y_px)))
    axis = np.arange(-radius, radius + 1, dtype=np.float32)
    x, y = axis[None, :], axis[:, None]
    cosine, sine = math.cos(angle_rad), math.sin(angle_rad)
    along, across = cosine * x + sine * y, cosine * y - sine * x
    kernel = np.exp(-0.5 * ((along / sigma_x_px) ** 2 + (across / sigma_y_px) ** 2))
    return cast("npt.NDArray[np.float32]", (kernel / kernel.sum()).astype(np.float32))


def blur(image: FloatImage, profile: CameraProfile, rng: np.random.Generator) -> FloatImage:
    """Blur with a Gaussian that is round or, as often as the profile says, stretched and turned."""
    unit = unit_px(image)
    low, high = profile.blur_low_px * unit, profile.blur_high_px * unit
    sigma_x, sigma_y = rng.uniform(low, high, 2)
    angle, kind = rng.uniform(0, math.pi), rng.random()
    if max(sigma_x, sigma_y) < 0.15:
        return image
    if kind >= profile.anisotropic:
        return _isotropic(image, float(sigma_x))
    # A wide blur is taken on a smaller copy: what it removes is not there to be seen.
    factor = max(1.0, min(sigma_x, sigma_y) / 1.5)
    small = _shrunk(image, factor) if factor > 1.5 else image
    factor = image.shape[1] / small.shape[1]
    kernel = gaussian_kernel(
        max(0.1, float(sigma_x) / factor), max(0.1, float(sigma_y) / factor), float(angle)
    )
    blurred = cv2.filter2D(small, -1, kernel, borderType=cv2.BORDER_REFLECT_101)
    return _enlarged(blurred, image)


def _isotropic(image: FloatImage, sigma_px: float) -> FloatImage:
    return cast("FloatImage", cv2.GaussianBlur(image, (0, 0), max(0.15, sigma_px)))


def _shrunk(image: FloatImage, factor: float) -> FloatImage:
    height, width = image.shape[:2]
    size = (
        max(_SMALLEST_SIDE_PX, round(width / factor)),
        max(_SMALLEST_SIDE_PX, round(height / factor)),
    )
    return cast("FloatImage", cv2.resize(image, size, interpolation=cv2.INTER_AREA))


def _enlarged(small: FloatImage, like: FloatImage) -> FloatImage:
    if small.shape == like.shape:
        return small
    size = (like.shape[1], like.shape[0])
    return cast("FloatImage", cv2.resize(small, size, interpolation=cv2.INTER_LINEAR))


def scan(image: FloatImage, profile: CameraProfile, rng: np.random.Generator) -> FloatImage:
    """Shrink, add sensor noise, pass through JPEG, and enlarge to the old size again."""
    shrink, noise, quality = rng.random(3)
    factor = profile.shrink_low + (profile.shrink_high - profile.shrink_low) * shrink
    factor = max(1.0, float(factor) * unit_px(image))
    small = _shrunk(image, factor) if factor > 1.01 else image
    sigma = (profile.noise_low + (profile.noise_high - profile.noise_low) * noise) / 255
    if sigma > 0:
        grains = rng.standard_normal(small.shape, dtype=np.float32)
        small = cv2.scaleAdd(grains, float(sigma), small)
    level = round(profile.jpeg_low + (profile.jpeg_high - profile.jpeg_low) * float(quality))
    if level < 100:
        small = jpeg(small, level)
    return _enlarged(np.clip(small, 0.0, 1.0), image)


def jpeg(image: FloatImage, quality: int) -> FloatImage:
    """The picture after being stored as a JPEG of this quality (4:2:0, baseline)."""
    stored = cv2.cvtColor(_as_uint8(image), cv2.COLOR_RGB2BGR)
    done, data = cv2.imencode(".jpg", stored, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not done:
        raise ValueError(f"cannot encode a picture of shape {image.shape} as JPEG")
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR)
    if decoded is None:
        raise ValueError("cannot decode the JPEG that was just encoded")
    rgb = cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB)
    return cast("FloatImage", np.multiply(rgb, np.float32(1 / 255), dtype=np.float32))


def _as_uint8(image: FloatImage) -> npt.NDArray[np.uint8]:
    return cast("npt.NDArray[np.uint8]", cv2.convertScaleAbs(np.maximum(image, 0), alpha=255.0))


def luminance(image: FloatImage) -> npt.NDArray[np.float32]:
    """H x W luma of an encoded picture (Rec. 601 weights, as in the published recipe)."""
    return cast("npt.NDArray[np.float32]", cv2.transform(image, _LUMINANCE))


def as_grey(image: FloatImage) -> FloatImage:
    """The picture in black and white, three equal channels."""
    return cast("FloatImage", cv2.cvtColor(luminance(image), cv2.COLOR_GRAY2RGB))


def jitter(image: FloatImage, profile: CameraProfile, rng: np.random.Generator) -> FloatImage:
    """Shift channels, and change brightness, contrast, saturation and hue, each by chance.

    Ranges of the published options: shift up to 20/255 a channel; brightness and contrast 0.5 to
    1.5, saturation 0 to 1.5, hue -0.1 to 0.1 of a turn.
    """
    shifted, jittered = rng.random(2)
    shift = rng.uniform(-20 / 255, 20 / 255, 3)
    brightness, contrast = rng.uniform(0.5, 1.5, 2)
    saturation, hue = rng.uniform(0.0, 1.5), rng.uniform(-0.1, 0.1)
    matrix = np.eye(3, 4)
    if shifted < profile.shift_probability:
        matrix[:, 3] = shift
    if jittered < profile.jitter_probability:
        mean = float(luminance(image).mean()) * float(brightness)
        matrix = _affine(_hue_saturation(float(hue), float(saturation))) @ _square(matrix)
        matrix = matrix[:3] * brightness * contrast
        matrix[:, 3] += mean * (1 - contrast)
    if np.array_equal(matrix, np.eye(3, 4)):
        return image
    shifted_image = cv2.transform(image, matrix.astype(np.float32))
    return cast("FloatImage", np.clip(shifted_image, 0.0, 1.0))


def _hue_saturation(hue_turns: float, saturation: float) -> npt.NDArray[np.float64]:
    """Turn and scale the chroma plane of YIQ around the grey axis: a 3 x 3 RGB matrix."""
    to_yiq = np.array([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])
    angle = 2 * math.pi * hue_turns
    cosine, sine = saturation * math.cos(angle), saturation * math.sin(angle)
    turn = np.array([[1, 0, 0], [0, cosine, -sine], [0, sine, cosine]])
    matrix: npt.NDArray[np.float64] = np.linalg.inv(to_yiq) @ turn @ to_yiq
    return matrix


def _affine(linear: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.block([[linear, np.zeros((3, 1))], [np.zeros((1, 3)), np.ones((1, 1))]])


def _square(matrix: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.vstack([matrix, [0.0, 0.0, 0.0, 1.0]])
