"""The bar above the photo: open, undo, name, mode."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QWidget

from app.widgets.elided_label import ElidedLabel
from app.widgets.mode_switch import ModeSwitch
from app.widgets.theme import ICON_SIZE_PX


class HeaderBar(QFrame):
    """Above the photo.

    Args:
        leading: Buttons at the left: with text where the action has priority.
        parent: Owner.

    Signals:
        mode_chosen: ("simple" or "studio")
    """

    mode_chosen = Signal(str)

    def __init__(self, leading: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("headerBar")
        self._name = ElidedLabel("heading")
        self._name.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._name.setContentsMargins(16, 0, 16, 0)
        self._switch = ModeSwitch(
            (
                ("simple", self.tr("Simple"), self.tr("Shows the two most useful sliders")),
                ("studio", self.tr("Studio"), self.tr("Shows every control")),
            )
        )
        self._switch.chosen.connect(self.mode_chosen)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 7, 14, 7)
        layout.setSpacing(4)
        self._leading = QHBoxLayout()
        self._leading.setSpacing(4)
        layout.addLayout(self._leading)
        for number, action in enumerate(leading):
            self._leading.addWidget(action_button(action, with_text=number == 0))
        layout.addWidget(self._name, 1)
        layout.addWidget(self._switch)

    def add_action(self, action: QAction) -> None:
        """Add a button behind the others; one with a menu opens it."""
        self._leading.addWidget(action_button(action))

    @property
    def name(self) -> str:
        """What is shown as open."""
        return self._name.whole

    def show_name(self, name: str) -> None:
        """Show what is open."""
        self._name.show_text(name)
        self._name.setToolTip(name)

    def show_mode(self, mode: str) -> None:
        """Show which mode is on."""
        self._switch.show_state(mode)


def action_button(action: QAction, *, with_text: bool = False) -> QToolButton:
    """A flat button for an action, reachable by Tab and named for screen readers."""
    button = QToolButton()
    button.setDefaultAction(action)
    if action.menu() is not None:
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
    button.setIconSize(QSize(ICON_SIZE_PX, ICON_SIZE_PX))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(action.text().replace("&", ""))
    if with_text:
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    return button
