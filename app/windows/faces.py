"""The faces of the open photo: keeps strip, outlines and the tools on the photo in step."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Slot

from app.jobs.face_work import Placed, place_work
from app.jobs.photo_work import PhotoWork
from app.jobs.works import FaceThumbnail, Opened, Restored
from app.session.document import Document
from app.session.face_edits import (
    landmarks_of,
    own_model,
    own_strength,
    with_added,
    with_choice,
    without,
)
from app.session.services import Choices, Services
from app.views.face_box_tool import FaceBoxTool
from app.views.face_framing import framed, in_sight
from app.views.face_overlay import FaceMark
from app.views.face_points_tool import FacePointsTool
from app.widgets.core_text import core_text
from app.widgets.face_words import FaceItem, face_title
from app.windows.actions import Actions
from app.windows.parts import Parts
from app.windows.presenter import Presenter
from core.faces import FaceResult, Landmarks
from core.geometry import Box
from core.settings import FIRST_ADDED, RestorationSettings

_KIND = "place_face"


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
        self._services = services
        self._work = work
        self._presenter = presenter
        self._strip = parts.strip
        self._area = parts.area
        self._canvas = parts.area.canvas
        self._actions = actions
        self._thumbnails: tuple[FaceThumbnail, ...] = ()
        self._points_tool: FacePointsTool | None = None
        self._pointed: int | None = None
        self._highlighted: int | None = None
        self._to_choose: int | None = None
        work.opened.connect(self._on_opened)
        work.restored.connect(self._on_restored)
        work.choices_found.connect(self._on_choices_found)
        presenter.changed.connect(self.refresh)
        self._canvas.face_clicked.connect(self.choose)
        self._canvas.nothing_clicked.connect(self._on_nothing_clicked)
        self._canvas.tool_changed.connect(self._on_tool_changed)
        actions.add_face.triggered.connect(self.add_face)
        actions.go_to_faces.triggered.connect(self._on_go_to_faces_asked)
        self._connect_strip()
        self.refresh()

    def _connect_strip(self) -> None:
        strip = self._strip
        strip.add_asked.connect(self.add_face)
        strip.done_asked.connect(self._on_done_asked)
        strip.list.chosen.connect(self._on_chosen_in_strip)
        strip.list.toggled.connect(self.toggle)
        strip.list.removal_asked.connect(self.remove)
        detail = strip.detail
        detail.toggled.connect(self.toggle)
        detail.strength_edited.connect(self._on_strength_edited)
        detail.finished.connect(self._on_finished)
        detail.model_chosen.connect(self._on_model_chosen)
        detail.reset_asked.connect(self._on_reset_asked)
        detail.points_asked.connect(self.correct_points)
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
        self._presenter.change(without(document.settings, number), title)

    @Slot()
    def add_face(self) -> None:
        """Let the user draw a box around a face that was not found."""
        document = self._work.document
        if document is None or document.result is None:
            return
        view = self._canvas.viewport
        seen = view.visible
        left, top = view.to_scene(seen.left, seen.top)
        right, bottom = view.to_scene(seen.right, seen.bottom)
        tool = FaceBoxTool(
            document.photo.size, Box(left, top, right, bottom), self._on_box_drawn, self._update
        )
        self._canvas.set_tool(tool)
        self._strip.show_hint(
            self.tr("Draw a box around the face, or place it with the arrow keys and Enter.")
        )
        self._canvas.setFocus()

    @Slot(int)
    def correct_points(self, number: int) -> None:
        """Let the user drag the eyes, nose and mouth of a face."""
        document = self._work.document
        if document is None:
            return
        points = self._points_of(document, number)
        if points is None:
            return
        tool = FacePointsTool(points, self._on_points_moved, self._update)
        self._canvas.set_tool(tool)
        self._points_tool, self._pointed = tool, number
        self._canvas.set_shows_original(shown=True)  # the points are those of the photo as it was
        self._canvas.show_viewport(framed(self._canvas.viewport, _around(points)))
        self._strip.show_hint(
            self.tr("Drag eyes, nose and mouth to where they are. Keys: 1 to 5, then arrows.")
        )
        self._canvas.setFocus()

    @Slot()
    def _on_done_asked(self) -> None:
        self._canvas.set_tool(None)
        self._strip.list.setFocus()

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
        settings = with_choice(document.settings, number, **changes)
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

    def _on_points_moved(self, points: Landmarks, merge_key: str) -> None:
        if self._pointed is not None:
            title = self.tr("Points of {face}").format(face=face_title(self._pointed))
            self._edit(self._pointed, merge_key, title, landmarks=points)

    # A face that is added

    def _on_box_drawn(self, box: Box) -> None:
        document = self._work.document
        if document is None or document.result is None:
            return
        self._strip.show_hint(self.tr("Looking for eyes, nose and mouth…"))
        faces = document.result.faces
        work = place_work(
            self._services, document.photo, box, document.settings.faces.detector, faces
        )
        self._work.run_beside(
            _KIND, self.tr("Looking for eyes, nose and mouth"), work, self._on_placed
        )

    def _on_placed(self, result: object) -> None:
        assert isinstance(result, Placed)
        document = self._work.document
        if document is None or document.photo is not result.photo:
            return
        self._canvas.set_tool(None)
        if result.same_as is not None and self._is_listed(document.settings, result.same_as):
            if document.settings.faces.choice_for(result.same_as).removed:
                self._on_return_asked(result.same_as)
            self.choose(result.same_as)
            return
        placed = result.face
        settings, number = with_added(document.settings, placed.box, placed.landmarks)
        title = self.tr("Add a face")
        self._to_choose = number
        self._presenter.change(settings, title)
        if not placed.is_found:
            self.correct_points(number)
            self._strip.show_hint(
                self.tr("Eyes, nose and mouth were not found here: drag them to where they are.")
            )

    # What is shown

    @Slot()
    def refresh(self) -> None:
        """Bring strip, outlines and points in line with the document."""
        document = self._work.document
        has_result = document is not None and document.result is not None
        can_work = has_result and not self._area.shows_grid
        self._actions.add_face.setEnabled(can_work)
        self._actions.go_to_faces.setEnabled(can_work)
        if document is None or document.result is None:
            self._thumbnails = ()
            self._strip.clear()
            return
        self._strip.show_faces(self._items(document))
        self._strip.setVisible(not self._area.shows_grid)
        self._show_marks(document)
        if self._points_tool is not None and self._pointed is not None:
            points = self._points_of(document, self._pointed)
            if points is None or document.settings.faces.choice_for(self._pointed).removed:
                self._canvas.set_tool(None)
            else:
                self._points_tool.show_points(points)

    def _items(self, document: Document) -> list[FaceItem]:
        pictures = {thumbnail.index: thumbnail for thumbnail in self._thumbnails}
        assert document.result is not None
        return [
            _item(document, face, pictures[face.index])
            for face in document.result.faces
            if face.index in pictures and self._is_listed(document.settings, face.index)
        ]

    @staticmethod
    def _is_listed(settings: RestorationSettings, number: int) -> bool:
        """False for a face that was added and then taken back, until the picture follows."""
        added = {face.index for face in settings.faces.added}
        return number in added or not _is_added(number)

    def _show_marks(self, document: Document) -> None:
        assert document.result is not None
        faces = document.settings.faces
        self._canvas.set_marks(
            [
                FaceMark(
                    face.index,
                    face.face.box,
                    document.face_enabled(face.index),
                    not face.skipped,
                    face.index == self._highlighted and self._points_tool is None,
                )
                for face in document.result.faces
                if not face.whole
                and not faces.choice_for(face.index).removed
                and self._is_listed(document.settings, face.index)
            ]
        )

    def _highlight(self, number: int | None) -> None:
        self._highlighted = number
        document = self._work.document
        if document is not None and document.result is not None:
            self._show_marks(document)

    def _update(self) -> None:
        self._canvas.update()

    def _result_of(self, number: int) -> FaceResult | None:
        document = self._work.document
        if document is None or document.result is None:
            return None
        return next((face for face in document.result.faces if face.index == number), None)

    def _points_of(self, document: Document, number: int) -> Landmarks | None:
        if not self._is_listed(document.settings, number):
            return None
        result = self._result_of(number)
        found = None if result is None else result.found or result.face.landmarks
        return landmarks_of(document.settings.faces, number, found)

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

    @Slot(object)
    def _on_choices_found(self, choices: Choices) -> None:
        self._strip.set_models(choices.face_models)

    @Slot(object)
    def _on_tool_changed(self, tool: object) -> None:
        if self._points_tool is not None and tool is not self._points_tool:
            self._points_tool = self._pointed = None
            self._canvas.set_shows_original(shown=self._actions.original.isChecked())
        if not isinstance(tool, (FaceBoxTool, FacePointsTool)):
            self._strip.show_hint("")


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


def _is_added(number: int) -> bool:
    return number >= FIRST_ADDED


def _around(points: Landmarks) -> Box:
    """A box around the face that has these points."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    reach = max(max(xs) - min(xs), max(ys) - min(ys), 4.0)
    return Box(min(xs) - reach, min(ys) - reach, max(xs) + reach, max(ys) + reach)
