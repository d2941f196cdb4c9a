"""Ways to see before and after together, and how each is drawn."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from app.session.viewport import Viewport
from core.geometry import Box, Size

PANE_GAP_PX = 6
HANDLE_RADIUS_PX = 17.0
GRIP_PX = 14.0
_HANDLE_INK = QColor("#8f3c18")
_LABEL_PADDING_PX = 9.0
_LABEL_MARGIN_PX = 12.0
_LABEL_LEAST_PX = 24.0


class CompareMode(Enum):
    """How before and after share the view."""

    DIVIDER = "divider"
    DIVIDER_HORIZONTAL = "divider-horizontal"
    SIDE_BY_SIDE = "side-by-side"
    BLINK = "blink"
    DIFFERENCE = "difference"

    @property
    def has_divider(self) -> bool:
        """True where a line parts before and after."""
        return self in (CompareMode.DIVIDER, CompareMode.DIVIDER_HORIZONTAL)


@dataclass(frozen=True, slots=True)
class PaneGrid:
    """Panes of one size in rows and columns.

    Attributes:
        columns: Panes beside each other.
        rows: Panes above each other.
        pane: Size of one.
    """

    columns: int
    rows: int
    pane: Size

    def origin(self, number: int) -> tuple[float, float]:
        """Where the top left corner of a pane lies; they are filled row by row."""
        row, column = divmod(number, self.columns)
        return (
            float(column * (self.pane.width + PANE_GAP_PX)),
            float(row * (self.pane.height + PANE_GAP_PX)),
        )


def pane_grid(count: int, screen: Size, scene: Size) -> PaneGrid:
    """The rows and columns in which `count` panes show a whole photo largest.

    Among equals, the one with the fewest empty places: five are three and two, not four and one.
    """
    grids = []
    for columns in range(1, count + 1):
        rows = math.ceil(count / columns)
        pane = Size(
            max(1, (screen.width - (columns - 1) * PANE_GAP_PX) // columns),
            max(1, (screen.height - (rows - 1) * PANE_GAP_PX) // rows),
        )
        grids.append(PaneGrid(columns, rows, pane))

    def merit(grid: PaneGrid) -> tuple[float, int, int]:
        empty = grid.columns * grid.rows - count
        # People read pairs from left to right.
        return Viewport(scene, grid.pane).fit_scale, -empty, grid.columns

    return max(grids, key=merit)


def divided(box: Box, position: float, *, horizontal: bool) -> tuple[Box, Box]:
    """The parts of a rectangle before and after a divider at `position` in [0, 1]."""
    if horizontal:
        y = box.top + box.height * position
        return Box(box.left, box.top, box.right, y), Box(box.left, y, box.right, box.bottom)
    x = box.left + box.width * position
    return Box(box.left, box.top, x, box.bottom), Box(x, box.top, box.right, box.bottom)


def draw_divider(painter: QPainter, box: Box, position: float, *, horizontal: bool) -> None:
    """The line between before and after with its round handle."""
    first, _ = divided(box, position, horizontal=horizontal)
    if horizontal:
        start, end = QPointF(box.left, first.bottom), QPointF(box.right, first.bottom)
    else:
        start, end = QPointF(first.right, box.top), QPointF(first.right, box.bottom)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(0, 0, 0, 90), 4))
    painter.drawLine(start, end)
    painter.setPen(QPen(QColor(255, 255, 255), 2))
    painter.drawLine(start, end)
    centre = (start + end) / 2
    painter.setPen(QPen(QColor(0, 0, 0, 60), 1))
    painter.setBrush(QColor(255, 255, 255))
    painter.drawEllipse(centre, HANDLE_RADIUS_PX, HANDLE_RADIUS_PX)
    _draw_chevrons(painter, centre, horizontal=horizontal)


def _draw_chevrons(painter: QPainter, centre: QPointF, *, horizontal: bool) -> None:
    pen = QPen(_HANDLE_INK, 2)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for side in (-1, 1):
        points = [(side * 4.0, -5.0), (side * 9.0, 0.0), (side * 4.0, 5.0)]
        if horizontal:
            points = [(y, x) for x, y in points]
        painter.drawPolyline([centre + QPointF(x, y) for x, y in points])


def draw_label(painter: QPainter, text: str, box: Box, *, corner: Qt.Corner) -> None:
    """A small dark label in a corner of a rectangle; cut short or left out where room is short."""
    metrics = QFontMetricsF(painter.font())
    height = metrics.height() + 8
    room = box.width - 2 * _LABEL_MARGIN_PX - 2 * _LABEL_PADDING_PX
    if not text or room < _LABEL_LEAST_PX or box.height < height + 2 * _LABEL_MARGIN_PX:
        return
    text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, math.ceil(room))
    width = metrics.horizontalAdvance(text) + 2 * _LABEL_PADDING_PX
    right = corner in (Qt.Corner.TopRightCorner, Qt.Corner.BottomRightCorner)
    bottom = corner in (Qt.Corner.BottomLeftCorner, Qt.Corner.BottomRightCorner)
    x = box.right - width - _LABEL_MARGIN_PX if right else box.left + _LABEL_MARGIN_PX
    y = box.bottom - height - _LABEL_MARGIN_PX if bottom else box.top + _LABEL_MARGIN_PX
    rect = QRectF(x, y, width, height)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(20, 18, 16, 170))
    painter.drawRoundedRect(rect, height / 2, height / 2)
    painter.setPen(QColor(255, 255, 255))
    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)
