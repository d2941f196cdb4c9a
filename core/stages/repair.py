"""The repair stage: scratches, cracks and dust are marked, then filled from around them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from core.damage.filling import filled
from core.damage.masking import damage_mask, grown

if TYPE_CHECKING:
    import numpy.typing as npt

    from core.image import Pixels
    from core.interfaces import DamageDetector
    from core.pipeline import Restoration
    from core.progress import Progress
    from core.settings import RepairSettings

_RIM_SHARE = 0.0012
"""Width of the rim that is filled around a mark, as a share of the photo's shorter side."""


@dataclass(frozen=True, slots=True)
class RepairStage:
    """Marks damage on the photo and fills it, before faces are looked for.

    Attributes:
        settings: Whether, and how eagerly.
        detector: Finds the damage.
    """

    settings: RepairSettings
    detector: DamageDetector

    @property
    def name(self) -> str:
        """What is being done."""
        return "Repairing scratches"

    @property
    def cost(self) -> float:
        """Rough share of the progress bar."""
        return 2.0 if self.settings.enabled else 0.0

    def run(self, state: Restoration, progress: Progress) -> Restoration:
        """Repair the photo.

        Raises:
            Cancelled: The job was stopped.
        """
        if not self.settings.enabled:
            return state
        mask = found_damage(
            self.detector,
            state.photo.pixels,
            self.settings.sensitivity,
            progress.part(0.0, 0.8),
            _face_areas(state),
        )
        pixels = filled(state.photo.pixels, mask, progress.part(0.8, 1.0))
        state = state.used(self.detector.info)
        if pixels is state.photo.pixels:
            return state
        return replace(state, photo=state.photo.with_pixels(pixels))


def found_damage(
    detector: DamageDetector,
    pixels: Pixels,
    sensitivity: float,
    progress: Progress,
    protected: npt.NDArray[np.float32] | None = None,
) -> npt.NDArray[np.bool_]:
    """The mask of a photo's damage, with the rim that is filled along with it."""
    likelihood = detector.likelihood(pixels, progress)
    mask = damage_mask(likelihood, sensitivity=sensitivity, protected=protected)
    return grown(mask, max(1, round(_RIM_SHARE * min(mask.shape))))


def _face_areas(state: Restoration) -> npt.NDArray[np.float32] | None:
    """1 inside the boxes of known faces, whose fine lines must stay; None where none is known."""
    if not state.faces:
        return None
    height, width = state.photo.pixels.shape[:2]
    areas = np.zeros((height, width), np.float32)
    for result in state.faces:
        box = result.face.box.scaled(state.scale)
        rows = slice(max(0, round(box.top)), max(0, round(box.bottom)))
        columns = slice(max(0, round(box.left)), max(0, round(box.right)))
        areas[rows, columns] = 1
    return areas
