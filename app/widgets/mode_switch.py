"""A switch between a few named states, all of them visible."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QPushButton, QWidget

_PADDING_PX = 32
_COMPACT_PADDING_PX = 12


class ModeSwitch(QFrame):
    """Exactly one of its buttons is down.

    Args:
        states: (value, title, tooltip) of each state.
        parent: Owner.
        is_compact: There is little room, and the style sheet gives it little padding.

    Signals:
        chosen: (value) by the user.
    """

    chosen = Signal(str)

    def __init__(
        self,
        states: Sequence[tuple[str, str, str]],
        parent: QWidget | None = None,
        *,
        is_compact: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("modeSwitch")
        padding_px = _COMPACT_PADDING_PX if is_compact else _PADDING_PX
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QPushButton] = {}
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2, 2, 2, 2)
        layout.setSpacing(2)
        for value, title, tip in states:
            button = QPushButton(title)
            button.setCheckable(True)
            button.setToolTip(tip)
            button.setProperty("value", value)
            button.setMinimumWidth(_bold_width_px(button, title) + padding_px)
            self._group.addButton(button)
            self._buttons[value] = button
            layout.addWidget(button)
        self._group.setExclusive(True)
        self._group.buttonClicked.connect(self._on_button_clicked)

    def show_state(self, value: str) -> None:
        """Show a state without emitting `chosen`."""
        self._buttons[value].setChecked(True)

    def _on_button_clicked(self, button: QPushButton) -> None:
        self.chosen.emit(str(button.property("value")))


def _bold_width_px(button: QPushButton, title: str) -> int:
    """The width of a title as it is written while its button is down."""
    font = QFont(button.font())
    font.setWeight(QFont.Weight.DemiBold)
    return QFontMetrics(font).horizontalAdvance(title)
