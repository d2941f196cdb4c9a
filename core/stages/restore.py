"""Cut the aligned crops out, let the network restore them, keep what should not be touched."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from core.alignment import aligned_crop, resized, to_square
from core.faces import FaceResult, crop_transform
from core.geometry import Size
from core.image import FloatImage, Photo, Pixels, to_float
from core.interfaces import FaceRestorer
from core.pipeline import Earlier, Restoration
from core.progress import Progress
from core.sharpness import is_beyond_crop
from core.tone import Tone, have_same_tone, tone_of_photo

SHARP_ALREADY = (
    "The face is larger and sharper than this model can draw it, so it was left as it is."
)


@dataclass(frozen=True, slots=True)
class RestoreFacesStage:
    """Restores each face's aligned crop; the photo itself changes only in `CompositeStage`.

    Attributes:
        restorer: The network.
        seed: Fixes its noise.
        others: Networks of faces that the user chose another one for, by the faces' numbers.
    """

    restorer: FaceRestorer
    seed: int = 0
    others: tuple[tuple[int, FaceRestorer], ...] = ()
    name = "Restoring faces"
    cost = 10.0

    def run(self, state: Restoration, progress: Progress) -> Restoration:
        """Add the crops and what the networks made of them to the record's faces."""
        return self._run(state, progress, None)

    def run_again(self, state: Restoration, progress: Progress, earlier: Earlier) -> Restoration:
        """See `core.pipeline.ReusingStage`."""
        return self._run(state, progress, earlier)

    def _run(self, state: Restoration, progress: Progress, earlier: Earlier | None) -> Restoration:
        if not state.faces:
            return state
        pixels = state.photo.pixels
        if earlier is not None and not self._is_usable(earlier):
            earlier = None
        faces: list[FaceResult] = []
        reuses = False
        for face in state.faces:
            progress.check()
            known = self._known(face, state, earlier) if earlier else None
            reuses = reuses or (known is not None and known.restored is not None)
            faces.append(known or self._cut(face, pixels))
        if reuses and earlier:
            for warning in earlier.warnings:
                state = state.warned(warning)
        todo = [face for face in faces if _is_to_restore(face)]
        if todo:
            done, warnings = self._restored(todo, tone_of_photo(state.photo), progress)
            faces = [done.get(face.index, face) for face in faces]
            for warning in warnings:
                state = state if warning in state.warnings else state.warned(warning)
        state = replace(state, faces=tuple(faces))
        for restorer in self._used(faces):
            state = state.used(restorer.info)
        return state

    def restorer_of(self, index: int) -> FaceRestorer:
        """The network of the face with this number."""
        return dict(self.others).get(index, self.restorer)

    def _used(self, faces: list[FaceResult]) -> list[FaceRestorer]:
        """The networks that restored something, each once."""
        used: list[FaceRestorer] = []
        for face in faces:
            restorer = self.restorer_of(face.index)
            if face.restored is not None and restorer not in used:
                used.append(restorer)
        return used

    def _restored(
        self, todo: list[FaceResult], tone: Tone, progress: Progress
    ) -> tuple[dict[int, FaceResult], tuple[str, ...]]:
        """Faces with what their networks made of them, by number; and the networks' warnings."""
        groups: list[tuple[FaceRestorer, list[FaceResult]]] = []
        for face in todo:
            restorer = self.restorer_of(face.index)
            group = next((found for known, found in groups if known is restorer), None)
            if group is None:
                groups.append((restorer, [face]))
            else:
                group.append(face)
        done: dict[int, FaceResult] = {}
        warnings: list[str] = []
        for restorer, group in groups:
            part = progress.part(len(done) / len(todo), (len(done) + len(group)) / len(todo))
            crops = np.stack([face.crop for face in group])
            result = restorer.restore(crops, seed=self.seed, progress=part)
            warnings += result.warnings
            for face, image in zip(group, result.images, strict=True):
                done[face.index] = replace(_in_tone(face, image, tone), model=restorer.info.model)
        return done, tuple(warnings)

    def _known(self, face: FaceResult, state: Restoration, earlier: Earlier) -> FaceResult | None:
        """What an earlier run made of the same pixels with the same network, or None."""
        then = earlier.stage
        assert isinstance(then, RestoreFacesStage)
        restorer = self.restorer_of(face.index)
        now: FaceResult | None = None
        for old, result in zip(earlier.before.faces, earlier.after.faces, strict=True):
            if then.restorer_of(old.index) != restorer or old.removed != face.removed:
                continue
            if old.whole != face.whole or not np.array_equal(old.to_crop, face.to_crop):
                continue
            if earlier.before.photo is not state.photo:  # has the photo changed at this face?
                now = now or self._cut(face, state.photo.pixels)
                if now.skipped != result.skipped or not np.array_equal(now.crop, result.crop):
                    continue
            same = result
            if (old.index, old.face, old.found) != (face.index, face.face, face.found):
                same = replace(
                    face,
                    to_crop=result.to_crop,
                    crop=result.crop,
                    restored=result.restored,
                    drawn=result.drawn,
                    skipped=result.skipped,
                    model=result.model,
                )
            return _with_tone_of(state.photo, same, earlier.before.photo)
        return None

    def _is_usable(self, earlier: Earlier) -> bool:
        """True where the networks would draw alike what looks the same as in the earlier run."""
        then = earlier.stage
        return isinstance(then, RestoreFacesStage) and then.seed == self.seed

    def _cut(self, found: FaceResult, pixels: Pixels) -> FaceResult:
        """The face with its crop, or with the reason why it is left alone."""
        side = self.restorer_of(found.index).crop_size_px
        if found.whole:
            stretch = to_square(Size(pixels.shape[1], pixels.shape[0]), side)
            square = resized(to_float(pixels), Size(side, side))
            return replace(found, to_crop=stretch, crop=square)
        to_crop = crop_transform(found.face.landmarks, side)
        crop = aligned_crop(pixels, to_crop, side)
        if found.removed:
            return replace(found, to_crop=to_crop, crop=crop)
        skipped = SHARP_ALREADY if is_beyond_crop(pixels, to_crop, side) else ""
        return replace(found, to_crop=to_crop, crop=crop, skipped=skipped)


def _is_to_restore(face: FaceResult) -> bool:
    return face.restored is None and not face.skipped and not face.removed


def _in_tone(face: FaceResult, drawn: FloatImage, tone: Tone) -> FaceResult:
    """The face with what the network drew, kept to the tone of the photo."""
    kept = drawn if tone.kind == "toned" else None
    return replace(face, restored=tone.applied(drawn), drawn=kept)


def _with_tone_of(photo: Photo, known: FaceResult, other: Photo) -> FaceResult | None:
    """A face that was restored in another photo, in the tone of this one.

    A toned photo's tone changes with its every pixel; the network's output does not.

    Returns:
        None where the network must be asked again.
    """
    if known.restored is None or photo is other or have_same_tone(other, photo):
        return known
    was = tone_of_photo(other).kind
    drawn = {"toned": known.drawn, "colour": known.restored, "grey": None}[was]
    return None if drawn is None else _in_tone(known, drawn, tone_of_photo(photo))
