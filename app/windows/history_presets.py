"""Presets in the window: keep, use, manage, and what new photos start with."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from app.dialogs import project_dialogs
from app.dialogs.presets_dialog import PresetsDialog
from app.jobs.photo_work import PhotoWork
from app.session.presets import Preset, PresetStore, applied
from app.session.troubles import trouble_of
from app.session.versions import clean_name
from app.windows.history_actions import HistoryActions
from app.windows.parts import Parts
from app.windows.presenter import Presenter
from core.errors import RestorationError
from core.settings import RestorationSettings

SetUsual = Callable[[RestorationSettings | None], None]


class PresetMenu(QObject):
    """The presets of one window.

    Args:
        store: The presets.
        work: Holds the document.
        presenter: Takes the settings.
        parts: The banner says what happened.
        actions: The actions.
    """

    def __init__(
        self,
        store: PresetStore,
        work: PhotoWork,
        presenter: Presenter,
        parts: Parts,
        actions: HistoryActions,
    ) -> None:
        super().__init__(presenter)
        self._store = store
        self._work = work
        self._presenter = presenter
        self._parts = parts
        self._actions = actions
        self._set_usual: SetUsual | None = None
        self.dialog: PresetsDialog | None = None
        actions.save_preset.triggered.connect(self.keep)
        actions.manage_presets.triggered.connect(self.manage)
        actions.presets_menu.aboutToShow.connect(self.fill_menu)
        presenter.changed.connect(self._on_changed)
        self.fill_menu()
        self._on_changed()

    @property
    def _window(self) -> QWidget:
        return self._parts.central.window()

    def use_default_through(self, set_usual: SetUsual) -> None:
        """Say who tells fresh photos what they start with, and tell it now."""
        self._set_usual = set_usual
        self._on_presets_changed()

    def named(self) -> tuple[tuple[str, RestorationSettings], ...]:
        """What the grid compares: each preset, applied to the open photo."""
        document = self._work.document
        if document is None:
            return ()
        return tuple(
            (preset.name, applied(preset.settings, document.settings))
            for preset in self._store.load().all
        )

    @Slot()
    def fill_menu(self) -> None:
        """List the presets that there are now."""
        menu, actions = self._actions.presets_menu, self._actions
        menu.clear()
        is_open = self._work.document is not None
        for preset in self._store.load().all:
            action = menu.addAction(preset.name.replace("&", "&&"))
            action.setEnabled(is_open)
            action.setToolTip(self.tr("Gives the photo these settings"))
            action.triggered.connect(partial(self.use, preset))
        if menu.isEmpty():
            menu.addAction(self.tr("No presets yet")).setEnabled(False)
        menu.addSeparator()
        menu.addActions([actions.save_preset, actions.manage_presets])

    def use(self, preset: Preset) -> None:
        """Give the photo the settings of a preset, as one step of its history."""
        document = self._work.document
        if document is not None:
            title = self.tr("Preset “{name}”").format(name=preset.name)
            self._presenter.change(applied(preset.settings, document.settings), title)

    @Slot()
    def keep(self) -> None:
        """Ask for a name and keep the present settings under it."""
        document = self._work.document
        if document is None:
            return
        name = project_dialogs.ask_name(
            self._window,
            self.tr("Keep as preset"),
            self.tr("Name of the preset"),
            "",
        )
        if not name:
            return
        try:
            cleaned = clean_name(name)
            is_taken = self._store.load().named(cleaned) is not None
            if is_taken and not project_dialogs.ask_replace(self._window, cleaned):
                return
            saved = self._store.save(cleaned, document.settings, replaces=is_taken)
        except RestorationError as error:
            self._presenter.show_trouble(trouble_of(error))
            return
        kept = self.tr("“{name}” is kept as a preset.").format(name=saved.name)
        self._parts.banner.show_note(kept, self.tr("You find it under Edit > Presets."))
        self._on_presets_changed()

    @Slot()
    def manage(self) -> None:
        """Open the dialog, or bring it to the front."""
        if self.dialog is None:
            can_use = self._work.document is not None
            self.dialog = PresetsDialog(self._store, can_use=can_use, parent=self._window)
            self.dialog.used.connect(self.use)
            self.dialog.changed.connect(self._on_presets_changed)
            self.dialog.finished.connect(self._on_dialog_finished)
        self.dialog.show()
        self.dialog.raise_()

    def take_in(self, path: Path) -> None:
        """Add a preset that was dropped or opened."""
        try:
            added = self._store.take_in(path)
        except RestorationError as error:
            self._presenter.show_trouble(trouble_of(error))
            return
        text = self.tr("The preset “{name}” was added.").format(name=added.name)
        self._parts.banner.show_note(text, self.tr("You find it under Edit > Presets."))
        self._on_presets_changed()

    @Slot()
    def _on_presets_changed(self) -> None:
        self.fill_menu()
        if self._set_usual is not None:
            default = self._store.default
            self._set_usual(default.settings if default is not None else None)

    @Slot()
    def _on_dialog_finished(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None

    @Slot()
    def _on_changed(self) -> None:
        self._actions.save_preset.setEnabled(self._work.document is not None)
