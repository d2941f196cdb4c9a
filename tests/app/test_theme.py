"""Light and dark: one style sheet, whose colours are the palette's."""

from __future__ import annotations

from dataclasses import fields

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QCheckBox, QLabel, QWidget
from watchdog import Watchdog

from app.widgets import theme
from app.widgets.theme import Colours, apply_theme, colours, redrawing


class Counter(QObject):
    """Counts how often a widget is measured anew."""

    def __init__(self, watched: QWidget) -> None:
        super().__init__(watched)
        self.count = 0
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        self.count += event.type() == QEvent.Type.StyleChange
        return super().eventFilter(watched, event)


def drawn(widget: QWidget) -> str:
    """The colour in the middle of a widget."""
    picture = widget.grab().toImage()
    return picture.pixelColor(picture.rect().center()).name()


@pytest.fixture
def sheet_of_grounds(qapp, monkeypatch):
    """A sheet with a rule for each colour; the program's own one comes back afterwards."""
    apply_theme(qapp, dark=False)
    before = qapp.styleSheet()
    names = [item.name for item in fields(Colours)]
    text = "\n".join(f"#{name} {{ background: {theme.sheet_colour(name)}; }}" for name in names)
    qapp.setStyleSheet(text)
    yield names
    qapp.setStyleSheet(before)
    apply_theme(qapp, dark=False)


def test_every_colour_reaches_the_screen_and_follows_the_theme(qapp, qtbot, sheet_of_grounds):
    shown = {}
    for name in sheet_of_grounds:
        widget = shown[name] = QWidget(objectName=name)
        widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        widget.resize(20, 20)
        qtbot.addWidget(widget)
    for dark in (False, True, False):
        apply_theme(qapp, dark=dark)
        qtbot.waitUntil(lambda: redrawing(qapp).is_done)  # these are hidden
        wanted = {name: QColor(getattr(colours(dark=dark), name)).name() for name in shown}
        assert {name: drawn(widget) for name, widget in shown.items()} == wanted


def test_another_theme_measures_nothing_anew(qapp, window, qtbot):
    window.show()
    qtbot.waitExposed(window)
    window.set_theme("light")
    counters = [Counter(widget) for widget in window.findChildren(QWidget)]
    assert len(counters) > 100
    with Watchdog() as watchdog:
        for name in ("dark", "light"):
            window.set_theme(name)
            qtbot.waitUntil(lambda: redrawing(qapp).is_done)
    assert sum(counter.count for counter in counters) == 0
    assert watchdog.longest_busy_ms < 100


def test_a_widget_that_is_gone_before_its_turn_is_no_matter(qapp, qtbot, window):
    window.set_theme("light")
    gone = [QWidget() for _ in range(300)]
    for widget in gone:
        widget.ensurePolished()
    window.set_theme("dark")
    assert not redrawing(qapp).is_done
    while gone:
        gone.pop().deleteLater()
    window.set_theme("light")
    qtbot.waitUntil(lambda: redrawing(qapp).is_done)


def test_a_hidden_widget_has_the_colours_when_it_is_shown(qapp, qtbot, window):
    label = QLabel("words", window)
    for name, dark in (("dark", True), ("light", False)):
        window.set_theme(name)
        qtbot.waitUntil(lambda: redrawing(qapp).is_done)
        text = label.palette().color(QPalette.ColorRole.WindowText).name()
        assert text == colours(dark=dark).text


def test_a_widget_that_is_shown_before_its_turn_has_the_colours_at_once(qapp, qtbot):
    apply_theme(qapp, dark=True)
    qtbot.waitUntil(lambda: redrawing(qapp).is_done)
    late = QWidget()
    qtbot.addWidget(late)
    labels = [QLabel("words", late) for _ in range(200)]
    for widget in (late, *labels):
        widget.ensurePolished()
    apply_theme(qapp, dark=False)
    assert not redrawing(qapp).is_done
    late.show()
    shown = {label.palette().color(QPalette.ColorRole.WindowText).name() for label in labels}
    assert shown == {colours(dark=False).text}


def test_a_ticked_box_is_readable_in_both_themes(qapp, window, qtbot):
    """What is beside the tick in the box is the accent; the tick itself is its text's colour."""
    box = QCheckBox("ticked", window)
    box.setChecked(True)
    for name, dark in (("dark", True), ("light", False), ("dark", True)):
        window.set_theme(name)
        qtbot.waitUntil(lambda: redrawing(qapp).is_done)
        picture = box.grab().toImage()
        side = range(picture.height())
        found = {picture.pixelColor(x, y).name() for x in side for y in side}
        chosen = colours(dark=dark)
        assert {chosen.accent, chosen.accent_text} <= found
    window.set_theme("light")
