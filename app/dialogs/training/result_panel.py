"""At the end: the honest comparison, and one click to use the result."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from app.dialogs.training.page import wrapped
from app.dialogs.training.texts import figure_help, figure_text, verdict_text

_DIGITS = {"identity": 3, "niqe": 2, "perceptual": 2, "ssim": 3, "psnr": 2}


class ResultPanel(QFrame):
    """The comparison with the model that the training started from.

    Signals:
        register_asked: The user wants the result among the models.
        save_asked: The user wants it as a file.
    """

    register_asked = Signal()
    save_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("verdictBox")
        self.heading = wrapped(role="heading")
        self.sentence = wrapped()
        self.done = wrapped(role="heading")
        self.register_button = QPushButton(self.tr("Add to my models"))
        self.register_button.setToolTip(
            self.tr("Makes the best state of this training a model that you can choose everywhere")
        )
        self.save_button = QPushButton(self.tr("Save model file…"))
        self.save_button.setToolTip(self.tr("Writes a file for other computers, with its card"))
        for button in (self.register_button, self.save_button):
            button.setAutoDefault(False)
        self._table = QGridLayout()
        self._table.setHorizontalSpacing(22)
        self._table.setVerticalSpacing(3)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(self.heading)
        words.addWidget(self.sentence)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addWidget(self.register_button)
        buttons.addWidget(self.save_button)
        buttons.addStretch(1)
        words.addSpacing(4)
        words.addLayout(buttons)
        words.addWidget(self.done)
        words.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 12)
        layout.setSpacing(24)
        layout.addLayout(words, 1)
        layout.addLayout(self._table)
        self.register_button.clicked.connect(self.register_asked)
        self.save_button.clicked.connect(self.save_asked)

    def show_comparison(self, comparison: dict[str, Any] | None) -> None:
        """Show the verdict; without a comparison only that there is none."""
        self._clear()
        good = comparison is not None and comparison["verdict"] == "better"
        self.register_button.setProperty("primary", "true" if good else "false")
        self.register_button.style().unpolish(self.register_button)
        self.register_button.style().polish(self.register_button)
        self.setProperty("kind", "good" if good else "note")
        self.style().unpolish(self)
        self.style().polish(self)
        if comparison is None:
            self.heading.setText(self.tr("Not compared"))
            self.sentence.setText(
                self.tr("No face was held out, or the model it started from is gone.")
            )
            return
        heading, sentence = verdict_text(comparison)
        self.heading.setText(heading)
        self.sentence.setText(sentence)
        titles = ("", self.tr("Before"), self.tr("Yours"), "")
        for column, title in enumerate(titles):
            self._table.addWidget(_cell(title, "muted"), 0, column)
        for row, (name, figure) in enumerate(comparison["figures"].items(), 1):
            self._add_row(row, name, figure)

    def _add_row(self, row: int, name: str, figure: dict[str, Any]) -> None:
        outcomes = {"better": self.tr("better"), "worse": self.tr("worse")}
        digits = _DIGITS.get(name, 3)
        texts = (
            figure_text(name),
            self.locale().toString(float(figure["start"]), "f", digits),
            self.locale().toString(float(figure["yours"]), "f", digits),
            outcomes.get(figure["outcome"], self.tr("no clear difference")),
        )
        for column, text in enumerate(texts):
            role = "muted" if column == 3 and figure["outcome"] == "same" else ""
            label = _cell(text, role)
            label.setToolTip(figure_help(name))
            if column in (1, 2):
                label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._table.addWidget(label, row, column)

    def show_registered(self, text: str) -> None:
        """Say that it is among the models now, or nothing."""
        self.done.setText(text)
        self.done.setVisible(bool(text))

    def _clear(self) -> None:
        while self._table.count():
            item = self._table.takeAt(0)
            widget = None if item is None else item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()


def _cell(text: str, role: str) -> QLabel:
    label = QLabel(text)
    if role:
        label.setProperty("role", role)
    return label
