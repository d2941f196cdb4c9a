"""One frame of the before/after view, from a plain description of what is to be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from app.session.viewport import Viewport
from app.views.canvas_tool import CanvasTool
from app.views.compare import CompareMode, divided, draw_divider, draw_label
from app.views.face_overlay import FaceMark, draw_faces
from app.views.layer import Layer
from core.geometry import Box

PANE_GAP_PX = 6


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """What is to be seen.

    Attributes:
        before: The photo.
        after: The result, or None where only the photo is shown.
        view: Where it lies; of one pane in the side-by-side mode.
        mode: How both share the view.
        divider: Where the divider is, share of the visible photo in [0, 1].
        titles: The labels of before and after.
        ratio: Device pixels a device-independent pixel.
        marks: The faces that are outlined.
        hovered: The number of the face under the pointer, or None.
    """

    before: Layer
    after: Layer | None
    view: Viewport
    mode: CompareMode
    divider: float
    titles: tuple[str, str]
    ratio: float
    marks: tuple[FaceMark, ...] = ()
    hovered: int | None = None


def paint_frame(painter: QPainter, frame: Frame) -> None:
    """Paint everything but the background."""
    if frame.after is None:
        _paint_layer(painter, frame, frame.before, frame.view.visible)
        corner = Qt.Corner.TopLeftCorner
        draw_label(painter, frame.titles[0], frame.view.visible, corner=corner)
    elif frame.mode is CompareMode.SIDE_BY_SIDE:
        _paint_side_by_side(painter, frame, frame.after)
    else:
        _paint_divided(painter, frame, frame.after)
    painter.save()
    _paint_faces(painter, frame)
    painter.restore()


def _paint_layer(painter: QPainter, frame: Frame, layer: Layer, clip: Box) -> None:
    layer.draw(painter, frame.view.box, clip, frame.ratio)


def _paint_divided(painter: QPainter, frame: Frame, after: Layer) -> None:
    horizontal = frame.mode is CompareMode.DIVIDER_HORIZONTAL
    visible = frame.view.visible
    first, second = divided(visible, frame.divider, horizontal=horizontal)
    _paint_layer(painter, frame, frame.before, first)
    _paint_layer(painter, frame, after, second)
    draw_label(painter, frame.titles[0], first, corner=Qt.Corner.TopLeftCorner)
    corner = Qt.Corner.BottomLeftCorner if horizontal else Qt.Corner.TopRightCorner
    draw_label(painter, frame.titles[1], second, corner=corner)
    draw_divider(painter, visible, frame.divider, horizontal=horizontal)


def _paint_side_by_side(painter: QPainter, frame: Frame, after: Layer) -> None:
    visible = frame.view.visible
    panes = zip((frame.before, after), frame.titles, strict=True)
    for number, (layer, title) in enumerate(panes):
        painter.save()
        painter.translate(number * (frame.view.screen.width + PANE_GAP_PX), 0)
        _paint_layer(painter, frame, layer, visible)
        draw_label(painter, title, visible, corner=Qt.Corner.TopLeftCorner)
        painter.restore()


def _paint_faces(painter: QPainter, frame: Frame) -> None:
    if not frame.marks:
        return
    if frame.mode is CompareMode.SIDE_BY_SIDE and frame.after is not None:
        painter.translate(frame.view.screen.width + PANE_GAP_PX, 0)
    visible = frame.view.visible
    painter.setClipRect(
        round(visible.left), round(visible.top), round(visible.width), round(visible.height)
    )
    draw_faces(painter, frame.marks, frame.view, frame.hovered)


def paint_tool(
    painter: QPainter, tool: CanvasTool, view: Viewport, origins: Sequence[QPointF]
) -> None:
    """Let a tool draw over each pane, in pixels of the photo."""
    visible = view.visible
    for origin in origins:
        painter.save()
        painter.translate(origin)
        painter.setClipRect(QRectF(visible.left, visible.top, visible.width, visible.height))
        painter.translate(view.x, view.y)
        painter.scale(view.scale, view.scale)
        tool.paint(painter, view.scale)
        painter.restore()
