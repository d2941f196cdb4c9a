"""One question with some answers."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPushButton, QVBoxLayout, QWidget

from app.widgets.line_break import show_breakable

_WIDTH_PX = 420
_Role = QDialogButtonBox.ButtonRole


class Question(QDialog):
    """Asks something; what closes it otherwise is none of the answers.

    Answers stand in the order that the user's desktop has for what they do.

    Args:
        title: The question, or what it is about, in one sentence.
        words: What follows from the answers.
        parent: Owner; its window's title is the question's too.
        is_rich: `words` is HTML, with links that open in the browser.
    """

    def __init__(
        self, title: str, words: str, parent: QWidget | None = None, *, is_rich: bool = False
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Heirloom"))
        self.setMinimumWidth(_WIDTH_PX)
        self.chosen: QPushButton | None = None
        self.title, self.words = QLabel(), QLabel(words)
        self.title.setProperty("role", "heading")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        show_breakable(self.title, title)
        self.words.setTextFormat(Qt.TextFormat.RichText if is_rich else Qt.TextFormat.PlainText)
        if is_rich:
            self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
            self.words.setOpenExternalLinks(True)
        else:
            show_breakable(self.words, words)
        for label in (self.title, self.words):
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._answers = QDialogButtonBox()
        self._rows = layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(8)
        layout.addWidget(self.title)
        layout.addWidget(self.words, 1)
        layout.addSpacing(12)
        layout.addWidget(self._answers)

    def add(
        self,
        text: str,
        tip: str,
        role: QDialogButtonBox.ButtonRole = _Role.AcceptRole,
        *,
        is_primary: bool = False,
        is_default: bool = False,
    ) -> QPushButton:
        """Add an answer, which closes the question when it is chosen.

        Args:
            text: What the button says.
            tip: What then happens.
            role: What it does, which is what its place comes from.
            is_primary: It is the one to be seen first; Enter chooses it.
            is_default: Enter chooses it.
        """
        button = QPushButton(text)
        button.setToolTip(tip)
        button.setAccessibleDescription(tip)
        button.setAutoDefault(False)
        if is_primary:
            button.setProperty("primary", "true")
        button.clicked.connect(partial(self._on_clicked, button))
        self._answers.addButton(button, role)
        if is_primary or is_default:
            button.setDefault(True)
            button.setFocus()
        return button

    def add_below(self, widget: QWidget) -> None:
        """Lay a widget between the words and the answers."""
        self._rows.insertWidget(self._rows.indexOf(self.words) + 1, widget)

    def add_cancel(self, *, is_default: bool = False) -> QPushButton:
        """Add the answer that does nothing."""
        tip = self.tr("Closes this question; nothing is done")
        return self.add(self.tr("Cancel"), tip, _Role.RejectRole, is_default=is_default)

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Take the height that the words need at this width, which Qt's first guess is above."""
        super().showEvent(event)
        self._rows.activate()
        self.resize(self.width(), self._rows.totalHeightForWidth(self.width()))

    def ask(self) -> QPushButton | None:
        """Wait for the answer; None where none was chosen."""
        self.exec()
        self.deleteLater()
        return self.chosen

    @Slot()
    def _on_clicked(self, button: QPushButton, *_checked: object) -> None:
        self.chosen = button
        self.accept()
