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


def draw_difference(
    painter: QPainter, before: Layer, after: Layer, view: Viewport, ratio: float
) -> None:
    """Draw `GAIN` times the absolute difference of two pictures, each colour for itself.

    Only what is on the screen is computed, from the same copies that are shown in other modes.
    """
    visible = view.visible
    if visible.width < 1 or visible.height < 1:
        return
    sharpness = min(ratio, math.sqrt(_MOST_PIXELS / (visible.width * visible.height)))
    first = _seen(before, view, sharpness)
    second = _seen(after, view, sharpness)
    shown = amplified(_bytes(first), _bytes(second))
    height, width = shown.shape[:2]
    image = QImage(shown.data, width, height, shown.strides[0], QImage.Format.Format_RGB32)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(QRectF(visible.left, visible.top, visible.width, visible.height), image)


def amplified(first: _Bgrx, second: _Bgrx) -> _Bgrx:
    """`GAIN` times |first - second|, cut off at white; arrays of one shape, uint8."""
    difference = np.maximum(first, second)
    difference -= np.minimum(first, second)
    np.minimum(difference, 255 // GAIN, out=difference)
    difference *= np.uint8(GAIN)
    return difference


def _seen(layer: Layer, view: Viewport, sharpness: float) -> QImage:
    """What a pane shows of a picture, `sharpness` pixels a screen pixel."""
    visible = view.visible
    width, height = math.ceil(visible.width * sharpness), math.ceil(visible.height * sharpness)
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    painter.scale(width / visible.width, height / visible.height)
    painter.translate(-visible.left, -visible.top)
    box = view.box
    layer.draw(painter, Box(box.left, box.top, box.right, box.bottom), visible, sharpness)
    painter.end()
    return image


def _bytes(image: QImage) -> _Bgrx:
    """H x W x 4, sharing the image's memory."""
    flat = np.frombuffer(image.constBits(), np.uint8)
    return flat.reshape(image.height(), image.bytesPerLine() // 4, 4)[:, : image.width()]
