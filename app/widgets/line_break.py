"""Text in a few lines, with an ellipsis where there is more of it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics, QTextLayout, QTextOption


def wrapped(text: str, font: QFont, width_px: int, most: int) -> tuple[str, ...]:
    """Break a text into lines, between words where that is possible.

    Args:
        text: Line breaks in it are taken for spaces.
        font: What it is drawn with.
        width_px: Room in each line.
        most: How many lines there are room for; the last one is cut at its end.
    """
    text = " ".join(text.split())
    if not text:
        return ()
    layout = QTextLayout(text, font)
    option = QTextOption()
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    layout.setTextOption(option)
    starts: list[int] = []
    layout.beginLayout()
    while len(starts) < most and (line := layout.createLine()).isValid():
        line.setLineWidth(width_px)
        starts.append(line.textStart())
    layout.endLayout()
    ends = [*starts[1:], len(text)]
    lines = [text[start:end].strip() for start, end in zip(starts, ends, strict=True)]
    right = Qt.TextElideMode.ElideRight
    return (*lines[:-1], QFontMetrics(font).elidedText(lines[-1], right, width_px))
