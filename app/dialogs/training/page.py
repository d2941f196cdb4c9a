"""What the pages of the wizard have in common: a heading, a sentence, and whether one may go on."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget


class WizardPage(QWidget):
    """One step of the wizard.

    Signals:
        changed: Whether one may go on may be another.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._title = QLabel()
        self._title.setProperty("role", "title")
        self._text = QLabel()
        self._text.setProperty("role", "muted")
        self._text.setWordWrap(True)
        self.body = QVBoxLayout()
        self.body.setSpacing(12)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(self._title)
        layout.addWidget(self._text)
        layout.addSpacing(8)
        layout.addLayout(self.body, 1)

    def set_words(self, title: str, text: str) -> None:
        """Show the question that the page answers, and one or two sentences below."""
        self._title.setText(title)
        self._text.setText(text)

    @property
    def can_go_on(self) -> bool:
        """True where the next page makes sense."""
        return True

    def enter(self) -> None:
        """The page is shown now."""

    def leave(self) -> None:
        """Another page is shown now."""


def wrapped(text: str = "", role: str = "") -> QLabel:
    """A label that breaks its lines."""
    label = QLabel(text)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        label.setProperty("role", role)
    return label
