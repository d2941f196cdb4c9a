"""Outline each restored face with a parsing network, where one is installed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from core.alignment import resized
from core.faces import FaceResult
from core.geometry import Size
from core.image import FloatImage
from core.interfaces import FaceParser
from core.masks import parsed_mask
from core.pipeline import Restoration
from core.progress import Progress

NOT_RECOGNISED = (
    "Face {number}: its outline was not recognised, so an oval around eyes, nose and mouth was "
    "used."
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
        wanted = [face for face in state.faces if face.restored is not None and not face.whole]
        if not wanted:
            return state
        done: dict[int, FaceResult] = {}
        for number, face in enumerate(wanted):
            part = progress.step(number, len(wanted))
            part.report(0.0)
            assert face.restored is not None
            before = self.parser.parse(face.crop, part)
            after = self.parser.parse(_like(face.restored, face.crop), part)
            mask = parsed_mask(before, after)
            if mask is None:
                state = state.warned(NOT_RECOGNISED.format(number=face.index + 1))
            else:
                done[face.index] = replace(face, mask=mask, mask_model=self.parser.info.model)
        faces = tuple(done.get(face.index, face) for face in state.faces)
        return replace(state, faces=faces).used(self.parser.info)


def _like(restored: FloatImage, crop: FloatImage) -> FloatImage:
    """The restored crop at the size of the one that went in."""
    if restored.shape == crop.shape:
        return restored
    return np.asarray(resized(restored, Size(crop.shape[1], crop.shape[0])), np.float32)
