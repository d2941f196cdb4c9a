"""A click on the photo that takes a colour from it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.views.canvas_tool import CanvasTool, ToolPoint

if TYPE_CHECKING:
    from PySide6.QtGui import QCursor

_RING_PX = 13.0


class PickerTool(CanvasTool):
    """Shows the colour under the pointer in a ring, and hands on where the user clicked.

    Args:
        colour_at: The colour at x and y in pixels of the photo, or None beside it.
        on_picked: Called with x and y in pixels of the photo.
        on_ended: Called when the tool is no longer the active one.
        repaint: Draws the view again.
        note: What to do.
    """

    def __init__(
        self,
        colour_at: Callable[[float, float], QColor | None],
        *,
        on_picked: Callable[[float, float], None],
        on_ended: Callable[[], None],
        repaint: Callable[[], None],
        note: str = "",
    ) -> None:
        self.note = note
        self._colour_at = colour_at
        self._on_picked = on_picked
        self._on_ended = on_ended
        self._repaint = repaint
        self._hover: tuple[float, float] | None = None

    def cursor(self, point: ToolPoint) -> QCursor | Qt.CursorShape:
        """A cross on the photo."""
        inside = self._colour_at(point.x, point.y) is not None
        return Qt.CursorShape.CrossCursor if inside else Qt.CursorShape.ArrowCursor

    def pressed(self, point: ToolPoint) -> bool:
        """Take the press wherever the photo is."""
        return self._colour_at(point.x, point.y) is not None

    def moved(self, point: ToolPoint, *, is_drag: bool) -> None:
        """Show the colour there."""
        del is_drag
        self._hover = point.x, point.y
        self._repaint()

    def released(self, point: ToolPoint) -> None:
        """Take the colour where the button was let go."""
        if self._colour_at(point.x, point.y) is not None:
            self._on_picked(point.x, point.y)

    def left(self) -> None:
        """The ring goes with the pointer."""
        self._hover = None
        self._repaint()

    def ended(self) -> None:
        """Another tool, or none, has taken over."""
        self._on_ended()

    def paint(self, painter: QPainter, scale: float) -> None:
        """A ring in the colour under the pointer."""
        if self._hover is None:
            return
        colour = self._colour_at(*self._hover)
        if colour is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        radius = _RING_PX / scale
        rings = ((QColor(0, 0, 0, 170), 8.0), (QColor(255, 255, 255), 6.5), (colour, 4.5))
        for ink, width in rings:
            pen = QPen(ink, width)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawEllipse(QPointF(*self._hover), radius, radius)
