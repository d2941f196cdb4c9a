"""What is said of a face: its name, and how alike it is to the photo, in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QCoreApplication, QLocale, QObject

from core.faces import Likeness
from core.settings import FIRST_ADDED


@dataclass(frozen=True, slots=True, eq=False)
class FaceItem:
    """One face as the strip shows it.

    Attributes:
        index: Number of the face in the photo.
        before: S x S x 3, RGB, uint8.
        after: The same after the restoration, or None where it was left alone.
        enabled: It is to be restored.
        skipped: Why it was left alone, one sentence; empty where it was not.
        identity: How alike before and after are, cosine up to 1, or None where it was not measured.
        likeness: What that comes to; see `core.faces.Likeness`.
        kept_back: Share of the change that was taken back to keep the likeness, [0, 1].
        strength: Share of the restored face, [0, 1].
        model: The face's own model, or None where it has that of all the others.
        has_own: Its strength, its model or its points were changed.
        removed: The user said that it is no face.
        has_points: Its eyes, nose and mouth have places of their own, which the user can correct;
            not so where the whole photo is taken for one aligned face.
    """

    index: int
    before: npt.NDArray[np.uint8]
    after: npt.NDArray[np.uint8] | None
    enabled: bool
    skipped: str = ""
    identity: float | None = None
    likeness: Likeness = ""
    kept_back: float = 0.0
    strength: float = 1.0
    model: str | None = None
    has_own: bool = False
    removed: bool = False
    has_points: bool = True

    @property
    def is_added(self) -> bool:
        """True where the user drew it."""
        return self.index >= FIRST_ADDED

    @property
    def is_on(self) -> bool:
        """True where its restored face is in the picture."""
        return self.enabled and not self.skipped and not self.removed

    @property
    def is_worrying(self) -> bool:
        """True where the user should compare it with the photo."""
        return self.is_on and self.likeness in ("pulled_back", "given_up", "doubtful")


def face_title(index: int) -> str:
    """What a face is called: "Face 3", or "Added face 1"."""
    if index >= FIRST_ADDED:
        text = QCoreApplication.translate("Faces", "Added face {number}")
        return text.format(number=index - FIRST_ADDED + 1)
    return QCoreApplication.translate("Faces", "Face {number}").format(number=index + 1)


def state_text(item: FaceItem) -> str:
    """What became of a face, one or two plain sentences."""
    translate = QCoreApplication.translate
    if item.removed:
        return translate("Faces", "You said that this is no face. Nothing is done with it.")
    if item.skipped:
        return item.skipped
    if not item.enabled:
        return translate("Faces", "Left as it was.")
    return likeness_text(item.likeness, item.identity, item.kept_back)


def likeness_text(likeness: Likeness, identity: float | None, kept_back: float) -> str:
    """How alike a restored face is to the photo: plain words with the figure."""
    translate = QCoreApplication.translate
    if identity is None:
        return translate("Faces", "The likeness was not measured.")
    figure = QLocale().toString(round(100 * max(0.0, identity)))
    if likeness == "same":
        text = translate("Faces", "Looks like the same person, {figure} % alike.")
    elif likeness == "pulled_back":
        text = translate(
            "Faces", "Held back by {percent} % to look like the same person, {figure} % alike."
        )
    elif likeness == "given_up":
        text = translate("Faces", "Left as it was: every change made it look like somebody else.")
    elif likeness == "doubtful":
        text = translate(
            "Faces",
            "May look like somebody else, {figure} % alike. Compare it, or lower its strength.",
        )
    else:
        text = translate("Faces", "Likeness to the photo {figure} %; the check is off.")
    return text.format(figure=figure, percent=QLocale().toString(round(100 * kept_back)))


def summary_text(items: Sequence[FaceItem]) -> str:
    """The likeness of all restored faces in one line; empty where none was measured.

    Without a face, what to do where there is one.
    """
    translate = QCoreApplication.translate
    if not items:
        return translate("Faces", "Do you see one? Then draw a box around it: “Add a face”.")
    judged = [item for item in items if item.is_on and item.likeness]
    if not judged:
        return ""
    doubtful = sum(item.likeness == "doubtful" for item in judged)
    held = sum(item.likeness in ("pulled_back", "given_up") for item in judged)
    if doubtful:
        return FaceCounts().doubtful(doubtful)
    if held:
        return FaceCounts().held(held)
    if len(judged) == 1:
        return translate("Faces", "It looks like the same person.")
    return translate("Faces", "All of them still look like themselves.")


class FaceCounts(QObject):
    """Sentences that count faces: Qt's tools find plural forms in calls of `tr` only."""

    def doubtful(self, count: int) -> str:
        """So many faces may have become somebody else."""
        return self.tr("%n may look like somebody else: compare.", "", count)

    def held(self, count: int) -> str:
        """So many faces were taken back towards the photo."""
        return self.tr("%n held back to keep the likeness.", "", count)
