"""Versions and the list of all steps in the window."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from app.dialogs import project_dialogs
from app.dialogs.project_history import HistoryDialog
from app.jobs.photo_work import PhotoWork
from app.session.document import Document
from app.session.troubles import trouble_of
from app.session.versions import (
    Versions,
    clean_name,
    free_name,
    same_name,
    with_renamed,
    with_version,
    without_version,
)
from app.windows.compare_grid import CompareGrid
from app.windows.history_actions import HistoryActions
from app.windows.parts import Parts
from app.windows.presenter import Presenter
from core.errors import RestorationError
from core.settings import RestorationSettings


class VersionMenu(QObject):
    """The versions of the open photo, and its history.

    Args:
        work: Holds the document.
        presenter: Shows what changed.
        parts: Knows the window.
        actions: The actions.
        grid: Compares the versions.
    """

    def __init__(
        self,
        work: PhotoWork,
        presenter: Presenter,
        parts: Parts,
        actions: HistoryActions,
        grid: CompareGrid,
    ) -> None:
        super().__init__(presenter)
        self._work = work
        self._presenter = presenter
        self._parts = parts
        self._actions = actions
        self._grid = grid
        self.dialog: HistoryDialog | None = None
        actions.keep_version.triggered.connect(self.keep)
        actions.history.triggered.connect(self.show_history)
        actions.versions_menu.aboutToShow.connect(self.fill_menu)
        presenter.changed.connect(self._on_changed)
        self._on_changed()

    @property
    def _window(self) -> QWidget:
        return self._parts.central.window()

    def named(self) -> tuple[tuple[str, RestorationSettings], ...]:
        """What the grid compares."""
        document = self._work.document
        if document is None:
            return ()
        return tuple((kept.name, kept.settings) for kept in document.history.versions)

    @Slot()
    def fill_menu(self) -> None:
        """List the versions that there are now."""
        menu, document = self._actions.versions_menu, self._work.document
        menu.clear()
        for version in document.history.versions if document else ():
            action = menu.addAction(version.name.replace("&", "&&"))
            action.setCheckable(True)
            action.setChecked(document is not None and version.settings == document.settings)
            action.setToolTip(self.tr("Gives the photo the settings of this version"))
            action.triggered.connect(partial(self.switch_to, version.name))
        if menu.isEmpty():
            menu.addAction(self.tr("No versions yet")).setEnabled(False)
        menu.addSeparator()
        menu.addActions([self._actions.keep_version, self._actions.history])

    @Slot()
    def keep(self) -> None:
        """Ask for a name and keep the photo as it is now under it."""
        document = self._work.document
        if document is None:
            return
        taken = tuple(kept.name for kept in document.history.versions)
        suggestion = self.tr("Version {number}").format(number=len(taken) + 1)
        name = project_dialogs.ask_name(
            self._window,
            self.tr("Keep this version"),
            self.tr("Name of the version"),
            free_name(suggestion, taken),
        )
        if name:
            kept = with_version(document.history.versions, name, document.settings)
            title = self.tr("Keep version “{name}”").format(name=clean_name(name))
            self._take(document, kept, title)

    def switch_to(self, name: str) -> None:
        """Give the photo the settings of a version, as one step of its history."""
        document = self._work.document
        for version in document.history.versions if document else ():
            if same_name(version.name, name):
                title = self.tr("Go to version “{name}”").format(name=version.name)
                self._presenter.change(version.settings, title)

    def rename(self, name: str, wanted: str) -> None:
        """Give a version another name, or say why not."""
        document = self._work.document
        if document is None:
            return
        try:
            versions = with_renamed(document.history.versions, name, wanted)
        except RestorationError as error:
            self._presenter.show_trouble(trouble_of(error))
            versions = document.history.versions
        self._take(document, versions, self.tr("Rename version “{name}”").format(name=name))

    def remove(self, name: str) -> None:
        """Forget a version; undo brings it back."""
        document = self._work.document
        if document is not None:
            versions = without_version(document.history.versions, name)
            self._take(document, versions, self.tr("Remove version “{name}”").format(name=name))

    @Slot()
    def compare(self) -> None:
        """Show the photo and its versions in the grid."""
        self._grid.fill("versions")

    @Slot()
    def show_history(self) -> None:
        """Open the list of steps, or bring it to the front."""
        if self.dialog is None:
            self.dialog = HistoryDialog(self._window)
            self.dialog.step_chosen.connect(self.go_to)
            self.dialog.keep_asked.connect(self.keep)
            self.dialog.version_chosen.connect(self.switch_to)
            self.dialog.version_renamed.connect(self.rename)
            self.dialog.version_removed.connect(self.remove)
            self.dialog.compare_asked.connect(self.compare)
            self.dialog.finished.connect(self._on_dialog_finished)
        self.dialog.show()  # first, as rows take their height from the style of a shown list
        self.dialog.raise_()
        self._on_changed()

    def go_to(self, step: int) -> None:
        """Go to any step of the history."""
        document = self._work.document
        if document is not None and document.history.go_to(step):
            self._presenter.show_settings()

    def _take(self, document: Document, versions: Versions, title: str) -> None:
        document.history.push_versions(versions, title)
        self._presenter.show_settings()

    @Slot()
    def _on_changed(self) -> None:
        document = self._work.document
        for action in (self._actions.keep_version, self._actions.versions, self._actions.history):
            action.setEnabled(document is not None)
        if self.dialog is not None:
            self.dialog.show_history(document.history if document else None)

    @Slot()
    def _on_dialog_finished(self) -> None:
        if self.dialog is not None:
            self.dialog.deleteLater()
            self.dialog = None
