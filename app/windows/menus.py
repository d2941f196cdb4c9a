"""The menu bar, from the actions."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QMenuBar

from app.windows.actions import Actions
from app.windows.history_actions import HistoryActions


def fill_menu_bar(bar: QMenuBar, actions: Actions, history: HistoryActions) -> QMenu:
    """Fill the menu bar.

    Returns:
        The menu of recent files, for the window to fill.
    """
    recent = _fill_file(bar, actions, history)
    _fill(
        bar.addMenu(QCoreApplication.translate("Menus", "&Edit")),
        (actions.undo, actions.redo, history.history),
        (history.presets, history.keep_version, history.versions),
        (actions.add_face, actions.go_to_faces),
        (actions.reset, actions.cancel),
        (actions.preferences,),
    )
    _fill_view(bar, actions)
    _fill(
        bar.addMenu(QCoreApplication.translate("Menus", "&Tools")),
        (actions.start_batch, actions.damage_marks, actions.neutral_picker),
    )
    models = bar.addMenu(QCoreApplication.translate("Menus", "&Models"))
    _fill(models, (actions.models, actions.import_model), (actions.train,))
    entries = actions.models, actions.import_model, actions.train
    models.menuAction().setVisible(any(entry.isVisible() for entry in entries))
    _fill(
        bar.addMenu(QCoreApplication.translate("Menus", "&Help")),
        (actions.shortcuts,),
        (actions.copy_report, actions.show_log),
        (actions.updates, actions.about),
    )
    return recent


def _fill_file(bar: QMenuBar, actions: Actions, history: HistoryActions) -> QMenu:
    menu = bar.addMenu(QCoreApplication.translate("Menus", "&File"))
    _fill(
        menu,
        (actions.open, actions.open_folder, actions.paste),
        (
            *(actions.save, actions.save_as, actions.export),
            *(history.save_project, history.save_project_as),
            *(actions.report, actions.report_list),
        ),
        (actions.close_photo, actions.quit),
    )
    recent = QMenu(QCoreApplication.translate("Menus", "Open &recent"), menu)
    menu.insertMenu(actions.paste, recent)
    return recent


def _fill_view(bar: QMenuBar, actions: Actions) -> None:
    menu = bar.addMenu(QCoreApplication.translate("Menus", "&View"))
    _fill(
        menu,
        (actions.fit, actions.actual, actions.zoom_in, actions.zoom_out),
        (*actions.compare.actions(), actions.compare_results, actions.scores),
        (actions.original, actions.faces, actions.loupe, actions.library),
        actions.modes.actions(),
    )
    theme = menu.addMenu(QCoreApplication.translate("Menus", "&Colours of the window"))
    theme.addActions(actions.themes.actions())


def _fill(menu: QMenu, *groups: Sequence[QAction]) -> None:
    """Add groups of actions, with a line between them."""
    for number, group in enumerate(groups):
        if number:
            menu.addSeparator()
        menu.addActions(group)
