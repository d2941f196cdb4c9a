"""All presets: use, rename, remove, share, add, and which one new photos start with."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.dialogs.project_dialogs import ask_export_preset, ask_import_preset
from app.session.presets import SUFFIX, Preset, Presets, PresetStore
from app.session.versions import same_name
from app.widgets.core_text import core_text
from app.widgets.hinted_list import HintedList
from app.widgets.line_break import show_breakable
from core.errors import RestorationError

_SIZE = (560, 420)


class PresetsDialog(QDialog):
    """Looks after the presets of one folder. Names are edited in place.

    Args:
        store: The presets.
        can_use: A photo is open.
        parent: The window.

    Signals:
        used: (Preset)
        changed: The presets, or which one is the default, are other ones now.
    """

    used = Signal(object)
    changed = Signal()

    def __init__(self, store: PresetStore, *, can_use: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._can_use = can_use
        self._presets = Presets(())
        self._removed: Preset | None = None
        self.setWindowTitle(self.tr("Presets"))
        self.resize(*_SIZE)
        self.list = HintedList(self.tr("No presets yet. Edit > Presets > Keep as preset adds one."))
        self.list.setAccessibleName(self.tr("Presets"))
        self.list.setToolTip(self.tr("Your presets; double-click one to use it for the photo"))
        self.use = self._button(self.tr("Use"), self.tr("Gives the open photo these settings"))
        self.use.setProperty("primary", "true")
        self.rename = self._button(self.tr("Rename"), self.tr("Lets you type another name"))
        self.remove = self._button(self.tr("Remove"), self.tr("Removes the preset; can be undone"))
        self.share = self._button(
            self.tr("Share…"), self.tr("Saves the preset as a file that others can add")
        )
        self.add = self._button(
            self.tr("Add from file…"), self.tr("Adds a preset that somebody shared")
        )
        self.default = QCheckBox(self.tr("New photos start with this preset"))
        self.default.setToolTip(self.tr("Photos that you open from now on get these settings"))
        self.message = QLabel()
        self.message.setWordWrap(True)
        self.message.setProperty("role", "muted")
        self.undo = self._button(self.tr("Undo"), self.tr("Brings the removed preset back"))
        self.close_button = self._button(self.tr("Close"), self.tr("Closes this window (Esc)"))
        self._lay_out()
        self._connect()
        self.refresh()

    def _button(self, text: str, tip: str) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(tip)
        button.setAutoDefault(False)
        return button

    def _lay_out(self) -> None:
        side = QVBoxLayout()
        side.setSpacing(8)
        for button in (self.use, self.rename, self.remove, self.share):
            side.addWidget(button)
        side.addStretch()
        side.addWidget(self.add)
        middle = QHBoxLayout()
        middle.setSpacing(14)
        middle.addWidget(self.list, 1)
        middle.addLayout(side)
        foot = QHBoxLayout()
        foot.addWidget(self.message, 1)
        foot.addWidget(self.undo)
        foot.addWidget(self.close_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 16)
        layout.setSpacing(12)
        layout.addLayout(middle, 1)
        layout.addWidget(self.default)
        layout.addLayout(foot)

    def _connect(self) -> None:
        self.list.currentItemChanged.connect(self._on_current_changed)
        self.list.itemChanged.connect(self._on_item_changed)
        self.use.clicked.connect(self._on_use_clicked)
        self.list.itemDoubleClicked.connect(self._on_use_clicked)
        self.rename.clicked.connect(self._on_rename_clicked)
        self.remove.clicked.connect(self._on_remove_clicked)
        self.share.clicked.connect(self._on_share_clicked)
        self.add.clicked.connect(self._on_add_clicked)
        self.default.clicked.connect(self._on_default_clicked)
        self.undo.clicked.connect(self._on_undo_clicked)
        self.close_button.clicked.connect(self.close)

    def refresh(self, chosen: str = "") -> None:
        """Read the presets anew and choose one by its name."""
        self._presets = self._store.load()
        self.list.blockSignals(True)
        self.list.clear()
        for preset in self._presets.all:
            item = QListWidgetItem(preset.name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            item.setData(Qt.ItemDataRole.UserRole, preset)
            self.list.addItem(item)
            if chosen and same_name(preset.name, chosen):
                self.list.setCurrentItem(item)
        if self.list.currentItem() is None and self.list.count():
            self.list.setCurrentRow(0)
        self.list.blockSignals(False)
        self._on_current_changed()
        if self._presets.damaged:
            self._show_error(self._presets.damaged[0])

    @property
    def current(self) -> Preset | None:
        """The chosen preset, or None."""
        item = self.list.currentItem()
        found = item.data(Qt.ItemDataRole.UserRole) if item is not None else None
        return found if isinstance(found, Preset) else None

    # What the user does

    @Slot()
    def _on_current_changed(self) -> None:
        preset = self.current
        for button in (self.rename, self.remove, self.share, self.default):
            button.setEnabled(preset is not None)
        self.use.setEnabled(preset is not None and self._can_use)
        is_default = preset is not None and same_name(self._store.default_name, preset.name)
        self.default.setChecked(is_default)
        self.undo.setVisible(self._removed is not None)

    @Slot()
    def _on_use_clicked(self) -> None:
        if self.current is not None and self._can_use:
            self.used.emit(self.current)

    @Slot()
    def _on_rename_clicked(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.list.editItem(item)

    @Slot(QListWidgetItem)
    def _on_item_changed(self, item: QListWidgetItem) -> None:
        preset: Preset = item.data(Qt.ItemDataRole.UserRole)
        self._forget_removed()
        try:
            name = self._store.rename(preset, item.text()).name
        except RestorationError as error:
            self.refresh(preset.name)
            self._show_error(error)
            return
        self._show("")
        self.refresh(name)
        self.changed.emit()

    @Slot()
    def _on_remove_clicked(self) -> None:
        preset = self.current
        if preset is None:
            return
        try:
            self._store.delete(preset)
        except RestorationError as error:
            self._show_error(error)
            return
        self._removed = preset
        self._show(self.tr("“{name}” was removed.").format(name=preset.name))
        self.refresh()
        self.changed.emit()

    @Slot()
    def _on_undo_clicked(self) -> None:
        preset = self._removed
        if preset is None:
            return
        self._forget_removed()
        try:
            self._store.save(preset.name, preset.settings)
        except RestorationError as error:
            self._show_error(error)
            return
        self._show("")
        self.refresh(preset.name)
        self.changed.emit()

    @Slot()
    def _on_share_clicked(self) -> None:
        preset = self.current
        if preset is None:
            return
        path = ask_export_preset(self, Path.home() / f"{preset.name}{SUFFIX}")
        if path is None:
            return
        try:
            saved = self._store.export(preset, path)
        except RestorationError as error:
            self._show_error(error)
            return
        self._show(self.tr("Saved as “{name}”.").format(name=saved.name))

    @Slot()
    def _on_add_clicked(self) -> None:
        path = ask_import_preset(self, str(Path.home()))
        if path is not None:
            self.take_in(path)

    def take_in(self, path: Path) -> None:
        """Add a preset from a file, or say why not."""
        self._forget_removed()
        try:
            added = self._store.take_in(path)
        except RestorationError as error:
            self._show_error(error)
            return
        self._show(self.tr("“{name}” was added.").format(name=added.name))
        self.refresh(added.name)
        self.changed.emit()

    @Slot(bool)
    def _on_default_clicked(self, checked: bool) -> None:
        preset = self.current
        if preset is None:
            return
        try:
            self._store.set_default(preset.name if checked else "")
        except RestorationError as error:
            self._show_error(error)
        self._on_current_changed()
        self.changed.emit()

    def _forget_removed(self) -> None:
        self._removed = None
        self.undo.hide()

    def _show(self, text: str) -> None:
        show_breakable(self.message, text)

    def _show_error(self, error: RestorationError) -> None:
        self._show(f"{core_text(error.summary)} {core_text(error.remedy)}")
