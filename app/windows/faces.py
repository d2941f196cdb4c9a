"""The faces of the open photo: keeps strip, outlines and the tools on the photo in step."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Slot

from app.jobs.photo_work import PhotoWork
from app.jobs.works import FaceThumbnail, Opened, Restored
from app.session.document import Document
from app.session.face_edits import is_listed, own_model, own_strength, with_choice, without
from app.session.services import Choices, Services
from app.views.face_framing import in_sight
from app.views.face_overlay import FaceMark
from app.widgets.core_text import core_text
from app.widgets.face_words import FaceItem, face_title
from app.windows.actions import Actions
from app.windows.face_tools import FaceTools
from app.windows.parts import Parts
from app.windows.presenter import Presenter
from core.faces import FaceResult


class Faces(QObject):
    """What the user does with single faces.

    Args:
        services: The engine.
        work: Runs the jobs and holds the document.
        presenter: Takes the edits.
        parts: The widgets.
        actions: The actions.
    """

    def __init__(
        self,
        services: Services,
        work: PhotoWork,
        presenter: Presenter,
        parts: Parts,
        actions: Actions,
    ) -> None:
        super().__init__(presenter)
        self._work = work
        self._presenter = presenter
        self._strip = parts.strip
        self._area = parts.area
        self._canvas = parts.area.canvas
        self._actions = actions
        self._thumbnails: tuple[FaceThumbnail, ...] = ()
        self.tools = FaceTools(services, work, presenter, parts, actions.original)
        self._highlighted: int | None = None
        self._to_choose: int | None = None
        work.opened.connect(self._on_opened)
        work.restored.connect(self._on_restored)
        work.choices_found.connect(self._on_choices_found)
        presenter.changed.connect(self.refresh)
        self._canvas.face_clicked.connect(self.choose)
        self._canvas.nothing_clicked.connect(self._on_nothing_clicked)
        self.tools.known_found.connect(self.choose)
        self.tools.added.connect(self._on_added)
        self.tools.points_shown.connect(self._on_points_shown)
        actions.add_face.triggered.connect(self.tools.add_face)
        actions.go_to_faces.triggered.connect(self._on_go_to_faces_asked)
        self._connect_strip()
        self.refresh()

    def _connect_strip(self) -> None:
        strip = self._strip
        strip.add_asked.connect(self.tools.add_face)
        strip.done_asked.connect(self.tools.end)
        strip.list.chosen.connect(self._on_chosen_in_strip)
        strip.list.toggled.connect(self.toggle)
        strip.list.removal_asked.connect(self.remove)
        detail = strip.detail
        detail.toggled.connect(self.toggle)
        detail.strength_edited.connect(self._on_strength_edited)
        detail.finished.connect(self._on_finished)
        detail.model_chosen.connect(self._on_model_chosen)
        detail.reset_asked.connect(self._on_reset_asked)
        detail.points_asked.connect(self.tools.correct_points)
        detail.removal_asked.connect(self.remove)
        detail.return_asked.connect(self._on_return_asked)

    # Orders of the user

    @Slot(int)
    def choose(self, number: int) -> None:
        """Choose a face, in the strip and on the photo."""
        self._strip.choose(number)
        self._highlight(number)

    @Slot(int)
    def toggle(self, number: int) -> None:
        """Restore a face, or leave it as it was."""
        document = self._work.document
        if document is not None:
            self._edit(number, "", enabled=not document.face_enabled(number))

    @Slot(int)
    def remove(self, number: int) -> None:
        """It is no face: leave it out altogether."""
        document = self._work.document
        if document is None:
            return
        result = self._result_of(number)
        if result is not None and result.whole:
            return
        title = self.tr("Not a face: {face}").format(face=face_title(number))
        without_it = without(document.settings, number, document.place_of(number))
        self._presenter.change(without_it, title)

    @Slot()
    def _on_go_to_faces_asked(self) -> None:
        if self._strip.isVisible():
            self._strip.list.setFocus()

    @Slot()
    def _on_nothing_clicked(self) -> None:
        self._highlight(None)

    @Slot(int)
    def _on_chosen_in_strip(self, number: int) -> None:
        self._highlight(number)
        result = self._result_of(number)
        if result is not None and not result.whole:
            self._canvas.show_viewport(in_sight(self._canvas.viewport, result.face.box))

    # Edits of one face

    def _edit(self, number: int, merge_key: str, title: str = "", **changes: Any) -> None:
        document = self._work.document
        if document is None:
            return
        key = f"face {number} {merge_key}" if merge_key else ""
        place = document.place_of(number)
        settings = with_choice(document.settings, number, place, **changes)
        self._presenter.change(settings, title or face_title(number), key)

    @Slot(int, float)
    def _on_strength_edited(self, number: int, strength: float) -> None:
        document = self._work.document
        if document is not None:
            own = own_strength(document.settings.faces, strength)
            self._edit(number, "strength", strength=own)

    @Slot()
    def _on_finished(self) -> None:
        if self._work.document is not None:
            self._work.document.history.finish_merging()

    @Slot(int, object)
    def _on_model_chosen(self, number: int, model: str | None) -> None:
        document = self._work.document
        if document is not None:
            self._edit(number, "", model=own_model(document.settings.faces, model))

    @Slot(int)
    def _on_reset_asked(self, number: int) -> None:
        self._edit(number, "", strength=None, model=None, landmarks=None)

    @Slot(int)
    def _on_return_asked(self, number: int) -> None:
        self._edit(number, "", removed=False)

    # What is shown

    @Slot()
    def refresh(self) -> None:
        """Bring strip, outlines and points in line with the document."""
        document = self._work.document
        has_result = document is not None and document.result is not None
        can_work = has_result and not self._area.shows_grid
        self._actions.add_face.setEnabled(can_work)
        if document is None or document.result is None:
            self._actions.go_to_faces.setEnabled(False)
            self._thumbnails = ()
            self._strip.clear()
            return
        items = self._items(document)
        self._actions.go_to_faces.setEnabled(can_work and bool(items))
        self._strip.show_faces(items)
        self._strip.setVisible(not self._area.shows_grid)
        self._show_marks(document)
        self.tools.refresh(document)

    def _items(self, document: Document) -> list[FaceItem]:
        pictures = {thumbnail.index: thumbnail for thumbnail in self._thumbnails}
        assert document.result is not None
        return [
            _item(document, face, pictures[face.index])
            for face in document.result.faces
            if face.index in pictures and is_listed(document.settings, face.index)
        ]

    def _show_marks(self, document: Document) -> None:
        assert document.result is not None
        faces = document.settings.faces
        self._canvas.set_marks(
            [
                FaceMark(
                    face.index,
                    face.face.box,
                    enabled=document.face_enabled(face.index),
                    is_chosen=face.index == self._highlighted and self.tools.pointed is None,
                )
                for face in document.result.faces
                if not face.whole
                and not faces.choice_for(face.index).removed
                and is_listed(document.settings, face.index)
            ]
        )

    def _highlight(self, number: int | None) -> None:
        self._highlighted = number
        document = self._work.document
        if document is not None and document.result is not None:
            self._show_marks(document)

    def _result_of(self, number: int) -> FaceResult | None:
        document = self._work.document
        if document is None or document.result is None:
            return None
        return next((face for face in document.result.faces if face.index == number), None)

    # Reports of the work and of the canvas

    @Slot(object)
    def _on_opened(self, opened: Opened) -> None:
        del opened
        self._thumbnails = ()
        self._highlighted = self._to_choose = None
        self._strip.clear()

    @Slot(object)
    def _on_restored(self, restored: Restored) -> None:
        self._thumbnails = restored.thumbnails
        self.refresh()
        if self._to_choose is not None and self._result_of(self._to_choose) is not None:
            self.choose(self._to_choose)
            self._to_choose = None

    @Slot(int)
    def _on_added(self, number: int) -> None:
        self._to_choose = number

    @Slot(object)
    def _on_points_shown(self, number: int | None) -> None:
        self._highlight(self._highlighted if number is None else number)

    @Slot(object)
    def _on_choices_found(self, choices: Choices) -> None:
        self._strip.set_models(choices.face_models)


def _item(document: Document, face: FaceResult, pictures: FaceThumbnail) -> FaceItem:
    choice = document.settings.faces.choice_for(face.index)
    own = (choice.strength, choice.model, choice.landmarks)
    return FaceItem(
        face.index,
        pictures.before,
        pictures.after,
        choice.enabled,
        core_text(pictures.skipped),
        face.identity,
        face.likeness,
        face.kept_back,
        document.face_strength(face.index),
        choice.model,
        any(value is not None for value in own),
        choice.removed,
        not face.whole,
    )
