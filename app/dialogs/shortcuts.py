"""Lists all keys."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.dialogs.button_row import button_row

_LEAST_WIDTH_PX, _MOST_WIDTH_PX = 720, 960
_HEIGHT_PX = 620
_AROUND_PX = 60
"""Margins, the border and the scroll bar."""


class ShortcutsDialog(QDialog):
    """A table of keys and what they do, made from the actions themselves.

    Args:
        actions: Every action; those without a key are left out.
        parent: Owner.
    """

    def __init__(self, actions: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        rows = [(_keys(action), action.statusTip()) for action in actions if action.shortcuts()]
        rows += [
            (self.tr("Arrow keys"), self.tr("Move the photo")),
            ("[   ]", self.tr("Move the divider")),
            (self.tr("Double click"), self.tr("Whole photo or actual size; on a slider: reset")),
        ]
        table = QTableWidget(len(rows), 2)
        table.setAccessibleName(self.tr("Keyboard shortcuts"))
        table.setToolTip(self.tr("All keys, and what each does"))
        table.setHorizontalHeaderLabels([self.tr("Key"), self.tr("What it does")])
        table.verticalHeader().hide()
        table.setShowGrid(False)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        for row, texts in enumerate(rows):
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setTextAlignment(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading)
                table.setItem(row, column, item)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading)
        header.setHighlightSections(False)
        table.resizeColumnToContents(0)
        words_px = header.sectionSize(0) + table.sizeHintForColumn(1) + _AROUND_PX
        self.resize(max(_LEAST_WIDTH_PX, min(words_px, _MOST_WIDTH_PX)), _HEIGHT_PX)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        buttons = button_row(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 18, 18, 14)
        layout.setSpacing(14)
        layout.addWidget(table)
        layout.addWidget(buttons)


def _keys(action: QAction) -> str:
    native = QKeySequence.SequenceFormat.NativeText
    return action.shortcuts()[0].toString(native)
