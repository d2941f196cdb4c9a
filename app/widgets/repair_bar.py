"""A bar above the photo with brush, eraser and size, while damage marks are corrected.

It has a row of its own: over the photo it would lie on heads, which are mostly at its upper edge.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QWidget,
)

from app.widgets.calm_slider import CalmSlider
from app.widgets.theme import icon

_STEPS = 100
_USUAL_STEPS = 43
"""What a double click on the size brings back: about the size that the brush begins with."""
LEAST_RADIUS_PX = 1.0
LARGEST_SHARE = 0.15
"""The largest brush's radius, as a share of the photo's shorter side."""


class RepairBar(QFrame):
    """Brush, eraser, size, clear, find again, done.

    Args:
        parent: Owner.

    Signals:
        eraser_chosen: (True for the eraser, False for the brush)
        sized: (radius of the brush in pixels of the photo)
        clear_asked: Take all marks away.
        find_asked: Drop what was painted and mark what is found.
        done_asked: The user has finished.
    """

    eraser_chosen = Signal(bool)
    sized = Signal(float)
    clear_asked = Signal()
    find_asked = Signal()
    done_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("repairBar")
        self._largest_px = 40.0
        self.brush = self._tool("brush", self.tr("Brush: marks what shall be filled (X)"))
        self.eraser = self._tool("eraser", self.tr("Eraser: takes marks away (X)"))
        self.brush.setChecked(True)
        group = QButtonGroup(self)
        group.addButton(self.brush)
        group.addButton(self.eraser)
        self.eraser.toggled.connect(self.eraser_chosen)
        self.slider = CalmSlider(0, _USUAL_STEPS)
        self.slider.setRange(0, _STEPS)
        self.slider.setMinimumWidth(48)
        self.slider.setMaximumWidth(180)
        self.slider.setAccessibleName(self.tr("Size of the brush"))
        self.slider.setToolTip(self.tr("Size of the brush ([ and ])"))
        self.slider.valueChanged.connect(self._on_size_changed)
        self._number = QLabel()
        self._number.setProperty("role", "muted")
        self._number.setMinimumWidth(52)
        self.clear = self._button(
            self.tr("Clear"), self.tr("Takes all marks away, so that you begin with none")
        )
        self.clear.clicked.connect(self.clear_asked)
        self.find_again = self._button(
            self.tr("Find again"),
            self.tr("Drops what you painted, and marks the scratches that are found"),
        )
        self.find_again.clicked.connect(self.find_asked)
        self.done = self._button(self.tr("Done"), self.tr("Hides the marks (Esc)"))
        self.done.setProperty("primary", "true")
        self.done.clicked.connect(self.done_asked)
        self._lay_out()
        self.hide()

    def _lay_out(self) -> None:
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 12, 6)
        layout.setSpacing(8)
        for widget in (self.brush, self.eraser, self.slider, self._number):
            layout.addWidget(widget)
        layout.addStretch(1)
        for button in (self.clear, self.find_again, self.done):
            layout.addWidget(button)

    def _tool(self, name: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setCheckable(True)
        button.setIcon(icon(name))
        button.setProperty("iconName", name)
        button.setToolTip(tip)
        button.setAccessibleName(tip.split(":", maxsplit=1)[0])
        button.setAccessibleDescription(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def _button(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(tip)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def set_range(self, shorter_side_px: int) -> None:
        """Fit the sizes to the photo."""
        self._largest_px = max(8.0, LARGEST_SHARE * shorter_side_px)

    def show_radius(self, radius_px: float) -> None:
        """Show a size without emitting `sized`."""
        self.slider.blockSignals(True)
        share = math.log(max(1.0, radius_px / LEAST_RADIUS_PX)) / math.log(
            self._largest_px / LEAST_RADIUS_PX
        )
        self.slider.setValue(round(_STEPS * min(1.0, share)))
        self.slider.blockSignals(False)
        self._show_number(radius_px)

    def bounded(self, radius_px: float) -> float:
        """A radius within the range of the photo."""
        return min(self._largest_px, max(LEAST_RADIUS_PX, radius_px))

    def show_eraser(self, *, erases: bool) -> None:
        """Show which of the two is active."""
        (self.eraser if erases else self.brush).setChecked(True)

    @Slot(int)
    def _on_size_changed(self, steps: int) -> None:
        span = self._largest_px / LEAST_RADIUS_PX
        radius = LEAST_RADIUS_PX * span ** (steps / _STEPS)
        self._show_number(radius)
        self.sized.emit(radius)

    def _show_number(self, radius_px: float) -> None:
        self._number.setText(self.tr("{size} px").format(size=round(2 * radius_px)))

    # Looks

    def refresh_icons(self) -> None:
        """Draw the icons in the colours of the present theme."""
        for button in (self.brush, self.eraser):
            button.setIcon(icon(str(button.property("iconName"))))

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Never make the window wider than the user wants it."""
        return QSize(0, super().minimumSizeHint().height())

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Follow the theme."""
        if event.type() == QEvent.Type.PaletteChange:
            self.refresh_icons()
        super().changeEvent(event)
