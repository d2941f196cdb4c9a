"""Everything that is not a face: its size."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import cv2
import numpy as np

from core.image import FloatImage, Pixels, is_grey
from core.interfaces import Upscaler
from core.lanczos import enlarged
from core.pipeline import Earlier, Restoration
from core.progress import Progress
from core.tiling import Shrinking, Tiling, run_tiled

CONTEXT_PX = 12
"""Surroundings that a network sees beyond what is kept of a tile."""

BLEND_PX = 8
"""Band in which neighbouring tiles fade into each other."""

_LUMA = np.array([0.299, 0.587, 0.114], np.float32)


@dataclass(frozen=True, slots=True)
class BackgroundStage:
    """Enlarges the whole photo, transparency included.

    Attributes:
        scale: How many times wider and higher; 1 changes nothing.
        upscaler: A model, or None for Lanczos.
    """

    scale: int
    upscaler: Upscaler | None = None

    @property
    def name(self) -> str:
        """What is being done."""
        return "Enlarging"

    @property
    def cost(self) -> float:
        """Share of the progress bar: a model takes far longer than everything else."""
        if self.scale == 1:
            return 0.0
        return 1.0 if self.upscaler is None else 50.0

    def run(self, state: Restoration, progress: Progress) -> Restoration:
        """Enlarge `state.photo`.

        Raises:
            Cancelled: The job was stopped.
            MemoryExhaustedError: The model does not fit, however small the tile.
            RestorationError: The model gave no usable result.
        """
        if self.scale == 1:
            return state
        return self._enlarged(state, progress)

    def run_again(self, state: Restoration, progress: Progress, earlier: Earlier) -> Restoration:
        """See `core.pipeline.ReusingStage`: faces make no difference here."""
        if self.scale == 1 or not earlier.fits(self, state):
            return self.run(state, progress)
        if self.upscaler is not None:
            state = state.used(self.upscaler.info)
        warnings = tuple(dict.fromkeys((*state.warnings, *earlier.warnings)))
        after = earlier.after
        return replace(state, photo=after.photo, scale=after.scale, warnings=warnings)

    def _enlarged(self, state: Restoration, progress: Progress) -> Restoration:
        photo, warnings = state.photo, dict.fromkeys(state.warnings)
        part = progress.part(0.0, 0.98)
        if self.upscaler is None:
            pixels = _by_lanczos(photo.pixels, self.scale, part)
        else:
            pixels = _by_model(photo.pixels, self.scale, self.upscaler, warnings, part)
            state = state.used(self.upscaler.info)
        alpha = None
        if photo.alpha is not None:
            alpha = enlarged(photo.alpha, self.scale, progress.part(0.98, 1.0))
        return replace(
            state,
            photo=photo.with_pixels(pixels, alpha),
            scale=state.scale * self.scale,
            warnings=tuple(warnings),
        )


def _by_lanczos(pixels: Pixels, scale: int, progress: Progress) -> Pixels:
    if is_grey(pixels):
        # One channel, three times the same: grey stays grey to the last bit.
        grey = enlarged(pixels[..., :1], scale, progress)
        return cast("Pixels", np.repeat(grey, 3, axis=2))
    return enlarged(pixels, scale, progress)


def _by_model(
    pixels: Pixels, scale: int, upscaler: Upscaler, warnings: dict[str, None], progress: Progress
) -> Pixels:
    """Enlarge with a model in tiles, brought to the wanted scale tile by tile.

    What was done otherwise than asked is added to `warnings`.
    """
    grey = is_grey(pixels)

    def work(tile: FloatImage, part: Progress) -> FloatImage:
        done = upscaler.upscale(tile, progress=part)
        warnings.update(dict.fromkeys(done.warnings))
        image = _resized(done.images, tile.shape[1] * scale, tile.shape[0] * scale)
        return _greyed(image) if grey else image

    shrinking = Shrinking(work, scale, CONTEXT_PX)
    tiling = Tiling(upscaler.tile_px, CONTEXT_PX, BLEND_PX)
    result = run_tiled(pixels, tiling, scale, shrinking, progress)
    if shrinking.has_shrunk:
        warnings["Memory ran short, so the photo was enlarged in smaller tiles."] = None
    return result


def _resized(image: FloatImage, width: int, height: int) -> FloatImage:
    """Down by the mean of pixels, up by Lanczos; the same array where the size is right."""
    if image.shape[:2] == (height, width):
        return image
    method = cv2.INTER_AREA if width < image.shape[1] else cv2.INTER_LANCZOS4
    resized: FloatImage = cv2.resize(image, (width, height), interpolation=method)
    return resized


def _greyed(image: FloatImage) -> FloatImage:
    """The same luma in all three channels: a network may tint what was grey."""
    luma = (image * _LUMA).sum(axis=2, keepdims=True)
    return np.repeat(luma, 3, axis=2)
