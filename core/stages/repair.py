"""Damage: scratches, cracks and dust are marked, then filled from around them.

Marking and filling are two stages, so that a stroke of the brush fills again without looking for
damage again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from core.damage.areas import filled_by_model
from core.damage.correcting import corrected, fits
from core.damage.face_lines import own_lines
from core.damage.filling import Filled, filled
from core.damage.masking import damage_mask, grown
from core.damage.sides import without_steps
from core.image import to_uint8

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from core.faces import Face
    from core.image import Pixels
    from core.interfaces import DamageDetector, FaceDetector, Inpainter
    from core.pipeline import Earlier, Restoration
    from core.progress import Progress
    from core.settings import MaskEdits

    Mask = npt.NDArray[np.bool_]

_SMALLEST_FACE_PX = 32
_LEAST_SCORE = 0.9

_RIM_SHARE = 0.0012
"""Width of the rim that is filled around a mark, as a share of the photo's shorter side: what the
finder cannot see at its own size. Photos that it sees as they are need none."""


@dataclass(frozen=True, slots=True)
class FindDamageStage:
    """Marks scratches, cracks and dust on the photo as it was read.

    Attributes:
        sensitivity: How eagerly, [0, 1].
        detector: Finds the damage.
        faces: Finds faces, whose own fine lines are then marked only where damage is all but
            certain. None treats faces as anything else.
    """

    sensitivity: float
    detector: DamageDetector
    faces: FaceDetector | None = None

    @property
    def name(self) -> str:
        """What is being done."""
        return "Finding scratches"

    @property
    def cost(self) -> float:
        """Rough share of the progress bar."""
        return 1.5

    def run(self, state: Restoration, progress: Progress) -> Restoration:
        """Leave the marks in `state.damage`; the photo itself stays.

        Raises:
            Cancelled: The job was stopped.
        """
        pixels = state.photo.pixels
        faces: tuple[Face, ...] = ()
        if self.faces is not None:
            faces = self.faces.detect(
                to_uint8(pixels),
                min_size_px=_SMALLEST_FACE_PX,
                min_score=_LEAST_SCORE,
                progress=progress.part(0.0, 0.5),
            )
            progress = progress.part(0.5, 1.0)
        mask = found_damage(self.detector, pixels, self.sensitivity, progress, faces=faces)
        return replace(state.used(self.detector.info), damage=mask)


@dataclass(frozen=True, slots=True)
class RepairStage:
    """Fills what was found and what the user marked, before faces are looked for.

    Attributes:
        edits: What the user painted over the marks that were found.
        filler: A model that fills marked areas; None fills from nearby pixels.
    """

    edits: MaskEdits | None = None
    filler: Inpainter | None = None

    @property
    def name(self) -> str:
        """What is being done."""
        return "Repairing scratches"

    @property
    def cost(self) -> float:
        """Rough share of the progress bar."""
        return 0.5 if self.filler is None else 10.0

    def run(self, state: Restoration, progress: Progress) -> Restoration:
        """Repair the photo; unmarked pixels stay bit for bit.

        Raises:
            Cancelled: The job was stopped.
            RestorationError: The model gave no usable result.
        """
        return self._run(state, progress, None)

    def run_again(self, state: Restoration, progress: Progress, earlier: Earlier) -> Restoration:
        """See `core.pipeline.ReusingStage`: only what the new marks reach is filled again."""
        then, before = earlier.stage, earlier.before
        is_usable = (
            isinstance(then, RepairStage)
            and then.filler == self.filler
            and before.photo is state.photo
            and not earlier.warnings
        )
        if not is_usable:
            return self._run(state, progress, None)
        assert isinstance(then, RepairStage)
        known = Filled(then.mask_of(before), earlier.after.photo.pixels)
        return self._run(state, progress, known)

    def mask_of(self, state: Restoration) -> Mask:
        """H x W, True where the photo of a record is to be filled."""
        shape = state.photo.pixels.shape[:2]
        found = np.zeros(shape, np.bool_) if state.damage is None else state.damage
        is_usable = self.edits is not None and fits(self.edits, *shape)
        return corrected(found, self.edits if is_usable else None)

    def _run(self, state: Restoration, progress: Progress, known: Filled | None) -> Restoration:
        pixels = state.photo.pixels
        if self.edits is not None and not fits(self.edits, *pixels.shape[:2]):
            state = state.warned(
                "The marks painted by hand belong to a photo of another size and were left out."
            )
        mask = self.mask_of(state)
        if not mask.any():
            return state
        if self.filler is None:
            done = filled(pixels, mask, progress, known)
        else:
            done, warnings = filled_by_model(pixels, mask, self.filler, progress, known)
            state = state.used(self.filler.info)
            for warning in warnings:
                state = state.warned(warning)
        return replace(state, photo=state.photo.with_pixels(done))


def found_damage(
    detector: DamageDetector,
    pixels: Pixels,
    sensitivity: float,
    progress: Progress,
    *,
    faces: Sequence[Face] = (),
) -> Mask:
    """The mask of a photo's damage, with the rim that is filled along with it."""
    likelihood = detector.likelihood(pixels, progress)
    lines = own_lines(faces, *likelihood.shape)
    mask = damage_mask(likelihood, sensitivity=sensitivity, protected=lines)
    mask = without_steps(pixels, mask)
    return grown(mask, int(_RIM_SHARE * min(mask.shape)))
