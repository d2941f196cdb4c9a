"""The bar below the photo: compare, zoom. Where it is too narrow, buttons move into a menu."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Slot
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QToolButton, QWidget

from app.widgets.bars import action_button
from app.widgets.theme import ICON_SIZE_PX, icon

_SPACING_PX = 3
_GAP_PX = 11
"""Between groups, besides the spacing."""

_MARGIN_PX = 10


class ViewBar(QFrame):
    """Below the photo.

    In a narrow window the photo's size goes first, then the buttons group by group, which a menu
    shows instead. Zooming in and out stays.

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
        out, into, *sizes = zoom
        self._compare = _Group(compare)
        self._toggles = _Group(toggles, _GAP_PX)
        self._sizes = _Group(sizes)
        self._info = QLabel()
        self._info.setProperty("role", "muted")
        self._info.setContentsMargins(0, 0, _GAP_PX, 0)
        self._zoom = QLabel()
        self._zoom.setMinimumWidth(58)
        self._zoom.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._zoom.setToolTip(self.tr("100 % shows each pixel of the photo as it is"))
        self._more = self._more_button()
        self._out, self._in = action_button(out), action_button(into)
        self._leaving: tuple[QWidget, ...] = (
            self._info,
            self._toggles,
            self._sizes,
            self._compare,
        )
        self._left_out = 0
        self._lay_out()
        self._arrange()

    def _more_button(self) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon("more"))
        button.setIconSize(QSize(ICON_SIZE_PX, ICON_SIZE_PX))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setAccessibleName(self.tr("More buttons"))
        button.setToolTip(self.tr("Lists the buttons that have no room here"))
        menu = QMenu(button)
        menu.aboutToShow.connect(self._fill_menu)
        button.setMenu(menu)
        return button

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(_MARGIN_PX, 5, _MARGIN_PX, 5)
        layout.setSpacing(_SPACING_PX)
        layout.addWidget(self._compare)
        layout.addWidget(self._toggles)
        layout.addWidget(self._more)
        layout.addStretch()
        for widget in (self._info, self._out, self._zoom, self._in, self._sizes):
            layout.addWidget(widget)

    # What is shown

    def show_zoom(self, scale: float) -> None:
        """Show device pixels a photo pixel as a percentage."""
        percent = scale * 100
        text = f"{percent:.0f} %" if percent >= 10 else f"{percent:.1f} %"
        self._zoom.setText(text)

    def show_info(self, text: str, details: str) -> None:
        """Show the photo's size, and in the tooltip what restored it and where."""
        self._info.setToolTip(details)
        if text != self._info.text():
            self._info.setText(text)
            self._arrange()

    # What has room

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """As narrow as the buttons that always stay."""
        return QSize(self._needed_px(len(self._leaving)), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Show what there is room for."""
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Draw the menu's button in the colours of the new theme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._more.setIcon(icon("more"))

    def _arrange(self) -> None:
        counts = range(len(self._leaving) + 1)
        fitting = (count for count in counts if self._needed_px(count) <= self.width())
        self._left_out = next(fitting, counts[-1])
        for number, widget in enumerate(self._leaving):
            widget.setVisible(number >= self._left_out)
        self._more.setVisible(self._left_out > 1)

    def _needed_px(self, left_out: int) -> int:
        """Width without the first so many of what can be left out."""
        shown: list[QWidget] = [self._out, self._zoom, self._in, *self._leaving[left_out:]]
        if left_out > 1:
            shown.append(self._more)
        widths = [max(w.sizeHint().width(), w.minimumWidth()) + _SPACING_PX for w in shown]
        return sum(widths) + 2 * _MARGIN_PX

    @Slot()
    def _fill_menu(self) -> None:
        menu = self._more.menu()
        menu.clear()
        for group in (self._compare, self._toggles, self._sizes):
            if group in self._leaving[: self._left_out]:
                menu.addActions(group.listed)
                menu.addSeparator()


class _Group(QWidget):
    """Buttons that come and go together."""

    def __init__(self, listed: Sequence[QAction], gap_px: int = 0) -> None:
        super().__init__()
        self.listed = tuple(listed)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(gap_px, 0, 0, 0)
        layout.setSpacing(_SPACING_PX)
        for action in listed:
            layout.addWidget(action_button(action))
