"""The menu bar, from the actions."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMenu, QMenuBar

from app.windows.actions import Actions
from app.windows.history_actions import HistoryActions


def fill_menu_bar(bar: QMenuBar, actions: Actions, history: HistoryActions) -> QMenu:
    """Fill the menu bar.

    Returns:
        The menu of recent files, for the window to fill.
    """
    translate = QCoreApplication.translate
    file = bar.addMenu(translate("Menus", "&File"))
    file.addActions([actions.open, actions.open_folder])
    recent = file.addMenu(translate("Menus", "Open &recent"))
    file.addAction(actions.paste)
    file.addSeparator()
    file.addActions([actions.save, actions.save_as, actions.export])
    file.addActions([history.save_project, history.save_project_as])
    file.addActions([actions.report, actions.report_list])
    file.addSeparator()
    file.addActions([actions.close_photo, actions.quit])

    edit = bar.addMenu(translate("Menus", "&Edit"))
    edit.addActions([actions.undo, actions.redo, history.history])
    edit.addSeparator()
    edit.addActions([history.presets, history.keep_version, history.versions])
    edit.addSeparator()
    edit.addActions([actions.add_face, actions.go_to_faces])
    edit.addSeparator()
    edit.addActions([actions.reset, actions.cancel])
    edit.addSeparator()
    edit.addAction(actions.preferences)

    view = bar.addMenu(translate("Menus", "&View"))
    view.addActions([actions.fit, actions.actual, actions.zoom_in, actions.zoom_out])
    view.addSeparator()
    view.addActions(actions.compare.actions())
    view.addActions([actions.compare_results, actions.scores])
    view.addSeparator()
    view.addActions([actions.original, actions.faces, actions.loupe, actions.library])
    view.addSeparator()
    view.addActions(actions.modes.actions())
    theme = view.addMenu(translate("Menus", "&Colours of the window"))
    theme.addActions(actions.themes.actions())

    tools = bar.addMenu(translate("Menus", "&Tools"))
    tools.addAction(actions.start_batch)
    tools.addActions([actions.damage_marks, actions.neutral_picker])

    models = bar.addMenu(translate("Menus", "&Models"))
    entries = actions.models, actions.import_model, actions.train
    models.addActions(entries)
    models.insertSeparator(actions.train)
    models.menuAction().setVisible(any(entry.isVisible() for entry in entries))

    help_menu = bar.addMenu(translate("Menus", "&Help"))
    help_menu.addAction(actions.shortcuts)
    help_menu.addSeparator()
    help_menu.addActions([actions.copy_report, actions.show_log])
    help_menu.addSeparator()
    help_menu.addActions([actions.updates, actions.about])
    return recent
