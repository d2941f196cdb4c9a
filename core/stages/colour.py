"""The colour stage: measured on the photo as it was read, carried out on the restored one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, cast

import cv2

from core.colour.apply import apply
from core.colour.estimate import estimate
from core.colour.profile import WideSpace, wide_space

if TYPE_CHECKING:
    from core.colour.plan import ColourPlan
    from core.image import Pixels
    from core.pipeline import Restoration
    from core.progress import Progress
    from core.settings import ColourSettings

_MEASURED_SIDE_PX = 1024


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
        pixels = state.photo.pixels
        space = wide_space(state.photo.metadata.icc)
        if self.settings.is_neutral:
            return state
        if space is None:
            plan = estimate(state.original.pixels, self.settings)
            done = apply(plan, pixels, progress)
        else:
            plan = _plan_in(space, state.original.pixels, self.settings)
            done = space.corrected(pixels, partial(apply, plan), progress)
        if done is pixels:
            return state
        return replace(state, photo=state.photo.with_pixels(done))


def _plan_in(space: WideSpace, pixels: Pixels, settings: ColourSettings) -> ColourPlan:
    """What to do to a photo in a wide colour space, measured on what it is in sRGB."""
    factor = _MEASURED_SIDE_PX / max(pixels.shape[:2])
    if factor < 1:
        smaller = cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        pixels = cast("Pixels", smaller)
    picked = settings.neutral_colour
    if picked is not None:
        settings = settings.replace(neutral_colour=space.srgb_code(picked))
    return estimate(space.to_srgb(pixels), settings)
