"""Second step: what the photos are good for; problems explained; a click decides otherwise."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.dialogs.training.face_grid import FaceGrid
from app.dialogs.training.page import WizardPage, wrapped
from app.dialogs.training.texts import check_verdict, faces_text, reason_help, reason_text
from app.jobs.training_work import TrainingWork
from app.session.training_values import CheckedFace, DataCheck, Licence, TrainingServices
from app.session.troubles import Trouble
from app.widgets.list_box import ListBox
from app.widgets.progress_card import ProgressCard
from core.progress import Progress

CHECK, CHOOSE = "check", "choose"
_USED = ""


class CheckPage(WizardPage):
    """Runs the data check and shows what came of it.

    Args:
        services: Checks.
        work: Runs the jobs.

    Signals:
        failed: (Trouble) the photos cannot be checked at all.
        stopped: The user cancelled the check.
    """

    failed = Signal(object)
    stopped = Signal()

    def __init__(self, services: TrainingServices, work: TrainingWork) -> None:
        super().__init__()
        self.set_words(
            self.tr("What was found"),
            self.tr(
                "Every face is cut out and looked at. What would teach the model something wrong "
                "is left out; a click on a picture decides otherwise."
            ),
        )
        self._services, self._work = services, work
        self._checked: tuple[tuple[Path, ...], bool] | None = None
        self._shown = _USED
        self.check: DataCheck | None = None
        self.card = ProgressCard()
        self.headline = wrapped(role="heading")
        self.verdict = wrapped()
        self.verdict.setObjectName("checkVerdict")
        self.help = wrapped(role="muted")
        self.grid = FaceGrid()
        self.all_button = QPushButton(self.tr("Use all"))
        self.all_button.setToolTip(self.tr("Uses all of these anyway"))
        self.licence = ListBox()
        self._filters = QButtonGroup(self)
        self._filter_buttons: dict[str, QPushButton] = {}
        self._filter_row = QHBoxLayout()
        self._found = QWidget()
        self._lay_out()
        self._fill_licences()
        self.card.cancelled.connect(self._on_cancel_clicked)
        self.grid.chosen.connect(self._on_chosen)
        self.all_button.clicked.connect(self._on_all_clicked)
        self.licence.activated.connect(self._on_licence_chosen)
        work.began.connect(self._on_began)
        work.progressed.connect(self._on_progressed)
        work.done.connect(self._on_done)
        work.failed.connect(self._on_failed)
        work.cancelled.connect(self._on_cancelled)
        self._found.hide()

    def _lay_out(self) -> None:
        self._filter_row.setSpacing(6)
        self._filter_row.addStretch(1)
        line = QHBoxLayout()
        line.addWidget(self.help, 1)
        line.addWidget(self.all_button)
        self.all_button.setAutoDefault(False)
        box = QFrame()
        box.setObjectName("verdictBox")
        words = QVBoxLayout(box)
        words.setContentsMargins(14, 10, 14, 10)
        words.setSpacing(2)
        words.addWidget(self.headline)
        words.addWidget(self.verdict)
        self._box = box
        label = QLabel(self.tr("Photos may be used for:"))
        label.setBuddy(self.licence)
        self.licence.setAccessibleName(label.text())
        self.licence.setToolTip(
            self.tr("Goes into the card of the model, and decides whether it may be used for work")
        )
        terms = QHBoxLayout()
        terms.addWidget(label)
        terms.addWidget(self.licence, 1)
        found = QVBoxLayout(self._found)
        found.setContentsMargins(0, 0, 0, 0)
        found.setSpacing(10)
        found.addWidget(box)
        found.addLayout(self._filter_row)
        found.addLayout(line)
        found.addWidget(self.grid, 1)
        found.addLayout(terms)
        self.body.addWidget(self.card)
        self.body.addWidget(self._found, 1)
        self.body.addStretch(0)

    def _fill_licences(self) -> None:
        entries = (
            (self.tr("Not stated: the model is for myself only"), Licence()),
            (
                self.tr("My own photos, only for private use"),
                Licence("LicenseRef-own-private", commercial_use=False),
            ),
            (
                self.tr("My own photos, any use; the people agree"),
                Licence("LicenseRef-own-any-use", commercial_use=True),
            ),
            (self.tr("Public domain or CC0"), Licence("CC0-1.0", commercial_use=True)),
            (self.tr("CC BY (name the source)"), Licence("CC-BY-4.0", commercial_use=True)),
            (
                self.tr("Only for non-commercial use"),
                Licence("LicenseRef-non-commercial", commercial_use=False),
            ),
        )
        for text, licence in entries:
            self.licence.addItem(text, licence)

    @property
    def can_go_on(self) -> bool:
        """True once there are enough faces."""
        if self.check is None or self._work.is_running(CHECK) or self._work.is_running(CHOOSE):
            return False
        return check_verdict(self.check)[0] != "stop"

    @property
    def chosen_licence(self) -> Licence:
        """What the photos may be used for."""
        found = self.licence.currentData()
        return found if isinstance(found, Licence) else Licence()

    def forget(self) -> None:
        """Begin anew."""
        self.check, self._checked = None, None
        self._found.hide()
        self.licence.setCurrentIndex(0)

    def run(self, sources: tuple[Path, ...], folder: Path, *, persons: bool) -> None:
        """Check photos, unless these were checked just now."""
        if self._checked == (sources, persons) and self.check is not None:
            return
        self._checked, self.check = (sources, persons), None
        self._found.hide()
        self._title.setText(self.tr("Looking for faces"))
        self.changed.emit()

        def work(progress: Progress) -> DataCheck:
            return self._services.check(sources, folder, progress, persons=persons)

        self._work.submit(CHECK, self.tr("Looking for faces"), work)

    def show_check(self, check: DataCheck) -> None:
        """Show what was found."""
        self.check = check
        self._title.setText(self.tr("What was found"))
        used = faces_text(len(check.used))
        self.headline.setText(
            self.tr(
                "{faces} from {photos} photos: {train} to train on, {held} to measure with"
            ).format(faces=used, photos=check.photos, train=check.trained_on, held=check.held_out)
        )
        kind, text = check_verdict(check)
        self.verdict.setText(text)
        self._box.setProperty("kind", kind)
        self._box.style().unpolish(self._box)
        self._box.style().polish(self._box)
        self._show_filters(check)
        self._show_group(self._shown)
        for index in range(self.licence.count()):
            entry = self.licence.itemData(index)
            if entry == Licence(check.licence, check.commercial_use):
                self.licence.setCurrentIndex(index)
        self.card.hide()
        self._found.show()
        self.changed.emit()

    def _show_filters(self, check: DataCheck) -> None:
        groups = {_USED: len(check.used), **check.reasons()}
        if self._shown not in groups:
            self._shown = _USED
        if self._shown == _USED and not check.used and len(groups) > 1:
            self._shown = list(groups)[1]
        # Buttons stay, so that the keyboard's place is not lost when a face changes sides.
        for button in self._filter_buttons.values():
            button.hide()
        for reason, count in groups.items():
            button = self._filter_buttons.get(reason) or self._add_filter(reason)
            title = reason_text(reason) if reason else self.tr("Used")
            button.setText(f"{title}  {count}")
            button.setChecked(reason == self._shown)
            button.show()

    def _add_filter(self, reason: str) -> QPushButton:
        button = QPushButton(self._found)
        button.setCheckable(True)
        button.setProperty("chip", "true")
        button.setAutoDefault(False)
        button.setToolTip(reason_help(reason) or self.tr("Faces that the model learns from"))
        button.clicked.connect(partial(self._show_group, reason))
        self._filters.addButton(button)
        self._filter_row.insertWidget(self._filter_row.count() - 1, button)
        self._filter_buttons[reason] = button
        return button

    def filter_button(self, reason: str) -> QPushButton | None:
        """The button that shows one group of faces; "" is the used ones."""
        return self._filter_buttons.get(reason)

    def _show_group(self, reason: str) -> None:
        self._shown = reason
        if self.check is None:
            return
        if reason == _USED:
            faces: tuple[CheckedFace, ...] = self.check.used
            self.help.setText(
                self.tr("Leave out what is no face, or somebody who should not be learned.")
            )
        else:
            faces = tuple(face for face in self.check.left_out if face.reason == reason)
            self.help.setText(reason_help(reason))
        self.grid.show_faces(faces)
        self.all_button.setText(self.tr("Leave all out") if not reason else self.tr("Use all"))
        self.all_button.setToolTip(
            self.tr("Leaves all of these out")
            if not reason
            else self.tr("Uses all of these anyway")
        )
        self.all_button.setVisible(bool(reason) and any(face.can_change for face in faces))

    @Slot(object)
    def _on_chosen(self, face: CheckedFace) -> None:
        self._choose([face])

    @Slot()
    def _on_all_clicked(self) -> None:
        self._choose([face for face in self.grid.faces if face.can_change])

    def _choose(self, faces: list[CheckedFace]) -> None:
        if self.check is None or not faces or self._work.is_running(CHOOSE):
            return
        folder = self.check.folder
        use = frozenset(face.key for face in faces if face.reason)
        leave_out = frozenset(face.key for face in faces if not face.reason)

        def work(progress: Progress) -> DataCheck:
            return self._services.choose(folder, progress, use=use, leave_out=leave_out)

        self._work.submit(CHOOSE, self.tr("Sorting faces"), work)
        self.changed.emit()

    @Slot()
    def _on_licence_chosen(self) -> None:
        if self.check is not None:
            folder, licence = self.check.folder, self.chosen_licence
            self._work.submit(
                "licence",
                self.tr("Noting the licence"),
                lambda _progress: self._services.set_licence(folder, licence),
            )

    @Slot()
    def _on_cancel_clicked(self) -> None:
        self.card.show_stopping()
        self._work.cancel(CHECK)

    @Slot(str, str)
    def _on_began(self, kind: str, title: str) -> None:
        if kind == CHECK:
            self.card.begin(title)

    @Slot(str, float, str, object)
    def _on_progressed(self, kind: str, fraction: float, message: str, left_s: object) -> None:
        if kind == CHECK:
            self.card.show_progress(
                fraction, message, left_s if isinstance(left_s, float) else None
            )

    @Slot(str, object)
    def _on_done(self, kind: str, result: object) -> None:
        if kind in {CHECK, CHOOSE} and isinstance(result, DataCheck):
            self.show_check(result)

    @Slot(str, object)
    def _on_failed(self, kind: str, trouble: Trouble) -> None:
        if kind == CHECK:
            self._checked = None
            self.card.hide()
            self.failed.emit(trouble)
        elif kind in {CHOOSE, "licence"}:
            self.failed.emit(trouble)
        self.changed.emit()

    @Slot(str)
    def _on_cancelled(self, kind: str) -> None:
        if kind == CHECK:
            self._checked = None
            self.card.hide()
            self.stopped.emit()
