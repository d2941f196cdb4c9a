"""Drag the eyes, the nose and the mouth of a face to where they are."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen

from app.views.canvas_tool import CanvasTool, ToolPoint
from app.widgets.theme import current_colours
from core.faces import Landmarks, Point

HANDLE_PX = 9.0
_REACH_PX = 22.0
"""Radius of a handle on the screen, and how near to it a press counts (WCAG 2.2: 24 px wide)."""

_FAR_STEPS = 10
_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_NUMBERS = (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4, Qt.Key.Key_5)
_LINES = ((0, 1), (3, 4), (0, 2), (1, 2), (2, 3), (2, 4))
"""Thin lines between the points: a face seen as one, so that a wrong point is noticed."""


def point_names() -> tuple[str, ...]:
    """The names of the five points, as the viewer sees them."""
    translate = QCoreApplication.translate
    return (
        translate("Faces", "Left eye"),
        translate("Faces", "Right eye"),
        translate("Faces", "Nose"),
        translate("Faces", "Left mouth corner"),
        translate("Faces", "Right mouth corner"),
    )


class FacePointsTool(CanvasTool):
    """Five handles. 1 to 5 choose one for the arrow keys; shift makes longer steps.

    Args:
        points: Where they are, in pixels of the photo (pixel centres).
        moved: Gets the new points and a key: moves with the same key are one step of the history.
        changed: Asks for a new frame.
    """

    def __init__(
        self,
        points: Landmarks,
        moved: Callable[[Landmarks, str], None],
        changed: Callable[[], None],
    ) -> None:
        self._points = points
        self._tell = moved
        self._changed = changed
        self._current = 0
        self._hovered: int | None = None
        self._grip: tuple[float, float] | None = None
        self._before: Landmarks | None = None
        self._scale = 1.0

    @property
    def points(self) -> Landmarks:
        """Where they are now."""
        return self._points

    @property
    def current(self) -> int:
        """The point that the keys move."""
        return self._current

    def show_points(self, points: Landmarks) -> None:
        """Show other places, after an undo; not while one is dragged."""
        if self._grip is None and points != self._points:
            self._points = points
            self._changed()

    def cursor(self, point: ToolPoint) -> Qt.CursorShape:
        """A hand over a handle."""
        if self._grip is not None:
            return Qt.CursorShape.ClosedHandCursor
        near = self._near(point) is not None
        return Qt.CursorShape.OpenHandCursor if near else Qt.CursorShape.ArrowCursor

    def pressed(self, point: ToolPoint) -> bool:
        """Grip the nearest handle; elsewhere the photo is moved."""
        near = self._near(point)
        if near is None:
            return False
        x, y = self._points[near]
        self._current = near
        self._before = self._points
        self._grip = (x + 0.5 - point.x, y + 0.5 - point.y)
        self._changed()
        return True

    def moved(self, point: ToolPoint, *, is_drag: bool) -> None:
        """Take the gripped handle along."""
        self._scale = point.scale
        if is_drag and self._grip is not None:
            place = (point.x + self._grip[0] - 0.5, point.y + self._grip[1] - 0.5)
            self._points = _with(self._points, self._current, place)
            self._changed()
            return
        hovered = self._near(point)
        if hovered != self._hovered:
            self._hovered = hovered
            self._changed()

    def released(self, point: ToolPoint) -> None:
        """Let the handle go: that is one step of the history."""
        self.moved(point, is_drag=True)
        before, self._before, self._grip = self._before, None, None
        if before is not None and before != self._points:
            self._tell(self._points, "")
        self._changed()

    def left(self) -> None:
        """Forget what was under the pointer."""
        self._hovered = None

    def cancelled(self) -> bool:
        """Esc brings a gripped handle back; without one the tool ends."""
        if self._before is None:
            return False
        self._points, self._before, self._grip = self._before, None, None
        return True

    def wants_key(self, key: Qt.Key) -> bool:
        """Arrows, and 1 to 5; tab leads on, as everywhere."""
        return key in _ARROWS or key in _NUMBERS

    def key_pressed(self, event: QKeyEvent) -> bool:
        """Choose a point or nudge it."""
        key = Qt.Key(event.key())
        if key in _ARROWS:
            far = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            step = (_FAR_STEPS if far else 1) / max(1.0, self._scale)
            dx, dy = (step * way for way in _ARROWS[key])
            x, y = self._points[self._current]
            self._points = _with(self._points, self._current, (x + dx, y + dy))
            self._tell(self._points, f"point {self._current}")
        else:
            self._current = _NUMBERS.index(key)
        self._changed()
        return True

    def paint(self, painter: QPainter, scale: float) -> None:
        """Handles of the same size at any zoom, each with its name."""
        self._scale = scale
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(1 / scale, 1 / scale)
        places = [QPointF((x + 0.5) * scale, (y + 0.5) * scale) for x, y in self._points]
        for colour, width in ((QColor(0, 0, 0, 110), 3.0), (QColor(255, 255, 255, 190), 1.2)):
            painter.setPen(QPen(colour, width))
            for first, second in _LINES:
                painter.drawLine(places[first], places[second])
        for number, place in enumerate(places):
            self._paint_handle(painter, number, place)
        shown = self._hovered if self._hovered is not None and self._grip is None else self._current
        _paint_name(painter, point_names()[shown], places, shown)
        painter.restore()

    def _paint_handle(self, painter: QPainter, number: int, place: QPointF) -> None:
        chosen = number == self._current
        accent = QColor(current_colours().accent)
        radius = HANDLE_PX + (2 if number == self._hovered else 0)
        fill = QColor(accent) if chosen else QColor(0, 0, 0)
        fill.setAlpha(90)
        painter.setBrush(fill)
        painter.setPen(QPen(QColor(0, 0, 0, 160), 4.5))
        painter.drawEllipse(place, radius, radius)
        painter.setPen(QPen(accent if chosen else QColor(255, 255, 255), 2.2))
        painter.drawEllipse(place, radius, radius)
        painter.setPen(QPen(QColor(255, 255, 255), 1.2))
        painter.drawLine(place - QPointF(3, 0), place + QPointF(3, 0))
        painter.drawLine(place - QPointF(0, 3), place + QPointF(0, 3))

    def _near(self, point: ToolPoint) -> int | None:
        """The handle that a press at this place takes."""

        def distance_px(number: int) -> float:
            x, y = self._points[number]
            gap = (x + 0.5 - point.x) ** 2 + (y + 0.5 - point.y) ** 2
            return float(gap**0.5) * point.scale

        nearest = min(range(5), key=distance_px)
        return nearest if distance_px(nearest) <= _REACH_PX else None


def _paint_name(painter: QPainter, text: str, places: list[QPointF], number: int) -> None:
    """The name of one point beside it, outwards, so that it covers no other handle."""
    metrics = painter.fontMetrics()
    width, height = metrics.horizontalAdvance(text) + 16, metrics.height() + 6
    middle = sum(place.x() for place in places) / len(places)
    place = places[number]
    x = place.x() + 18 if place.x() >= middle else place.x() - 18 - width
    rect = QRectF(x, place.y() - height / 2, width, height)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(0, 0, 0, 190))
    painter.drawRoundedRect(rect, 5, 5)
    painter.setPen(QColor(255, 255, 255))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)


def _with(points: Landmarks, number: int, place: Point) -> Landmarks:
    """The points with one of them elsewhere."""
    moved = [place if index == number else point for index, point in enumerate(points)]
    return moved[0], moved[1], moved[2], moved[3], moved[4]
