"""A card over the photo that says what is being done, how long it will take, and can stop it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.widgets.core_text import core_text
from app.widgets.elided_label import ElidedLabel

_STEPS = 1000
_LEAST_WIDTH_PX = 240
_SECONDS_SHOWN_EXACTLY = 90


class ProgressCard(QFrame):
    """Progress of the present job.

    Signals:
        cancelled: The user wants it stopped.
    """

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("progressCard")
        self._message = ElidedLabel("plain", cut=Qt.TextElideMode.ElideRight)
        self._left = QLabel()
        self._left.setProperty("role", "muted")
        self._bar = QProgressBar()
        self._bar.setRange(0, _STEPS)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Progress"))
        self._cancel = QPushButton(self.tr("Cancel"))
        self._cancel.setToolTip(self.tr("Stops within a second. Nothing is lost. (Esc)"))
        self._cancel.clicked.connect(self.cancelled)
        words = QHBoxLayout()
        words.addWidget(self._message, 1)
        words.addWidget(self._left)
        column = QVBoxLayout()
        column.setSpacing(8)
        column.addLayout(words)
        column.addWidget(self._bar)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 12, 12, 12)
        layout.setSpacing(16)
        layout.addLayout(column, 1)
        layout.addWidget(self._cancel, 0, Qt.AlignmentFlag.AlignVCenter)
        self.setMinimumWidth(_LEAST_WIDTH_PX)
        self.hide()

    def begin(self, title: str) -> None:
        """Show the card for a new job."""
        self._message.show_text(title)
        self._left.setText("")
        self._bar.setValue(0)
        self._cancel.setEnabled(True)
        self.show()
        self.raise_()

    def show_progress(self, fraction: float, message: str, left_s: float | None) -> None:
        """Show how far the job is."""
        if message:
            self._message.show_text(core_text(message))
        self._bar.setValue(round(fraction * _STEPS))
        self._left.setText("" if left_s is None else self._left_text(left_s))

    def show_stopping(self) -> None:
        """Say that the wish to stop has been heard."""
        self._message.show_text(self.tr("Stopping"))
        self._left.setText("")
        self._cancel.setEnabled(False)

    def _left_text(self, left_s: float) -> str:
        if left_s < 1.5:
            return self.tr("almost done")
        if left_s < _SECONDS_SHOWN_EXACTLY:
            return self.tr("about %n second(s) left", "", round(left_s))
        return self.tr("about %n minute(s) left", "", round(left_s / 60))
