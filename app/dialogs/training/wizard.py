"""The four steps from photos to a training that starts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.dialogs.training.check_page import CHECK, CheckPage
from app.dialogs.training.damage_page import DamagePage
from app.dialogs.training.page import WizardPage
from app.dialogs.training.photos_page import PhotosPage
from app.dialogs.training.plan_page import PlanPage
from app.jobs.training_work import TrainingWork
from app.session.training_runs import FACES, free_folder
from app.session.training_values import DataCheck, Recipe, TrainingServices
from app.session.troubles import Trouble
from app.widgets.banner import Banner

READ = "read check"
PHOTOS, FOUND, DAMAGE, PLAN = range(4)


class Wizard(QWidget):
    """Leads through the pages and keeps what they chose.

    Args:
        services: What the pages need from below.
        work: Runs their jobs.
        suffixes: Endings of photos that can be read.

    Signals:
        start_asked: (folder of the training, Recipe)
        drafted: A folder of a training was made or filled.
    """

    start_asked = Signal(object, object)
    drafted = Signal()

    def __init__(
        self, services: TrainingServices, work: TrainingWork, suffixes: Sequence[str]
    ) -> None:
        super().__init__()
        self._services, self._work = services, work
        self._folder: Path | None = None
        self._goes_on = False
        self.banner = Banner()
        self.photos = PhotosPage(suffixes)
        self.found = CheckPage(services, work)
        self.damage = DamagePage(services, work)
        self.plan = PlanPage(services, work)
        self.pages = QStackedWidget()
        self.back_button = QPushButton(self.tr("Back"))
        self.next_button = QPushButton(self.tr("Next"))
        self._steps: list[QLabel] = []
        self._lay_out()
        for page in self._all:
            page.changed.connect(self._show_buttons)
        for failing in (self.found.failed, self.damage.failed, self.plan.failed):
            failing.connect(self._on_failed)
        self.found.failed.connect(self._on_check_failed)
        self.found.stopped.connect(self._on_check_stopped)
        self.back_button.clicked.connect(self._on_back_clicked)
        self.next_button.clicked.connect(self._on_next_clicked)
        work.done.connect(self._on_done)
        work.failed.connect(self._on_job_failed)
        self._show_page(PHOTOS)

    def _lay_out(self) -> None:
        heads = QHBoxLayout()
        heads.setSpacing(6)
        titles = self.tr("Photos"), self.tr("Check"), self.tr("Damage"), self.tr("Time")
        for number, title in enumerate(titles, 1):
            label = QLabel(f"{number}  {title}")
            label.setProperty("step", "later")
            self._steps.append(label)
            heads.addWidget(label)
            if number < len(titles):
                line = QLabel("›")
                line.setProperty("role", "muted")
                heads.addWidget(line)
        heads.addStretch(1)
        for page in self._all:
            self.pages.addWidget(page)
        self.next_button.setProperty("primary", "true")
        self.back_button.setToolTip(self.tr("Goes back one step; nothing is lost"))
        self.next_button.setToolTip(self.tr("Goes on to the next step"))
        for button in (self.back_button, self.next_button):
            button.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.addWidget(self.back_button)
        buttons.addStretch(1)
        buttons.addWidget(self.next_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(14)
        layout.addLayout(heads)
        layout.addWidget(self.banner)
        layout.addWidget(self.pages, 1)
        layout.addLayout(buttons)

    @property
    def _all(self) -> tuple[WizardPage, ...]:
        return self.photos, self.found, self.damage, self.plan

    @property
    def page(self) -> int:
        """Which page is shown."""
        return self.pages.currentIndex()

    @property
    def folder(self) -> Path | None:
        """Folder of the training that is prepared; None before the first check."""
        return self._folder

    def begin(self, sources: Sequence[Path] = ()) -> None:
        """Begin a new training, perhaps with photos that were dropped."""
        self._work.cancel(CHECK)
        self._folder = None
        self.banner.hide()
        self.photos.reset()
        self.found.forget()
        self.damage.reset()
        if sources:
            self.photos.add(list(sources))
        self._show_page(PHOTOS)

    def go_on_with(self, folder: Path) -> None:
        """Go on with a training whose photos were checked before."""
        self.begin()
        self._folder = folder
        self.photos.name.setText(folder.name)
        self._work.submit(
            READ,
            self.tr("Reading the check"),
            lambda _progress: self._services.read_check(folder / FACES),
            quick=True,
        )
        self._show_page(FOUND)

    def _show_page(self, number: int) -> None:
        before = self._all[self.page]
        self.pages.setCurrentIndex(number)
        if before is not self._all[number]:
            before.leave()
        for index, label in enumerate(self._steps):
            state = "now" if index == number else "done" if index < number else "later"
            label.setProperty("step", state)
            label.style().unpolish(label)
            label.style().polish(label)
        self._enter(number)
        self._show_buttons()

    def _enter(self, number: int) -> None:
        if number == FOUND and self.photos.sources:
            if self._folder is None:
                self._folder = free_folder(self._services.root, self.photos.model_name)
            self.found.run(
                self.photos.sources, self._folder / FACES, persons=self.photos.persons.isChecked()
            )
        elif number == DAMAGE and self._folder is not None:
            self.damage.show_faces(self._folder / FACES)
        elif number == PLAN and self._folder is not None:
            self.plan.show_plan(self._folder / FACES, self.damage.damage)

    @Slot()
    def _show_buttons(self) -> None:
        page = self._all[self.page]
        can_go_on = page.can_go_on or (self.page == PHOTOS and self.found.check is not None)
        self.next_button.setEnabled(can_go_on)
        self.back_button.setVisible(self.page > PHOTOS)
        last = self.page == PLAN
        self.next_button.setText(self.tr("Start training") if last else self.tr("Next"))
        if can_go_on and self._goes_on:
            self._goes_on = False
            self._focus_next()

    def _focus_next(self) -> None:
        """Take the focus back that Qt gave to another button while "Next" was switched off."""
        focused = QApplication.focusWidget()
        if focused is None or not self._all[self.page].isAncestorOf(focused):
            self.next_button.setFocus()

    @Slot()
    def _on_back_clicked(self) -> None:
        self.banner.hide()
        self._goes_on = False
        if self.page == FOUND:
            self._work.cancel(CHECK)
        self._show_page(max(PHOTOS, self.page - 1))

    @Slot()
    def _on_next_clicked(self) -> None:
        self.banner.hide()
        self._goes_on = True
        if self.page < PLAN:
            self._show_page(self.page + 1)
            return
        recipe = self.plan.recipe
        if isinstance(recipe, Recipe) and self._folder is not None:
            self.plan.leave()
            self.next_button.setEnabled(False)
            self.start_asked.emit(self._renamed(), recipe)

    def _renamed(self) -> Path:
        """The training's folder under the name that the user gave it last."""
        folder, name = self._folder, self.photos.model_name
        if folder is None:
            raise RuntimeError("there is no training yet")
        wanted = free_folder(self._services.root, name)
        # A number is only added where the name is taken, perhaps by this very training.
        if folder.name == name or wanted.name.startswith(f"{folder.name} "):
            return folder
        try:
            return folder.rename(wanted)
        except OSError:
            return folder

    @Slot(str, object)
    def _on_done(self, kind: str, result: object) -> None:
        if kind == READ and isinstance(result, DataCheck):
            self.found.show_check(result)
        if kind == CHECK:
            self.drafted.emit()

    @Slot(object)
    def _on_failed(self, trouble: Trouble) -> None:
        self.banner.show_trouble(trouble)

    @Slot(object)
    def _on_check_failed(self, _trouble: Trouble) -> None:
        if self.page == FOUND and self.found.check is None:
            self._show_page(PHOTOS)

    @Slot()
    def _on_check_stopped(self) -> None:
        if self.page == FOUND:
            self._show_page(PHOTOS)

    @Slot(str, object)
    def _on_job_failed(self, kind: str, trouble: Trouble) -> None:
        if kind == READ:
            self.banner.show_trouble(trouble)
            self._show_page(PHOTOS)
