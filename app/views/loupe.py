"""The magnifier: the same spot of one or two pictures, enlarged, beside the pointer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from app.session.viewport import Viewport
from app.views.compare import draw_label
from app.views.layer import Layer
from core.geometry import Box, Size

LENS_PX = 180
_DISTANCE_PX = 26
_RADIUS_PX = 14.0
_CROSS_PX = 7.0
MIN_FACTOR, MAX_FACTOR = 2, 4


@dataclass(frozen=True, slots=True)
class Loupe:
    """What is magnified.

    Attributes:
        x: Middle of what is seen, in pixels of the original photo.
        y: The same, from the top.
        factor: How many times larger than on the screen, or than actual size where the screen
            shows the photo smaller than that.
    """

    x: float
    y: float
    factor: int = MIN_FACTOR

    def at(self, x: float, y: float, scene: Size) -> Loupe:
        """The loupe over another spot, kept on the photo."""
        inside_x = min(float(scene.width), max(0.0, x))
        inside_y = min(float(scene.height), max(0.0, y))
        return replace(self, x=inside_x, y=inside_y)

    def stronger(self, step: int) -> Loupe:
        """The loupe with another factor, `step` more or less."""
        return replace(self, factor=min(MAX_FACTOR, max(MIN_FACTOR, self.factor + step)))


def draw_loupe(
    painter: QPainter,
    loupe: Loupe,
    view: Viewport,
    pictures: Sequence[tuple[Layer, str]],
    ratio: float,
) -> None:
    """Draw the lens with one field for each picture, and a cross at the spot.

    Args:
        painter: In the coordinates of the pane.
        loupe: What is magnified.
        view: Where the photo lies in the pane.
        pictures: What is seen in the lens, from left to right, with labels.
        ratio: Device pixels a device-independent pixel.
    """
    spot = QPointF(view.x + loupe.x * view.scale, view.y + loupe.y * view.scale)
    lens = lens_box(spot, view.screen, len(pictures))
    scale = loupe.factor * max(view.scale, 1.0 / ratio)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    outline = QPainterPath()
    outline.addRoundedRect(
        QRectF(lens.left, lens.top, lens.width, lens.height), _RADIUS_PX, _RADIUS_PX
    )
    painter.fillPath(outline, QColor(30, 28, 26))
    painter.setClipPath(outline)
    width = lens.width / len(pictures)
    for number, (layer, label) in enumerate(pictures):
        field = Box(
            lens.left + number * width, lens.top, lens.left + (number + 1) * width, lens.bottom
        )
        layer.draw(painter, _enlarged(view, loupe, field, scale), field, ratio)
        draw_label(painter, label, field, corner=Qt.Corner.BottomLeftCorner)
        if number:
            painter.setPen(QPen(QColor(255, 255, 255), 2))
            painter.drawLine(QPointF(field.left, field.top), QPointF(field.left, field.bottom))
    draw_label(painter, f"{loupe.factor}×", lens, corner=Qt.Corner.TopRightCorner)
    painter.setClipping(False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for ink, pen_width in ((QColor(0, 0, 0, 110), 5.0), (QColor(255, 255, 255), 2.5)):
        painter.setPen(QPen(ink, pen_width))
        painter.drawPath(outline)
    _draw_cross(painter, spot)
    painter.restore()


def lens_box(spot: QPointF, screen: Size, fields: int) -> Box:
    """Where the lens lies: above the spot, below it where there is no room, always in the pane."""
    side = float(min(LENS_PX, screen.width / max(1, fields), screen.height * 0.8))
    width = side * fields
    left = min(max(0.0, spot.x() - width / 2), max(0.0, screen.width - width))
    top = spot.y() - _DISTANCE_PX - side
    if top < 0:
        top = min(spot.y() + _DISTANCE_PX, max(0.0, screen.height - side))
    return Box(left, top, left + width, top + side)


def _enlarged(view: Viewport, loupe: Loupe, field: Box, scale: float) -> Box:
    """The rectangle of the whole photo at `scale`, with the spot in the middle of `field`."""
    left = (field.left + field.right) / 2 - loupe.x * scale
    top = (field.top + field.bottom) / 2 - loupe.y * scale
    return Box(left, top, left + view.scene.width * scale, top + view.scene.height * scale)


def _draw_cross(painter: QPainter, spot: QPointF) -> None:
    for ink, width in ((QColor(0, 0, 0, 130), 3.5), (QColor(255, 255, 255), 1.5)):
        painter.setPen(QPen(ink, width))
        painter.drawLine(spot - QPointF(_CROSS_PX, 0), spot + QPointF(_CROSS_PX, 0))
        painter.drawLine(spot - QPointF(0, _CROSS_PX), spot + QPointF(0, _CROSS_PX))
