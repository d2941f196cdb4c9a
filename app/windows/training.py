"""“Train on my photos” in the menu of the main window, and how a training has ended."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QWidget

from app.jobs.gentle import ImportsInTurns
from app.jobs.photo_work import PhotoWork
from app.session.services import Services
from app.session.training_runs import ENDED, RunView, read_run, untold_runs, was_told
from app.widgets.banner import Banner
from app.widgets.core_text import core_text

if TYPE_CHECKING:
    from app.dialogs.training.window import TrainingWindow

LOOK_MS = 3000
_PAGES = "face_grid", "photos_page", "check_page", "damage_page", "plan_page", "run_page", "window"
_MODULES = tuple(f"app.dialogs.training.{name}" for name in _PAGES)


class Training(QObject):
    """Opens the training window, which is made when it is first asked for, and tells of ends.

    A training is a process of its own that nobody waits for. Whoever starts one marks its folder;
    the marked ones are looked at from time to time, and one that has ended is told of until the
    user closes the message, at the next start of the program where that comes first.

    Args:
        services: Where training comes from; the action is hidden where there is none.
        action: The menu's entry.
        work: Looks for models again where a result was added.
        banner: Where the end of a training is told.
        window: Owner.
    """

    def __init__(
        self,
        services: Services,
        action: QAction,
        work: PhotoWork,
        banner: Banner,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._services = services
        self._work = work
        self._banner = banner
        self._owner = window
        self._root: Path | None = None
        self._seen: dict[Path, RunView] = {}
        self._told: Path | None = None
        self.window: TrainingWindow | None = None
        self.timer = QTimer(self)
        self.timer.setInterval(LOOK_MS)
        self.timer.timeout.connect(self.look)
        action.setVisible(services.training is not None)
        action.triggered.connect(self.open)
        banner.dismissed.connect(self._on_dismissed)
        banner.accepted.connect(self._on_accepted)
        self.imports = ImportsInTurns(_MODULES, self)
        if services.training is not None:
            self.timer.start()
            QTimer.singleShot(LOOK_MS, self.imports, self.imports.start)

    @Slot()
    def open(self) -> None:
        """Show the training window; the first time it is made now, and shown a moment later.

        Both together would be a stand-still that one notices.
        """
        is_new = self.window is None
        window = self._made()
        if window is not None and is_new:
            QTimer.singleShot(0, window, window.open_with)
        elif window is not None:
            window.open_with()

    def _made(self) -> TrainingWindow | None:
        if self.window is None and self._services.training is not None:
            # Only here, so that the main window opens sooner.
            from app.dialogs.training.window import TrainingWindow

            suffixes = self._services.readable_suffixes()
            self.window = TrainingWindow(self._services.training(), suffixes, self._owner)
            self.window.models_changed.connect(self._work.warm_up)
        return self.window

    def stop(self) -> None:
        """End the background work of the window; trainings themselves go on."""
        self.timer.stop()
        if self.window is not None:
            self.window.stop()

    # How a training has ended

    @Slot()
    def look(self) -> None:
        """Tell of a training that has ended, unless the user is looking at it."""
        if self._root is None and self._services.training is not None:
            self._root = self._services.training().root
        if self._root is None:
            return
        if self._told is not None:
            self._take_back(self._told)
            return
        ended = {run.folder: run for run in untold_runs(self._root) if run.state in ENDED}
        # Between the last word of a process and its end it seems interrupted: only what is seen
        # twice is true.
        certain = [run for run in ended.values() if self._seen.get(run.folder) == run]
        self._seen = ended
        for run in certain:
            if self._is_looked_at(run.folder):
                was_told(run.folder)
            else:
                self._tell(run)
                return

    def _take_back(self, folder: Path) -> None:
        """Close the message where it has gone on, or is gone."""
        view = read_run(folder)
        if view is None or view.state not in ENDED:
            self._told = None
            self._banner.hide()

    def _is_looked_at(self, folder: Path) -> bool:
        window = self.window
        return window is not None and window.isActiveWindow() and window.shown_training == folder

    def _tell(self, run: RunView) -> None:
        self._told = run.folder
        if run.state == "finished":
            title = self.tr("The training “{name}” has finished.").format(name=run.name)
            text = self._verdict(run)
        elif run.state == "failed":
            title = self.tr("The training “{name}” has stopped.").format(name=run.name)
            text = f"{core_text(run.summary)} {core_text(run.remedy)}".strip()
        else:
            title = self.tr("The training “{name}” was interrupted.").format(name=run.name)
            text = self.tr("It can go on from where it was last saved.")
        self._banner.show_note(title, text)
        self._banner.show_offer(self.tr("Show it"), self.tr("Opens this training"))
        QApplication.alert(self._owner)

    def _verdict(self, run: RunView) -> str:
        if run.comparison is None:
            return self.tr("You can make it a model that is used like any other.")
        # Only here, so that the main window opens sooner.
        from app.dialogs.training.texts import verdict_text

        return f"{verdict_text(run.comparison)[0]}."

    @Slot()
    def _on_dismissed(self) -> None:
        folder, self._told = self._told, None
        if folder is not None:
            was_told(folder)
            self._seen.pop(folder, None)

    @Slot()
    def _on_accepted(self) -> None:
        folder = self._told
        self._on_dismissed()
        window = self._made()
        if folder is not None and window is not None:
            window.open_training(folder)
