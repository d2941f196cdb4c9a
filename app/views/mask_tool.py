"""The brush and the eraser for damage marks, and how the marks look on the photo."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPen

from app.views.canvas_tool import CanvasTool, ToolPoint

if TYPE_CHECKING:
    from PySide6.QtGui import QCursor

    from app.session.mask_editor import MaskEditor

SIZE_STEP = 1.25
_CATCHING_UP_S = 0.012
"""How long a frame may bring the marks of a large photo up to date."""

_MARK = QColor(236, 56, 70, 150)
_KEYS = (Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight, Qt.Key.Key_X)


class MaskTool(CanvasTool):
    """Paints marks, or erases them.

    Args:
        editor: The marks.
        radius_px: Of the brush, in pixels of the photo.
        on_stroke: Called after each stroke.
        on_size: Called when a key asks for another size, with the factor.
        on_swap: Called when a key asks for the other of brush and eraser.
        on_ended: Called when the tool is no longer the active one.
        repaint: Draws the view again.
    """

    def __init__(
        self,
        editor: MaskEditor,
        radius_px: float,
        *,
        on_stroke: Callable[[], None],
        on_size: Callable[[float], None],
        on_swap: Callable[[], None],
        on_ended: Callable[[], None],
        repaint: Callable[[], None],
    ) -> None:
        self.editor = editor
        self.radius_px = radius_px
        self.erases = False
        self._on_stroke = on_stroke
        self._on_size = on_size
        self._on_swap = on_swap
        self._on_ended = on_ended
        self._repaint = repaint
        self._last: tuple[float, float] | None = None
        self._hover: tuple[float, float] | None = None
        self._shown: tuple[object, QImage] | None = None

    def cursor(self, point: ToolPoint) -> QCursor | Qt.CursorShape:
        """A cross where the brush is too small to be seen as a circle."""
        small = self.radius_px * point.scale < 4
        return Qt.CursorShape.CrossCursor if small else Qt.CursorShape.BlankCursor

    def pressed(self, point: ToolPoint) -> bool:
        """Begin a stroke."""
        self._last = point.x, point.y
        self._paint_to(point)
        return True

    def moved(self, point: ToolPoint, *, is_drag: bool) -> None:
        """Go on with the stroke, or show where it would be."""
        self._hover = point.x, point.y
        if is_drag and self._last is not None:
            self._paint_to(point)
        self._repaint()

    def released(self, point: ToolPoint) -> None:
        """End the stroke: it becomes one step of the history."""
        del point
        self._last = None
        self._on_stroke()

    def left(self) -> None:
        """The circle goes with the pointer."""
        self._hover = None
        self._repaint()

    def wants_key(self, key: Qt.Key) -> bool:
        """Brackets change the size, X changes between brush and eraser."""
        return key in _KEYS

    def key_pressed(self, event: QKeyEvent) -> bool:
        """Do what a key is for."""
        if event.key() == Qt.Key.Key_X:
            self._on_swap()
        else:
            larger = event.key() == Qt.Key.Key_BracketRight
            self._on_size(SIZE_STEP if larger else 1 / SIZE_STEP)
        self._repaint()
        return True

    def cancelled(self) -> bool:
        """Give up a stroke that has begun."""
        if self._last is None:
            return False
        self._last = None
        self.editor.give_up()
        return True

    def ended(self) -> None:
        """Another tool, or none, has taken over."""
        if self._last is not None:
            self._last = None
            self.editor.give_up()
        self._on_ended()

    def _paint_to(self, point: ToolPoint) -> None:
        assert self._last is not None
        here = point.x, point.y
        self.editor.stroke(self._last, here, self.radius_px, erases=self.erases)
        self._last = here
        self._repaint()

    # Drawing

    def paint(self, painter: QPainter, scale: float) -> None:
        """Draw the marks that are visible, and the brush."""
        self._paint_marks(painter, scale)
        if self._hover is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in ((QColor(0, 0, 0, 150), 3.0), (QColor(255, 255, 255), 1.4)):
            pen = QPen(colour, width)
            pen.setCosmetic(True)
            if self.erases and width < 2:
                pen.setStyle(Qt.PenStyle.DashLine)
            painter.setPen(pen)
            painter.drawEllipse(QPointF(*self._hover), self.radius_px, self.radius_px)

    def _paint_marks(self, painter: QPainter, scale: float) -> None:
        if not self.editor.catch_up(_CATCHING_UP_S):
            self._repaint()  # the rest in the next frame
        levels = self.editor.present_levels
        ratio = painter.device().devicePixelRatioF()
        number = int(max(0.0, math.floor(math.log2(1 / max(1e-6, scale * ratio)))))
        number = min(number, len(levels) - 1)
        factor, marks = 2**number, levels[number]
        seen = painter.clipBoundingRect()
        left, top = (max(0, int(value / factor)) for value in (seen.left(), seen.top()))
        right = min(marks.shape[1], math.ceil(seen.right() / factor) + 1)
        bottom = min(marks.shape[0], math.ceil(seen.bottom() / factor) + 1)
        if right <= left or bottom <= top:
            return
        key = self.editor, self.editor.version, number, left, top, right, bottom
        if self._shown is None or self._shown[0] != key:
            self._shown = key, _tinted(marks[top:bottom, left:right])
        target = QRectF(
            left * factor, top * factor, (right - left) * factor, (bottom - top) * factor
        )
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale * ratio < 1)
        painter.drawImage(target, self._shown[1])


def _tinted(marks: np.ndarray) -> QImage:
    """Marks as a picture to be laid over the photo: red where marked, clear elsewhere."""
    share = _MARK.alphaF()
    colour = (
        _MARK.alpha() << 24
        | round(_MARK.red() * share) << 16
        | round(_MARK.green() * share) << 8
        | round(_MARK.blue() * share)
    )
    pixels = np.where(marks > 0, np.uint32(colour), np.uint32(0))
    height, width = pixels.shape
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
    return image.copy()  # owns its memory
