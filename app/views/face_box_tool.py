"""Draw a box around a face that was not found, by mouse or by keys."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen

from app.views.canvas_tool import CanvasTool, ToolPoint
from core.geometry import Box, Size

LEAST_SIDE_PX = 8.0
"""Smaller boxes hold no face: a click by mistake."""

_STEP = 0.02
_START = 0.2
"""How far a key moves or grows the box, and how wide it is at first, as shares of what is seen."""

_MOVES = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class FaceBoxTool(CanvasTool):
    """One box on the photo. Arrow keys move it, with shift they change its size, enter takes it.

    Args:
        photo: Size of the photo; the box stays inside.
        visible: What is seen of it: where a box begins that is placed by keys.
        drawn: Gets the box in pixels of the photo (pixel centres, as faces have it).
        changed: Asks for a new frame.
    """

    def __init__(
        self,
        photo: Size,
        visible: Box,
        drawn: Callable[[Box], None],
        changed: Callable[[], None],
    ) -> None:
        self._photo = photo
        self._visible = visible
        self._drawn = drawn
        self._changed = changed
        self._start: tuple[float, float] | None = None
        self._box: Box | None = None

    @property
    def box(self) -> Box | None:
        """What is drawn so far (edges), or None."""
        return self._box

    def pressed(self, point: ToolPoint) -> bool:
        """Begin a box."""
        self._start = self._inside(point.x, point.y)
        self._box = None
        return True

    def moved(self, point: ToolPoint, *, is_drag: bool) -> None:
        """Draw the box up to the pointer."""
        if not is_drag or self._start is None:
            return
        (x0, y0), (x1, y1) = self._start, self._inside(point.x, point.y)
        self._box = Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
        self._changed()

    def released(self, point: ToolPoint) -> None:
        """Take the box, unless it is too small for a face."""
        self.moved(point, is_drag=True)
        self._start = None
        self._take()

    def cancelled(self) -> bool:
        """Esc gives up a box that is begun; without one the tool ends."""
        had_box = self._box is not None
        self._start = self._box = None
        return had_box

    def wants_key(self, key: Qt.Key) -> bool:
        """Arrows and enter."""
        return key in _MOVES or key in (Qt.Key.Key_Return, Qt.Key.Key_Enter)

    def key_pressed(self, event: QKeyEvent) -> bool:
        """Place, move, size and take a box without a mouse."""
        key = Qt.Key(event.key())
        box = self._box or self._first_box()
        if key in _MOVES:
            step = max(1.0, _STEP * min(self._visible.width, self._visible.height))
            dx, dy = (step * way for way in _MOVES[key])
            sizes = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._box = self._sized(box, dx, dy) if sizes else self._shifted(box, dx, dy)
            self._changed()
        elif self._box is None:
            self._box = box
            self._changed()
        else:
            self._take()
        return True

    def paint(self, painter: QPainter, scale: float) -> None:
        """A bright line on a dark one, so that it is seen on any photo."""
        if self._box is None:
            return
        rect = QRectF(self._box.left, self._box.top, self._box.width, self._box.height)
        for colour, width in ((QColor(0, 0, 0, 150), 4.0), (QColor(255, 255, 255), 2.0)):
            pen = QPen(colour, width)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawRoundedRect(rect, 6 / scale, 6 / scale)

    def _take(self) -> None:
        box, self._box = self._box, None
        self._changed()
        if box is not None and min(box.width, box.height) >= LEAST_SIDE_PX:
            self._drawn(Box(box.left - 0.5, box.top - 0.5, box.right - 0.5, box.bottom - 0.5))

    def _first_box(self) -> Box:
        side = max(LEAST_SIDE_PX, _START * min(self._visible.width, self._visible.height))
        x, y = self._visible.centre
        return Box(x - 0.4 * side, y - 0.5 * side, x + 0.4 * side, y + 0.5 * side)

    def _shifted(self, box: Box, dx: float, dy: float) -> Box:
        dx = min(max(dx, -box.left), self._photo.width - box.right)
        dy = min(max(dy, -box.top), self._photo.height - box.bottom)
        return Box(box.left + dx, box.top + dy, box.right + dx, box.bottom + dy)

    def _sized(self, box: Box, dx: float, dy: float) -> Box:
        right, bottom = self._inside(box.right + dx, box.bottom + dy)
        return Box(
            box.left,
            box.top,
            max(box.left + LEAST_SIDE_PX, right),
            max(box.top + LEAST_SIDE_PX, bottom),
        )

    def _inside(self, x: float, y: float) -> tuple[float, float]:
        return min(max(0.0, x), self._photo.width), min(max(0.0, y), self._photo.height)
