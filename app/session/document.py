"""The open photo: what was read, what the user chose, what came back, and whether it is saved."""

from __future__ import annotations

from pathlib import Path

from app.session.face_edits import place_of, with_own
from app.session.history import History
from core.image import Photo
from core.pipeline import Restoration, Trace
from core.settings import FaceChoice, Place, RestorationSettings


class Document:
    """One photo and everything that the window edits about it. Knows no Qt.

    Args:
        photo: The photo as it was read.
        settings: Where its settings start.
    """

    def __init__(self, photo: Photo, settings: RestorationSettings) -> None:
        self.photo = photo
        self.history = History(settings)
        self._trace: Trace | None = None
        self._trace_settings: RestorationSettings | None = None
        self._saved_settings: RestorationSettings | None = None
        self.saved_path: Path | None = None
        self.project_path: Path | None = None

    @property
    def settings(self) -> RestorationSettings:
        """What the user wants now."""
        return self.history.settings

    @property
    def name(self) -> str:
        """The file's name, or an empty string for a pasted picture."""
        return self.photo.source.path.name if self.photo.source.path else ""

    @property
    def trace(self) -> Trace | None:
        """The latest finished run, or None before the first."""
        return self._trace

    @property
    def result(self) -> Restoration | None:
        """What the latest finished run made, or None before the first."""
        return self._trace.result if self._trace else None

    @property
    def result_settings(self) -> RestorationSettings | None:
        """What the latest finished run was made with."""
        return self._trace_settings

    @property
    def is_current(self) -> bool:
        """True where the latest run shows what the user wants now."""
        return self._trace_settings == self.settings

    @property
    def is_unsaved(self) -> bool:
        """True where there is a result that would be lost."""
        return self._trace is not None and self._saved_settings != self.settings

    def set_trace(self, trace: Trace, settings: RestorationSettings) -> None:
        """Take a finished run."""
        self._trace = trace
        self._trace_settings = settings

    def set_saved(self, settings: RestorationSettings, path: Path) -> None:
        """Remember that the result of these settings is on disk."""
        self._saved_settings = settings
        self.saved_path = path

    def discard(self) -> None:
        """Agree to lose the result, so that nothing asks again."""
        self._saved_settings = self.settings

    def change(self, settings: RestorationSettings, title: str, merge_key: str = "") -> bool:
        """Record an edit. Returns False where nothing changes."""
        return self.history.push(settings, title, merge_key)

    def face_enabled(self, index: int) -> bool:
        """Whether the face of this number is to be restored."""
        return self.settings.faces.choice_for(index).enabled

    def face_strength(self, index: int) -> float:
        """The strength that the face of this number gets, [0, 1], whether or not it is on."""
        own = self.settings.faces.choice_for(index).strength
        return self.settings.faces.strength if own is None else own

    def with_face(self, choice: FaceChoice) -> RestorationSettings:
        """The present settings with another choice for one face; default choices are left out."""
        return with_own(self.settings, choice)

    def place_of(self, index: int) -> Place | None:
        """Where the face of this number is, for a choice to stay with it; None where unknown."""
        for face in self.result.faces if self.result else ():
            if face.index == index and not face.whole:
                return place_of(face.face.box, self.photo.size)
        return None
