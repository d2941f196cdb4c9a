"""Buttons beside each other, or below each other where there is no room for their words."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QPushButton, QWidget

_SPACING_PX = 8


class FittingRow(QWidget):
    """Shares its width among the buttons that are shown.

    Args:
        buttons: From left to right, or from top to bottom.
        parent: Owner.
    """

    def __init__(self, buttons: Sequence[QPushButton], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons = tuple(buttons)
        self._box = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._box.setSizeConstraint(QBoxLayout.SizeConstraint.SetNoConstraint)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(_SPACING_PX)
        for button in self._buttons:
            self._box.addWidget(button, 1)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """As narrow as the widest button, since they can stand below each other."""
        widths = [button.minimumSizeHint().width() for button in self._shown()]
        return QSize(max(widths, default=0), super().minimumSizeHint().height())

    def event(self, event: QEvent) -> bool:
        """A button came, went, or says something else."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._arrange()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """There may be more room or less."""
        super().resizeEvent(event)
        self._arrange()

    def _shown(self) -> list[QPushButton]:
        return [button for button in self._buttons if not button.isHidden()]

    def _arrange(self) -> None:
        widths = [button.sizeHint().width() for button in self._shown()]
        needed = sum(widths) + _SPACING_PX * (len(widths) - 1)
        fits = needed <= self.width()
        ways = QBoxLayout.Direction
        self._box.setDirection(ways.LeftToRight if fits else ways.TopToBottom)
