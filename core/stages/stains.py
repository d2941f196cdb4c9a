"""The stain stage: brown stains come off before faces are looked for, as scratches do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from core.damage.stains import found_stains, without_stains

if TYPE_CHECKING:
    from core.pipeline import Restoration
    from core.progress import Progress


@dataclass(frozen=True, slots=True)
class StainStage:
    """Takes stains off photos in one tone.

    Attributes:
        strength: 1 takes off all that is found, 0 nothing.
    """

    strength: float

    @property
    def name(self) -> str:
        """What is being done."""
        return "Taking stains off"

    @property
    def cost(self) -> float:
        """Rough share of the progress bar."""
        return 0.3

    def run(self, state: Restoration, progress: Progress) -> Restoration:
        """Look for stains on the photo as it was read, and take them off as it is now.

        Raises:
            Cancelled: The job was stopped.
        """
        progress.report(0.0)
        stains = found_stains(state.original.pixels)
        if stains is None:
            return state.warned(
                "Stains were left alone: on a photo in colours, or one without any colour in its "
                "file, they cannot be told from what belongs there."
            )
        pixels = without_stains(state.photo.pixels, stains, self.strength, progress)
        if pixels is state.photo.pixels:
            return state
        return replace(state, photo=state.photo.with_pixels(pixels))
