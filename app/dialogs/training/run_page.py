"""A training at work: curves, previews, time left; pause, resume, finish; the result."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.dialogs.training.large_preview import LargePreview
from app.dialogs.training.loss_chart import Curve, LossChart
from app.dialogs.training.page import wrapped
from app.dialogs.training.preview_grid import Preview, PreviewGrid
from app.dialogs.training.result_panel import ResultPanel
from app.dialogs.training.texts import duration_text, loss_text, state_text
from app.session.training_runs import RESUMABLE, RunView, StatsTail
from app.session.troubles import Trouble
from app.widgets.banner import Banner
from app.widgets.calm_slider import CalmSlider
from app.widgets.list_box import ListBox

_NOT_LOSSES = frozenset({"kind", "time", "step", "rate", "images_a_second", "waiting_share"})
_SPEEDS = 4
"""The time left is told from so many figures, so that it does not jump about."""

_DIVERGED = "TrainingDivergedError"


class RunPage(QWidget):
    """Shows one training.

    Signals:
        pause_asked, resume_asked, gentler_asked, finish_asked, delete_asked: Buttons.
        preview_asked: (Path) show this preview picture.
    """

    pause_asked = Signal()
    resume_asked = Signal()
    gentler_asked = Signal()
    finish_asked = Signal()
    delete_asked = Signal()
    preview_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._view: RunView | None = None
        self._tail: StatsTail | None = None
        self._previews: list[Path] = []
        self._asked = ""
        self.title, self.state = QLabel(), wrapped(role="muted")
        self.title.setProperty("role", "title")
        self.pause_button = QPushButton(self.tr("Pause"))
        self.resume_button = QPushButton(self.tr("Resume"))
        self.gentler_button = QPushButton(self.tr("Go on more gently"))
        self.finish_button = QPushButton(self.tr("Finish now"))
        self.delete_button = QPushButton(self.tr("Delete…"))
        self.bar = QProgressBar()
        self.banner = Banner()
        self.result = ResultPanel()
        self.loss = LossChart(self.tr("The first figures come after a few steps."))
        self.score = LossChart(self.tr("The first measurement is made at the start."))
        self.which = ListBox()
        self.which.setSizeAdjustPolicy(ListBox.SizeAdjustPolicy.AdjustToContents)
        self.previews = PreviewGrid()
        self.when = CalmSlider(0, 0)
        self.when_text = QLabel()
        self._say()
        self._lay_out()
        self._connect()

    def _say(self) -> None:
        self.pause_button.setToolTip(
            self.tr("Saves and ends the process, which frees its memory; you can go on any time")
        )
        self.resume_button.setToolTip(self.tr("Goes on from the last saved state"))
        self.gentler_button.setToolTip(
            self.tr("Goes on from the last good state with half the learning rate")
        )
        self.finish_button.setToolTip(
            self.tr("Ends here as if it were complete, and compares with the model before")
        )
        self.delete_button.setToolTip(
            self.tr("Deletes this training with its cut out faces; your photos stay")
        )
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress of the training"))
        self.which.setAccessibleName(self.tr("Which loss"))
        self.which.setToolTip(self.tr("Chooses which of the training losses the curve shows"))
        self.when.setAccessibleName(self.tr("Previews over time"))
        self.when.setToolTip(self.tr("Goes back to earlier previews"))
        for button in self._buttons:
            button.setAutoDefault(False)

    @property
    def _buttons(self) -> tuple[QPushButton, ...]:
        return (
            self.gentler_button,
            self.resume_button,
            self.pause_button,
            self.finish_button,
            self.delete_button,
        )

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.title)
        words.addWidget(self.state)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addLayout(words, 1)
        for button in self._buttons:
            head.addWidget(button, 0, Qt.AlignmentFlag.AlignTop)
        charts = QGridLayout()
        charts.setHorizontalSpacing(24)
        charts.setVerticalSpacing(2)
        heading = QHBoxLayout()
        heading.setSpacing(10)
        heading.addWidget(QLabel(self.tr("Training loss")))
        heading.addWidget(self.which)
        heading.addStretch(1)
        charts.addLayout(heading, 0, 0)
        charts.addWidget(
            QLabel(self.tr("Validation score (less is better; the ring is the best)")), 0, 1
        )
        charts.addWidget(self.loss, 1, 0)
        charts.addWidget(self.score, 1, 1)
        charts.setRowStretch(1, 1)
        charts.setColumnStretch(0, 1)
        charts.setColumnStretch(1, 1)
        time = QHBoxLayout()
        time.setSpacing(10)
        time.addWidget(self.when_text)
        time.addWidget(self.when, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addLayout(head)
        layout.addWidget(self.bar)
        layout.addWidget(self.banner)
        layout.addWidget(self.result)
        layout.addLayout(charts, 2)
        layout.addLayout(time)
        layout.addWidget(self.previews, 4)

    def _connect(self) -> None:
        self.pause_button.clicked.connect(self._on_pause_clicked)
        self.finish_button.clicked.connect(self._on_finish_clicked)
        self.resume_button.clicked.connect(self.resume_asked)
        self.gentler_button.clicked.connect(self.gentler_asked)
        self.delete_button.clicked.connect(self.delete_asked)
        self.which.activated.connect(self._show_loss)
        self.previews.opened.connect(self._on_preview_opened)
        self.when.valueChanged.connect(self._on_time_moved)

    @property
    def view(self) -> RunView | None:
        """The training that is shown."""
        return self._view

    def clear(self) -> None:
        """Forget the training that was shown before."""
        self._view, self._tail, self._previews, self._asked = None, None, [], ""
        self.which.clear()
        self.which.hide()
        self.loss.show_curve(Curve(self.tr("Training loss"), ()), 1)
        self.score.show_curve(Curve(self.tr("Validation score"), ()), 1)
        self.previews.show_preview(None)
        self.when.setRange(0, 0)
        self.when.hide()
        self.when_text.setText("")
        self.banner.hide()
        self.result.show_registered("")

    def show_view(self, view: RunView) -> None:
        """Show what the training does."""
        before, self._view = self._view, view
        if before is None or before.state != view.state:
            self._asked = ""
        active, has_result = view.is_active, view.state == "finished"
        self.title.setText(view.name)
        self.bar.setRange(0, max(1, view.steps))
        self.bar.setVisible(not has_result)
        trains = view.state in {"starting", "running"}
        self.pause_button.setVisible(trains)
        self.finish_button.setVisible(view.state == "running")
        self.resume_button.setVisible(view.state in RESUMABLE)
        diverged = view.state == "failed" and view.kind == _DIVERGED
        self.gentler_button.setVisible(diverged)
        for button, primary in (
            (self.gentler_button, diverged),
            (self.resume_button, not diverged),
        ):
            button.setProperty("primary", "true" if primary else "false")
            button.style().unpolish(button)
            button.style().polish(button)
        self.pause_button.setEnabled(view.state == "running" and not self._asked)
        self.finish_button.setEnabled(not self._asked)
        self.delete_button.setEnabled(not active)
        self.result.setVisible(has_result)
        if has_result:
            self.result.show_comparison(view.comparison)
        if view.state == "failed":
            self.banner.show_trouble(Trouble(view.summary, view.remedy, ""))
        elif self.banner.kind == "error" and before is not None and before.state == "failed":
            self.banner.hide()
        self._show_state()

    def show_stats(self, tail: StatsTail) -> None:
        """Show figures."""
        self._tail = tail
        losses = tail.of_kind("losses")
        if losses:
            self._offer_losses([name for name in losses[-1] if name not in _NOT_LOSSES])
        self._show_loss()
        scored = tail.of_kind("validation")
        points = tuple((line["step"], line["score"]) for line in scored)
        best = min(points, key=lambda point: point[1])[0] if points else None
        title = self.tr("Validation score")
        steps = self._view.steps if self._view else 1
        self.score.show_curve(Curve(title, points, marked=best), steps)
        self._show_state()

    def show_previews(self, paths: list[Path]) -> None:
        """Offer previews, and go to the newest where it was shown before."""
        at_end = self.when.value() == self.when.maximum()
        self._previews = paths
        self.when.blockSignals(True)
        self.when.setRange(0, max(0, len(paths) - 1))
        self.when.blockSignals(False)
        self.when.setVisible(len(paths) > 1)
        if at_end and paths:
            self.when.blockSignals(True)
            self.when.setValue(len(paths) - 1)
            self.when.blockSignals(False)
            self.preview_asked.emit(paths[-1])

    def show_preview(self, preview: Preview) -> None:
        """Show one."""
        self.previews.show_preview(preview)
        step = self.locale().toString(preview.step)
        self.when_text.setText(self.tr("Preview at step {step}").format(step=step))

    def left_s(self) -> float | None:
        """Seconds left, from the speed of the last steps; None while nobody knows."""
        if self._view is None or self._tail is None:
            return None
        losses = self._tail.of_kind("losses")
        speeds = [float(line.get("images_a_second", 0)) for line in losses[-_SPEEDS:]]
        if not speeds or not all(speeds):
            return None
        step_s = self._view.batch * sum(1 / speed for speed in speeds) / len(speeds)
        return max(0.0, float(self._view.steps - losses[-1]["step"]) * step_s)

    def _offer_losses(self, names: list[str]) -> None:
        if [self.which.itemData(i) for i in range(self.which.count())] == names:
            return
        chosen = self.which.currentData()
        self.which.clear()
        for name in names:
            self.which.addItem(loss_text(name), name)
        self.which.setCurrentIndex(max(0, self.which.findData(chosen)))
        self.which.setVisible(bool(names))

    @Slot()
    def _show_loss(self) -> None:
        if self._tail is None or self._view is None:
            return
        name = self.which.currentData()
        lines = self._tail.of_kind("losses")
        points = tuple((line["step"], line[name]) for line in lines if name in line)
        title = self.tr("Training loss")
        self.loss.show_curve(Curve(title, points, is_smoothed=True), self._view.steps)

    def _show_state(self) -> None:
        view = self._view
        if view is None:
            return
        step = view.step
        if self._tail is not None and self._tail.lines:
            step = max(step, int(self._tail.lines[-1]["step"])) if view.is_active else step
        self.bar.setValue(min(step, view.steps))
        number = self.locale().toString
        parts = [state_text(view) if view.state != "running" else self.tr("Training")]
        parts.append(
            self.tr("step {step} of {steps}").format(step=number(step), steps=number(view.steps))
        )
        left = self.left_s() if view.state == "running" else None
        if left is not None:
            parts.append(self.tr("about {time} left").format(time=duration_text(left)))
        if view.start:
            parts.append(self.tr("from {start}").format(start=view.start))
        if self._asked:
            parts = [self._asked]
        self.state.setText(" · ".join(parts))

    @Slot()
    def _on_pause_clicked(self) -> None:
        self._ask(self.tr("Saving; pauses after this step"))
        self.pause_asked.emit()

    @Slot()
    def _on_finish_clicked(self) -> None:
        self._ask(self.tr("Saving; finishes after this step"))
        self.finish_asked.emit()

    def _ask(self, text: str) -> None:
        self._asked = text
        self.pause_button.setEnabled(False)
        self.finish_button.setEnabled(False)
        self._show_state()

    @Slot(int)
    def _on_preview_opened(self, face: int) -> None:
        preview = self.previews.preview
        if preview is not None:
            large = LargePreview(preview, face, self)
            large.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            large.open()

    @Slot(int)
    def _on_time_moved(self, place: int) -> None:
        if 0 <= place < len(self._previews):
            self.preview_asked.emit(self._previews[place])
