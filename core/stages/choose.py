"""What the user says about single faces: this is none, this one is missing, its eyes are here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from core.faces import NO_FACE, Face, FaceResult, crop_transform
from core.geometry import Box
from core.pipeline import Restoration
from core.progress import Progress
from core.settings import AddedFace, FaceChoice, FaceSettings


@dataclass(frozen=True, slots=True)
class ChooseFacesStage:
    """Adds, corrects and takes out faces, after they were found. Numbers never move.

    A face that is taken out stays in the record, so that the others keep their numbers and it can
    be put back.

    Attributes:
        added: Faces that the user drew.
        corrections: Choices that take a face out or correct its landmarks, by number; nothing else
            is set in them, so that a strength does not make two stages differ.
    """

    added: tuple[AddedFace, ...] = ()
    corrections: tuple[FaceChoice, ...] = ()
    name = "Choosing faces"
    cost = 0.01

    @classmethod
    def of(cls, settings: FaceSettings) -> Self:
        """The stage for these settings."""
        corrections = [
            FaceChoice(index=choice.index, removed=choice.removed, landmarks=choice.landmarks)
            for choice in settings.choices
            if choice.removed or choice.landmarks is not None
        ]
        added = sorted(settings.added, key=lambda face: face.index)
        return cls(tuple(added), tuple(sorted(corrections, key=lambda choice: choice.index)))

    def run(self, state: Restoration, progress: Progress) -> Restoration:
        """Bring the record's faces in line with what the user said; see `core.interfaces.Stage`."""
        progress.check()
        if not self.added and not self.corrections:
            return state
        by_number = {choice.index: choice for choice in self.corrections}
        faces = [*state.faces, *(_added(face) for face in self.added)]
        chosen = tuple(_corrected(face, by_number.get(face.index)) for face in faces)
        warnings = state.warnings
        if self.added:
            warnings = tuple(text for text in warnings if text != NO_FACE)
        return replace(state, faces=chosen, warnings=warnings)


def _added(drawn: AddedFace) -> FaceResult:
    """A face that the user drew, as surely a face as can be."""
    face = Face(Box(*drawn.box), drawn.landmarks, 1.0)
    no_pixels = np.zeros((0, 0, 3), np.float32)  # until the crop is cut
    return FaceResult(drawn.index, face, crop_transform(drawn.landmarks, 512), no_pixels)


def _corrected(result: FaceResult, choice: FaceChoice | None) -> FaceResult:
    """The face as the user wants it; the very same one where nothing was said of it."""
    if choice is None:
        return result
    if choice.landmarks is not None:
        face = replace(result.face, landmarks=choice.landmarks)
        to_crop = crop_transform(choice.landmarks, 512)
        result = replace(result, face=face, to_crop=to_crop, found=result.face.landmarks)
    return replace(result, removed=choice.removed)
