"""Two to nine results beside each other; zoom, pan and magnifier are in step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.views.compare import PaneGrid, draw_label, pane_grid
from app.views.face_overlay import FaceMark, face_at, screen_box
from app.views.layer import Layer
from app.views.loupe import draw_loupe
from app.views.zoom_area import ZoomArea
from app.widgets.theme import current_colours
from core.geometry import Size

_CLICK_SLOP_PX = 4
_DIGITS = range(Qt.Key.Key_1, Qt.Key.Key_9 + 1)
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


@dataclass(frozen=True, slots=True, eq=False)
class ResultPane:
    """One result.

    Attributes:
        title: What is different about it.
        note: How alike its faces are, or what it waits for.
        tip: Everything that is different about it.
        layer: The picture, or None as long as there is none.
        marks: Its faces.
    """

    title: str
    note: str = ""
    tip: str = ""
    layer: Layer | None = None
    marks: tuple[FaceMark, ...] = ()


class ResultGrid(ZoomArea):
    """Shows results in step and lets the user choose one, and a face in it.

    Signals:
        chosen: (number of the pane, number of the face or -1)
        picked: The chosen pane shall be the photo's: Enter was pressed.
        face_picked: The chosen pane shall be the chosen face's: Shift and Enter were pressed.
        left: The user wants to go back.
    """

    chosen = Signal(int, int)
    picked = Signal()
    face_picked = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._panes: tuple[ResultPane, ...] = ()
        self._message = ""
        self._before: Layer | None = None
        self._shows_original = False
        self._chosen = -1
        self._face = -1
        self._hovered = -1
        self._pressed_at: QPointF | None = None
        self._dragged_from: QPointF | None = None
        self.setAccessibleName(self.tr("Results side by side"))
        self.setAccessibleDescription(
            self.tr(
                "The keys 1 to 9 choose a result, N the next face in it. Enter uses the result "
                "for the photo, Shift and Enter for the face, Escape goes back. Arrow keys move "
                "all results together, plus and minus zoom."
            )
        )

    # What is shown

    def show_panes(self, panes: Sequence[ResultPane], before: Layer, scene: Size) -> None:
        """Show other results; none is chosen and the whole photo is seen."""
        self._panes, self._before, self._message = tuple(panes), before, ""
        self._chosen = self._face = self._hovered = -1
        self.show_scene(scene)

    def show_pane(self, number: int, pane: ResultPane) -> None:
        """Show one result anew; zoom, pan and choice stay."""
        panes = list(self._panes)
        panes[number] = pane
        self._panes = tuple(panes)
        self.update()

    def show_message(self, text: str) -> None:
        """Show no results but why there are none."""
        self.clear()
        self._message = text
        self.setAccessibleName(text)

    def clear(self) -> None:
        """Show nothing and let the pictures' memory go."""
        self._panes, self._before, self._message = (), None, ""
        self._has_scene = False
        self._chosen = self._face = self._hovered = -1
        self.update()

    def set_shows_original(self, *, shown: bool) -> None:
        """Show the photo as it was in all panes."""
        self._shows_original = shown
        self.update()

    @property
    def panes(self) -> tuple[ResultPane, ...]:
        """What is shown, in the order of the panes."""
        return self._panes

    @property
    def chosen_pane(self) -> int:
        """The number of the chosen pane, or -1."""
        return self._chosen

    @property
    def chosen_face(self) -> int:
        """The number of the chosen face in the photo, or -1."""
        return self._face

    def choose(self, pane: int, face: int = -1) -> None:
        """Choose a result, and a face in it."""
        if not 0 <= pane < len(self._panes) or self._panes[pane].layer is None:
            return
        self._chosen, self._face = pane, face
        self.chosen.emit(pane, face)
        self.update()

    def _choose_next_face(self) -> None:
        faces = [mark.index for mark in self._panes[self._chosen].marks]
        later = [index for index in faces if index > self._face]
        if faces:
            self.choose(self._chosen, min(later) if later else min(faces))

    # Panes

    def _grid(self) -> PaneGrid:
        whole = Size(max(1, self.width()), max(1, self.height()))
        return pane_grid(max(1, len(self._panes)), whole, self._view.scene)

    def _pane_size(self) -> Size:
        return self._grid().pane

    def _origins(self) -> tuple[QPointF, ...]:
        grid = self._grid()
        return tuple(QPointF(*grid.origin(n)) for n in range(max(1, len(self._panes))))

    # Drawing

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw a frame."""
        del event
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(current_colours().canvas))
        if self._message:
            self._paint_message(painter)
        for number, (origin, pane) in enumerate(zip(self._origins(), self._panes, strict=False)):
            painter.save()
            painter.translate(origin)
            self._paint_pane(painter, number, pane)
            painter.restore()

    def _paint_message(self, painter: QPainter) -> None:
        painter.setPen(QColor(current_colours().muted))
        room = QRectF(self.rect()).adjusted(60, 40, -60, -40)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(room, int(flags), self._message)

    def _paint_pane(self, painter: QPainter, number: int, pane: ResultPane) -> None:
        view, ratio = self._view, self.devicePixelRatioF()
        layer = self._before if self._shows_original else pane.layer
        shown = layer or self._before
        if shown is not None:
            painter.setOpacity(1.0 if layer is not None else 0.35)
            shown.draw(painter, view.box, view.visible, ratio)
            painter.setOpacity(1.0)
        visible = view.visible
        painter.save()
        painter.setClipRect(QRectF(visible.left, visible.top, visible.width, visible.height))
        self._paint_faces(painter, pane)
        painter.restore()
        draw_label(painter, pane.title, visible, corner=Qt.Corner.TopLeftCorner)
        draw_label(painter, pane.note, visible, corner=Qt.Corner.BottomLeftCorner)
        if self._loupe is not None and layer is not None:
            draw_loupe(painter, self._loupe, view, ((layer, ""),), ratio)
        if number == self._chosen:
            painter.setPen(QPen(QColor(current_colours().accent), 4))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(2, 2, view.screen.width - 4, view.screen.height - 4))

    def _paint_faces(self, painter: QPainter, pane: ResultPane) -> None:
        for mark in pane.marks:
            if mark.index not in (self._face, self._hovered):
                continue
            ink = current_colours().accent if mark.index == self._face else "#ffffff"
            box = screen_box(mark, self._view)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for pen in (QPen(QColor(0, 0, 0, 130), 5), QPen(QColor(ink), 3)):
                painter.setPen(pen)
                painter.drawRoundedRect(QRectF(box.left, box.top, box.width, box.height), 8, 8)

    # Events

    def _face_at(self, point: QPointF) -> int:
        number = self._pane_at(point)
        if number >= len(self._panes):
            return -1
        inside = self._in_pane(point)
        mark = face_at(self._panes[number].marks, self._view, inside.x(), inside.y())
        return mark.index if mark else -1

    def _on_press(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed_at = self._dragged_from = event.position()

    def _on_move(self, event: QMouseEvent) -> None:
        point = event.position()
        if self._dragged_from is not None:
            step = point - self._dragged_from
            self._dragged_from = point
            self.pan(step.x(), step.y())
            return
        hovered = self._face_at(point)
        if hovered != self._hovered:
            self._hovered = hovered
            self.update()
        number = self._pane_at(point)
        self.setToolTip(self._panes[number].tip if number < len(self._panes) else "")
        self.setCursor(
            Qt.CursorShape.PointingHandCursor if hovered >= 0 else Qt.CursorShape.ArrowCursor
        )

    def _on_release(self, event: QMouseEvent) -> None:
        if self._pressed_at is None or event.button() != Qt.MouseButton.LeftButton:
            return
        moved = event.position() - self._pressed_at
        self._pressed_at = self._dragged_from = None
        if max(abs(moved.x()), abs(moved.y())) <= _CLICK_SLOP_PX:
            self.choose(self._pane_at(event.position()), self._face_at(event.position()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Change between the whole photo and its actual size, in all panes."""
        if self._has_scene and event.button() == Qt.MouseButton.LeftButton:
            self._toggle_zoom(event.position())

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """Forget the face under the pointer."""
        self._hovered = -1
        super().leaveEvent(event)

    def event(self, event: QEvent) -> bool:
        """Digits choose panes here, not compare modes."""
        if event.type() == QEvent.Type.ShortcutOverride:
            assert isinstance(event, QKeyEvent)
            plain = event.modifiers() in (
                Qt.KeyboardModifier.NoModifier,
                Qt.KeyboardModifier.KeypadModifier,
            )
            if plain and event.key() in (*_DIGITS, Qt.Key.Key_N):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Digits choose, Enter picks, Escape goes back; the rest is common to all views."""
        key = Qt.Key(event.key())
        if self.tool is None and key == Qt.Key.Key_Escape:
            self.left.emit()
        elif key in _DIGITS:
            self.choose(int(key) - int(Qt.Key.Key_1))
        elif key == Qt.Key.Key_N and self._chosen >= 0:
            self._choose_next_face()
        elif key in _ENTER and self._chosen >= 0:
            for_face = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            if not for_face:
                self.picked.emit()
            elif self._face >= 0:
                self.face_picked.emit()
        else:
            super().keyPressEvent(event)
