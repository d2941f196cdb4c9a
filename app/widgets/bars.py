"""The bar above the photo (open, undo, name, mode) and the bar below it (compare, zoom)."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

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
        self._name = QLabel()
        self._name.setProperty("role", "heading")
        self._name.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
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
        return self._name.text()

    def show_name(self, name: str) -> None:
        """Show what is open."""
        self._name.setText(name)
        self._name.setToolTip(name)

    def show_mode(self, mode: str) -> None:
        """Show which mode is on."""
        self._switch.show_state(mode)


class ViewBar(QFrame):
    """Below the photo.

    Args:
        compare: The compare modes.
        toggles: What can be shown or hidden.
        zoom: Zoom actions: out, in, fit, actual size.
        parent: Owner.
    """

    def __init__(
        self,
        compare: Sequence[QAction],
        toggles: Sequence[QAction],
        zoom: Sequence[QAction],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("viewBar")
        self._info = QLabel()
        self._info.setProperty("role", "muted")
        self._zoom = QLabel()
        self._zoom.setMinimumWidth(58)
        self._zoom.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._zoom.setToolTip(self.tr("100 % shows each pixel of the photo as it is"))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 5, 10, 5)
        layout.setSpacing(3)
        for action in compare:
            layout.addWidget(action_button(action))
        layout.addSpacing(14)
        for action in toggles:
            layout.addWidget(action_button(action))
        layout.addStretch()
        layout.addWidget(self._info)
        layout.addSpacing(14)
        out, into, *rest = zoom
        layout.addWidget(action_button(out))
        layout.addWidget(self._zoom)
        for action in (into, *rest):
            layout.addWidget(action_button(action))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """In a narrow window the buttons need the room of the photo's size."""
        self._fit_info(event.size().width())
        super().resizeEvent(event)

    def _fit_info(self, width_px: int) -> None:
        """Show the photo's size whole or not at all."""
        layout = self.layout()
        if layout is None:
            return
        info_px = self._info.sizeHint().width()
        others_px = layout.sizeHint().width() - (0 if self._info.isHidden() else info_px)
        self._info.setVisible(others_px + info_px <= width_px)

    def show_zoom(self, scale: float) -> None:
        """Show device pixels a photo pixel as a percentage."""
        percent = scale * 100
        text = f"{percent:.0f} %" if percent >= 10 else f"{percent:.1f} %"
        self._zoom.setText(text)

    def show_info(self, text: str, details: str) -> None:
        """Show the photo's size, and in the tooltip what restored it and where."""
        self._info.setText(text)
        self._info.setToolTip(details)
        self._fit_info(self.width())


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
