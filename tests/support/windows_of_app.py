"""Finds every class of `app` that is a window, and what a user would see wrong in one."""

from __future__ import annotations

import importlib
import pkgutil
import re

from PySide6.QtCore import QRect
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QComboBox,
    QDialog,
    QLabel,
    QMainWindow,
    QRadioButton,
    QScrollArea,
    QStyle,
    QStyleOptionButton,
    QStyleOptionComboBox,
    QWidget,
)

import app


def window_classes() -> dict[str, type[QWidget]]:
    """All classes of `app` that open a window of their own, by their names."""
    found = {}
    for module in pkgutil.walk_packages(app.__path__, "app."):
        if not module.name.startswith(("app.windows", "app.dialogs", "app.widgets", "app.views")):
            continue
        for value in vars(importlib.import_module(module.name)).values():
            is_ours = isinstance(value, type) and value.__module__ == module.name
            if is_ours and issubclass(value, (QDialog, QMainWindow)):
                found[value.__name__] = value
    return found


def cut_off(root: QWidget) -> list[str]:
    """Texts that are shown and have no room."""
    found = []
    for widget in root.findChildren(QWidget):
        if not widget.isVisibleTo(root) or widget.window() is not root.window():
            continue
        if isinstance(widget, QScrollArea) and widget.horizontalScrollBar().maximum():
            found.append(f"{widget.objectName()} hides what is on its right")
        needed, room = _widths(widget)
        if needed > room:
            found.append(f"{type(widget).__name__} {_text(widget)!r}: {needed} px in {room}")
        elif isinstance(widget, QLabel) and widget.wordWrap() and widget.text():
            tall = widget.heightForWidth(widget.width())
            if tall > widget.height() + 1:
                found.append(f"QLabel {widget.text()!r}: {tall} px high in {widget.height()}")
    return found


def _text(widget: QWidget) -> str:
    return widget.currentText() if isinstance(widget, QComboBox) else widget.text()


def _widths(widget: QWidget) -> tuple[int, int]:
    """How wide the text of a widget is, and how much room it has, in pixels."""
    nothing = (0, 0)
    if isinstance(widget, QLabel):
        if widget.wordWrap() or not widget.text() or not widget.pixmap().isNull():
            return nothing
        document = QTextDocument()
        document.setDefaultFont(widget.font())
        document.setDocumentMargin(0)
        if "<" in widget.text():
            document.setHtml(widget.text())
        elif widget.buddy() is not None:
            document.setPlainText(re.sub(r"&(?!&)", "", widget.text()))
        else:
            document.setPlainText(widget.text())
        return round(document.idealWidth()), widget.contentsRect().width() + 1
    if isinstance(widget, QAbstractButton) and widget.text() and widget.icon().isNull():
        text = re.sub(r"&(?!&)", "", widget.text())
        return widget.fontMetrics().horizontalAdvance(text), _button_room(widget).width() + 1
    if isinstance(widget, QComboBox):
        option = QStyleOptionComboBox()
        widget.initStyleOption(option)
        room = widget.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox,
            option,
            QStyle.SubControl.SC_ComboBoxEditField,
            widget,
        )
        return widget.fontMetrics().horizontalAdvance(widget.currentText()), room.width() + 1
    return nothing


def _button_room(widget: QAbstractButton) -> QRect:
    element = QStyle.SubElement.SE_PushButtonContents
    if isinstance(widget, QCheckBox):
        element = QStyle.SubElement.SE_CheckBoxContents
    elif isinstance(widget, QRadioButton):
        element = QStyle.SubElement.SE_RadioButtonContents
    option = QStyleOptionButton()
    option.initFrom(widget)
    return widget.style().subElementRect(element, option, widget)
