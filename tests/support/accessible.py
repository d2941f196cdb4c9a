"""Checks that everything that can be used can be used without a mouse and without seeing it."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QDialogButtonBox,
    QHeaderView,
    QLineEdit,
    QMenu,
    QMenuBar,
    QPlainTextEdit,
    QScrollBar,
    QTextEdit,
    QWidget,
)

INTERACTIVE = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
)
_PARTS_OF_OTHERS = (
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QMenu,
    QMenuBar,
)


def interactive(root: QWidget) -> Iterator[QWidget]:
    """All widgets below `root` that a user can do something with; parts of Qt's own left out."""
    for widget in root.findChildren(QWidget):
        if not isinstance(widget, INTERACTIVE) or isinstance(widget, (QScrollBar, QHeaderView)):
            continue
        if widget.objectName().startswith("qt_") or _is_part(widget):
            continue
        yield widget


def _is_part(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, _PARTS_OF_OTHERS):
            return True
        parent = parent.parentWidget()
    return False


def problems_of(root: QWidget) -> list[str]:
    """What is missing below `root`: names, tooltips, tab stops."""
    found = []
    for widget in interactive(root):
        text = getattr(widget, "text", str)
        shown = text() if callable(text) and isinstance(widget, QAbstractButton) else ""
        name = widget.accessibleName() or shown
        where = f"{type(widget).__name__} {name!r} in {_place(widget)}"
        if not name:
            found.append(f"no name: {where}")
        if not widget.toolTip() and not isinstance(widget.parentWidget(), QDialogButtonBox):
            found.append(f"no tooltip: {where}")
        if not widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not _shares_a_stop(widget):
            found.append(f"no tab stop: {where}")
    return found


def _shares_a_stop(widget: QWidget) -> bool:
    """Qt gives the buttons of an exclusive group one tab stop: arrow keys go on from there."""
    group = widget.group() if isinstance(widget, QAbstractButton) else None
    if group is None or not group.exclusive():
        return False
    return any(button.focusPolicy() & Qt.FocusPolicy.TabFocus for button in group.buttons())


def _place(widget: QWidget) -> str:
    names = []
    parent = widget.parentWidget()
    while parent is not None and len(names) < 4:
        names.append(type(parent).__name__)
        parent = parent.parentWidget()
    return " < ".join(names)


def tab_order(start: QWidget) -> list[QWidget]:
    """What Tab visits from a widget on, until it comes round."""
    window, visited = start.window(), [start]
    while len(visited) < 1000:
        window.focusNextChild()
        now = window.focusWidget()
        if now is None or now in visited:
            break
        visited.append(now)
    return visited
