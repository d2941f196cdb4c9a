"""Icons are drawn once for each colour, size and screen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QPixmapCache

from app.widgets import theme

SIZE = QSize(20, 20)


@pytest.fixture
def drawings(qapp, monkeypatch) -> list[str]:
    """What was drawn, beginning with nothing known."""
    QPixmapCache.clear()
    made: list[str] = []
    draw = theme._drawn

    def counted(svg, size, ratio):
        made.append(svg)
        return draw(svg, size, ratio)

    monkeypatch.setattr(theme, "_drawn", counted)
    return made


def test_the_same_icon_is_drawn_once(drawings):
    first = theme.svg_pixmap("close", SIZE, "#112233", 2.0)
    again = theme.svg_pixmap("close", SIZE, "#112233", 2.0)
    assert len(drawings) == 1
    assert again.toImage() == first.toImage()
    assert again.devicePixelRatio() == 2.0


@pytest.mark.parametrize(
    ("name", "size", "colour", "ratio"),
    [
        ("brush", SIZE, "#112233", 2.0),
        ("close", QSize(20, 24), "#112233", 2.0),
        ("close", SIZE, "#aabbcc", 2.0),
        ("close", SIZE, "#112233", 1.0),
    ],
)
def test_whatever_differs_is_drawn_anew(drawings, name, size, colour, ratio):
    first = theme.svg_pixmap("close", SIZE, "#112233", 2.0)
    other = theme.svg_pixmap(name, size, colour, ratio)
    assert len(drawings) == 2
    assert other.toImage() != first.toImage()
