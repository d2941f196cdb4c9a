"""Film grain for restored faces: measured in the photo, synthesised anew, the same every time.

A network gives clean skin. In a grainy photo that looks pasted in, so the grain which the face had
before is put back: not the old pixels, but fresh noise of the same strength, a mixture of a fine
and a coarse one, after the idea of film grain synthesis in video coding (measure, remove,
synthesise).
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
import numpy.typing as npt

from core.image import FloatImage

TEXTURE_PX = 512
BANDS_PX = ((0.0, 1.0), (1.0, 2.0))
"""Bands that are measured: what a blur of the first sigma keeps and one of the second removes."""

NOISE_PX = (0.0, 1.0)
"""Grain is made of noises: white noise after a blur of this sigma."""

ENLARGED_NOISE_PX = 0.45
"""Sigma of the finest noise that an enlargement by one more pixel a pixel leaves."""

STRONGEST = 10 / 255
"""Stronger noise is damage rather than grain and is not put back, standard deviation in [0, 1]."""

GAUSSIAN_MAD = 1.4826
"""Standard deviation over median absolute deviation of a normal distribution."""

Plane = npt.NDArray[np.float32]
Variances = npt.NDArray[np.float64]


def missing_grain(
    before: FloatImage, after: FloatImage, weight: Plane, scale: int = 1
) -> tuple[float, ...]:
    """How much grain a restored face lacks.

    The strength in each band is estimated from the median, which edges hardly move.

    Args:
        before: The photo's pixels around the face, H x W x 3, [0, 1].
        after: The restored face over the same pixels.
        weight: H x W, [0, 1]; only pixels over one half are looked at.
        scale: How many times the photo was enlarged, which makes its grain coarser.

    Returns:
        A standard deviation for each noise of `NOISE_PX`; 0 where nothing is missing.
    """
    inside = weight > 0.5
    if not inside.any():
        return (0.0, 0.0)
    lacking = []
    for band in BANDS_PX:
        had, has = (_strength(_luma(image), band, inside, scale) for image in (before, after))
        lacking.append(max(0.0, had * had - has * has))
    fine, coarse = _mixture(lacking, _responses(scale))
    return min(STRONGEST, fine**0.5), min(STRONGEST, coarse**0.5)


def _mixture(lacking: list[float], responses: Variances) -> tuple[float, float]:
    """Variances of the fine and the coarse noise that together show what is lacking in each band.

    Neither can be negative: where the exact mixture would need that, the other noise alone is
    fitted by least squares.
    """
    fine, coarse = np.linalg.solve(responses, lacking)
    if fine >= 0 and coarse >= 0:
        return float(fine), float(coarse)
    alone = responses[:, 1] if fine < 0 else responses[:, 0]
    fitted = float(alone @ np.array(lacking) / (alone @ alone))
    return (0.0, fitted) if fine < 0 else (fitted, 0.0)


def grain(strengths: tuple[float, ...], rows: slice, columns: slice, scale: int = 1) -> Plane:
    """Grain for a part of the photo; neighbouring parts fit together.

    Args:
        strengths: What `missing_grain` returned; they may be made weaker.
        rows: Rows of the photo.
        columns: Columns of the photo.
        scale: As for `missing_grain`.

    Returns:
        One plane to be added to all three channels, mean 0.
    """
    y = np.arange(rows.start, rows.stop) % TEXTURE_PX
    x = np.arange(columns.start, columns.stop) % TEXTURE_PX
    total: Plane = np.zeros((len(y), len(x)), np.float32)
    for number, strength in enumerate(strengths):
        if strength > 0:
            total += np.float32(strength) * _texture(number, scale)[np.ix_(y, x)]
    return total


@cache
def _texture(number: int, scale: int) -> Plane:
    """One noise of `NOISE_PX`, standard deviation 1, that can be tiled without a seam."""
    noise = np.random.default_rng((number, scale)).standard_normal((TEXTURE_PX, TEXTURE_PX))
    blurred = np.real(np.fft.ifft2(np.fft.fft2(noise) * _kept(_noise_px(number, scale))))
    texture: Plane = ((blurred - blurred.mean()) / blurred.std()).astype(np.float32)
    return texture


def _noise_px(number: int, scale: int) -> float:
    enlarged = ENLARGED_NOISE_PX * scale if scale > 1 else 0.0
    return max(NOISE_PX[number] * scale, enlarged)


@cache
def _responses(scale: int) -> Variances:
    """Variance that noise number j, of variance 1, shows in band i; 2 x 2."""
    shown = np.empty((len(BANDS_PX), len(NOISE_PX)))
    for i, (fine, coarse) in enumerate(BANDS_PX):
        band = _kept(fine * scale) - _kept(coarse * scale)
        for j in range(len(NOISE_PX)):
            power = _kept(_noise_px(j, scale)) ** 2
            shown[i, j] = (power * band**2).mean() / power.mean()
    return shown


def _kept(sigma_px: float) -> npt.NDArray[np.float64]:
    """The frequency response of a Gaussian blur, for a texture."""
    frequencies = np.fft.fftfreq(TEXTURE_PX)
    squared = frequencies[:, None] ** 2 + frequencies[None, :] ** 2
    return np.asarray(np.exp(-2 * (np.pi * sigma_px) ** 2 * squared))


def _strength(
    plane: Plane, band: tuple[float, float], inside: npt.NDArray[np.bool_], scale: int
) -> float:
    fine, coarse = band
    detail = _blurred(plane, fine * scale) - _blurred(plane, coarse * scale)
    return GAUSSIAN_MAD * float(np.median(np.abs(detail[inside])))


def _blurred(plane: Plane, sigma_px: float) -> Plane:
    if sigma_px == 0:
        return plane
    blurred: Plane = cv2.GaussianBlur(plane, (0, 0), sigma_px, borderType=cv2.BORDER_REFLECT_101)
    return blurred


def _luma(image: FloatImage) -> Plane:
    """ITU-R BT.601 luma of encoded RGB."""
    weights = np.array([0.299, 0.587, 0.114], np.float32)
    return np.asarray(image @ weights, np.float32)
