"""“Train on my photos” in the menu of the main window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget

from app.jobs.photo_work import PhotoWork
from app.session.services import Services

if TYPE_CHECKING:
    from app.dialogs.training.window import TrainingWindow


class Training(QObject):
    """Opens the training window, which is made when it is first asked for.

    Args:
        services: Where training comes from; the action is hidden where there is none.
        action: The menu's entry.
        work: Looks for models again where a result was added.
        window: Owner.
    """

    def __init__(
        self, services: Services, action: QAction, work: PhotoWork, window: QWidget
    ) -> None:
        super().__init__(window)
        self._services = services
        self._work = work
        self._owner = window
        self.window: TrainingWindow | None = None
        action.setVisible(services.training is not None)
        action.triggered.connect(self.open)

    @Slot()
    def open(self) -> None:
        """Show the training window."""
        if self._services.training is None:
            return
        if self.window is None:
            # Only here, so that the main window opens sooner.
            from app.dialogs.training.window import TrainingWindow

            suffixes = self._services.readable_suffixes()
            self.window = TrainingWindow(self._services.training(), suffixes, self._owner)
            self.window.models_changed.connect(self._work.warm_up)
        self.window.open_with()

    def stop(self) -> None:
        """End the background work of the window; trainings themselves go on."""
        if self.window is not None:
            self.window.stop()
