"""What the window shows before a photo is open: what to do, and a photo to try it on."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.widgets.theme import current_colours, svg_pixmap

_FRAME_MARGIN_PX = 28
_PICTURE_PX = 136


class EmptyState(QWidget):
    """Invites to open a photo.

    Args:
        has_sample: The sample photo is installed.
        parent: Owner.

    Signals:
        open_asked: The user wants to choose a file.
        sample_asked: The user wants to try the sample photo.
    """

    open_asked = Signal()
    sample_asked = Signal()

    def __init__(self, *, has_sample: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("emptyState")
        self._is_target = False
        self._picture = QLabel()
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        title = _centred(self.tr("Drop an old photo here"), "title")
        subtitle = _centred(
            self.tr("Heirloom restores its faces and colours. You can also paste a picture."),
            "muted",
        )
        self._open = QPushButton(self.tr("Choose a photo…"))
        self._open.setProperty("primary", "true")
        self._open.setToolTip(self.tr("Opens a picture file from this computer"))
        self._sample = QPushButton(self.tr("Try the sample photo"))
        self._sample.setToolTip(self.tr("Shows what Heirloom does to an aged portrait"))
        self._sample.setVisible(has_sample)
        promise = _centred(
            self.tr("Everything stays on this computer. Your original is never changed."), "muted"
        )
        self._lay_out(title, subtitle, promise)
        self._open.clicked.connect(self.open_asked)
        self._sample.clicked.connect(self.sample_asked)
        self.setFocusProxy(self._open)
        self.refresh_icons()

    def _lay_out(self, title: QLabel, subtitle: QLabel, promise: QLabel) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(12)
        buttons.addStretch()
        buttons.addWidget(self._open)
        buttons.addWidget(self._sample)
        buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(48, 48, 48, 48)
        layout.addStretch(4)
        layout.addWidget(self._picture)
        layout.addSpacing(14)
        layout.addWidget(title)
        layout.addSpacing(6)
        layout.addWidget(subtitle)
        layout.addSpacing(24)
        layout.addLayout(buttons)
        layout.addStretch(5)
        layout.addWidget(promise)

    def set_is_target(self, *, is_target: bool) -> None:
        """Light up while a file is held over the window."""
        self._is_target = is_target
        self.update()

    def refresh_icons(self) -> None:
        """Take the colours of the present theme."""
        size = QSize(_PICTURE_PX, _PICTURE_PX)
        ratio = self.devicePixelRatioF()
        self._picture.setPixmap(svg_pixmap("empty", size, current_colours().accent, ratio))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """A dashed frame around the place where photos are dropped."""
        del event
        colours = current_colours()
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(colours.canvas))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        margin = _FRAME_MARGIN_PX
        frame = QRectF(self.rect()).adjusted(margin, margin, -margin, -margin)
        pen = QPen(QColor(colours.accent if self._is_target else colours.groove), 2)
        pen.setDashPattern([5, 4])
        painter.setPen(pen)
        if self._is_target:
            painter.setBrush(QColor(colours.accent_soft))
        painter.drawRoundedRect(frame, 16, 16)


def _centred(text: str, role: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", role)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setWordWrap(True)
    return label
