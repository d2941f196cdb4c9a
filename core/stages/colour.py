"""The colour stage: measured on the photo as it was read, carried out on the restored one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.colour.apply import apply
from core.colour.estimate import estimate

if TYPE_CHECKING:
    from core.pipeline import Restoration
    from core.progress import Progress
    from core.settings import ColourSettings


@dataclass(frozen=True, slots=True)
class ColourStage:
    """Corrects colours after the faces are in, so that face and photo are corrected as one.

    Attributes:
        settings: Strengths; neutral ones hand the photo on untouched.
    """

    settings: ColourSettings

    @property
    def name(self) -> str:
        """What is being done."""
        return "Correcting colours"

    @property
    def cost(self) -> float:
        """Rough share of the progress bar."""
        return 0.0 if self.settings.is_neutral else 0.5

    def run(self, state: Restoration, progress: Progress) -> Restoration:
        """Correct the photo's colours.

        Raises:
            Cancelled: The job was stopped.
        """
        plan = estimate(state.original.pixels, self.settings)
        pixels = apply(plan, state.photo.pixels, progress)
        if pixels is state.photo.pixels:
            return state
        return replace(state, photo=state.photo.with_pixels(pixels))
