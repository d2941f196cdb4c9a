"""Fourth step: how long, from which model, and what that takes on this computer."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QFileDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
)

from app.dialogs.training.page import WizardPage, wrapped
from app.dialogs.training.texts import duration_text, size_text
from app.jobs.training_work import TrainingWork
from app.session.training_memory import free_memory_bytes
from app.session.training_values import Cost, Damage, Recipe, StartModel, TrainingServices
from app.session.troubles import Trouble
from app.widgets.core_text import core_text
from app.widgets.list_box import ListBox
from core.models.own_models import OWN_SUFFIXES
from core.progress import Progress

STARTS, SCALED, MEASURED, START_FILE = "starts", "scaled", "measured", "start file"


@dataclass(frozen=True, slots=True)
class Preset:
    """A length of training that is offered."""

    name: str
    title: str
    text: str


class PlanPage(WizardPage):
    """Presets, start models and an estimate.

    Args:
        services: Lists and estimates.
        work: Runs the jobs.

    Signals:
        failed: (Trouble)
    """

    failed = Signal(object)

    def __init__(self, services: TrainingServices, work: TrainingWork) -> None:
        super().__init__()
        self.set_words(
            self.tr("How long may it take?"),
            self.tr(
                "Training goes on in the background, also when this window is closed. You can "
                "pause it at any time, which frees the memory, and go on later."
            ),
        )
        self._services, self._work = services, work
        self._faces: Path | None = None
        self._damage = Damage()
        self.cost: Cost | None = None
        self.presets = QButtonGroup(self)
        self.start = ListBox()
        self.file_button = QPushButton(self.tr("Choose a file…"))
        self.measure_button = QPushButton(self.tr("Measure on this computer"))
        self.time, self.memory, self.disk = QLabel(), QLabel(), QLabel()
        self.basis = wrapped(role="muted")
        self.warning = wrapped()
        self.start_text = wrapped(role="muted")
        self._lay_out()
        self.presets.buttonToggled.connect(self._on_preset_toggled)
        self.start.currentIndexChanged.connect(self._on_start_changed)
        self.file_button.clicked.connect(self._on_file_clicked)
        self.measure_button.clicked.connect(self._on_measure_clicked)
        work.done.connect(self._on_done)
        work.failed.connect(self._on_failed)
        work.cancelled.connect(self._on_cancelled)

    def offered(self) -> tuple[Preset, ...]:
        """What can be chosen."""
        return (
            Preset(
                "finetune-quick",
                self.tr("Quick"),
                self.tr("300 steps. Shows whether your photos help at all."),
            ),
            Preset(
                "finetune-normal",
                self.tr("Normal"),
                self.tr("Up to 2,000 steps; ends by itself when nothing improves any more."),
            ),
            Preset(
                "finetune-thorough",
                self.tr("Thorough"),
                self.tr("Up to 10,000 steps of twice as many faces. Best with a graphics card."),
            ),
        )

    def _lay_out(self) -> None:
        for preset in self.offered():
            button = QRadioButton(preset.title)
            button.setProperty("preset", preset.name)
            button.setToolTip(preset.text)
            button.setAccessibleDescription(preset.text)
            self.presets.addButton(button)
            text = wrapped(preset.text, "muted")
            text.setContentsMargins(26, 0, 0, 6)
            self.body.addWidget(button)
            self.body.addWidget(text)
            self.body.setSpacing(4)
        self.presets.buttons()[1].setChecked(True)
        label = QLabel(self.tr("Begin with:"))
        label.setBuddy(self.start)
        self.start.setAccessibleName(label.text())
        self.start.setToolTip(self.tr("The model that is trained on; it stays as it is"))
        self.file_button.setToolTip(
            self.tr("Takes a GFPGAN file (v1.2, v1.3, v1.4) or one that Heirloom trained")
        )
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(label)
        row.addWidget(self.start, 1)
        row.addWidget(self.file_button)
        self.body.addSpacing(10)
        self.body.addLayout(row)
        self.body.addWidget(self.start_text)
        self.body.addSpacing(10)
        self.body.addWidget(self._make_cost_box())
        self.body.addStretch(1)
        self.file_button.setAutoDefault(False)
        self.measure_button.setAutoDefault(False)

    def _make_cost_box(self) -> QFrame:
        box = QFrame()
        box.setObjectName("costBox")
        self.measure_button.setToolTip(
            self.tr("Trains for a few steps in a process of its own and throws the result away")
        )
        form = QFormLayout()
        form.setHorizontalSpacing(20)
        form.setVerticalSpacing(6)
        for title, value in (
            (self.tr("Time"), self.time),
            (self.tr("Memory"), self.memory),
            (self.tr("Disk"), self.disk),
        ):
            value.setProperty("role", "heading")
            form.addRow(title, value)
        side = QVBoxLayout()
        side.addWidget(self.basis)
        side.addWidget(self.measure_button, 0, Qt.AlignmentFlag.AlignLeft)
        side.addStretch(1)
        columns = QHBoxLayout()
        columns.setSpacing(32)
        columns.addLayout(form)
        columns.addLayout(side, 1)
        layout = QVBoxLayout(box)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.addLayout(columns)
        layout.addWidget(self.warning)
        self.warning.hide()
        return box

    @property
    def preset(self) -> str:
        """The chosen preset."""
        chosen = self.presets.checkedButton()
        return "" if chosen is None else str(chosen.property("preset"))

    def choose_preset(self, name: str) -> None:
        """Choose a preset."""
        for button in self.presets.buttons():
            if button.property("preset") == name:
                button.setChecked(True)

    @property
    def recipe(self) -> Recipe | None:
        """What was chosen; None until the start models are known."""
        start = self.start.currentData()
        if not isinstance(start, StartModel):
            return None
        return Recipe(self.preset, start, self._damage)

    @property
    def can_go_on(self) -> bool:
        """True once there is a model to begin with."""
        return self.recipe is not None

    def show_plan(self, faces: Path, damage: Damage) -> None:
        """Estimate for these faces."""
        self._faces, self._damage = faces, damage
        for button in self.presets.buttons():
            # Shown for the first time, a group keeps one tab stop, and not that of the chosen one.
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._work.submit(
            STARTS,
            self.tr("Looking for models"),
            lambda _progress: self._services.starts(),
            quick=True,
        )

    def take_file(self, path: Path) -> None:
        """Begin with a model file."""
        self._work.submit(
            START_FILE,
            self.tr("Looking into {name}").format(name=path.name),
            lambda _progress: self._services.start_from_file(path),
        )

    def leave(self) -> None:
        """Another page is shown: what is being measured is of no interest any more."""
        self._work.cancel(MEASURED)

    @Slot(object, bool)
    def _on_preset_toggled(self, _button: object, checked: bool) -> None:
        if checked:
            self._estimate()

    @Slot(int)
    def _on_start_changed(self, _index: int) -> None:
        start = self.start.currentData()
        if isinstance(start, StartModel):
            text = core_text(start.description) or self.tr("Faces of {side} pixels.").format(
                side=start.side_px
            )
            if not start.commercial_use:
                text += " " + self.tr("What is made of it may not be used commercially.")
            self.start_text.setText(text)
        self._estimate()
        self.changed.emit()

    def _estimate(self) -> None:
        recipe, faces = self.recipe, self._faces
        self._work.cancel(MEASURED)
        if recipe is None or faces is None:
            return
        if self.cost is None:
            self.basis.setText(self.tr("Estimating…"))
        self._work.submit(
            SCALED,
            self.tr("Estimating"),
            lambda _progress: self._services.scaled_cost(faces, recipe),
            quick=True,
        )

    @Slot()
    def _on_measure_clicked(self) -> None:
        recipe, faces = self.recipe, self._faces
        if recipe is None or faces is None:
            return
        if self._work.is_running(MEASURED):
            self._work.cancel(MEASURED)
            return

        def work(progress: Progress) -> Cost:
            return self._services.measured_cost(faces, recipe, progress)

        self._work.submit(MEASURED, self.tr("Timing a few steps"), work)
        self.measure_button.setText(self.tr("Stop measuring"))
        self.basis.setText(self.tr("A few steps are being timed. You need not wait for it."))

    @Slot()
    def _on_file_clicked(self) -> None:
        endings = " ".join(f"*{suffix}" for suffix in sorted(OWN_SUFFIXES))
        kinds = self.tr("Models ({endings});;All files (*)").format(endings=endings)
        name, _kind = QFileDialog.getOpenFileName(self, self.tr("Choose a model"), "", kinds)
        if name:
            self.take_file(Path(name))

    @Slot(str, object)
    def _on_done(self, kind: str, result: object) -> None:
        if kind == STARTS and isinstance(result, tuple):
            self._show_starts(result)
        elif kind == START_FILE and isinstance(result, StartModel):
            self.start.addItem(result.name, result)
            self.start.setCurrentIndex(self.start.count() - 1)
        elif kind in {SCALED, MEASURED} and isinstance(result, Cost):
            self._show_cost(result)

    def _show_starts(self, starts: tuple[StartModel, ...]) -> None:
        known = {self.start.itemData(i).id for i in range(self.start.count())}
        for start in starts:
            if start.id not in known:
                self.start.addItem(start.name, start)
        self._estimate()
        self.changed.emit()

    def _show_cost(self, cost: Cost) -> None:
        self.cost = cost
        about = self.tr("about {value}")
        self.time.setText(about.format(value=duration_text(cost.total_s)))
        unknown = self.tr("not known")
        memory = cost.memory_bytes
        self.memory.setText(unknown if memory is None else about.format(value=size_text(memory)))
        self.disk.setText(self.tr("up to {value}").format(value=size_text(cost.disk_bytes)))
        self._warn(cost)
        if self._work.is_running(MEASURED):  # an estimate that came late
            return
        if cost.basis == "measured":
            step = self.locale().toString(cost.step_s, "f", 1)
            self.basis.setText(
                self.tr("Measured here just now: {step} seconds a step.").format(step=step)
            )
        else:
            self.basis.setText(
                self.tr(
                    "Estimated from kind and number of the processor cores; it may take half or "
                    "twice as long."
                )
            )
        self.measure_button.setText(self.tr("Measure on this computer"))

    def _warn(self, cost: Cost) -> None:
        texts = []
        free = free_memory_bytes()
        if cost.memory_bytes is not None and free is not None and cost.memory_bytes > free:
            texts.append(
                self.tr(
                    "Only {free} of memory is free now. Close other programs, or begin with a "
                    "smaller model."
                ).format(free=size_text(free))
            )
        root = self._services.root
        place = next((p for p in (root, *root.parents) if p.exists()), None)
        if place is not None and shutil.disk_usage(place).free < cost.disk_bytes:
            room = size_text(shutil.disk_usage(place).free)
            texts.append(
                self.tr(
                    "Only {free} of disk space is free. Training would stop at a checkpoint."
                ).format(free=room)
            )
        self.warning.setText(" ".join(texts))
        self.warning.setObjectName("costWarning")
        self.warning.setVisible(bool(texts))

    @Slot(str, object)
    def _on_failed(self, kind: str, trouble: Trouble) -> None:
        if kind in {STARTS, START_FILE, SCALED, MEASURED}:
            self.measure_button.setText(self.tr("Measure on this computer"))
            self.failed.emit(trouble)
        if kind == MEASURED:
            self._estimate()

    @Slot(str)
    def _on_cancelled(self, kind: str) -> None:
        if kind == MEASURED:
            self.measure_button.setText(self.tr("Measure on this computer"))
            if self.cost is not None:
                self._show_cost(self.cost)
