"""The faces of the photo as a row of small pictures, each with its switch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.widgets.theme import current_colours, svg_pixmap

CARD_PX = 68


@dataclass(frozen=True, slots=True, eq=False)
class FaceItem:
    """What a card shows.

    Attributes:
        index: Number of the face in the photo.
        before: S x S x 3, RGB, uint8.
        after: The same after the restoration, or None where it was left alone.
        enabled: It is to be restored.
        skipped: Why it was left alone, one sentence; empty where it was not.
        identity: How alike before and after are, cosine up to 1, or None where it was not measured.
    """

    index: int
    before: npt.NDArray[np.uint8]
    after: npt.NDArray[np.uint8] | None
    enabled: bool
    skipped: str = ""
    identity: float | None = None


class FaceCard(QAbstractButton):
    """One face; ticked where it is restored."""

    def __init__(self, item: FaceItem) -> None:
        super().__init__()
        self._before = _image(item.before)
        self._after = _image(item.after) if item.after is not None else self._before
        self.index = item.index
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setEnabled(not item.skipped)
        self._skipped = item.skipped
        self._identity = item.identity
        self.show_enabled(enabled=item.enabled)

    def show_enabled(self, *, enabled: bool) -> None:
        """Show whether the face is restored, without emitting anything."""
        self.setChecked(enabled and not self._skipped)
        number = self.index + 1
        if self._skipped:
            tip = self._skipped
        elif enabled:
            tip = self.tr("Face {number}: restored. Click to leave it as it was.")
        else:
            tip = self.tr("Face {number}: left as it was. Click to restore it.")
        text = tip.format(number=number)
        if self._identity is not None and not self._skipped:
            likeness = self.tr("Likeness to the photo: {percent} %.")
            text += " " + likeness.format(percent=round(100 * max(0.0, self._identity)))
        self.setToolTip(text)
        self.setAccessibleName(text)

    def sizeHint(self) -> QSize:  # noqa: N802
        """A square."""
        return QSize(CARD_PX, CARD_PX)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """The face with a frame and a tick."""
        del event
        colours = current_colours()
        painter = QPainter(self)
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        rect = QRectF(self.rect()).adjusted(3, 3, -3, -3)
        path = QPainterPath()
        path.addRoundedRect(rect, 9, 9)
        painter.save()
        painter.setClipPath(path)
        painter.setOpacity(1.0 if self.isChecked() else 0.55)
        image = self._after if self.isChecked() else self._before
        painter.drawImage(rect, image)
        painter.restore()
        frame = QColor(colours.accent if self.isChecked() else colours.border)
        painter.setPen(QPen(frame, 2))
        painter.drawPath(path)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.text), 1, Qt.PenStyle.DotLine))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 11, 11)
        if self.isChecked():
            self._paint_tick(painter, rect, colours.accent, colours.accent_text)

    def _paint_tick(self, painter: QPainter, rect: QRectF, accent: str, ink: str) -> None:
        size = 18
        badge = QRectF(rect.right() - size + 3, rect.bottom() - size + 3, size, size)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(accent))
        painter.drawEllipse(badge)
        tick = svg_pixmap("check", QSize(14, 14), ink, self.devicePixelRatioF())
        painter.drawPixmap(badge.topLeft() + QPointF(2, 2), tick)


class FaceStrip(QFrame):
    """All faces of the photo.

    Signals:
        toggled: (number of the face)
    """

    toggled = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("faceStrip")
        self._cards: list[FaceCard] = []
        self._title = QLabel()
        self._title.setProperty("role", "heading")
        self._hint = QLabel(self.tr("Click a face to leave\nit as it was."))
        self._hint.setProperty("role", "muted")
        self._row = QHBoxLayout()
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(6)
        holder = QWidget()
        holder.setLayout(self._row)
        scroll = QScrollArea()
        scroll.setObjectName("faceScroll")
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidgetResizable(True)
        scroll.setWidget(holder)
        scroll.setFixedHeight(CARD_PX + 14)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        words = QVBoxLayout()
        words.setSpacing(3)
        words.addStretch()
        words.addWidget(self._title)
        words.addWidget(self._hint)
        words.addStretch()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(16, 6, 12, 6)
        layout.setSpacing(18)
        layout.addLayout(words)
        layout.addWidget(scroll, 1)
        self.hide()

    @property
    def cards(self) -> tuple[FaceCard, ...]:
        """The cards from left to right."""
        return tuple(self._cards)

    def show_faces(self, items: Sequence[FaceItem]) -> None:
        """Show other faces; hides itself where there is none."""
        self._clear()
        for item in items:
            card = FaceCard(item)
            card.clicked.connect(self._on_card_clicked)
            self._cards.append(card)
            self._row.addWidget(card)
        self._row.addStretch()
        count = len(items)
        self._title.setText(self.tr("%n face(s) found", "", count))
        self.setVisible(bool(items))

    def show_enabled(self, enabled: Sequence[bool]) -> None:
        """Show which faces are restored, in the order of the cards."""
        for card, is_on in zip(self._cards, enabled, strict=True):
            card.show_enabled(enabled=is_on)

    def _clear(self) -> None:
        self._cards.clear()
        while self._row.count():
            item = self._row.takeAt(0)
            widget = item.widget() if item else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def _on_card_clicked(self) -> None:
        card = self.sender()
        if isinstance(card, FaceCard):
            self.toggled.emit(card.index)


def _image(pixels: npt.NDArray[np.uint8]) -> QImage:
    height, width = pixels.shape[:2]
    packed = np.ascontiguousarray(pixels)
    shared = QImage(packed.data, width, height, packed.strides[0], QImage.Format.Format_RGB888)
    return shared.copy()
