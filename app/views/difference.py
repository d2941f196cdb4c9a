"""What the restoration changed, as brightness: black is untouched."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from app.session.viewport import Viewport
from app.views.layer import Layer
from core.geometry import Box

GAIN = 4
"""How many times stronger than in the picture a change is shown."""

_MOST_PIXELS = 2_500_000
"""On sharper screens the difference is drawn coarser, so that panning stays smooth."""

_Bgrx = npt.NDArray[np.uint8]


class DifferencePainter:
    """Draws `GAIN` times the absolute difference of two pictures, each colour for itself.

    Only what is on the screen is computed, from the same copies that are shown in other modes. The
    memory is kept between frames: to ask the system for it anew would take longer than the work.
    """

    def __init__(self) -> None:
        self._images: tuple[QImage, QImage, QImage] | None = None

    def draw(
        self, painter: QPainter, pair: tuple[Layer, Layer], view: Viewport, ratio: float
    ) -> None:
        """Draw one frame.

        Args:
            painter: In the coordinates of the pane.
            pair: Before and after.
            view: Where the photo lies.
            ratio: Device pixels a device-independent pixel.
        """
        visible = view.visible
        if visible.width < 1 or visible.height < 1:
            return
        sharpness = min(ratio, math.sqrt(_MOST_PIXELS / (visible.width * visible.height)))
        width, height = math.ceil(visible.width * sharpness), math.ceil(visible.height * sharpness)
        first, second, shown = self._images_of(width, height)
        for layer, image in zip(pair, (first, second), strict=True):
            _draw_seen(layer, image, view, sharpness)
        amplified(_bytes(first), _bytes(second), _bytes(shown))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, sharpness != ratio)
        target = QRectF(visible.left, visible.top, width / sharpness, height / sharpness)
        painter.drawImage(target, shown)

    def free(self) -> None:
        """Let the memory go; the next frame takes it again."""
        self._images = None

    def _images_of(self, width: int, height: int) -> tuple[QImage, QImage, QImage]:
        kept = self._images
        if kept is None or (kept[0].width(), kept[0].height()) != (width, height):
            kind = QImage.Format.Format_RGB32
            kept = (
                QImage(width, height, kind),
                QImage(width, height, kind),
                QImage(width, height, kind),
            )
            for image in kept:
                image.fill(Qt.GlobalColor.black)
            self._images = kept
        return kept


def amplified(first: _Bgrx, second: _Bgrx, out: _Bgrx) -> None:
    """Write `GAIN` times |first - second|, cut off at white, to `out`; arrays of one shape."""
    import cv2  # came with the photo; the first frame of the window does without

    cv2.absdiff(first, second, dst=out)
    cv2.convertScaleAbs(out, dst=out, alpha=GAIN)


def _draw_seen(layer: Layer, image: QImage, view: Viewport, sharpness: float) -> None:
    """Draw what a pane shows of a picture, `sharpness` pixels a screen pixel."""
    visible, box = view.visible, view.box
    painter = QPainter(image)
    painter.scale(sharpness, sharpness)
    painter.translate(-visible.left, -visible.top)
    layer.draw(painter, Box(box.left, box.top, box.right, box.bottom), visible, sharpness)
    painter.end()


def _bytes(image: QImage) -> _Bgrx:
    """H x W x 4, sharing the image's memory."""
    flat = np.frombuffer(image.bits(), np.uint8)
    return flat.reshape(image.height(), image.bytesPerLine() // 4, 4)[:, : image.width()]
