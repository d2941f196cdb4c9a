"""The same person afterwards: measures the likeness of each face and keeps it over a floor.

A restorer may invent somebody else. Each restored crop is compared with the crop that went in.
Where the score falls under the floor, the restored crop is blended with the old one, just as much
as it takes. The blend is found by bisection, since the score falls as more of the new face is used.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from core.alignment import resized
from core.faces import FaceResult
from core.geometry import Size
from core.image import FloatImage
from core.interfaces import FaceEmbedder
from core.pipeline import Restoration
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
        if not any(face.restored is not None for face in state.faces):
            return state
        faces: list[FaceResult] = []
        for number, face in enumerate(state.faces):
            part = progress.step(number, len(state.faces))
            part.report(0.0)
            done = face if face.restored is None else self._checked(face, face.restored, part)
            faces.append(done)
        state = replace(state, faces=tuple(faces)).used(self.embedder.info)
        for sentence in self._warnings(state.faces):
            state = state.warned(sentence)
        return state

    def _checked(self, face: FaceResult, restored: FloatImage, progress: Progress) -> FaceResult:
        before = self.embedder.embed(face.crop[None])[0]

        def likeness(image: FloatImage) -> float:
            progress.check()
            return float(np.dot(before, self.embedder.embed(image[None])[0]))

        score = likeness(restored)
        floor = self.embedder.floors.get(self.floor, -1.0)
        if score >= floor or not self.keeps:
            return replace(face, identity=score)
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
        return replace(face, restored=best, identity=best_score, kept_back=1.0 - share)

    def _warnings(self, faces: tuple[FaceResult, ...]) -> list[str]:
        floor = self.embedder.floors.get(self.floor, -1.0)
        sentences = []
        for face in faces:
            if face.identity is None:
                continue
            if face.kept_back == 1:
                sentences.append(
                    f"Face {face.index + 1} became somebody else, so it was left as it was."
                )
            elif face.kept_back > 0:
                sentences.append(
                    f"Face {face.index + 1} began to look like somebody else, so "
                    f"{face.kept_back:.0%} of the change was taken back."
                )
            elif face.identity < floor:
                sentences.append(
                    f"Face {face.index + 1} may look like somebody else now: compare it with the "
                    "photo, or lower its strength."
                )
        return sentences


def _at_size_of(crop: FloatImage, restored: FloatImage) -> FloatImage:
    """The crop at the restored one's size, which differs once the face is finished."""
    if crop.shape == restored.shape:
        return crop
    return resized(crop, Size(restored.shape[1], restored.shape[0]))
