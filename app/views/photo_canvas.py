"""The before/after view: divider, zoom, pan, face outlines.

Everything is drawn from prepared pyramids, so that a frame costs what the window's size costs, not
what the photo's size costs.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from app.views.compare import GRIP_PX, CompareMode, PaneGrid, draw_label, pane_grid
from app.views.difference import GAIN, DifferencePainter
from app.views.face_overlay import FaceMark, face_at
from app.views.frame import Frame, paint_frame, paint_tool
from app.views.layer import Layer
from app.views.zoom_area import ZoomArea
from app.widgets.theme import current_colours
from core.geometry import Box, Size

DIVIDER_STEP = 0.02
BLINK_MS = 700
"""Slower than three flashes a second, which could harm some people (WCAG 2.2, 2.3.1)."""
_CLICK_SLOP_PX = 4


class PhotoCanvas(ZoomArea):
    """Shows a photo before and after.

    Signals:
        face_clicked: (number of the face)
        nothing_clicked: A click on the photo that hit no face.
        divider_moved: (position in [0, 1])
    """

    face_clicked = Signal(int)
    nothing_clicked = Signal()
    divider_moved = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before: Layer | None = None
        self._after: Layer | None = None
        self._mode = CompareMode.DIVIDER
        self._divider = 0.5
        self._shows_original = False
        self._shows_faces = False
        self._marks: tuple[FaceMark, ...] = ()
        self._hovered: int | None = None
        self._pressed_at: QPointF | None = None
        self._dragged_from: QPointF | None = None
        self._drags_divider = False
        self._shows_first = True
        self._difference = DifferencePainter()
        self._blink = QTimer(self)
        self._blink.setInterval(BLINK_MS)
        self._blink.timeout.connect(self._on_blink)
        self.setAccessibleName(self.tr("Photo, before and after"))
        self.setAccessibleDescription(
            self.tr(
                "Arrow keys move the photo, plus and minus zoom, [ and ] move the divider. While "
                "blinking, space changes the picture by hand. With the magnifier, arrow keys move "
                "it, page up and page down make it stronger or weaker."
            )
        )

    # What is shown

    def show_photo(self, before: Layer, scene: Size) -> None:
        """Show another photo, fitted, without a result yet."""
        self._before, self._after = before, None
        self._marks, self._hovered, self._divider = (), None, 0.5
        self.set_tool(None)
        self.show_scene(scene)

    @property
    def before(self) -> Layer | None:
        """The photo as it was, or None where none is open."""
        return self._before

    def show_result(self, after: Layer | None) -> None:
        """Show or replace the result; zoom and pan stay."""
        had_result = self._after is not None
        self._after = after
        if had_result != (after is not None):
            self._lay_out_panes()
        self.update()

    def clear(self) -> None:
        """Show nothing and let the pictures' memory go."""
        self._before = self._after = None
        self._has_scene = False
        self._marks, self._hovered = (), None
        self.set_tool(None)
        self.update()

    def set_marks(self, marks: Sequence[FaceMark]) -> None:
        """Say where the faces are."""
        self._marks = tuple(marks)
        self._hovered = None
        self.update()

    def set_shows_faces(self, *, shown: bool) -> None:
        """Outline all faces, or only the one under the pointer."""
        self._shows_faces = shown
        self.update()

    def set_shows_original(self, *, shown: bool) -> None:
        """Show the photo as it was, in full, for comparing by blinking."""
        self._shows_original = shown
        self.update()

    @property
    def mode(self) -> CompareMode:
        """How before and after share the view."""
        return self._mode

    def set_mode(self, mode: CompareMode) -> None:
        """Choose how before and after share the view."""
        self._mode = mode
        self._shows_first = True
        self._difference.free()
        if mode is CompareMode.BLINK:
            self._blink.start()
        else:
            self._blink.stop()
        self._lay_out_panes()

    # Divider

    @property
    def divider(self) -> float:
        """Where the divider is, share of the visible photo in [0, 1]."""
        return self._divider

    def set_divider(self, position: float) -> None:
        """Move the divider."""
        self._divider = min(1.0, max(0.0, position))
        self.divider_moved.emit(self._divider)
        self.update()

    # Blinking

    @property
    def blinks(self) -> bool:
        """True while before and after change places by themselves."""
        return self._blink.isActive()

    @Slot()
    def _on_blink(self) -> None:
        self._shows_first = not self._shows_first
        self.update()

    def _blink_by_hand(self) -> None:
        """Stop the clock and show the other picture."""
        self._blink.stop()
        self._on_blink()

    # Panes

    @property
    def _is_side_by_side(self) -> bool:
        return self._mode is CompareMode.SIDE_BY_SIDE and self._after is not None

    def _grid(self) -> PaneGrid:
        whole = Size(max(1, self.width()), max(1, self.height()))
        return pane_grid(2 if self._is_side_by_side else 1, whole, self._view.scene)

    def _pane_size(self) -> Size:
        return self._grid().pane

    def _origins(self) -> tuple[QPointF, ...]:
        grid = self._grid()
        return tuple(QPointF(*grid.origin(n)) for n in range(grid.columns * grid.rows))

    # Drawing

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Draw a frame."""
        del event
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(current_colours().canvas))
        if self._before is not None:
            paint_frame(painter, self._frame(self._before))
            if self.tool is not None:
                paint_tool(painter, self.tool, self._view, self._origins())
                whole, corner = Box(0, 0, self.width(), self.height()), Qt.Corner.BottomLeftCorner
                draw_label(painter, self.tool.note, whole, corner=corner)

    def _frame(self, before: Layer) -> Frame:
        first = (before, self.tr("Before"))
        both = (first,) if self._after is None else (first, (self._after, self.tr("After")))
        marks = self._marks
        if not self._shows_faces:
            marks = tuple(mark for mark in marks if mark.is_chosen or mark.index == self._hovered)
        return Frame(
            self._shown_of(both),
            self._view,
            self._origins(),
            self._mode,
            self._divider,
            self.devicePixelRatioF(),
            self._difference_note(),
            marks,
            self._hovered,
            self._loupe,
            both,
            self._difference,
        )

    def _shown_of(self, both: tuple[tuple[Layer, str], ...]) -> tuple[tuple[Layer, str], ...]:
        """What the panes show: both pictures, or one of them alone."""
        if len(both) == 1:
            return both
        if self._shows_original:
            # Side by side, both panes show the photo; otherwise it fills the view.
            return (both[0], both[0]) if self._is_side_by_side else both[:1]
        if self._mode is CompareMode.BLINK:
            return both[:1] if self._shows_first else both[1:]
        return both

    def _difference_note(self) -> str:
        text = self.tr(
            "Black: unchanged. The brighter, the more was changed; shown {gain} times as strong."
        )
        return text.format(gain=GAIN)

    # Events

    def _on_press(self, event: QMouseEvent) -> None:
        """Begin to move the divider or the photo."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._pressed_at = self._dragged_from = event.position()
        self._drags_divider = self._is_on_divider(event.position())

    def _on_move(self, event: QMouseEvent) -> None:
        """Move the divider or the photo, or light up the face under the pointer."""
        point = event.position()
        if self._dragged_from is None or self._pressed_at is None:
            self._hover(point)
            return
        moved = point - self._pressed_at
        if not self._drags_divider and not self._view.can_pan and self._has_divider:
            # Nothing to pan: wherever the drag begins, it is meant for the divider.
            self._drags_divider = max(abs(moved.x()), abs(moved.y())) > _CLICK_SLOP_PX
        if self._drags_divider:
            self._move_divider_to(point)
        else:
            step = point - self._dragged_from
            self.pan(step.x(), step.y())
        self._dragged_from = point

    def _on_release(self, event: QMouseEvent) -> None:
        """End a drag; without one, it was a click on a face."""
        if self._pressed_at is None or event.button() != Qt.MouseButton.LeftButton:
            return
        moved = event.position() - self._pressed_at
        was_click = max(abs(moved.x()), abs(moved.y())) <= _CLICK_SLOP_PX
        on_divider = self._is_on_divider(event.position())
        self._pressed_at = self._dragged_from = None
        self._drags_divider = False
        mark = self._mark_at(event.position())
        if not was_click or on_divider:
            return
        if mark is None:
            self.nothing_clicked.emit()
        else:
            self.face_clicked.emit(mark.index)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Change between the whole photo and its actual size."""
        if self.tool is not None:
            self.mousePressEvent(event)  # the second press of two quick strokes
        elif self._has_scene and self._mark_at(event.position()) is None:
            self._toggle_zoom(event.position())

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """Forget the face under the pointer."""
        self._hovered = None
        super().leaveEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """Brackets move the divider; the rest is common to all views."""
        steps = {Qt.Key.Key_BracketLeft: -DIVIDER_STEP, Qt.Key.Key_BracketRight: DIVIDER_STEP}
        key = Qt.Key(event.key())
        wanted = self.tool is not None and self.tool.wants_key(key)
        if key in steps and not wanted:
            self.set_divider(self._divider + steps[key])
        elif key == Qt.Key.Key_Space and self._mode is CompareMode.BLINK and self.tool is None:
            self._blink_by_hand()
        else:
            super().keyPressEvent(event)

    # Helpers of the events

    @property
    def _has_divider(self) -> bool:
        return self._after is not None and not self._shows_original and self._mode.has_divider

    def _is_on_divider(self, point: QPointF) -> bool:
        if not self._has_divider:
            return False
        visible = self._view.visible
        if self._mode is CompareMode.DIVIDER_HORIZONTAL:
            return abs(point.y() - (visible.top + visible.height * self._divider)) <= GRIP_PX
        return abs(point.x() - (visible.left + visible.width * self._divider)) <= GRIP_PX

    def _move_divider_to(self, point: QPointF) -> None:
        visible = self._view.visible
        if self._mode is CompareMode.DIVIDER_HORIZONTAL:
            self.set_divider((point.y() - visible.top) / max(1.0, visible.height))
        else:
            self.set_divider((point.x() - visible.left) / max(1.0, visible.width))

    def _mark_at(self, point: QPointF) -> FaceMark | None:
        inside = self._in_pane(point)
        return face_at(self._marks, self._view, inside.x(), inside.y())

    def _hover(self, point: QPointF) -> None:
        if self.tool is not None:
            return  # the tool decides on cursor and tip
        on_divider = self._is_on_divider(point)
        mark = None if on_divider else self._mark_at(point)
        hovered = mark.index if mark else None
        if hovered != self._hovered:
            self._hovered = hovered
            self.update()
        if on_divider and self._mode is CompareMode.DIVIDER_HORIZONTAL:
            self.setCursor(Qt.CursorShape.SplitVCursor)
        elif on_divider:
            self.setCursor(Qt.CursorShape.SplitHCursor)
        elif mark is not None:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        elif self._view.can_pan:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
        else:
            self.unsetCursor()
        self.setToolTip(self._tip_for(mark))

    def _tip_for(self, mark: FaceMark | None) -> str:
        return "" if mark is None else self.tr("Click to change this face alone, below the photo")
