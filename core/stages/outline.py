"""Outline each restored face with a parsing network, where one is installed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from core.alignment import resized
from core.faces import FaceResult, face_name
from core.geometry import Size
from core.image import FloatImage
from core.interfaces import FaceParser
from core.masks import parsed_mask
from core.pipeline import Earlier, Restoration
from core.progress import Progress

NOT_RECOGNISED = (
    "{name}: its outline was not recognised, so an oval around eyes, nose and mouth was used."
)


@dataclass(frozen=True, slots=True)
class OutlineStage:
    """Draws the masks of the restored faces; faces that fill the whole photo need none.

    Attributes:
        parser: The network.
    """

    parser: FaceParser
    name = "Outlining faces"
    cost = 2.0

    def run(self, state: Restoration, progress: Progress) -> Restoration:
        """Fill in `mask` and `mask_model`; see `core.interfaces.Stage`."""
        return self._run(state, progress, None)

    def run_again(self, state: Restoration, progress: Progress, earlier: Earlier) -> Restoration:
        """See `core.pipeline.ReusingStage`."""
        # A mask follows from the crops alone, whatever else of the photo has changed.
        return self._run(state, progress, earlier if earlier.stage == self else None)

    def _run(self, state: Restoration, progress: Progress, earlier: Earlier | None) -> Restoration:
        wanted = [face for face in state.faces if face.restored is not None and not face.whole]
        if not wanted:
            return state
        done: dict[int, FaceResult] = {}
        for number, face in enumerate(wanted):
            part = progress.step(number, len(wanted))
            part.report(0.0)
            known = earlier.result_of(face) if earlier else None
            outlined = known or self._outlined(face, part)
            if outlined.mask is None:
                state = state.warned(NOT_RECOGNISED.format(name=face_name(face.index)))
            done[face.index] = outlined
        faces = tuple(done.get(face.index, face) for face in state.faces)
        return replace(state, faces=faces).used(self.parser.info)

    def _outlined(self, face: FaceResult, progress: Progress) -> FaceResult:
        """The face with its mask, or the very same face where the network saw none."""
        assert face.restored is not None
        before = self.parser.parse(face.crop, progress)
        after = self.parser.parse(_like(face.restored, face.crop), progress)
        mask = parsed_mask(before, after)
        if mask is None:
            return face
        return replace(face, mask=mask, mask_model=self.parser.info.model)


def _like(restored: FloatImage, crop: FloatImage) -> FloatImage:
    """The restored crop at the size of the one that went in."""
    if restored.shape == crop.shape:
        return restored
    return np.asarray(resized(restored, Size(crop.shape[1], crop.shape[0])), np.float32)
