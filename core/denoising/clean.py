"""Take noise and JPEG blocks off a whole picture, by calculation alone.

Works on codes, where the noise of scans and grain is about equal in dark and bright parts, in luma
and chroma apart (Rec. 601, as JPEG does). Chroma is worked on at half size too, since its noise and
its JPEG blocks are coarser. Grey stays grey to the last bit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import cv2
import numpy as np

from core.denoising.dct import COARSE_PX, shrunk
from core.denoising.jpeg import JpegTrace, steps, traced
from core.denoising.noise import measured_noise
from core.image import is_grey, to_float, to_stored

if TYPE_CHECKING:
    import numpy.typing as npt

    from core.image import Pixels
    from core.progress import Progress

    Plane = npt.NDArray[np.float32]

_TO_YCC = np.array(
    [[0.299, 0.587, 0.114], [-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]], np.float32
)
_FROM_YCC = np.linalg.inv(_TO_YCC.astype(np.float64)).astype(np.float32)

_BAND_PX = 512
_BALANCED = 2.7
"""Deviations that a coefficient must have at half strength, the best on average."""

_JPEG_DEVIATION = 0.17
"""Error of a coefficient as a share of its step: measured to be best, and less than the 0.29 of
even rounding, since most coefficients are small and rounded to nothing."""

_CHROMA_FACTOR = 1.2
"""The eye forgives more smoothing in colours than in brightness."""


def cleaned(pixels: Pixels, noise: float, jpeg: float, progress: Progress) -> Pixels:
    """Smooth a picture.

    Args:
        pixels: H x W x 3, uint8 or uint16.
        noise: Strength against noise and grain, [0, 1]; one half is what fits the measured noise.
        jpeg: Strength against JPEG blocks, [0, 1]; one half fits the quality that is found. Nothing
            is done where no trace of JPEG is found.
        progress: Reported to and polled.

    Returns:
        A new array, or `pixels` itself where there is nothing to do.

    Raises:
        Cancelled: The job was stopped.
    """
    grey = is_grey(pixels)
    planes = _planes(pixels, progress, grey=grey)
    progress.report(0.0)
    trace = traced(planes[0]) if jpeg > 0 else None
    progress.report(0.0)
    if trace is None and (noise == 0 or not measured_noise(planes[0]).any()):
        return pixels
    shares = (0.0, 1.0) if grey else (0.0, 0.5, 0.75, 1.0)
    for index, plane in enumerate(planes):
        part = progress.part(shares[index], shares[index + 1])
        smooth = _luma if index == 0 else _chroma
        planes[index] = smooth(plane, noise, jpeg if trace else 0.0, trace, part)
    return _stored(planes, pixels.dtype)


def _planes(pixels: Pixels, progress: Progress, *, grey: bool) -> list[Plane]:
    """Luma, and chroma unless grey, H x W each; band by band, to keep memory small."""
    planes = [np.empty(pixels.shape[:2], np.float32) for _ in range(1 if grey else 3)]
    for top in range(0, len(pixels), _BAND_PX):
        progress.report(0.0)
        band = to_float(pixels[top : top + _BAND_PX])
        ycc = band if grey else cv2.transform(band, _TO_YCC)
        for index, plane in enumerate(planes):
            plane[top : top + _BAND_PX] = ycc[..., index]
    return planes


def _stored(planes: list[Plane], dtype: npt.DTypeLike) -> Pixels:
    """Planes back to H x W x 3 of a depth."""
    result = np.empty((*planes[0].shape, 3), dtype)
    for top in range(0, len(result), _BAND_PX):
        bands = [plane[top : top + _BAND_PX] for plane in planes]
        if len(bands) == 1:
            result[top : top + _BAND_PX] = to_stored(bands[0], result.dtype)[..., None]
        else:
            done = cv2.transform(cv2.merge(bands), _FROM_YCC)
            result[top : top + _BAND_PX] = to_stored(done, result.dtype)
    return cast("Pixels", result)


def _luma(
    plane: Plane, noise: float, jpeg: float, trace: JpegTrace | None, progress: Progress
) -> Plane:
    return shrunk(plane, _deviation(plane, noise, jpeg, trace, chroma=False), _BALANCED, progress)


def _chroma(
    plane: Plane, noise: float, jpeg: float, trace: JpegTrace | None, progress: Progress
) -> Plane:
    """First the coarse noise and blocks at half size, then what is left of the fine noise."""
    height, width = plane.shape
    if min(height, width) >= 32:
        half = (width // 2, height // 2)
        small = cv2.resize(plane, half, interpolation=cv2.INTER_AREA)
        deviation = _deviation(small, noise, jpeg, trace, chroma=True)
        smooth = shrunk(small, deviation, _CHROMA_FACTOR * _BALANCED, progress.part(0.0, 0.5))
        progress.report(0.5)
        change = cv2.resize(smooth - small, (width, height), interpolation=cv2.INTER_LINEAR)
        plane = cv2.add(plane, change)
        progress.report(0.5)
    if noise == 0:
        return plane
    deviation = _deviation(plane, noise, 0.0, None, chroma=True)
    part = progress.part(0.5, 1.0)
    return shrunk(plane, deviation, _CHROMA_FACTOR * _BALANCED, part, step_px=COARSE_PX)


def _deviation(
    plane: Plane, noise: float, jpeg: float, trace: JpegTrace | None, *, chroma: bool
) -> npt.NDArray[np.float32]:
    """What is to be taken for noise in each coefficient, 8 x 8, scaled by the strengths."""
    total = np.zeros((8, 8), np.float32)
    if noise > 0:
        total += (measured_noise(plane) * np.float32(2 * noise)) ** 2
    if jpeg > 0 and trace is not None:
        rounding = steps(trace.quality, chroma=chroma) * np.float32(_JPEG_DEVIATION / 255)
        total += (rounding * np.float32(2 * jpeg)) ** 2
    return np.sqrt(total)
