"""The same person afterwards: measures the likeness of each face and keeps it over a floor.

A restorer may invent somebody else. What the user gets is the restored crop mixed with the crop
that went in, by the face's strength; that mixture is compared with the crop that went in. Where the
score falls under the floor, the restored crop is taken back, just as much as it takes. The share is
found by bisection, since the score falls as more of the new face is used.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from core.alignment import resized
from core.faces import FaceResult, Likeness, face_name
from core.geometry import Size
from core.image import FloatImage
from core.interfaces import FaceEmbedder
from core.pipeline import Earlier, Restoration
from core.progress import Progress

BISECTION_STEPS = 5
"""Finds the share to 1/32 of the face's strength."""

Vector = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class IdentityStage:
    """Scores restored faces against the photo and pulls them back where they became strangers.

    Attributes:
        embedder: The identity network.
        floor: "off", "gentle", "normal" or "strict".
        keeps: True to blend until the floor is met; False only to warn.
        strength: Share of the restored faces in the output, [0, 1].
        strengths: Number and strength of each face that has its own; 0 where it is switched off.
    """

    embedder: FaceEmbedder
    floor: str = "normal"
    keeps: bool = True
    strength: float = 1.0
    strengths: tuple[tuple[int, float], ...] = ()
    name: str = "Checking the likeness"
    cost: float = 0.5

    def run(self, state: Restoration, progress: Progress) -> Restoration:
        """Fill in `identity` and, where needed, blend `restored`; see `core.interfaces.Stage`."""
        return self._run(state, progress, None)

    def run_again(self, state: Restoration, progress: Progress, earlier: Earlier) -> Restoration:
        """See `core.pipeline.ReusingStage`: only faces with another strength are measured."""
        then = earlier.stage
        is_usable = isinstance(then, IdentityStage) and then.embedder is self.embedder
        return self._run(state, progress, earlier if is_usable else None)

    def _run(self, state: Restoration, progress: Progress, earlier: Earlier | None) -> Restoration:
        if not any(face.restored is not None for face in state.faces):
            return state
        faces: list[FaceResult] = []
        for number, face in enumerate(state.faces):
            part = progress.step(number, len(state.faces))
            part.report(0.0)
            known = earlier.result_of(face) if earlier else None
            if known is not None and earlier is not None and self._says_same(earlier, face.index):
                faces.append(known)
            elif face.restored is not None and self.strength_of(face.index) > 0:
                vector = known.embedding if known is not None else None
                faces.append(self._checked(face, face.restored, vector, part))
            else:
                faces.append(face)
        state = replace(state, faces=tuple(faces)).used(self.embedder.info)
        for face in state.faces:
            sentence = warning_of(face)
            state = state.warned(sentence) if sentence else state
        return state

    def strength_of(self, index: int) -> float:
        """Share of the restored face that the output gets, [0, 1]."""
        return dict(self.strengths).get(index, self.strength)

    def _says_same(self, earlier: Earlier, index: int) -> bool:
        """True where nothing differs that counts for this face."""
        then = earlier.stage
        assert isinstance(then, IdentityStage)
        same = (then.floor, then.keeps) == (self.floor, self.keeps)
        return same and then.strength_of(index) == self.strength_of(index)

    def _checked(
        self, face: FaceResult, restored: FloatImage, known: Vector | None, progress: Progress
    ) -> FaceResult:
        """Measure a face, and take it back where it must be.

        Args:
            face: The face.
            restored: Its restored crop.
            known: The embedding of its crop where an earlier run has it.
            progress: Polled for cancellation.
        """
        before = self.embedder.embed(face.crop[None])[0] if known is None else known
        face = replace(face, embedding=before)
        old = _at_size_of(face.crop, restored)
        change = restored - old

        def likeness(share: float) -> float:
            progress.check()
            image = restored if share == 1.0 else old + np.float32(share) * change
            return float(np.dot(before, self.embedder.embed(image[None])[0]))

        strength = self.strength_of(face.index)
        score = likeness(strength)
        floor = self.embedder.floors.get(self.floor, -1.0)
        if score >= floor or not self.keeps:
            return replace(face, identity=score, likeness=self._verdict(score, floor))
        best, best_score = 0.0, 1.0
        low, high = 0.0, 1.0  # shares of the strength
        for _ in range(BISECTION_STEPS):
            middle = (low + high) / 2
            score = likeness(middle * strength)
            if score >= floor:
                low, best, best_score = middle, middle, score
            else:
                high = middle
        return replace(
            face,
            restored=old + np.float32(best) * change,
            identity=best_score,
            kept_back=1.0 - best,
            likeness="pulled_back" if best > 0 else "given_up",
        )

    def _verdict(self, score: float, floor: float) -> Likeness:
        """What a score says; nothing where the user asked for no verdict."""
        if self.floor not in self.embedder.floors:
            return ""
        return "same" if score >= floor else "doubtful"


def warning_of(face: FaceResult) -> str:
    """What the user should know of a face's likeness, one sentence; empty where all is well."""
    name = face_name(face.index)
    if face.likeness == "given_up":
        return f"{name} became somebody else, so it was left as it was."
    if face.likeness == "pulled_back":
        return (
            f"{name} began to look like somebody else, so {face.kept_back:.0%} of the change was "
            "taken back."
        )
    if face.likeness == "doubtful":
        return (
            f"{name} may look like somebody else now: compare it with the photo, or lower its "
            "strength."
        )
    return ""


def _at_size_of(crop: FloatImage, restored: FloatImage) -> FloatImage:
    """The crop at the restored one's size, which differs once the face is finished."""
    if crop.shape == restored.shape:
        return crop
    return resized(crop, Size(restored.shape[1], restored.shape[0]))
