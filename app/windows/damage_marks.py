"""Correcting damage marks by hand: the brush, its bar, and the settings that keep the strokes."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QPushButton

from app.jobs.photo_work import PhotoWork
from app.jobs.works import Restored
from app.session.mask_editor import MaskEditor
from app.session.services import Choices
from app.views.mask_tool import MaskTool
from app.widgets.icon_button import IconButton
from app.windows.parts import Parts
from app.windows.presenter import Presenter
from core.settings import RepairSettings

_FIRST_SHARE = 0.008
"""Radius of the brush at first, as a share of the photo's shorter side."""


class DamageMarks(QObject):
    """Lets the user see, paint and erase what will be filled.

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
        self._work = work
        self._presenter = presenter
        self.action = action
        self._tool: MaskTool | None = None
        self._radius_px = 0.0
        self.bar = parts.repair_bar
        self.buttons = (self._button(), self._button())
        parts.panel.add_below_simple_repair(self.buttons[0])
        parts.panel.add_below("repair", self.buttons[1])
        action.setEnabled(False)
        action.toggled.connect(self._on_toggled)
        self.bar.eraser_chosen.connect(self._on_eraser_chosen)
        self.bar.sized.connect(self._on_sized)
        self.bar.clear_asked.connect(self._on_clear_asked)
        self.bar.find_asked.connect(self._on_find_asked)
        self.bar.done_asked.connect(partial(action.setChecked, False))
        presenter.changed.connect(self._on_changed)
        work.restored.connect(self._on_restored)
        work.choices_found.connect(self._on_choices_found)

    def _button(self) -> QPushButton:
        button = IconButton(self.tr("Correct the marks…"), "brush")
        button.setToolTip(self.tr("Shows what will be filled, and lets you paint and erase there"))
        button.setCheckable(True)
        button.clicked.connect(self.action.trigger)
        self.action.toggled.connect(button.setChecked)
        button.hide()
        return button

    @property
    def tool(self) -> MaskTool | None:
        """The brush, while it is active."""
        return self._tool

    # Begin and end

    @Slot(bool)
    def _on_toggled(self, active: bool) -> None:
        if active and self._tool is None:
            self._begin()
        elif not active and self._tool is not None:
            self._canvas.set_tool(None)

    def _begin(self) -> None:
        document = self._work.document
        if document is None:
            self.action.setChecked(False)
            return
        size = document.photo.size
        shorter = min(size.width, size.height)
        editor = MaskEditor(size)
        self.bar.set_range(shorter)
        self._radius_px = self.bar.bounded(self._radius_px or max(3.0, _FIRST_SHARE * shorter))
        tool = MaskTool(
            editor,
            self._radius_px,
            on_stroke=self._on_stroke,
            on_size=self._on_size_key,
            on_swap=self._on_swap_key,
            on_ended=self._on_ended,
            repaint=self._canvas.update,
        )
        tool.erases = self.bar.eraser.isChecked()
        self._canvas.set_tool(tool)
        self._tool = tool
        self.bar.show_radius(self._radius_px)
        self.bar.show()
        self._canvas.setFocus()
        repair = document.settings.repair
        if not repair.enabled:
            self._change(repair.replace(enabled=True), self.tr("Repair scratches"))
        self._show_document()

    def _on_ended(self) -> None:
        self._tool = None
        self.bar.hide()
        self.action.setChecked(False)

    # What the user does

    def _on_stroke(self) -> None:
        document = self._work.document
        if self._tool is None or document is None:
            return
        edits = self._tool.editor.store()
        title = self.tr("Erase marks") if self._tool.erases else self.tr("Paint marks")
        self._change(document.settings.repair.replace(enabled=True, edits=edits), title)

    def _on_size_key(self, factor: float) -> None:
        self._on_sized(self.bar.bounded(self._radius_px * factor))
        self.bar.show_radius(self._radius_px)

    def _on_swap_key(self) -> None:
        self.bar.show_eraser(erases=not self.bar.eraser.isChecked())

    @Slot(bool)
    def _on_eraser_chosen(self, erases: bool) -> None:
        if self._tool is not None:
            self._tool.erases = erases
            self._canvas.update()

    @Slot(float)
    def _on_sized(self, radius_px: float) -> None:
        self._radius_px = radius_px
        if self._tool is not None:
            self._tool.radius_px = radius_px
            self._canvas.update()

    @Slot()
    def _on_clear_asked(self) -> None:
        document = self._work.document
        if document is not None:
            repair = document.settings.repair.replace(enabled=True, automatic=False, edits=None)
            self._change(repair, self.tr("Clear marks"))

    @Slot()
    def _on_find_asked(self) -> None:
        document = self._work.document
        if document is not None:
            repair = document.settings.repair.replace(enabled=True, automatic=True, edits=None)
            self._change(repair, self.tr("Find marks again"))

    def _change(self, repair: RepairSettings, title: str) -> None:
        document = self._work.document
        if document is not None:
            self._presenter.change(document.settings.replace(repair=repair), title)

    # What happens elsewhere

    @Slot()
    def _on_changed(self) -> None:
        """Undo, redo, another photo: the marks follow the settings."""
        document = self._work.document
        self.action.setEnabled(document is not None and not self.buttons[0].isHidden())
        if self._tool is None:
            return
        if document is None or not document.settings.repair.enabled:
            self._canvas.set_tool(None)
        else:
            self._show_document()

    @Slot(object)
    def _on_restored(self, restored: Restored) -> None:
        del restored
        self._show_document()

    @Slot(object)
    def _on_choices_found(self, choices: Choices) -> None:
        for button in self.buttons:
            button.setVisible(choices.can_repair)
        self._on_changed()

    def _show_document(self) -> None:
        document = self._work.document
        if self._tool is None or document is None:
            return
        repair, editor = document.settings.repair, self._tool.editor
        editor.set_edits(repair.edits)
        if not repair.automatic:
            editor.set_found(None)
        elif document.result is not None and document.result.damage is not None:
            editor.set_found(document.result.damage)
        self._canvas.update()
