"""The bar below the photo at every width."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QToolButton, QWidget

from app.widgets.theme import icon
from app.widgets.view_bar import ViewBar

NAMES = ("divider", "side-by-side", "blink"), ("original", "faces"), ("zoom-out", "zoom-in", "fit")


@pytest.fixture
def bar(qtbot) -> ViewBar:
    holder = QWidget()
    qtbot.addWidget(holder)
    groups = [[QAction(icon(name), name, holder) for name in names] for names in NAMES]
    made = ViewBar(*groups, parent=holder)
    made.show_info("1000 × 1250 → 4000 × 5000", "details")
    made.show_zoom(0.5)
    holder.resize(1200, 60)
    made.resize(1200, 44)
    holder.show()
    made.keeps = holder  # else nothing would hold it
    return made


def shown(bar: ViewBar) -> set[str]:
    buttons = bar.findChildren(QToolButton)
    return {button.text() for button in buttons if button.isVisible() and button.text()}


def in_menu(bar: ViewBar) -> set[str]:
    bar._more.menu().aboutToShow.emit()
    return {action.text() for action in bar._more.menu().actions() if action.text()}


def test_at_every_width_nothing_is_cut_and_nothing_is_lost(bar, qapp):
    everything = {name for names in NAMES for name in names}
    for width in range(1200, bar.minimumSizeHint().width() - 1, -7):
        bar.resize(width, 44)
        qapp.processEvents()
        for widget in bar.findChildren(QWidget):
            if widget.isVisible() and widget.parentWidget() is bar and not widget.isWindow():
                assert widget.width() >= widget.sizeHint().width(), (width, widget)
                assert widget.geometry().right() < width, (width, widget)
        there = in_menu(bar) if bar._more.isVisible() else set()
        assert shown(bar) | there == everything
        assert not shown(bar) & there
        assert {"zoom-out", "zoom-in"} <= shown(bar)


def test_the_size_goes_before_any_button(bar):
    bar.resize(bar._needed_px(0), 44)
    assert bar._info.isVisible()
    bar.resize(bar._needed_px(0) - 1, 44)
    assert not bar._info.isVisible()
    assert not bar._more.isVisible()


def test_a_longer_size_makes_room_for_itself_or_goes(bar):
    bar.resize(bar._needed_px(0), 44)
    bar.show_info("10000 × 12500 → 40000 × 50000, and so on", "")
    assert not bar._info.isVisible()
    bar.show_info("9 × 9", "")
    assert bar._info.isVisible()


def test_the_menu_s_button_is_drawn_and_named(bar):
    bar.resize(bar.minimumSizeHint().width(), 44)
    assert bar._more.isVisible()
    assert bar._more.accessibleName()
    assert not bar._more.icon().isNull()
