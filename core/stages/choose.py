"""What the user says about single faces: this is none, this one is missing, its eyes are here.

What was said of a face belongs to the face and not to its place in the finder's list: a finder that
is more eager, or another one, lists other faces before it. So a choice may name the place of its
face, and the face in that place gets the choice's number.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from core.faces import NO_FACE, Face, FaceResult, crop_transform
from core.geometry import Box, Size
from core.matching import same_face, same_places
from core.pipeline import Earlier, Restoration, Trace
from core.progress import Progress
from core.settings import FIRST_ADDED, AddedFace, FaceChoice, FaceSettings, Place

Anchor = tuple[int, Place]
"""Number of a face, and the place that it has."""


@dataclass(frozen=True, slots=True)
class ChooseFacesStage:
    """Adds, corrects and takes out faces, after they were found. Numbers never move.

    A face that is taken out stays in the record, so that the others keep their numbers and it can
    be put back. A face that is found where the user had drawn one is that one, and is left out.

    Attributes:
        added: Faces that the user drew.
        corrections: Choices that take a face out or correct its landmarks, by number; nothing else
            is set in them, so that a strength does not make two stages differ.
        anchors: Faces that keep their numbers wherever they are found, by their numbers.
    """

    added: tuple[AddedFace, ...] = ()
    corrections: tuple[FaceChoice, ...] = ()
    anchors: tuple[Anchor, ...] = ()
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
        anchors = [
            (choice.index, choice.place)
            for choice in settings.choices
            if choice.place is not None and choice.index < FIRST_ADDED
        ]
        return cls(
            tuple(added),
            tuple(sorted(corrections, key=lambda choice: choice.index)),
            tuple(sorted(anchors)),
        )

    def run(self, state: Restoration, progress: Progress) -> Restoration:
        """Bring the record's faces in line with what the user said; see `core.interfaces.Stage`."""
        progress.check()
        if not self.added and not self.corrections and not self.anchors:
            return state
        by_number = {choice.index: choice for choice in self.corrections}
        drawn = [_added(face) for face in self.added]
        removed = {choice.index for choice in self.corrections if choice.removed}
        found = [
            face
            for face in self._numbered(state)
            if face.index in removed or not any(same_face(face.face, other.face) for other in drawn)
        ]
        faces = [*found, *drawn]
        chosen = tuple(_corrected(face, by_number.get(face.index)) for face in faces)
        warnings = state.warnings
        if self.added:
            warnings = tuple(text for text in warnings if text != NO_FACE)
        return replace(state, faces=chosen, warnings=warnings)

    def would_repeat(self, earlier: Earlier) -> bool:
        """See `core.pipeline.RepeatingStage`: only the numbers may have been named otherwise."""
        then = earlier.stage
        if not isinstance(then, ChooseFacesStage):
            return False
        is_same = then.added == self.added and then.corrections == self.corrections
        return is_same and self.numbers_as(then, earlier.before)

    def numbers_as(self, other: ChooseFacesStage, state: Restoration) -> bool:
        """True where both give the faces of a record the same numbers."""
        if self.anchors == other.anchors:
            return True
        ours, theirs = self._numbered(state), other._numbered(state)
        return all(one.index == two.index for one, two in zip(ours, theirs, strict=True))

    def _numbered(self, state: Restoration) -> tuple[FaceResult, ...]:
        numbers = numbers_of(state.faces, state.original.size, self.anchors)
        return tuple(
            face if face.index == number else replace(face, index=number)
            for face, number in zip(state.faces, numbers, strict=True)
        )


def keeps_numbers(trace: Trace, settings: FaceSettings) -> bool:
    """True where the faces of a finished run would have the same numbers with these settings.

    They may not where another choice names a place: then a run on the full photo must come first.
    """
    stage = ChooseFacesStage.of(settings)
    earlier = trace.earlier(stage)
    if earlier is None or not isinstance(earlier.stage, ChooseFacesStage):
        return True
    return stage.numbers_as(earlier.stage, earlier.before)


def numbers_of(
    faces: tuple[FaceResult, ...], photo: Size, anchors: tuple[Anchor, ...]
) -> tuple[int, ...]:
    """The numbers of faces that were found, none twice.

    A face in the place of an anchor has its number. The others have their place in the list, or
    the lowest number that is free. The number of an anchor without a face stays free, since its
    face may be found again.

    Args:
        faces: In the order in which they were found.
        photo: The size of the photo that their boxes are in.
        anchors: Numbers that are bound to a place.
    """
    boxes = [face.face.box.share_of(photo) for face in faces]
    numbers: dict[int, int] = {}
    for row, anchor in same_places(boxes, [Box(*place) for _, place in anchors]):
        numbers[row] = anchors[anchor][0]
    taken = {number for number, _ in anchors}
    numbers |= {row: row for row in range(len(faces)) if row not in numbers and row not in taken}
    taken |= set(numbers.values())
    free = (number for number in range(2 * len(faces) + len(anchors)) if number not in taken)
    return tuple(numbers[row] if row in numbers else next(free) for row in range(len(faces)))


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
