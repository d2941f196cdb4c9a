"""Give restored faces back the fine detail that they had before."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.detail import with_detail
from core.faces import FaceResult
from core.pipeline import Earlier, Restoration
from core.progress import Progress
from core.tone import Tone, have_same_tone, tone_of_photo


@dataclass(frozen=True, slots=True)
class KeepDetailStage:
    """Keeps wrinkles and other fine lines of faces that were sharp already.

    Attributes:
        amount: Share of that detail, [0, 1]; 0 changes nothing.
    """

    amount: float = 1.0
    name = "Keeping detail"
    cost = 0.1

    def run(self, state: Restoration, progress: Progress) -> Restoration:
        """Put the crops' own detail into `restored`; see `core.interfaces.Stage`."""
        return self._run(state, progress, None)

    def run_again(self, state: Restoration, progress: Progress, earlier: Earlier) -> Restoration:
        """See `core.pipeline.ReusingStage`."""
        is_usable = earlier.stage == self and have_same_tone(earlier.before.photo, state.photo)
        return self._run(state, progress, earlier if is_usable else None)

    def _run(self, state: Restoration, progress: Progress, earlier: Earlier | None) -> Restoration:
        if self.amount == 0 or not state.faces:
            return state
        tone = tone_of_photo(state.photo)
        faces = []
        for face in state.faces:
            progress.check()
            known = earlier.result_of(face) if earlier else None
            faces.append(known or self._kept(face, tone))
        return replace(state, faces=tuple(faces))

    def _kept(self, face: FaceResult, tone: Tone) -> FaceResult:
        if face.restored is None:
            return face
        kept = with_detail(face.crop, face.restored, self.amount)
        if kept.share == 0:
            return face
        # A toned photo has its own colour at each brightness, and the brightness has changed.
        return replace(face, restored=tone.applied(kept.image), detail_kept=kept.share)
