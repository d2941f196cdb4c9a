"""The models in the menu of the main window: all of them, and the import of a file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from app.dialogs.models_dialog import ModelsDialog
from app.jobs.photo_work import PhotoWork
from app.session.services import Services
from app.windows.actions import Actions


class Models(QObject):
    """Opens the models window, which is made when it is first asked for.

    Args:
        services: Where models come from; the actions are hidden where there are none.
        commands: Whose actions are connected.
        work: Looks for models again where they have changed.
        window: Owner.
    """

    def __init__(
        self, services: Services, commands: Actions, work: PhotoWork, window: QWidget
    ) -> None:
        super().__init__(window)
        self._services = services
        self._work = work
        self._owner = window
        self.dialog: ModelsDialog | None = None
        for action in (commands.models, commands.import_model):
            action.setVisible(services.model_store is not None)
        commands.models.triggered.connect(self.open)
        commands.import_model.triggered.connect(self.ask_import)

    @Slot()
    def open(self) -> None:
        """Show the models window."""
        if self._services.model_store is None:
            return
        if self.dialog is None:
            self.dialog = ModelsDialog(self._services.model_store(), self._owner)
            self.dialog.models_changed.connect(self._work.warm_up)
        self.dialog.show()
        self.dialog.raise_()

    @Slot()
    def ask_import(self) -> None:
        """Let the user choose model files, and add them."""
        self.open()
        if self.dialog is not None:
            self.dialog.ask_import()

    def import_files(self, paths: Sequence[Path]) -> None:
        """Add model files that the user already has."""
        self.open()
        if self.dialog is not None:
            self.dialog.import_files(paths)

    def stop(self) -> None:
        """End the background work of the window; call it once, before the program ends."""
        if self.dialog is not None:
            self.dialog.stop()
