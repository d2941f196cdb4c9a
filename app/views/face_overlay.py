"""Face outlines on the photo: which face is under the pointer, and how the outlines look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.session.viewport import Viewport
from app.widgets.theme import current_colours
from core.geometry import Box

_MIN_TARGET_PX = 24
"""Small faces can be clicked within at least this many screen pixels (WCAG 2.2, 2.5.8)."""


@dataclass(frozen=True, slots=True)
class FaceMark:
    """One face as the canvas shows it.

    Attributes:
        index: Its number in the photo.
        box: Where it is, in pixels of the original.
        enabled: It is to be restored.
        is_chosen: It is the one that the controls belong to; outlined even where others are not.
    """

    index: int
    box: Box
    enabled: bool
    is_chosen: bool = False


def screen_box(mark: FaceMark, viewport: Viewport) -> Box:
    """The outline on the screen."""
    box = mark.box
    return Box(
        viewport.x + box.left * viewport.scale,
        viewport.y + box.top * viewport.scale,
        viewport.x + box.right * viewport.scale,
        viewport.y + box.bottom * viewport.scale,
    )


def face_at(marks: Sequence[FaceMark], viewport: Viewport, x: float, y: float) -> FaceMark | None:
    """The smallest face under a screen point, or None."""
    hit: list[tuple[float, FaceMark]] = []
    for mark in marks:
        box = screen_box(mark, viewport)
        grow_x = max(0.0, (_MIN_TARGET_PX - box.width) / 2)
        grow_y = max(0.0, (_MIN_TARGET_PX - box.height) / 2)
        inside_x = box.left - grow_x <= x <= box.right + grow_x
        inside_y = box.top - grow_y <= y <= box.bottom + grow_y
        if inside_x and inside_y:
            hit.append((box.area_px, mark))
    return min(hit, key=lambda found: found[0])[1] if hit else None


def draw_faces(
    painter: QPainter, marks: Sequence[FaceMark], viewport: Viewport, hovered: int | None
) -> None:
    """Draw outlines: solid where the face is restored, dashed where it is left as it was.

    The chosen face's outline is in the colour of the theme's accent and thicker.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for mark in marks:
        box = screen_box(mark, viewport)
        rect = QRectF(box.left, box.top, box.width, box.height)
        radius = min(10.0, box.width / 5)
        width = 2.6 if mark.is_chosen or mark.index == hovered else 1.6
        # A dark line under the bright one keeps the outline visible on any photo.
        painter.setPen(QPen(QColor(0, 0, 0, 130), width + 2))
        painter.drawRoundedRect(rect, radius, radius)
        colour = QColor(255, 255, 255, 235 if mark.enabled else 170)
        if mark.is_chosen:
            colour = QColor(current_colours().accent).lighter(125)
        pen = QPen(colour, width)
        if not mark.enabled:
            pen.setStyle(Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.drawRoundedRect(rect, radius, radius)
