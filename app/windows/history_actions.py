"""The actions around presets, versions and projects."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu, QWidget

from app.windows.actions import Actions


class HistoryActions(QObject):
    """Made beside the other actions of a window and listed with them.

    Args:
        actions: Those of the window.
        window: Owner of the menus.
    """

    def __init__(self, actions: Actions, window: QWidget) -> None:
        super().__init__(actions)
        self.presets_menu = QMenu(window)
        self.versions_menu = QMenu(window)
        self.presets = actions.add(
            self.tr("&Presets"), "presets", (), self.tr("Settings that you kept for other photos")
        )
        self.presets.setMenu(self.presets_menu)
        self.save_preset = actions.add(
            self.tr("&Keep as preset…"),
            "",
            ("Ctrl+Shift+P",),
            self.tr("Keeps the present settings under a name, for other photos"),
        )
        self.manage_presets = actions.add(
            self.tr("&Manage presets…"),
            "",
            (),
            self.tr("Renames, removes, shares and adds presets"),
        )
        self.keep_version = actions.add(
            self.tr("&Keep this version…"),
            "",
            ("Ctrl+K",),
            self.tr("Remembers the photo as it is now, so that you can come back"),
        )
        self.versions = actions.add(
            self.tr("&Versions"), "versions", (), self.tr("Versions that you kept of this photo")
        )
        self.versions.setMenu(self.versions_menu)
        self.history = actions.add(
            self.tr("&History and versions…"),
            "",
            ("Ctrl+H",),
            self.tr("Lists every step that was done; click one to go there"),
        )
        self.save_project = actions.add(
            self.tr("Save pro&ject…"),
            "",
            ("Ctrl+Alt+S",),
            self.tr("Saves all steps and versions in a file, to go on another day"),
        )
        self.save_project_as = actions.add(
            self.tr("Save projec&t as…"),
            "",
            ("Ctrl+Alt+Shift+S",),
            self.tr("Saves all steps and versions in another file, and goes on with that one"),
        )
