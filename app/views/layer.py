"""Draws one picture of any size at any zoom, quickly, without the graphics card."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QImage, QPainter

from app.session.pyramid import Pyramid
from core.geometry import Box, Size

PIXELATED_SCALE = 3.0
"""From here on single pixels are shown as squares."""

_RASTER_LIMIT_PX = 30_000
"""Qt's software painter counts source pixels in 16 bits; larger pictures are cut first."""


class Layer:
    """A pyramid as Qt images; shares the pyramid's memory.

    Args:
        pyramid: What to draw.
    """

    def __init__(self, pyramid: Pyramid) -> None:
        self._pyramid = pyramid  # owns the memory that the images point to
        full = pyramid.full
        size = pyramid.size
        self._images = [
            QImage(full.data, size.width, size.height, full.strides[0], QImage.Format.Format_RGB888)
        ]
        for half in pyramid.halves:
            height, width = half.shape[:2]
            self._images.append(
                QImage(half.data, width, height, half.strides[0], QImage.Format.Format_RGB32)
            )

    @property
    def size(self) -> Size:
        """Size at full resolution, in pixels."""
        return self._pyramid.size

    def draw(self, painter: QPainter, box: Box, clip: Box, ratio: float) -> None:
        """Draw the picture.

        Args:
            painter: Where to.
            box: The rectangle that the whole picture fills, device-independent pixels.
            clip: The part of the screen that is to be filled.
            ratio: Device pixels a device-independent pixel.
        """
        left, top = max(box.left, clip.left), max(box.top, clip.top)
        right, bottom = min(box.right, clip.right), min(box.bottom, clip.bottom)
        if right <= left or bottom <= top:
            return
        scale = box.width * ratio / self._pyramid.size.width
        image = self._images[self._pyramid.level_for(scale)]
        x_scale, y_scale = image.width() / box.width, image.height() / box.height
        source = QRectF(
            (left - box.left) * x_scale,
            (top - box.top) * y_scale,
            (right - left) * x_scale,
            (bottom - top) * y_scale,
        )
        image, source = _within_limit(image, source)
        smooth = scale < PIXELATED_SCALE
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(QRectF(left, top, right - left, bottom - top), image, source)


def _within_limit(image: QImage, source: QRectF) -> tuple[QImage, QRectF]:
    """Cut out what is needed where the picture is larger than Qt's painter can address."""
    if max(image.width(), image.height()) <= _RASTER_LIMIT_PX:
        return image, source
    needed = source.toAlignedRect().adjusted(-1, -1, 1, 1)
    needed = needed.intersected(QRect(0, 0, image.width(), image.height()))
    return image.copy(needed), source.translated(-needed.x(), -needed.y())
