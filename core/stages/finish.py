"""Draw restored faces larger where the photo is finer than the face model's picture.

A result of 256 px that must fill more is soft when it is stretched. The enlarging model draws it
larger; what is more than the photo needs is averaged down.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np

from core.faces import FaceResult
from core.geometry import Region, Size, scale_of
from core.image import FloatImage, to_float, to_stored
from core.interfaces import Upscaler
from core.masks import face_mask
from core.pipeline import Earlier, Restoration
from core.progress import Progress
from core.tiling import Shrinking, Tiling, run_tiled
from core.tone import Tone, have_same_tone, tone_of_photo

TILING = Tiling(256, 12, 8)
"""Fixed, so that the result does not depend on how much memory happens to be free."""

MOST_SIDE_PX = 1024
"""Finished faces are at most this large: beyond, memory grows and nobody sees more."""


SHARE = 0.5
"""Share of the enlarging model's picture; the rest is the stretched one. The whole looks drawn:
hard outlines and waxy skin, sharper than the photo that the face lies in."""


@dataclass(frozen=True, slots=True)
class FinishRule:
    """Which faces are finished. It never depends on how busy the computer is.

    Attributes:
        least_factor: Faces must fill at least this many times the side of the model's picture.
        most_faces: Only so many of a photo, the largest first; None for all.
    """

    least_factor: float
    most_faces: int | None = None


ALWAYS = FinishRule(1.1)
ON_GRAPHICS_CARD = FinishRule(1.25)
ON_PROCESSOR = FinishRule(1.25, 4)


def automatic_rule(device: str, *, enlarged_by_model: bool) -> FinishRule | None:
    """The rule for a computer and a job.

    A face takes a moment on a graphics card, but several seconds on a processor. There faces are
    finished only where a model enlarges the whole photo: beside that it hardly counts, and only
    then are the face's surroundings as sharp.

    Args:
        device: Where the enlarging model runs: "cpu", "cuda:0", "mps".
        enlarged_by_model: True where a model enlarges the whole photo.

    Returns:
        None where no face is finished.
    """
    if device != "cpu":
        return ON_GRAPHICS_CARD
    return ON_PROCESSOR if enlarged_by_model else None


@dataclass(frozen=True, slots=True)
class FinishStage:
    """Draws the restored faces at the size that the photo needs.

    Attributes:
        upscaler: The enlarging model.
        rule: Which faces.
        scale: How many times the photo will be enlarged.
    """

    upscaler: Upscaler
    rule: FinishRule
    scale: int = 1
    name = "Finishing faces"
    cost = 10.0

    def run(self, state: Restoration, progress: Progress) -> Restoration:
        """Replace `restored` by a larger picture; see `core.interfaces.Stage`."""
        return self._run(state, progress, None)

    def run_again(self, state: Restoration, progress: Progress, earlier: Earlier) -> Restoration:
        """See `core.pipeline.ReusingStage`."""
        is_usable = earlier.stage == self and have_same_tone(earlier.before.photo, state.photo)
        return self._run(state, progress, earlier if is_usable else None)

    def _run(self, state: Restoration, progress: Progress, earlier: Earlier | None) -> Restoration:
        chosen = self._chosen(state)
        if not chosen:
            return state
        tone = tone_of_photo(state.photo)
        warnings = dict.fromkeys((*state.warnings, *(earlier.warnings if earlier else ())))
        done = {}
        for number, face in enumerate(chosen):
            part = progress.step(number, len(chosen))
            part.report(0.0)
            known = earlier.result_of(face) if earlier else None
            if known is not None and known.finished:
                done[face.index] = known
                continue
            image = self._finished(face, self._side_px(face, state), tone, warnings, part)
            done[face.index] = replace(face, restored=image, finished=True)
        faces = tuple(done.get(face.index, face) for face in state.faces)
        state = replace(state, faces=faces, warnings=tuple(warnings))
        return state.used(self.upscaler.info)

    def _chosen(self, state: Restoration) -> list[FaceResult]:
        """The faces that the rule allows, in their order."""
        fitting = [
            face
            for face in state.faces
            if face.restored is not None
            and self._side_px(face, state) >= self.rule.least_factor * face.crop.shape[0]
        ]
        fitting.sort(key=lambda face: (-self._side_px(face, state), face.index))
        return sorted(fitting[: self.rule.most_faces], key=lambda face: face.index)

    def _side_px(self, face: FaceResult, state: Restoration) -> float:
        """Side of the face's crop in pixels of the enlarged photo."""
        if face.whole:
            size = state.photo.size
            return self.scale * float(max(size.width, size.height))
        side = int(face.crop.shape[0])
        return self.scale * side / scale_of(face.to_crop)

    def _finished(
        self,
        face: FaceResult,
        wanted_px: float,
        tone: Tone,
        warnings: dict[str, None],
        progress: Progress,
    ) -> FloatImage:
        """The restored crop enlarged; by the model where it will be seen."""
        assert face.restored is not None
        small, factor = face.restored, self.upscaler.scale
        side = small.shape[0] * factor
        target = min(side, MOST_SIDE_PX, round(wanted_px))
        large = cv2.resize(small, (side, side), interpolation=cv2.INTER_CUBIC)
        seen = _seen(face)
        rows, columns = seen.slices
        cut = (_times(rows, factor), _times(columns, factor))
        drawn = self._enlarged(small[seen.slices], warnings, progress)
        large[cut] += np.float32(SHARE) * (drawn - large[cut])
        image = cv2.resize(large, (target, target), interpolation=cv2.INTER_AREA)
        return tone.applied(np.asarray(np.clip(image, 0.0, 1.0), np.float32))

    def _enlarged(
        self, image: FloatImage, warnings: dict[str, None], progress: Progress
    ) -> FloatImage:
        """A picture enlarged by the model, in tiles where it is large."""

        def work(tile: FloatImage, part: Progress) -> FloatImage:
            done = self.upscaler.upscale(tile, progress=part)
            warnings.update(dict.fromkeys(done.warnings))
            return done.images

        factor = self.upscaler.scale
        shrinking = Shrinking(work, factor, TILING.context_px)
        pixels = to_stored(image, np.uint16)
        return to_float(run_tiled(pixels, TILING, factor, shrinking, progress))


def _seen(face: FaceResult) -> Region:
    """The part of the crop that the mask lets through, with a few pixels around it."""
    assert face.restored is not None
    side = face.restored.shape[0]
    if face.whole:
        return Region(0, 0, side, side)
    mask = face_mask(side) if face.mask is None else face.mask
    factor = side / mask.shape[0]
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return Region(0, 0, side, side)
    found = Region(
        int(columns[0] * factor),
        int(rows[0] * factor),
        int(np.ceil((columns[-1] + 1) * factor)),
        int(np.ceil((rows[-1] + 1) * factor)),
    )
    return found.grown(TILING.context_px).clipped(Size(side, side))


def _times(part: slice, factor: int) -> slice:
    return slice(part.start * factor, part.stop * factor)
