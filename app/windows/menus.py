"""The menu bar, from the actions."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMenu, QMenuBar

from app.windows.actions import Actions


def fill_menu_bar(bar: QMenuBar, actions: Actions) -> QMenu:
    """Fill the menu bar.

    Returns:
        The menu of recent files, for the window to fill.
    """
    tr = QCoreApplication.translate
    file = bar.addMenu(tr("Menus", "&File"))
    file.addAction(actions.open)
    recent = file.addMenu(tr("Menus", "Open &recent"))
    file.addAction(actions.paste)
    file.addSeparator()
    file.addActions([actions.save, actions.save_as])
    file.addSeparator()
    file.addActions([actions.close_photo, actions.quit])

    edit = bar.addMenu(tr("Menus", "&Edit"))
    edit.addActions([actions.undo, actions.redo])
    edit.addSeparator()
    edit.addActions([actions.reset, actions.cancel])

    view = bar.addMenu(tr("Menus", "&View"))
    view.addActions([actions.fit, actions.actual, actions.zoom_in, actions.zoom_out])
    view.addSeparator()
    view.addActions(actions.compare.actions())
    view.addSeparator()
    view.addActions([actions.original, actions.faces])
    view.addSeparator()
    view.addActions(actions.modes.actions())
    theme = view.addMenu(tr("Menus", "&Colours of the window"))
    theme.addActions(actions.themes.actions())

    tools = bar.addMenu(tr("Menus", "&Tools"))
    tools.addAction(actions.models)

    help_menu = bar.addMenu(tr("Menus", "&Help"))
    help_menu.addActions([actions.shortcuts, actions.about])
    return recent
