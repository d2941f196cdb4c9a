"""The training window: all trainings on the left, the wizard or one training on the right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.dialogs.files import ask_new_file
from app.dialogs.question import Question
from app.dialogs.training.preview_grid import Preview, read_preview
from app.dialogs.training.run_page import RunPage
from app.dialogs.training.texts import size_text, state_text
from app.dialogs.training.wizard import Wizard
from app.jobs.training_process import start_training
from app.jobs.training_watch import TrainingWatch
from app.jobs.training_work import TrainingWork
from app.session.training_runs import RunView, StatsTail, ask_to_stop, delete_training
from app.session.training_values import Recipe, Registered, TrainingServices
from app.session.troubles import Trouble, trouble_of
from core.errors import RestorationError

_SIZE = (1080, 720)
_SIDEBAR_PX = 210
_FOLDER = Qt.ItemDataRole.UserRole
CREATE, REGISTER, SAVE, DELETE, PREVIEW = "create", "register", "save file", "delete", "preview"


class TrainingWindow(QDialog):
    """Trainings of one's own. Closing hides it; trainings are processes and go on.

    Args:
        services: What it needs from below.
        suffixes: Endings of photos that can be read.
        parent: Owner.

    Signals:
        models_changed: A result was added to the models.
    """

    models_changed = Signal()

    def __init__(
        self, services: TrainingServices, suffixes: Sequence[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("trainingWindow")
        self.setWindowTitle(self.tr("Train on my photos"))
        self.setWindowFlag(Qt.WindowType.WindowMaximizeButtonHint)
        self.resize(*_SIZE)
        self._services = services
        self.work = TrainingWork(self)
        self.watch = TrainingWatch(services.root, self)
        self.wizard = Wizard(services, self.work, suffixes)
        self.page = RunPage()
        self.new_button = QPushButton(self.tr("New training"))
        self.list = QListWidget()
        self.stack = QStackedWidget()
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.new_button.setToolTip(self.tr("Begins a training with other photos"))
        self.new_button.setAutoDefault(False)
        self.list.setObjectName("trainingList")
        self.list.setAccessibleName(self.tr("Trainings"))
        self.list.setToolTip(self.tr("Trainings on this computer; choose one to see it"))
        self.list.setWordWrap(True)
        side = QWidget()
        side.setObjectName("trainingSide")
        side.setFixedWidth(_SIDEBAR_PX)
        column = QVBoxLayout(side)
        column.setContentsMargins(12, 14, 12, 12)
        column.setSpacing(10)
        column.addWidget(self.new_button)
        column.addWidget(self.list, 1)
        self.stack.addWidget(self.wizard)
        self.stack.addWidget(self.page)
        self._side = side
        side.hide()
        right = QVBoxLayout()
        right.setContentsMargins(22, 16, 22, 16)
        right.addWidget(self.stack)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(side)
        layout.addLayout(right, 1)

    def _connect(self) -> None:
        self.new_button.clicked.connect(self._on_new_clicked)
        self.list.currentItemChanged.connect(self._on_item_chosen)
        self.wizard.start_asked.connect(self._on_start_asked)
        self.wizard.drafted.connect(self.watch.refresh)
        self.watch.listed.connect(self._on_listed)
        self.watch.followed.connect(self.page.show_view)
        self.watch.measured.connect(self._on_measured)
        self.watch.previewed.connect(self._on_previewed)
        self.page.pause_asked.connect(partial(self._ask_to_stop, finish=False))
        self.page.finish_asked.connect(partial(self._ask_to_stop, finish=True))
        self.page.resume_asked.connect(partial(self._resume, gentler=False))
        self.page.gentler_asked.connect(partial(self._resume, gentler=True))
        self.page.delete_asked.connect(self._on_delete_asked)
        self.page.preview_asked.connect(self._on_preview_asked)
        self.page.result.register_asked.connect(self._on_register_asked)
        self.page.result.save_asked.connect(self._on_save_asked)
        self.work.done.connect(self._on_done)
        self.work.failed.connect(self._on_failed)

    def open_with(self, sources: Sequence[Path] = ()) -> None:
        """Show the window; with photos, at the first page of a new training."""
        self.show()
        self.raise_()
        if sources:
            self.begin(sources)

    def open_training(self, folder: Path) -> None:
        """Show the window with one training."""
        self.open_with()
        self.watch.refresh()
        self._select(folder)

    def begin(self, sources: Sequence[Path] = ()) -> None:
        """Begin a new training."""
        self.list.setCurrentRow(-1)
        self.watch.follow(None)
        self.wizard.begin(sources)
        self.stack.setCurrentWidget(self.wizard)

    def show_training(self, folder: Path) -> None:
        """Show one training, or go on with its draft."""
        view = next((run for run in self.watch.runs if run.folder == folder), None)
        if view is None or view.state == "draft":
            self.watch.follow(None)
            self.wizard.go_on_with(folder)
            self.stack.setCurrentWidget(self.wizard)
            return
        self.page.clear()
        self.watch.follow(folder)
        self.stack.setCurrentWidget(self.page)

    @property
    def shown_training(self) -> Path | None:
        """The training whose page is shown; None where the wizard is."""
        view = self.page.view
        is_shown = self.stack.currentWidget() is self.page and view is not None
        return view.folder if is_shown and view is not None else None

    def stop(self) -> None:
        """End the background work; call it once, before the program ends. Trainings go on."""
        self.hide()
        self.watch.stop()
        self.work.stop()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Look at the trainings; go to one that is at work."""
        super().showEvent(event)
        self.watch.start()
        active = next((run for run in self.watch.runs if run.is_active), None)
        if active is not None and self.list.currentItem() is None:
            self._select(active.folder)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Only hide: nothing that is being done ends."""
        event.ignore()
        self.hide()
        self.watch.stop()

    def reject(self) -> None:
        """Escape hides it too."""
        self.close()

    @Slot()
    def _on_new_clicked(self) -> None:
        self.begin()

    # The list

    @Slot(object)
    def _on_listed(self, runs: tuple[RunView, ...]) -> None:
        chosen = self._chosen_folder()
        self.list.blockSignals(True)
        self.list.clear()
        for run in runs:
            item = QListWidgetItem(f"{run.name}\n{state_text(run)}")
            item.setData(_FOLDER, run.folder)
            item.setSizeHint(QSize(0, 2 * self.fontMetrics().lineSpacing() + 16))
            item.setToolTip(str(run.folder))
            self.list.addItem(item)
            if run.folder == chosen:
                self.list.setCurrentItem(item)
        self.list.blockSignals(False)
        self._side.setVisible(bool(runs))

    def _chosen_folder(self) -> Path | None:
        item = self.list.currentItem()
        folder = None if item is None else item.data(_FOLDER)
        return folder if isinstance(folder, Path) else None

    def _select(self, folder: Path) -> None:
        for row in range(self.list.count()):
            if self.list.item(row).data(_FOLDER) == folder:
                self.list.setCurrentRow(row)

    @Slot()
    def _on_item_chosen(self) -> None:
        folder = self._chosen_folder()
        if folder is not None:
            self.show_training(folder)

    # A training

    @Slot(object, object)
    def _on_start_asked(self, folder: Path, recipe: Recipe) -> None:
        def work(_progress: object) -> Path:
            self._services.create(folder / "faces", folder / "run", recipe)
            return folder

        self.work.submit(CREATE, self.tr("Preparing the training"), work)

    def _start(self, folder: Path, *, gentler: bool) -> None:
        run = folder / "run"
        try:
            (run / "stop").unlink(missing_ok=True)
            command = self._services.command(run, gentler=gentler)
            start_training(command, run, self._services.working_folder)
        except (RestorationError, OSError) as error:
            self.page.banner.show_trouble(trouble_of(error))
        self.watch.refresh()

    def _resume(self, *, gentler: bool) -> None:
        view = self.page.view
        if view is not None and not view.is_active:
            self._start(view.folder, gentler=gentler)

    def _ask_to_stop(self, *, finish: bool) -> None:
        view = self.page.view
        if view is None:
            return
        try:
            ask_to_stop(view.run, finish=finish)
        except OSError as error:
            self.page.banner.show_trouble(trouble_of(error))

    @Slot(object)
    def _on_measured(self, tail: StatsTail) -> None:
        self.page.show_stats(tail)

    @Slot(object)
    def _on_previewed(self, newest: Path) -> None:
        self.page.show_previews(sorted(newest.parent.glob("step-*.png")))

    @Slot(object)
    def _on_preview_asked(self, path: Path) -> None:
        self.work.submit(
            PREVIEW, self.tr("Reading"), lambda _progress: read_preview(path), quick=True
        )

    # The result

    @Slot()
    def _on_register_asked(self) -> None:
        view = self.page.view
        if view is None:
            return
        run, name = view.run, view.name
        self.page.result.register_button.setEnabled(False)
        self.page.result.show_registered(self.tr("Making the model…"))
        self.work.submit(
            REGISTER,
            self.tr("Making the model"),
            lambda progress: self._services.register(run, name, progress),
        )

    @Slot()
    def _on_save_asked(self) -> None:
        view = self.page.view
        if view is None:
            return
        target = ask_new_file(
            self,
            self.tr("Save the model"),
            Path(f"{view.name}.safetensors"),
            self.tr("Models") + " (*.safetensors)",
            ".safetensors",
        )
        if target is not None:
            self.save_model_file(target)

    def save_model_file(self, target: Path) -> None:
        """Write the result of the training that is shown as a file."""
        view = self.page.view
        if view is None:
            return
        run = view.run
        self.work.submit(
            SAVE,
            self.tr("Writing the model"),
            lambda progress: self._services.save_model_file(run, target, progress),
        )

    @Slot()
    def _on_delete_asked(self) -> None:
        view = self.page.view
        if view is None or view.is_active:
            return
        self._ask(
            self.tr("Delete “{name}”?").format(name=view.name),
            self.tr(
                "Its checkpoints, previews and cut out faces are deleted. Your photos stay, and so "
                "does a model that you added from it."
            ),
            self.tr("Delete"),
            self.tr("Deletes this training; it cannot be taken back"),
            partial(self.delete, view.folder),
        )

    def delete(self, folder: Path) -> None:
        """Delete a training."""
        self.work.submit(
            DELETE, self.tr("Deleting"), lambda _progress: delete_training(folder), quick=True
        )

    def _ask(self, title: str, text: str, yes: str, tip: str, then: Callable[[], None]) -> None:
        """Ask without standing still; `then` runs where the user agrees."""
        question = Question(title, text, self)
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        agreed = question.add(yes, tip)
        question.add_cancel(is_default=True)
        agreed.clicked.connect(then)
        question.open()

    # Jobs

    @Slot(str, object)
    def _on_done(self, kind: str, result: object) -> None:
        if kind == CREATE and isinstance(result, Path):
            self._start(result, gentler=False)
            self._select(result)
            if self.stack.currentWidget() is self.wizard:  # it was chosen already, as a draft
                self.show_training(result)
        elif kind == PREVIEW and isinstance(result, Preview):
            self.page.show_preview(result)
        elif kind == REGISTER and isinstance(result, Registered):
            self.page.result.register_button.setEnabled(True)
            text = self.tr("“{name}” is among your models now, under “Faces”.")
            self.page.result.show_registered(text.format(name=result.name))
            self.models_changed.emit()
        elif kind == SAVE and isinstance(result, Path):
            text = self.tr("Saved as {path}").format(path=result)
            self.page.result.show_registered(text)
        elif kind == DELETE and isinstance(result, int):
            self.begin()
            self.watch.refresh()
            self.wizard.banner.show_note(
                self.tr("Deleted; {size} are free again.").format(size=size_text(result))
            )

    @Slot(str, object)
    def _on_failed(self, kind: str, trouble: Trouble) -> None:
        if kind == CREATE:
            self.wizard.banner.show_trouble(trouble)
            self.wizard.next_button.setEnabled(True)
        elif kind in {REGISTER, SAVE, DELETE, PREVIEW}:
            self.page.result.register_button.setEnabled(True)
            self.page.result.show_registered("")
            self.page.banner.show_trouble(trouble)
