"""The controls of the chosen face: on or off, strength, model, points, and whether it is one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.session.services import ModelOption
from app.widgets.face_words import FaceItem, face_title, state_text
from app.widgets.rows import ListRow, SliderRow
from app.widgets.theme import current_colours, svg_pixmap

_SIGN_PX = 16
_WIDTH_PX = 400
_LINES = 2
"""Room for what is said of a face, so that nothing moves where less is said."""

_COLUMNS_APART_PX = 18
FLAT_INSET_PX = 9
"""From the edge of a flat button to its text (base.qss): the text is what lines up with others."""

_AS_ALL = ""
"""Stands for no model of its own; a list cannot hold None as a value that is found again."""


class FaceDetail(QWidget):
    """What can be changed about one face.

    Signals:
        toggled: (number of the face)
        strength_edited: (number of the face, new strength)
        finished: The user let go of the slider.
        model_chosen: (number of the face, model id, or None for that of all the others)
        reset_asked: (number of the face) to strength and model of all the others, points as found
        points_asked: (number of the face)
        removal_asked: (number of the face)
        return_asked: (number of the face) of one that was taken out
    """

    toggled = Signal(int)
    strength_edited = Signal(int, float)
    finished = Signal()
    model_chosen = Signal(int, object)
    reset_asked = Signal(int)
    points_asked = Signal(int)
    removal_asked = Signal(int)
    return_asked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._item: FaceItem | None = None
        self._is_studio = self._is_narrow = False
        self._make_words()
        self._make_controls()
        self._lay_out()
        for widget in (self.on, self.strength):
            _keep_room_of(widget, kept=True)
        self.show_face(None)

    def _make_words(self) -> None:
        self._title = QLabel()
        self._title.setProperty("role", "heading")
        self._sign = QLabel()
        self._sign.setFixedSize(_SIGN_PX, _SIGN_PX)
        self._state = QLabel()
        self._state.setWordWrap(True)
        self._state.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self._state.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)

    def _make_controls(self) -> None:
        self.on = QCheckBox(self.tr("Restore"))
        self.on.setToolTip(self.tr("Without the tick this face stays as it was in the photo"))
        self.on.setAccessibleName(self.tr("Restore this face"))
        self.on.clicked.connect(self._on_ticked)
        self.strength = SliderRow(
            self.tr("Strength"), self.tr("How much of this restored face replaces the old one")
        )
        self.strength.edited.connect(self._on_strength_edited)
        self.strength.finished.connect(self.finished)
        self.model = ListRow(self.tr("Model"), self.tr("What restores this face alone"))
        self.model.edited.connect(self._on_model_edited)
        self.set_models(())
        self.reset = self._button(
            self.tr("Reset"),
            self.tr("Gives this face the strength, the model and the points that it had at first"),
            self._on_reset_clicked,
        )
        self.points = self._button(
            self.tr("Correct points"),
            self.tr("Lets you drag eyes, nose and mouth to where they are in the photo"),
            self._on_points_clicked,
        )
        self.remove = self._button(
            self.tr("Not a face"),
            self.tr("Takes it out: nothing is done with it any more"),
            self._on_remove_clicked,
        )
        self.put_back = self._button(
            self.tr("It is a face"),
            self.tr("Puts it back among the faces"),
            self._on_put_back_clicked,
        )

    def _button(self, text: str, tip: str, slot: Any) -> QPushButton:
        button = QPushButton(text)
        button.setProperty("flat", "true")
        button.setToolTip(tip)
        button.setAccessibleDescription(tip)
        button.clicked.connect(slot)
        return button

    def _lay_out(self) -> None:
        above = QVBoxLayout()
        above.setContentsMargins(FLAT_INSET_PX, 0, 0, 0)
        above.setSpacing(3)
        above.addLayout(self._head())
        above.addLayout(self._words(), 1)
        above.addSpacing(5)
        above.addLayout(self._rows())
        buttons = QHBoxLayout()
        buttons.setSpacing(2)
        for button in (self.points, self.reset, self.remove, self.put_back):
            buttons.addWidget(button)
        buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addLayout(above, 1)
        layout.addLayout(buttons)

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self._title)
        head.addStretch()
        head.addWidget(self.on)
        return head

    def _words(self) -> QHBoxLayout:
        words = QHBoxLayout()
        words.setSpacing(6)
        words.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        words.addWidget(self._state, 1)
        return words

    def _rows(self) -> QGridLayout:
        rows = QGridLayout()
        rows.setVerticalSpacing(0)
        rows.addWidget(self.strength, 0, 0, Qt.AlignmentFlag.AlignTop)
        rows.addWidget(self.model, 0, 1, Qt.AlignmentFlag.AlignTop)
        rows.setColumnStretch(0, 1)
        self._columns = rows
        return rows

    def sizeHint(self) -> QSize:  # noqa: N802
        """A comfortable width; a narrow window gets less."""
        return QSize(_WIDTH_PX, super().sizeHint().height())

    def set_models(self, models: Sequence[ModelOption]) -> None:
        """Offer these models."""
        as_all = (_AS_ALL, self.tr("As all the others"), self.tr("The model chosen for all faces"))
        known = [(model.id, model.title, model.description) for model in models]
        self.model.set_options([as_all, *known])
        self._show_model()

    def set_studio(self, *, is_studio: bool) -> None:
        """Show model and points, or leave them out."""
        self._is_studio = is_studio
        self._fit_columns()

    def set_narrow(self, *, is_narrow: bool) -> None:
        """Leave the model out, or show it again: there is no room for it beside the strength."""
        if is_narrow != self._is_narrow:
            self._is_narrow = is_narrow
            self._fit_columns()

    @property
    def _has_model(self) -> bool:
        return self._is_studio and not self._is_narrow

    def _fit_columns(self) -> None:
        _keep_room_of(self.model, kept=self._has_model)
        self._columns.setColumnStretch(1, 1 if self._has_model else 0)
        self._columns.setHorizontalSpacing(_COLUMNS_APART_PX if self._has_model else 0)
        self._show_controls()

    def show_face(self, item: FaceItem | None) -> None:
        """Show another face, or the same one in another state; None for none."""
        self._item = item
        self._show_controls()
        if item is None:
            return
        self._title.setText(face_title(item.index))
        self._state.setMinimumHeight(_LINES * self._state.fontMetrics().lineSpacing())
        text = state_text(item)
        self._state.setText(text)
        self._state.setToolTip(text)
        self.refresh_icons()
        self.on.setChecked(item.enabled)
        if not self.strength.slider.isSliderDown():
            self.strength.show_value(item.strength)
        self._show_model()

    def refresh_icons(self) -> None:
        """Draw the sign in the colours of the present theme."""
        item = self._item
        worrying = item is not None and item.is_worrying
        good = item is not None and item.is_on and item.likeness == "same"
        self._sign.setVisible(worrying or good)
        colours = current_colours()
        if worrying or good:
            name, colour = ("warning", colours.error) if worrying else ("check", colours.muted)
            size = QSize(_SIGN_PX, _SIGN_PX)
            self._sign.setPixmap(svg_pixmap(name, size, colour, self.devicePixelRatioF()))

    def _show_controls(self) -> None:
        item = self._item
        usable = item is not None and not item.removed and not item.skipped
        self._title.setVisible(item is not None)
        self._state.setVisible(item is not None)
        self._sign.setVisible(item is not None and self._sign.isVisible())
        self.on.setVisible(usable)
        self.strength.setVisible(usable)
        for row in (self.strength, self.model):
            row.setEnabled(item is not None and item.enabled)
        self.model.setVisible(usable and self._has_model)
        self.points.setVisible(
            item is not None and not item.removed and self._is_studio and item.has_points
        )
        self.reset.setVisible(usable and item is not None and item.has_own)
        self.remove.setVisible(item is not None and not item.removed and item.has_points)
        self.put_back.setVisible(item is not None and item.removed)

    def _show_model(self) -> None:
        own = self._item.model if self._item is not None else None
        self.model.show_value(_AS_ALL if own is None else own)

    @Slot()
    def _on_ticked(self) -> None:
        if self._item is not None:
            self.toggled.emit(self._item.index)

    @Slot(object)
    def _on_strength_edited(self, value: float) -> None:
        if self._item is not None:
            self.strength_edited.emit(self._item.index, value)

    @Slot(object)
    def _on_model_edited(self, value: str) -> None:
        if self._item is not None:
            self.model_chosen.emit(self._item.index, value or None)

    @Slot()
    def _on_reset_clicked(self) -> None:
        if self._item is not None:
            self.reset_asked.emit(self._item.index)

    @Slot()
    def _on_points_clicked(self) -> None:
        if self._item is not None:
            self.points_asked.emit(self._item.index)

    @Slot()
    def _on_remove_clicked(self) -> None:
        if self._item is not None:
            self.removal_asked.emit(self._item.index)

    @Slot()
    def _on_put_back_clicked(self) -> None:
        if self._item is not None:
            self.return_asked.emit(self._item.index)


def _keep_room_of(widget: QWidget, *, kept: bool) -> None:
    """Leave its place empty while it is hidden, so that the photo above keeps its size."""
    policy = widget.sizePolicy()
    policy.setRetainSizeWhenHidden(kept)
    widget.setSizePolicy(policy)
