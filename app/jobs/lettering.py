"""Words on the contact sheet in any script: Qt finds the fonts and shapes the letters.

May be called in any thread. Where there is no application, on the command line, one is made that
needs no screen.
"""

from __future__ import annotations

import sys

from PIL import Image
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QGuiApplication,
    QImage,
    QPainter,
    QTextLayout,
    QTextOption,
)

from core.reports.lettering import BASELINE, LINE_HEIGHT, drawable

_made: list[QGuiApplication] = []
"""Keeps the application of the command line alive."""


def qt_lettering(text: str, size_px: int, colour: str, room_px: int) -> Image.Image | None:
    """Draw with the fonts of this computer; implements `core.reports.lettering.Lettering`."""
    _need_application()
    font = QFont()
    font.setPixelSize(size_px)
    middle = Qt.TextElideMode.ElideMiddle
    shown = QFontMetricsF(font).elidedText(drawable(text), middle, room_px)
    layout = QTextLayout(shown, font)
    option = QTextOption()
    option.setTextDirection(Qt.LayoutDirection.LeftToRight)  # the number stays at the left
    layout.setTextOption(option)
    layout.beginLayout()
    line = layout.createLine()
    layout.endLayout()
    if not line.isValid() or any(0 in run.glyphIndexes() for run in layout.glyphRuns()):
        return None
    width = max(1, min(room_px, round(line.naturalTextWidth()) + 1))
    picture = QImage(width, round(LINE_HEIGHT * size_px), QImage.Format.Format_RGBA8888)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setPen(QColor(colour))
    layout.draw(painter, QPointF(0.0, BASELINE * size_px - line.ascent()))
    painter.end()
    size = picture.width(), picture.height()
    return Image.frombuffer(
        "RGBA", size, bytes(picture.constBits()), "raw", "RGBA", picture.bytesPerLine(), 1
    ).copy()


def _need_application() -> None:
    if QGuiApplication.instance() is None:
        no_screen = ["-platform", "offscreen"] if sys.platform.startswith("linux") else []
        _made.append(QGuiApplication(["heirloom", *no_screen]))
