"""Everything that is not a face: its size."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from core.image import Pixels, is_grey
from core.interfaces import Upscaler
from core.lanczos import enlarged
from core.pipeline import Restoration
from core.progress import Progress


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
        """
        if self.scale == 1:
            return state
        photo = state.photo
        pixels = self._pixels(photo.pixels, progress.part(0.0, 0.95))
        alpha = None
        if photo.alpha is not None:
            alpha = enlarged(photo.alpha, self.scale, progress.part(0.95, 1.0))
        return replace(
            state, photo=photo.with_pixels(pixels, alpha), scale=state.scale * self.scale
        )

    def _pixels(self, pixels: Pixels, progress: Progress) -> Pixels:
        if is_grey(pixels):
            # One channel, three times the same: grey stays grey to the last bit.
            grey = enlarged(pixels[..., :1], self.scale, progress)
            return cast("Pixels", np.repeat(grey, 3, axis=2))
        return enlarged(pixels, self.scale, progress)
