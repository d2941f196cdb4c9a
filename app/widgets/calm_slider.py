"""A slider that fills from its neutral value and never moves by accident."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPalette, QPen, QWheelEvent
from PySide6.QtWidgets import QSlider, QWidget

from app.widgets.theme import current_colours

_HANDLE_RADIUS_PX = 8.0
_GROOVE_PX = 4.0


class CalmSlider(QSlider):
    """A horizontal slider: a click jumps there, a double click resets, the wheel needs focus.

    Args:
        neutral: The value that changes nothing; the coloured part begins there.
        default: The value that a double click brings back.
        parent: Owner.

    Signals:
        released: A drag ended or a double click reset the value.
    """

    released = Signal()

    def __init__(self, neutral: int, default: int, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._neutral = neutral
        self._default = default
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(24)

    def sizeHint(self) -> QSize:  # noqa: N802
        """A comfortable width and a height that a finger or pointer can hit."""
        return QSize(200, 24)

    def set_default(self, default: int) -> None:
        """Choose what a double click brings back."""
        self._default = default

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Groove, filled part, handle."""
        del event
        colours = current_colours()
        accent = QColor(colours.accent if self.isEnabled() else colours.disabled)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        middle = self.height() / 2
        groove = QRectF(0, middle - _GROOVE_PX / 2, self.width(), _GROOVE_PX)
        painter.setBrush(QColor(colours.groove))
        painter.drawRoundedRect(groove, _GROOVE_PX / 2, _GROOVE_PX / 2)
        handle_x, neutral_x = self._x_of(self.value()), self._x_of(self._neutral)
        if self._neutral == self.minimum():
            neutral_x = 0.0
        left, width = min(handle_x, neutral_x), abs(handle_x - neutral_x)
        painter.setBrush(accent)
        filled = QRectF(left, groove.top(), width, _GROOVE_PX)
        painter.drawRoundedRect(filled, _GROOVE_PX / 2, _GROOVE_PX / 2)
        self._paint_handle(painter, QPointF(handle_x, middle), accent)

    def _paint_handle(self, painter: QPainter, centre: QPointF, accent: QColor) -> None:
        surface = self.palette().color(QPalette.ColorRole.Base)
        if self.hasFocus():
            halo = QColor(accent)
            halo.setAlpha(70)
            painter.setBrush(halo)
            painter.drawEllipse(centre, _HANDLE_RADIUS_PX + 3.5, _HANDLE_RADIUS_PX + 3.5)
        painter.setPen(QPen(accent, 2))
        painter.setBrush(surface)
        painter.drawEllipse(centre, _HANDLE_RADIUS_PX - 1, _HANDLE_RADIUS_PX - 1)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Jump to the pointer and begin to drag."""
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self.setSliderDown(True)
        self.setValue(self._value_at(event.position().x()))
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Follow the pointer."""
        if self.isSliderDown():
            self.setValue(self._value_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """End the drag."""
        if event.button() == Qt.MouseButton.LeftButton and self.isSliderDown():
            self.setSliderDown(False)
            self.released.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Bring the default back."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.setValue(self._default)
            self.released.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Let the panel scroll, unless the slider was chosen before."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def _x_of(self, value: int) -> float:
        span = max(1, self.maximum() - self.minimum())
        share = (value - self.minimum()) / span
        return _HANDLE_RADIUS_PX + share * (self.width() - 2 * _HANDLE_RADIUS_PX)

    def _value_at(self, x: float) -> int:
        share = (x - _HANDLE_RADIUS_PX) / max(1.0, self.width() - 2 * _HANDLE_RADIUS_PX)
        share = min(1.0, max(0.0, share))
        return round(self.minimum() + share * (self.maximum() - self.minimum()))
