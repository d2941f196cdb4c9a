"""Shown when something happened that nobody foresaw: plain words, details, go on or quit."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QFontDatabase, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.session.troubles import Trouble
from app.widgets.core_text import core_text
from app.widgets.theme import current_colours, svg_pixmap

_WIDTH_PX = 560
_ICON_PX = 32


class CrashDialog(QDialog):
    """One unexpected error.

    Args:
        trouble: What happened.
        is_work_kept: The settings of the open photo come back at the next start.
        parent: Owner.

    Signals:
        quit_asked: The user wants to end the program.
    """

    quit_asked = Signal()

    def __init__(
        self, trouble: Trouble, *, is_work_kept: bool, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Heirloom has a problem"))
        self._details = trouble.details
        title = QLabel(core_text(trouble.summary))
        title.setProperty("role", "heading")
        title.setWordWrap(True)
        kept = self.tr("What you did to the open photo is kept and offered at the next start.")
        words = QLabel(" ".join([core_text(trouble.remedy), *([kept] if is_work_kept else [])]))
        words.setWordWrap(True)
        self.text = QPlainTextEdit(trouble.details)
        self.text.setReadOnly(True)
        self.text.setAccessibleName(self.tr("Details for a bug report"))
        self.text.setToolTip(self.tr("Holds no picture and no names of files"))
        self.text.setTabChangesFocus(True)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setMinimumHeight(self.fontMetrics().lineSpacing() * 10)
        self.text.hide()
        self._make_buttons()
        self._lay_out(title, words)
        self.continue_button.setFocus()
        self._widen()

    def _make_buttons(self) -> None:
        self.show_button = QPushButton(self.tr("Show details"))
        self.show_button.setToolTip(self.tr("Shows what a bug report needs"))
        self.copy_button = QPushButton(self.tr("Copy details"))
        self.copy_button.setToolTip(
            self.tr("Copies what a bug report needs. It holds no picture and no names.")
        )
        self.quit_button = QPushButton(self.tr("Quit"))
        self.quit_button.setToolTip(self.tr("Ends Heirloom"))
        self.continue_button = QPushButton(self.tr("Continue"))
        self.continue_button.setToolTip(self.tr("Closes this message; Heirloom goes on"))
        self.continue_button.setProperty("primary", "true")
        self.continue_button.setDefault(True)
        self.show_button.clicked.connect(self._on_show_clicked)
        self.copy_button.clicked.connect(self._on_copy_clicked)
        self.quit_button.clicked.connect(self._on_quit_clicked)
        self.continue_button.clicked.connect(self.accept)

    def _lay_out(self, title: QLabel, words: QLabel) -> None:
        picture = QLabel()
        size = QSize(_ICON_PX, _ICON_PX)
        colour = current_colours().error
        picture.setPixmap(svg_pixmap("warning", size, colour, self.devicePixelRatioF()))
        texts = QVBoxLayout()
        texts.setSpacing(6)
        texts.addWidget(title)
        texts.addWidget(words)
        texts.addStretch(1)
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(texts, 1)
        endings = QDialogButtonBox()
        endings.addButton(self.quit_button, QDialogButtonBox.ButtonRole.RejectRole)
        endings.addButton(self.continue_button, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons = QHBoxLayout()
        buttons.addWidget(self.show_button)
        buttons.addWidget(self.copy_button)
        buttons.addStretch(1)
        buttons.addWidget(endings)
        self._rows = layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(16)
        layout.addLayout(head)
        layout.addWidget(self.text, 1)
        layout.addLayout(buttons)

    @Slot()
    def _on_show_clicked(self) -> None:
        shown = self.text.isHidden()
        self.text.setVisible(shown)
        self.show_button.setText(self.tr("Hide details") if shown else self.tr("Show details"))
        self._widen()
        self.adjustSize()

    def _widen(self) -> None:
        """A minimum of its own keeps Qt from following the layout where its words grow longer."""
        self._rows.activate()
        self.setMinimumWidth(max(_WIDTH_PX, self.minimumSizeHint().width()))

    @Slot()
    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self._details)
        self.copy_button.setText(self.tr("Copied"))

    @Slot()
    def _on_quit_clicked(self) -> None:
        self.reject()
        self.quit_asked.emit()
