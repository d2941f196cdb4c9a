"""White balance by a click on something that was grey."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction, QColor, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from app.jobs.photo_work import PhotoWork
from app.session.neutral import kind_of_colour, neutral_at, shown_colour
from app.views.picker_tool import PickerTool
from app.widgets.core_text import core_text
from app.widgets.icon_button import IconButton
from app.windows.parts import Parts
from app.windows.presenter import Presenter
from core.settings import ColourSettings

_SWATCH_PX = 18


class NeutralPicker(QObject):
    """Picks the neutral colour on the photo, shows it in the panel, and takes it back.

    Args:
        parts: The widgets.
        work: Holds the document.
        presenter: Takes changes of the settings.
        action: Begins and ends it.
        parent: Owner.
    """

    def __init__(
        self,
        parts: Parts,
        work: PhotoWork,
        presenter: Presenter,
        action: QAction,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._canvas = parts.area.canvas
        self._banner = parts.banner
        self._work = work
        self._presenter = presenter
        self._action = action
        self._tool: PickerTool | None = None
        self._swatch = QLabel()
        self._swatch.setFixedSize(_SWATCH_PX, _SWATCH_PX)
        self._words = QLabel(self.tr("The colour that is taken for grey"))
        self._words.setProperty("role", "muted")
        self._words.setWordWrap(True)
        self.pick = IconButton(self.tr("Pick something grey…"), "picker")
        self.pick.setToolTip(action.statusTip())
        self.pick.setCheckable(True)
        self.pick.clicked.connect(action.trigger)
        self.forget = IconButton("", "close")
        self.forget.setProperty("flat", "true")
        self.forget.setAccessibleName(self.tr("Automatic white balance"))
        self.forget.setToolTip(self.tr("Forgets the colour: white balance is automatic again"))
        self.forget.clicked.connect(self._on_forget_asked)
        self._picked = self._make_picked()
        parts.panel.add_below("colour", self.pick)
        parts.panel.add_below("colour", self._picked)
        action.setEnabled(False)
        action.toggled.connect(self._on_toggled)
        presenter.changed.connect(self._on_changed)
        self._on_changed()

    def _make_picked(self) -> QWidget:
        """What is shown where a colour was picked."""
        row = QWidget()
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self._swatch)
        layout.addWidget(self._words, 1)
        layout.addWidget(self.forget)
        return row

    @Slot(bool)
    def _on_toggled(self, active: bool) -> None:
        if active and self._has_no_effect():
            self._action.setChecked(False)
            return
        self.pick.setChecked(active)
        if active and self._tool is None and self._work.document is not None:
            self._tool = PickerTool(
                self._colour_at,
                on_picked=self._on_picked,
                on_ended=self._on_ended,
                repaint=self._canvas.update,
                note=self.tr("Click on something that was grey or white. Esc: leave it."),
            )
            self._canvas.set_tool(self._tool)
            self._canvas.setFocus()
        elif not active and self._tool is not None:
            self._canvas.set_tool(None)

    def _has_no_effect(self) -> bool:
        """Say why nothing can be picked in a photo without colours, and what helps there."""
        document = self._work.document
        kind = "colour" if document is None else kind_of_colour(document.photo)
        self.pick.setChecked(False)
        if kind == "toned":
            helps = self.tr("To take the tone out or to deepen it, use “{slider}” in Studio.")
            self._banner.show_note(
                self.tr("This photo has one tone all over: nothing in it can be picked as grey."),
                helps.format(slider=core_text("Brown tone")),
            )
        elif kind == "grey":
            helps = self.tr("For its brightness, use “{exposure}” and “{contrast}” in Studio.")
            self._banner.show_note(
                self.tr("This photo is black and white: there is no colour to correct."),
                helps.format(exposure=core_text("Brightness"), contrast=core_text("Contrast")),
            )
        return kind != "colour"

    def _on_ended(self) -> None:
        self._tool = None
        self._action.setChecked(False)

    def _colour_at(self, x: float, y: float) -> QColor | None:
        document = self._work.document
        found = None if document is None else shown_colour(document.photo, x, y)
        return None if found is None else QColor(*found)

    def _on_picked(self, x: float, y: float) -> None:
        document = self._work.document
        picked = None if document is None else neutral_at(document.photo, x, y)
        if document is not None and picked is not None:
            colour = document.settings.colour
            # A click asks for all of it, however far the slider was moved.
            self._change(colour.replace(neutral_colour=picked, white_balance=1.0))
        self._canvas.set_tool(None)

    @Slot()
    def _on_forget_asked(self) -> None:
        document = self._work.document
        if document is not None:
            self._change(document.settings.colour.replace(neutral_colour=None))

    def _change(self, colour: ColourSettings) -> None:
        document = self._work.document
        if document is not None:
            settings = document.settings.replace(colour=colour)
            self._presenter.change(settings, self.tr("White balance"))

    @Slot()
    def _on_changed(self) -> None:
        document = self._work.document
        picked = None if document is None else document.settings.colour.neutral_colour
        self._action.setEnabled(document is not None)
        self._picked.setVisible(picked is not None)
        if picked is not None:
            pixmap = QPixmap(_SWATCH_PX, _SWATCH_PX)
            pixmap.fill(QColor(*(round(255 * value) for value in picked)))
            self._swatch.setPixmap(pixmap)
        if document is None and self._tool is not None:
            self._canvas.set_tool(None)
