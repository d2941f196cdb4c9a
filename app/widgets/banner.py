"""A bar above the photo that says in plain words what happened and what can be done."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.session.troubles import Trouble
from app.widgets.core_text import core_text
from app.widgets.line_break import show_breakable, unbroken
from app.widgets.theme import current_colours, icon, svg_pixmap


class Banner(QFrame):
    """Shows one message at a time.

    Signals:
        dismissed: The user closed it.
        accepted: The user took what it offers; it is closed then too.
    """

    dismissed = Signal()
    accepted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._details = ""
        self._kind = "note"
        self._picture = QLabel()
        self._title = _wrapped_label("bannerTitle")
        self._text = _wrapped_label("bannerText")
        self._copy = QPushButton(self.tr("Copy details"))
        self._copy.setToolTip(self.tr("Copies what a bug report needs. It holds no picture."))
        self._copy.setProperty("flat", "true")
        self.offer: QPushButton | None = None
        self._close = QToolButton()
        self._close.setAccessibleName(self.tr("Close this message"))
        self._close.setToolTip(self.tr("Close this message"))
        self._lay_out()
        self._copy.clicked.connect(self._on_copy_clicked)
        self._close.clicked.connect(self._on_close_clicked)
        self.hide()

    def _lay_out(self) -> None:
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._title)
        texts.addWidget(self._text)
        QGuiApplication.clipboard().dataChanged.connect(self._on_clipboard_changed)
        self._row = layout = QHBoxLayout(self)
        layout.setContentsMargins(14, 10, 8, 10)
        layout.setSpacing(12)
        layout.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(texts, 1)
        layout.addWidget(self._copy, 0, Qt.AlignmentFlag.AlignVCenter)
        layout.addWidget(self._close, 0, Qt.AlignmentFlag.AlignTop)

    @property
    def kind(self) -> str:
        """What is shown: "error" or "note"."""
        return self._kind

    @property
    def text(self) -> str:
        """Everything that can be read on it."""
        return unbroken(f"{self._title.text()}\n{self._text.text()}").strip()

    def show_trouble(self, trouble: Trouble) -> None:
        """Show an error with its remedy."""
        self._details = trouble.details
        self._show("error", core_text(trouble.summary), core_text(trouble.remedy))

    def show_note(self, title: str, text: str = "") -> None:
        """Show something worth knowing that is no error."""
        self._details = ""
        self._show("note", title, text)

    def show_offer(self, text: str, tip: str) -> None:
        """Add a button to the message that is shown; the next message has none."""
        if self.offer is None:
            self.offer = QPushButton()
            self.offer.clicked.connect(self._on_offer_clicked)
            self._row.insertWidget(self._row.count() - 1, self.offer)
            self._row.setAlignment(self.offer, Qt.AlignmentFlag.AlignVCenter)
        self.offer.setText(text)
        self.offer.setToolTip(tip)
        self.offer.show()

    def refresh_icons(self) -> None:
        """Take the colours of the present theme."""
        colours = current_colours()
        name, colour = (
            ("warning", colours.error) if self._kind == "error" else ("info", colours.text)
        )
        ratio = self.devicePixelRatioF()
        self._picture.setPixmap(svg_pixmap(name, QSize(22, 22), colour, ratio))
        self._close.setIcon(icon("close"))

    def _show(self, kind: str, title: str, text: str) -> None:
        self._kind = kind
        self.setProperty("kind", kind)
        self.style().unpolish(self)
        self.style().polish(self)
        for label in (self._title, self._text):
            label.style().unpolish(label)
            label.style().polish(label)
        show_breakable(self._title, title)
        show_breakable(self._text, text)
        self._text.setVisible(bool(text))
        self._copy.setVisible(bool(self._details))
        if self.offer is not None:
            self.offer.hide()
        self.setAccessibleName(f"{title} {text}".strip())
        self.refresh_icons()
        self.show()

    @Slot()
    def _on_clipboard_changed(self) -> None:
        """A name that was selected and copied is the name, without the places to break it."""
        clipboard = QGuiApplication.clipboard()
        copied = clipboard.text()
        is_ours = any(copied in label.text() for label in (self._title, self._text))
        if is_ours and copied != unbroken(copied):
            clipboard.setText(unbroken(copied))

    @Slot()
    def _on_copy_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self._details)
        self._copy.setText(self.tr("Copied"))

    @Slot()
    def _on_offer_clicked(self) -> None:
        self.hide()
        self.accepted.emit()

    @Slot()
    def _on_close_clicked(self) -> None:
        self._copy.setText(self.tr("Copy details"))
        self.hide()
        self.dismissed.emit()


def _wrapped_label(name: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
    return label
