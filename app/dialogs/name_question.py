"""Asks for a name."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QLineEdit, QWidget

from app.dialogs.question import Question


class NameQuestion(Question):
    """Lets the user type a name, beginning with a suggestion.

    Args:
        title: What the name is for.
        words: What it is the name of.
        suggestion: Stands in the field, chosen, so that typing takes its place.
        parent: Owner.
    """

    def __init__(
        self, title: str, words: str, suggestion: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(title, words, parent)
        self.field = QLineEdit(suggestion)
        self.field.setAccessibleName(words)
        self.field.setToolTip(self.tr("Type a name; Enter keeps it"))
        self.field.selectAll()
        self.field.textChanged.connect(self._on_text_changed)
        self.add_below(self.field)
        self.add_cancel()
        self.keep = self.add(self.tr("Keep"), self.tr("Keeps it under this name"), is_primary=True)
        self.field.setFocus()
        self._on_text_changed()

    def ask_name(self) -> str:
        """Wait for the answer; empty where none was given."""
        return self.field.text().strip() if self.ask() is self.keep else ""

    @Slot()
    def _on_text_changed(self) -> None:
        self.keep.setEnabled(bool(self.field.text().strip()))
