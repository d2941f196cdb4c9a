"""One frame of the before/after view, from a plain description of what is to be seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from app.session.viewport import Viewport
from app.views.canvas_tool import CanvasTool
from app.views.compare import CompareMode, divided, draw_divider, draw_label
from app.views.difference import DifferencePainter
from app.views.face_overlay import FaceMark, draw_faces
from app.views.layer import Layer
from app.views.loupe import Loupe, draw_loupe
from core.geometry import Box


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """What is to be seen.

    Attributes:
        pictures: One picture, or before and after, each with its label.
        view: Where the photo lies in each pane.
        origins: Top left corners of the panes, one a picture side by side, otherwise one.
        mode: How both share the view.
        divider: Where the divider is, share of the visible photo in [0, 1].
        ratio: Device pixels a device-independent pixel.
        note: A sentence at the bottom, for the difference.
        marks: The faces that are outlined.
        hovered: The number of the face under the pointer, or None.
        loupe: What is magnified, or None.
        magnified: What the lens shows, where it is not the pane's own picture.
        difference: Draws the difference.
    """

    pictures: tuple[tuple[Layer, str], ...]
    view: Viewport
    origins: tuple[QPointF, ...]
    mode: CompareMode
    divider: float
    ratio: float
    note: str = ""
    marks: tuple[FaceMark, ...] = ()
    hovered: int | None = None
    loupe: Loupe | None = None
    magnified: tuple[tuple[Layer, str], ...] = ()
    difference: DifferencePainter = field(default_factory=DifferencePainter)


def paint_frame(painter: QPainter, frame: Frame) -> None:
    """Paint everything but the background."""
    if len(frame.pictures) == 1 or frame.mode is CompareMode.SIDE_BY_SIDE:
        _paint_panes(painter, frame)
    elif frame.mode is CompareMode.DIFFERENCE:
        _paint_difference(painter, frame)
    else:
        _paint_divided(painter, frame)
    if frame.marks:
        _paint_faces(painter, frame)
    if frame.loupe is not None:
        _paint_loupes(painter, frame, frame.loupe)


def _paint_panes(painter: QPainter, frame: Frame) -> None:
    visible = frame.view.visible
    for origin, (layer, title) in zip(frame.origins, frame.pictures, strict=True):
        painter.save()
        painter.translate(origin)
        layer.draw(painter, frame.view.box, visible, frame.ratio)
        draw_label(painter, title, visible, corner=Qt.Corner.TopLeftCorner)
        painter.restore()


def _paint_divided(painter: QPainter, frame: Frame) -> None:
    horizontal = frame.mode is CompareMode.DIVIDER_HORIZONTAL
    visible = frame.view.visible
    parts = divided(visible, frame.divider, horizontal=horizontal)
    last = Qt.Corner.BottomLeftCorner if horizontal else Qt.Corner.TopRightCorner
    corners = (Qt.Corner.TopLeftCorner, last)
    for part, corner, (layer, title) in zip(parts, corners, frame.pictures, strict=True):
        layer.draw(painter, frame.view.box, part, frame.ratio)
        draw_label(painter, title, part, corner=corner)
    draw_divider(painter, visible, frame.divider, horizontal=horizontal)


def _paint_difference(painter: QPainter, frame: Frame) -> None:
    (before, _), (after, _) = frame.pictures
    frame.difference.draw(painter, (before, after), frame.view, frame.ratio)
    screen = frame.view.screen
    pane = Box(0.0, 0.0, float(screen.width), float(screen.height))
    draw_label(painter, frame.note, pane, corner=Qt.Corner.BottomLeftCorner)


def _paint_faces(painter: QPainter, frame: Frame) -> None:
    visible = frame.view.visible
    painter.save()
    painter.translate(frame.origins[-1])
    painter.setClipRect(
        round(visible.left), round(visible.top), round(visible.width), round(visible.height)
    )
    draw_faces(painter, frame.marks, frame.view, frame.hovered)
    painter.restore()


def _paint_loupes(painter: QPainter, frame: Frame, loupe: Loupe) -> None:
    panes = [frame.magnified] if len(frame.origins) == 1 else [(own,) for own in frame.pictures]
    for origin, pictures in zip(frame.origins, panes, strict=True):
        painter.save()
        painter.translate(origin)
        draw_loupe(painter, loupe, frame.view, pictures, frame.ratio)
        painter.restore()


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
