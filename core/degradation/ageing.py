"""What time does to a whole print: toning, fading dyes, yellowing, and its grain and screen.

All functions take and give H x W x 3 RGB float32 in [0, 1] and a strength in (0, 1]. They change
every pixel and therefore leave no damage mask.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, cast

import cv2
import numpy as np
import numpy.typing as npt

from core.degradation.camera import as_grey, luminance, unit_px

if TYPE_CHECKING:
    from core.image import FloatImage

_DARKEST_CODE = 0.1
"""The sRGB code of a reflection density of about 2.2, the deepest black of a good print."""

_FILM_SIDE_PX = 1024


def low_frequency_field(
    shape: tuple[int, int], cells: int, rng: np.random.Generator
) -> npt.NDArray[np.float32]:
    """A smooth random H x W field in [0, 1], with about `cells` hills along each side."""
    coarse = rng.random((cells + 1, cells + 1), dtype=np.float32)
    size = (shape[1], shape[0])
    field = cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC)
    return cast("npt.NDArray[np.float32]", np.clip(field, 0.0, 1.0))


def _through_curves(image: FloatImage, curves: npt.NDArray[np.float32]) -> FloatImage:
    """Send each channel through a curve of 256 x 3 values.

    The picture is taken at 8 bits, which is what a scan of it holds, and costs a tenth of powers.
    """
    codes = cv2.convertScaleAbs(image, alpha=255.0)
    return cast("FloatImage", cv2.LUT(codes, curves[None].astype(np.float32)))


def sepia(image: FloatImage, strength: float, rng: np.random.Generator) -> FloatImage:
    """A brown-toned print: darker tones lean to red-brown, the paper turns cream."""
    red, blue, cream = rng.uniform([0.18, 0.22, 0.02], [0.4, 0.5, 0.12]) * strength
    tone = np.linspace(0.0, 1.0, 256)[:, None]
    paper = np.array([1.0, 1 - 0.4 * cream, 1 - cream])
    curves = paper * tone ** np.array([1 - red, 1.0, 1 + blue])
    return _through_curves(as_grey(image), curves)


def fading(image: FloatImage, strength: float, rng: np.random.Generator) -> FloatImage:
    """Dyes lose density: blacks turn to a coloured grey, colours pale, one layer more than others.

    In a chromogenic print each dye's density falls by a share of itself (Wilhelm and Brower 1993,
    chapter 2). Red light is held back by cyan, green by magenta, blue by yellow dye; cyan is the
    weakest in dark storage, so that most faded prints turn red. With codes c of exponent about
    2.2, a density loss g is c^(1 - g).
    """
    weakest = rng.choice(3, p=[0.6, 0.25, 0.15])
    losses = rng.uniform(0.25, 0.55, 3)
    losses[weakest] += rng.uniform(0.1, 0.25)
    haze = 1 - strength * (1 - rng.uniform(0.9, 1.0))
    density = _DARKEST_CODE + (1 - _DARKEST_CODE) * np.linspace(0.0, 1.0, 256)[:, None]
    paled = haze * density ** (1 - losses * strength)
    return _through_curves(image, np.clip((paled - _DARKEST_CODE) / (1 - _DARKEST_CODE), 0, 1))


def yellowing(image: FloatImage, strength: float, rng: np.random.Generator) -> FloatImage:
    """Paper and gelatine turn yellow-brown, more towards the edges that the air reaches."""
    green, blue = rng.uniform([0.04, 0.22], [0.10, 0.38])
    uneven = rng.uniform(0.0, 0.3)
    amount = strength * (1 - uneven * rng.random((4, 4, 1)))
    coarse = (1 - amount * np.array([0.015, green, blue])).astype(np.float32)
    size = (image.shape[1], image.shape[0])
    return cast(
        "FloatImage", cv2.multiply(image, cv2.resize(coarse, size, interpolation=cv2.INTER_CUBIC))
    )


def _clumps(shape: tuple[int, int], size_px: float, seed: int) -> npt.NDArray[np.float32]:
    """Noise of unit variance, blurred to `size_px`."""
    noise = np.random.default_rng(seed).standard_normal(shape, dtype=np.float32)
    if size_px > 0.3:
        noise = cv2.GaussianBlur(noise, (0, 0), size_px)
        noise *= np.float32(1.0 / max(1e-6, float(noise.std())))
    return noise


@lru_cache(maxsize=12)
def _film(size_tenth_px: int) -> npt.NDArray[np.float32]:
    """A sheet of grain from which small pictures take a random piece: noise costs most of all."""
    return _clumps((_FILM_SIDE_PX, _FILM_SIDE_PX), size_tenth_px / 10, size_tenth_px)


def grain(image: FloatImage, strength: float, rng: np.random.Generator) -> FloatImage:
    """Silver grain: clumps a little wider than a pixel, strongest in the middle tones."""
    size_tenth_px = round(10 * float(rng.uniform(0.5, 1.2)) * unit_px(image))
    height, width = _shape(image)
    offsets, seed = rng.random(2), int(rng.integers(2**31))
    if max(height, width) * 2 <= _FILM_SIDE_PX:
        top, left = (offsets * (_FILM_SIDE_PX - np.array([height, width]))).astype(int)
        clumps = _film(size_tenth_px)[top : top + height, left : left + width]
    else:
        clumps = _clumps((height, width), size_tenth_px / 10, seed)
    tone = luminance(image)
    weight = (np.float32(0.35) + np.float32(2.6) * tone * (1 - tone)) * np.float32(0.075 * strength)
    noise = cv2.cvtColor(cv2.multiply(clumps, weight), cv2.COLOR_GRAY2RGB)
    return cast("FloatImage", np.clip(cv2.add(image, noise), 0.0, 1.0))


@lru_cache(maxsize=16)
def _grid(height: int, width: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    x, y = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
    return x[None, :], y[:, None]


def halftone(image: FloatImage, strength: float, rng: np.random.Generator) -> FloatImage:
    """The dot screen of a printed page: one screen for all inks, as in old newspapers."""
    cell_px = max(2.2, float(rng.uniform(4.0, 8.0)) * unit_px(image))
    angle = math.radians(float(rng.uniform(20, 70)))
    x, y = _grid(*_shape(image))
    rate = 2 * math.pi / cell_px
    cosine, sine = math.cos(angle) * rate, math.sin(angle) * rate
    # A sum of angles, so that sines are taken of two vectors instead of the whole plane.
    along = np.cos(cosine * x) * np.cos(sine * y) - np.sin(cosine * x) * np.sin(sine * y)
    across = np.cos(sine * x) * np.cos(cosine * y) + np.sin(sine * x) * np.sin(cosine * y)
    screen = (along + across) * np.float32(0.25 * strength)
    contrast = np.float32(1 + 1.5 * strength)
    dots = (image - np.float32(0.5) + screen[..., None]) * contrast + np.float32(0.5)
    mixed = image + (np.clip(dots, 0.0, 1.0) - image) * np.float32(0.35 + 0.55 * strength)
    return cast("FloatImage", mixed.astype(np.float32, copy=False))


def _shape(image: FloatImage) -> tuple[int, int]:
    return image.shape[0], image.shape[1]
