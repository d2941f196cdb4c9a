"""Text in a few lines, with an ellipsis where there is more of it; breaks in long names."""

from __future__ import annotations

import itertools
import math
import re
import unicodedata
from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics, QTextLayout, QTextOption
from PySide6.QtWidgets import QLabel

_BREAK = "\u200b"
"""A space without width: a line may end there."""

_LONG_RUN = re.compile(r"\S{25,}")
_MOST_IN_A_PIECE = 16
_SEPARATORS = frozenset("_-.,;/\\")
_JOINERS = frozenset("\u200c\u200d")
_VIRAMA = 9
"""The combining class of the mark that joins a letter to the next one, in Bengali for instance."""


def breakable(text: str) -> str:
    """A text whose long names may be broken where a label is narrower than they are.

    Most files have names without a space, which Qt would cut off at the border of a label.
    """
    return _LONG_RUN.sub(lambda run: _BREAK.join(_pieces(run[0])), text)


def _pieces(run: str) -> list[str]:
    """The parts of a long name: separators, and some of the letters between them."""
    pieces: list[str] = []
    count = 0
    was_separator = False
    for sign in _signs(run):
        is_separator = sign in _SEPARATORS
        has_room = is_separator or count < _MOST_IN_A_PIECE
        if pieces and has_room and is_separator == was_separator:
            pieces[-1] += sign
            count += 1
        else:
            pieces.append(sign)
            count = 1
        was_separator = is_separator
    return pieces


def _signs(run: str) -> list[str]:
    """Letters with the marks that belong to them, which no line may end between."""
    signs: list[str] = []
    for letter in run:
        if signs and _belong_together(signs[-1][-1], letter):
            signs[-1] += letter
        else:
            signs.append(letter)
    return signs


def _belong_together(before: str, letter: str) -> bool:
    return (
        unicodedata.category(letter).startswith("M")
        or before in _JOINERS
        or letter in _JOINERS
        or unicodedata.combining(before) == _VIRAMA
    )


def show_breakable(label: QLabel, text: str) -> None:
    """Show a text whose long names may be broken; screen readers hear it as it is."""
    label.setText(breakable(text))
    label.setAccessibleName(text)


def unbroken(text: str) -> str:
    """The text that `breakable` was given."""
    return text.replace(_BREAK, "")


def line_height_px(font: QFont, texts: Iterable[str]) -> int:
    """The height in which each of these texts is whole, drawn with this font.

    Letters that the font lacks come from another one, and may be higher than its own.
    """
    return max([QFontMetrics(font).height(), *(_height_px(text, font) for text in texts)])


def _height_px(text: str, font: QFont) -> int:
    layout = QTextLayout(text, font)
    layout.beginLayout()
    line = layout.createLine()
    layout.endLayout()
    return math.ceil(line.height()) if line.isValid() else 0


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
