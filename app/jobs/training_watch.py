"""Looks at the trainings on the disk again and again, as long as somebody looks at the window."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.session.training_runs import RunView, StatsTail, find_runs, read_run

POLL_MS = 500
_LIST_EVERY = 6
"""Trainings that nobody works on are looked at once in so many polls."""


class TrainingWatch(QObject):
    """Follows all trainings, and one of them closely.

    Args:
        root: Folder of all trainings.
        parent: Owner.

    Signals:
        listed: (tuple of RunView) something about the trainings changed.
        followed: (RunView) something about the one that is followed changed.
        measured: (StatsTail) it has new figures.
        previewed: (Path) it has a new preview.
    """

    listed = Signal(object)
    followed = Signal(object)
    measured = Signal(object)
    previewed = Signal(object)

    def __init__(self, root: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._root = root
        self._runs: tuple[RunView, ...] = ()
        self._folder: Path | None = None
        self._view: RunView | None = None
        self._tail: StatsTail | None = None
        self._preview: Path | None = None
        self._polls = 0
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._on_polled)

    @property
    def runs(self) -> tuple[RunView, ...]:
        """All trainings, newest first."""
        return self._runs

    def start(self) -> None:
        """Begin to look."""
        self.refresh()
        self._timer.start()

    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()

    def follow(self, folder: Path | None) -> None:
        """Follow another training, or none."""
        self._folder, self._view, self._preview = folder, None, None
        self._tail = None if folder is None else StatsTail(folder / "run" / "stats.jsonl")
        self._look_closely()

    @Slot()
    def refresh(self) -> None:
        """Look at everything now."""
        runs = find_runs(self._root)
        if runs != self._runs:
            self._runs = runs
            self.listed.emit(runs)
        self._look_closely()

    @Slot()
    def _on_polled(self) -> None:
        self._polls += 1
        if self._polls % _LIST_EVERY == 0 or any(run.is_active for run in self._runs):
            self.refresh()
        else:
            self._look_closely()

    def _relist(self, view: RunView) -> None:
        """Keep the list in step with the training that is followed closely."""
        runs = tuple(view if run.folder == view.folder else run for run in self._runs)
        if runs != self._runs:
            self._runs = runs
            self.listed.emit(runs)

    def _look_closely(self) -> None:
        if self._folder is None or self._tail is None:
            return
        view = read_run(self._folder)
        if view is not None and view != self._view:
            self._view = view
            self.followed.emit(view)
            self._relist(view)
        if self._tail.read():
            self.measured.emit(self._tail)
        previews = sorted((self._folder / "run" / "previews").glob("step-*.png"))
        if previews and previews[-1] != self._preview:
            self._preview = previews[-1]
            self.previewed.emit(previews[-1])
