"""The checker of names, tooltips and tab stops, and the window in use; see test_every_window."""

from __future__ import annotations

import pytest
from accessible import interactive, problems_of, tab_order
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton, QVBoxLayout, QWidget


def open_photo(qtbot, window, path) -> None:
    with qtbot.waitSignal(window.work.restored):
        window.open_paths([path])
    qtbot.waitUntil(lambda: not window.work.is_busy)


def check(root: QWidget, at_least: int) -> None:
    problems = problems_of(root)
    assert not problems, "\n" + "\n".join(sorted(set(problems)))
    assert len(list(interactive(root))) >= at_least


def test_the_checker_sees_what_is_missing(qtbot):
    root = QWidget()
    qtbot.addWidget(root)
    layout = QVBoxLayout(root)
    button = QPushButton()
    button.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    layout.addWidget(button)
    kinds = {problem.partition(":")[0] for problem in problems_of(root)}
    assert kinds == {"no name", "no tooltip", "no tab stop"}


@pytest.mark.parametrize("mode", ["simple", "studio"])
def test_the_window_with_all_its_panes(qtbot, window, photo_path, mode):
    check(window, 10)
    open_photo(qtbot, window, photo_path)
    window.set_mode(mode)
    QApplication.processEvents()
    check(window, 30)


def test_preferences(qtbot, window):
    window.commands.preferences.trigger()
    check(window.manners.dialog, 8)
    window.manners.dialog.close()


@pytest.mark.parametrize("mode", ["simple", "studio"])
def test_tab_visits_every_control_that_is_shown_and_enabled(qtbot, window, photo_path, mode):
    open_photo(qtbot, window, photo_path)
    window.set_mode(mode)
    window.activateWindow()
    QApplication.processEvents()
    window.parts.area.canvas.setFocus()
    visited = tab_order(window.parts.area.canvas)
    missed = [
        f"{type(widget).__name__} {widget.accessibleName()!r}"
        for widget in interactive(window)
        if widget.isVisible() and widget.isEnabled() and not _is_reached(widget, visited)
    ]
    assert not missed, missed


def _is_reached(widget: QWidget, visited: list[QWidget]) -> bool:
    """Radio buttons and switches of one group share a tab stop: arrow keys go on from there."""
    if widget in visited or widget.focusProxy() in visited:
        return True
    group = getattr(widget, "group", lambda: None)()
    if group is not None and group.exclusive():
        return any(button in visited for button in group.buttons())
    exclusive = getattr(widget, "autoExclusive", lambda: False)()
    siblings = widget.parentWidget().findChildren(type(widget)) if exclusive else []
    return any(button in visited for button in siblings)


def test_the_keyboard_alone_changes_a_setting_of_the_program(qtbot, window, store):
    """Ctrl+comma opens the preferences; Tab and arrow keys change the theme; Esc closes them."""
    window.activateWindow()
    QTest.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    dialog = window.manners.dialog
    assert dialog is not None
    assert dialog.isVisible()
    theme = dialog.forms[0].row("theme")._box
    dialog.activateWindow()
    for _ in range(40):
        if dialog.focusWidget() is theme:
            break
        QTest.keyClick(dialog.focusWidget() or dialog, Qt.Key.Key_Tab)
    assert dialog.focusWidget() is theme
    QTest.keyClick(theme, Qt.Key.Key_Down)
    assert store.load().theme == "dark"
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert window.manners.dialog is None
