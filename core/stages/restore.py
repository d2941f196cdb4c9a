"""Cut the aligned crops out, let the network restore them, keep what should not be touched."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from core.alignment import aligned_crop, resized, to_square
from core.faces import FaceResult, crop_transform
from core.geometry import Size
from core.image import Pixels, to_float
from core.interfaces import FaceRestorer
from core.pipeline import Restoration
from core.progress import Progress
from core.sharpness import is_beyond_crop
from core.tone import tone_of

SHARP_ALREADY = (
    "The face is larger and sharper than this model can draw it, so it was left as it is."
)


@dataclass(frozen=True, slots=True)
class RestoreFacesStage:
    """Restores each face's aligned crop; the photo itself changes only in `CompositeStage`.

    Attributes:
        restorer: The network.
        seed: Fixes its noise.
    """

    restorer: FaceRestorer
    seed: int = 0
    name = "Restoring faces"
    cost = 10.0

    def run(self, state: Restoration, progress: Progress) -> Restoration:
        """Add the crops and what the network made of them to the record's faces."""
        if not state.faces:
            return state
        pixels = state.photo.pixels
        faces = []
        for face in state.faces:
            progress.check()
            faces.append(self._cut(face, pixels))
        todo = [face for face in faces if not face.skipped]
        if not todo:
            return replace(state, faces=tuple(faces))
        crops = np.stack([face.crop for face in todo])
        result = self.restorer.restore(crops, seed=self.seed, progress=progress)
        tone = tone_of(pixels)
        done = {
            face.index: replace(face, restored=tone.applied(image))
            for face, image in zip(todo, result.images, strict=True)
        }
        state = replace(state, faces=tuple(done.get(face.index, face) for face in faces))
        for warning in result.warnings:
            state = state.warned(warning)
        return state.used(self.restorer.info)

    def _cut(self, found: FaceResult, pixels: Pixels) -> FaceResult:
        """The face with its crop, or with the reason why it is left alone."""
        side = self.restorer.crop_size_px
        if found.whole:
            stretch = to_square(Size(pixels.shape[1], pixels.shape[0]), side)
            square = resized(to_float(pixels), Size(side, side))
            return replace(found, to_crop=stretch, crop=square)
        to_crop = crop_transform(found.face.landmarks, side)
        crop = aligned_crop(pixels, to_crop, side)
        skipped = SHARP_ALREADY if is_beyond_crop(pixels, to_crop, side) else ""
        return replace(found, to_crop=to_crop, crop=crop, skipped=skipped)
