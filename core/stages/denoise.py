"""The denoise stage: noise, grain and JPEG blocks of the photo around the restored faces.

It stands after the faces, which networks restore best from the photo as it was scanned, and before
enlarging, which would make noise larger too; so its sliders never run a face network again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from core.denoising.clean import cleaned
from core.image import is_grey
from core.tiling import Shrinking, Tiling, run_tiled

if TYPE_CHECKING:
    from core.image import FloatImage, Pixels
    from core.interfaces import Upscaler
    from core.pipeline import Earlier, Restoration
    from core.progress import Progress
    from core.settings import DenoiseSettings

_CONTEXT_PX = 16
_BLEND_PX = 16
_LUMA = np.array([[0.299, 0.587, 0.114]], np.float32)


@dataclass(frozen=True, slots=True)
class DenoiseStage:
    """Smooths the photo.

    Attributes:
        settings: Strengths; neutral ones hand the photo on untouched.
        model: A network of scale 1, or None for calculation.
    """

    settings: DenoiseSettings
    model: Upscaler | None = None

    @property
    def name(self) -> str:
        """What is being done."""
        return "Taking noise away"

    @property
    def cost(self) -> float:
        """Rough share of the progress bar."""
        if self.settings.is_neutral:
            return 0.0
        return 2.0 if self.model is None else 20.0

    def run(self, state: Restoration, progress: Progress) -> Restoration:
        """Smooth `state.photo`.

        Raises:
            Cancelled: The job was stopped.
            MemoryExhaustedError: The model does not fit, however small the tile.
            RestorationError: The model gave no usable result.
        """
        if self.settings.is_neutral:
            return state
        pixels = state.photo.pixels
        if self.model is None:
            done = cleaned(pixels, self.settings.noise, self.settings.jpeg, progress)
        else:
            strength = max(self.settings.noise, self.settings.jpeg)
            warnings = dict.fromkeys(state.warnings)
            done = _by_model(pixels, strength, self.model, warnings, progress)
            state = replace(state.used(self.model.info), warnings=tuple(warnings))
        if done is pixels:
            return state
        return replace(state, photo=state.photo.with_pixels(done))

    def run_again(self, state: Restoration, progress: Progress, earlier: Earlier) -> Restoration:
        """See `core.pipeline.ReusingStage`: faces make no difference here."""
        if self.settings.is_neutral or not earlier.fits(self, state):
            return self.run(state, progress)
        if self.model is not None:
            state = state.used(self.model.info)
        warnings = tuple(dict.fromkeys((*state.warnings, *earlier.warnings)))
        return replace(state, photo=earlier.after.photo, warnings=warnings)


def _by_model(
    pixels: Pixels, strength: float, model: Upscaler, warnings: dict[str, None], progress: Progress
) -> Pixels:
    """What a network makes of the photo, tile by tile, mixed in by the strength.

    What was done otherwise than asked is added to `warnings`.
    """
    grey, share = is_grey(pixels), np.float32(strength)

    def work(tile: FloatImage, part: Progress) -> FloatImage:
        done = model.upscale(tile, progress=part)
        warnings.update(dict.fromkeys(done.warnings))
        change = done.images - tile
        if grey:  # a network may tint what was grey
            change = cv2.transform(change, _LUMA).reshape(*tile.shape[:2], 1)
        mixed: FloatImage = tile + share * change
        return mixed

    shrinking = Shrinking(work, 1, _CONTEXT_PX)
    tiling = Tiling(model.tile_px, _CONTEXT_PX, _BLEND_PX)
    return run_tiled(pixels, tiling, 1, shrinking, progress)
