"""Text in a few lines, with an ellipsis where there is more of it; breaks in long names."""

from __future__ import annotations

import itertools
import re

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics, QTextLayout, QTextOption

_BREAK = "\u200b"
"""A space without width: a line may end there."""

_LONG_RUN = re.compile(r"\S{25,}")
_PIECE = re.compile(r"[_\-.,;/\\]+|[^_\-.,;/\\]{1,16}")


def breakable(text: str) -> str:
    """A text whose long names may be broken where a label is narrower than they are.

    Most files have names without a space, which Qt would cut off at the border of a label.
    """
    return _LONG_RUN.sub(lambda run: _BREAK.join(_PIECE.findall(run[0])), text)


def unbroken(text: str) -> str:
    """The text that `breakable` was given."""
    return text.replace(_BREAK, "")


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
    units = text.encode("utf-16-le", "surrogatepass")  # Qt counts in pairs of bytes
    bounds = itertools.pairwise([*starts, len(units) // 2])
    parts = [units[2 * start : 2 * end] for start, end in bounds]
    lines = [part.decode("utf-16-le", "surrogatepass").strip() for part in parts]
    right = Qt.TextElideMode.ElideRight
    return (*lines[:-1], QFontMetrics(font).elidedText(lines[-1], right, width_px))
