"""One row of a form for each kind of setting: slider, tick box, number, list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.session.services import ModelOption
from app.widgets.calm_slider import CalmSlider
from app.widgets.core_text import core_text
from app.widgets.list_box import ListBox

SLIDER_STEPS = 100


class Row(QWidget):
    """A labelled control for one value.

    Signals:
        edited: (new value) by the user, never by `show_value`.
        finished: The user let go; the next edit is a new step of the history.
    """

    edited = Signal(object)
    finished = Signal()

    def show_value(self, value: Any) -> None:
        """Show a value without emitting `edited`."""
        raise NotImplementedError


class SliderRow(Row):
    """A number in a range, shown as a percentage.

    Args:
        title: What it is.
        description: What it does to the picture.
        low: Smallest value.
        high: Largest value.
        neutral: The value that changes nothing.
        default: The value that a double click brings back.
    """

    def __init__(
        self,
        title: str,
        description: str,
        *,
        low: float = 0.0,
        high: float = 1.0,
        neutral: float = 0.0,
        default: float = 0.0,
    ) -> None:
        super().__init__()
        label = QLabel(title)
        self._number = QLabel()
        self._number.setProperty("role", "muted")
        self._slider = CalmSlider(_to_steps(neutral), _to_steps(default))
        self._slider.setRange(_to_steps(low), _to_steps(high))
        self._slider.setSingleStep(1)
        self._slider.setPageStep(10)
        self._slider.setAccessibleName(title)
        self._slider.setAccessibleDescription(description)
        label.setBuddy(self._slider)
        self.setToolTip(description)
        self._slider.setToolTip(description)
        top = QHBoxLayout()
        top.addWidget(label)
        top.addStretch()
        top.addWidget(self._number)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(top)
        layout.addWidget(self._slider)
        self._slider.valueChanged.connect(self._on_value_changed)
        self._slider.released.connect(self.finished)
        self.show_value(default)

    @property
    def slider(self) -> CalmSlider:
        """The control itself."""
        return self._slider

    def show_value(self, value: float) -> None:
        """Show a value without emitting `edited`."""
        self._slider.blockSignals(True)
        self._slider.setValue(_to_steps(value))
        self._slider.blockSignals(False)
        self._slider.update()
        self._show_number()

    @Slot(int)
    def _on_value_changed(self, steps: int) -> None:
        self._show_number()
        self.edited.emit(steps / SLIDER_STEPS)

    def _show_number(self) -> None:
        self._number.setText(self.locale().toString(self._slider.value()) + " %")


class CheckRow(Row):
    """A choice of yes or no."""

    def __init__(self, title: str, description: str) -> None:
        super().__init__()
        self._box = QCheckBox(title)
        self._box.setToolTip(description)
        self._box.setAccessibleDescription(description)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._box)
        self._box.clicked.connect(self._on_clicked)

    def show_value(self, value: bool) -> None:
        """Show a value without emitting `edited`."""
        self._box.setChecked(value)

    @Slot(bool)
    def _on_clicked(self, checked: bool) -> None:
        self.edited.emit(checked)
        self.finished.emit()


class NumberRow(Row):
    """A whole number; `zero` is what is written in place of the lowest one."""

    def __init__(
        self, title: str, description: str, *, low: int, high: int, suffix: str, zero: str = ""
    ) -> None:
        super().__init__()
        label = QLabel(title)
        self._box = _CalmSpinBox()
        self._box.setRange(low, high)
        self._box.setSuffix(suffix)
        self._box.setSpecialValueText(zero)
        self._box.setKeyboardTracking(False)
        self._box.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._box.setAccessibleName(title)
        self._box.setToolTip(description)
        self._box.setFixedWidth(104)
        label.setBuddy(self._box)
        self.setToolTip(description)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(label)
        layout.addStretch()
        layout.addWidget(self._box)
        self._box.valueChanged.connect(self._on_value_changed)
        self._box.editingFinished.connect(self.finished)

    def show_value(self, value: int) -> None:
        """Show a value without emitting `edited`."""
        self._box.blockSignals(True)
        self._box.setValue(value)
        self._box.blockSignals(False)

    @Slot(int)
    def _on_value_changed(self, value: int) -> None:
        self.edited.emit(value)


class ListRow(Row):
    """One of several named values."""

    def __init__(self, title: str, description: str) -> None:
        super().__init__()
        label = QLabel(title)
        self._box = _CalmListBox()
        self._box.setAccessibleName(title)
        self._box.setToolTip(description)
        self._box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._box.setMinimumContentsLength(8)
        self._box.setSizeAdjustPolicy(
            ListBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        label.setBuddy(self._box)
        self.setToolTip(description)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(label)
        layout.addWidget(self._box)
        self._box.activated.connect(self._on_activated)

    def set_options(self, options: Sequence[tuple[Any, str, str]]) -> None:
        """Offer other values: (value, title, tooltip); the chosen one stays chosen."""
        chosen = self._box.currentData()
        self._box.clear()
        for value, title, description in options:
            self._box.addItem(title, value)
            tip = Qt.ItemDataRole.ToolTipRole
            self._box.setItemData(self._box.count() - 1, description, tip)
        if chosen is not None:
            self.show_value(chosen)

    def show_value(self, value: Any) -> None:
        """Show a value without emitting `edited`; one that is not offered is added."""
        index = self._box.findData(value)
        if index < 0:
            self._box.addItem(str(value), value)
            index = self._box.count() - 1
        self._box.setCurrentIndex(index)

    @Slot(int)
    def _on_activated(self, index: int) -> None:
        self.edited.emit(self._box.itemData(index))
        self.finished.emit()


class _CalmListBox(ListBox):
    """Lets the panel scroll when the wheel turns over it."""

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Never change by accident."""
        event.ignore()


class _CalmSpinBox(QSpinBox):
    """Lets the panel scroll unless it was chosen before."""

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Never change by accident."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


def model_rows(options: Sequence[ModelOption]) -> list[tuple[Any, str, str]]:
    """Model options as a `ListRow` takes them."""
    return [
        (option.id, core_text(option.title), core_text(option.description)) for option in options
    ]


def _to_steps(value: float) -> int:
    return round(value * SLIDER_STEPS)
