"""A box that opens a list, with room around its entries and the present one in sight."""

from __future__ import annotations

from PySide6.QtWidgets import QComboBox, QStyledItemDelegate, QWidget


class ListBox(QComboBox):
    """Draws its entries as the style sheet says, which Qt's own delegate for it does not."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(QStyledItemDelegate(self))
