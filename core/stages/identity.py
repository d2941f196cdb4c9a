"""The same person afterwards: measures the likeness of each face and keeps it over a floor.

A restorer may invent somebody else. Each restored crop is compared with the crop that went in.
Where the score falls under the floor, the restored crop is blended with the old one, just as much
as it takes. The blend is found by bisection, since the score falls as more of the new face is used.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from core.alignment import resized
from core.faces import FaceResult, Likeness, face_name
from core.geometry import Size
from core.image import FloatImage
from core.interfaces import FaceEmbedder
from core.pipeline import Earlier, Restoration
from core.progress import Progress

BISECTION_STEPS = 6
"""Finds the blend to 1/64."""


@dataclass(frozen=True, slots=True)
class IdentityStage:
    """Scores restored faces against the photo and pulls them back where they became strangers.

    Attributes:
        embedder: The identity network.
        floor: "off", "gentle", "normal" or "strict".
        keeps: True to blend until the floor is met; False only to warn.
    """

    embedder: FaceEmbedder
    floor: str = "normal"
    keeps: bool = True
    name: str = "Checking the likeness"
    cost: float = 0.5

    def run(self, state: Restoration, progress: Progress) -> Restoration:
        """Fill in `identity` and, where needed, blend `restored`; see `core.interfaces.Stage`."""
        return self._run(state, progress, None)

    def run_again(self, state: Restoration, progress: Progress, earlier: Earlier) -> Restoration:
        """See `core.pipeline.ReusingStage`."""
        return self._run(state, progress, earlier if earlier.fits(self, state) else None)

    def _run(self, state: Restoration, progress: Progress, earlier: Earlier | None) -> Restoration:
        if not any(face.restored is not None for face in state.faces):
            return state
        faces: list[FaceResult] = []
        for number, face in enumerate(state.faces):
            part = progress.step(number, len(state.faces))
            part.report(0.0)
            known = earlier.result_of(face) if earlier else None
            if known is None and face.restored is not None:
                known = self._checked(face, face.restored, part)
            faces.append(known or face)
        state = replace(state, faces=tuple(faces)).used(self.embedder.info)
        for face in state.faces:
            sentence = warning_of(face)
            state = state.warned(sentence) if sentence else state
        return state

    def _checked(self, face: FaceResult, restored: FloatImage, progress: Progress) -> FaceResult:
        before = self.embedder.embed(face.crop[None])[0]

        def likeness(image: FloatImage) -> float:
            progress.check()
            return float(np.dot(before, self.embedder.embed(image[None])[0]))

        score = likeness(restored)
        floor = self.embedder.floors.get(self.floor, -1.0)
        if score >= floor or not self.keeps:
            return replace(face, identity=score, likeness=self._verdict(score, floor))
        old = _at_size_of(face.crop, restored)
        best, best_score, share = old, 1.0, 0.0
        low, high = 0.0, 1.0
        for _ in range(BISECTION_STEPS):
            middle = (low + high) / 2
            image = old + np.float32(middle) * (restored - old)
            score = likeness(image)
            if score >= floor:
                low, best, best_score, share = middle, image, score, middle
            else:
                high = middle
        return replace(
            face,
            restored=best,
            identity=best_score,
            kept_back=1.0 - share,
            likeness="pulled_back" if share > 0 else "given_up",
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
