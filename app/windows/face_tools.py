"""The two tools for faces on the photo: a box around a missed one, and the points of one."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QAction

from app.jobs.face_work import Placed, place_work
from app.jobs.photo_work import PhotoWork
from app.session.document import Document
from app.session.face_edits import is_listed, landmarks_of, with_added, with_choice
from app.session.services import Services
from app.session.troubles import Trouble
from app.session.viewport import Viewport
from app.views.face_box_tool import FaceBoxTool
from app.views.face_framing import framed
from app.views.face_points_tool import FacePointsTool
from app.widgets.face_words import face_title
from app.windows.parts import Parts
from app.windows.presenter import Presenter
from core.faces import Landmarks
from core.geometry import Box

_KIND = "place_face"


class FaceTools(QObject):
    """Starts and ends the tools, and turns what they give into edits of the document.

    Args:
        services: The engine.
        work: Runs the jobs and holds the document.
        presenter: Takes the edits.
        parts: The widgets.
        original: The action that shows only the photo as it was.

    Signals:
        known_found: (number of the face) A box was drawn around a face that is in the list.
        added: (number of the face) It is in the settings; its picture follows.
        points_shown: (number of the face, or None) Whose points are being corrected.
    """

    known_found = Signal(int)
    added = Signal(int)
    points_shown = Signal(object)

    def __init__(
        self,
        services: Services,
        work: PhotoWork,
        presenter: Presenter,
        parts: Parts,
        original: QAction,
    ) -> None:
        super().__init__(presenter)
        self._services = services
        self._work = work
        self._presenter = presenter
        self._original = original
        self._strip = parts.strip
        self._canvas = parts.area.canvas
        self._points_tool: FacePointsTool | None = None
        self._pointed: int | None = None
        self._view_before: Viewport | None = None
        self._canvas.tool_changed.connect(self._on_tool_changed)

    @property
    def pointed(self) -> int | None:
        """The face whose points are being corrected."""
        return self._pointed

    # A box around a missed face

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
        visible = Box(left, top, right, bottom)
        tool = FaceBoxTool(document.photo.size, visible, self._on_box_drawn, self._canvas.update)
        self._canvas.set_tool(tool)
        self._strip.show_hint(
            self.tr("Draw a box around the face, or place it with the arrow keys and Enter.")
        )
        self._canvas.setFocus()

    def _on_box_drawn(self, box: Box) -> None:
        document = self._work.document
        if document is None or document.result is None:
            return
        self._strip.show_hint(self.tr("Looking for eyes, nose and mouth…"))
        detector = document.settings.faces.detector
        work = place_work(self._services, document.photo, box, detector, document.result.faces)
        title = self.tr("Looking for eyes, nose and mouth")
        self._work.run_beside(_KIND, title, work, self._on_placed, self._on_not_placed)

    def _on_not_placed(self, trouble: Trouble | None) -> None:
        self._canvas.set_tool(None)
        if trouble is not None:
            self._presenter.show_trouble(trouble)

    def _on_placed(self, result: object) -> None:
        assert isinstance(result, Placed)
        document = self._work.document
        if document is None or document.photo is not result.photo:
            return
        self._canvas.set_tool(None)
        known = result.same_as
        if known is not None and is_listed(document.settings, known):
            back = with_choice(document.settings, known, removed=False)
            self._presenter.change(back, face_title(known))
            self.known_found.emit(known)
            return
        placed = result.face
        settings, number = with_added(document.settings, placed.box, placed.landmarks)
        self._presenter.change(settings, self.tr("Add a face"))
        self.added.emit(number)
        if not placed.is_found:
            self.correct_points(number)
            self._strip.show_hint(
                self.tr("Eyes, nose and mouth were not found here: drag them to where they are.")
            )

    # The points of a face

    @Slot(int)
    def correct_points(self, number: int) -> None:
        """Let the user drag the eyes, nose and mouth of a face."""
        document = self._work.document
        points = None if document is None else _wanted_points(document, number)
        if points is None:
            return
        before = self._canvas.viewport
        tool = FacePointsTool(points, self._on_points_moved, self._canvas.update)
        self._canvas.set_tool(tool)
        self._points_tool, self._pointed, self._view_before = tool, number, before
        self._canvas.set_shows_original(shown=True)  # the points are those of the photo as it was
        self._canvas.show_viewport(framed(before, _around(points)))
        self._strip.show_hint(
            self.tr("Drag eyes, nose and mouth to where they are. Keys: 1 to 5, then arrows.")
        )
        self._canvas.setFocus()
        self.points_shown.emit(number)

    def _on_points_moved(self, points: Landmarks, merge_key: str) -> None:
        document = self._work.document
        if self._pointed is None or document is None:
            return
        title = self.tr("Points of {face}").format(face=face_title(self._pointed))
        place = document.place_of(self._pointed)
        settings = with_choice(document.settings, self._pointed, place, landmarks=points)
        key = f"face {self._pointed} {merge_key}" if merge_key else ""
        self._presenter.change(settings, title, key)

    # Keeping in step

    def refresh(self, document: Document) -> None:
        """Move the handles where an undo moved the points; end where the face is gone."""
        if self._points_tool is None or self._pointed is None:
            return
        points = _wanted_points(document, self._pointed)
        if points is None or document.settings.faces.choice_for(self._pointed).removed:
            self._canvas.set_tool(None)
        else:
            self._points_tool.show_points(points)

    @Slot()
    def end(self) -> None:
        """The user is done."""
        self._canvas.set_tool(None)
        self._strip.list.setFocus()

    @Slot(object)
    def _on_tool_changed(self, tool: object) -> None:
        if self._points_tool is not None and tool is not self._points_tool:
            before, self._view_before = self._view_before, None
            self._points_tool = self._pointed = None
            self._canvas.set_shows_original(shown=self._original.isChecked())
            if before is not None and before.scene == self._canvas.viewport.scene:
                self._canvas.show_viewport(before)
            self.points_shown.emit(None)
        if not isinstance(tool, (FaceBoxTool, FacePointsTool)):
            self._strip.show_hint("")


def _wanted_points(document: Document, number: int) -> Landmarks | None:
    """Where the points of a face are to be, or None where there is no such face."""
    if not is_listed(document.settings, number):
        return None
    faces = document.result.faces if document.result else ()
    result = next((face for face in faces if face.index == number), None)
    found = None if result is None else result.found or result.face.landmarks
    return landmarks_of(document.settings.faces, number, found)


def _around(points: Landmarks) -> Box:
    """A box around the face that has these points."""
    xs, ys = [x for x, _ in points], [y for _, y in points]
    reach = 0.7 * max(max(xs) - min(xs), max(ys) - min(ys), 4.0)
    return Box(min(xs) - reach, min(ys) - reach, max(xs) + reach, max(ys) + reach)
