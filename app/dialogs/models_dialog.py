"""The models window: what there is, what it is good at, its terms; install, import, remove."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from html import escape
from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.dialogs.question import Question
from app.jobs.model_work import ModelWork
from app.session.troubles import Trouble
from app.widgets.banner import Banner
from app.widgets.core_text import core_text
from app.widgets.models_table import NAME, ModelsTable, size_text
from app.widgets.progress_card import ProgressCard
from core.models.own_models import OWN_SUFFIXES
from core.models.shelf import ModelState, ModelStatus
from core.models.spec import ModelSpec
from core.models.store import ModelStore

_SIZE = (900, 680)
_INSTALLABLE = frozenset({ModelState.MISSING, ModelState.PARTIAL, ModelState.UNVERIFIED})
_REMOVABLE = frozenset({ModelState.INSTALLED, ModelState.UNVERIFIED, ModelState.PARTIAL})


class ModelsDialog(QDialog):
    """All models of a store. Closing it hides it; what it does goes on in the background.

    Args:
        store: The models.
        parent: Owner.

    Signals:
        models_changed: Other models can be used than before.
    """

    models_changed = Signal()

    def __init__(self, store: ModelStore, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Models"))
        self.resize(*_SIZE)
        self.setAcceptDrops(True)
        self._store = store
        self.work = ModelWork(store, self)
        self.table = ModelsTable(store, self.work, self)
        self.view = QTableView()
        self.banner = Banner()
        self.card = ProgressCard()
        self.mirror = QLineEdit()
        self._total = QLabel()
        self._details = QLabel()
        self.install_button = QPushButton()
        self.remove_button = QPushButton(self.tr("Remove"))
        self.verify_button = QPushButton(self.tr("Verify"))
        self.import_button = QPushButton(self.tr("Import…"))
        self._prepare_view()
        self._prepare_words()
        self._lay_out()
        self._connect()
        self.view.selectRow(0)
        self._show_state()

    def import_files(self, paths: Sequence[Path]) -> None:
        """Add model files that the user already has."""
        for path in paths:
            self.work.import_file(path)

    @Slot()
    def ask_import(self) -> None:
        """Let the user choose model files, and add them."""
        endings = " ".join(f"*{suffix}" for suffix in sorted(OWN_SUFFIXES))
        kinds = self.tr("Models ({endings});;All files (*)").format(endings=endings)
        names, _kind = QFileDialog.getOpenFileNames(self, self.tr("Import models"), "", kinds)
        self.import_files([Path(name) for name in names])

    def stop(self) -> None:
        """End the background work; call it once, before the program ends."""
        self.hide()
        self.work.stop()

    def selected(self) -> ModelStatus | None:
        """The model that the buttons are about."""
        return self.table.status(self.view.currentIndex().row())

    def select(self, model_id: str) -> None:
        """Go to a model."""
        row = self.table.row_of(model_id)
        if row >= 0:
            self.view.selectRow(row)
            self.view.scrollTo(self.table.index(row, NAME))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Accept files."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Import what was dropped."""
        event.acceptProposedAction()
        urls = event.mimeData().urls()
        self.import_files([Path(url.toLocalFile()) for url in urls if url.isLocalFile()])

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Only hide: a download goes on and can be looked at again."""
        event.ignore()
        self.hide()

    def _prepare_view(self) -> None:
        view, header = self.view, self.view.horizontalHeader()
        view.setModel(self.table)
        view.setAccessibleName(self.tr("Models"))
        view.setToolTip(self.tr("Choose a model to read about it, to install or to remove it"))
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        view.setTabKeyNavigation(False)
        view.setShowGrid(False)
        view.setWordWrap(False)
        view.verticalHeader().hide()
        view.verticalHeader().setDefaultSectionSize(28)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)

    def _prepare_words(self) -> None:
        self._total.setProperty("role", "muted")
        self._total.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._details.setWordWrap(True)
        self._details.setOpenExternalLinks(True)
        self._details.setTextFormat(Qt.TextFormat.RichText)
        self._details.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        self._details.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._details.setMinimumHeight(self.fontMetrics().lineSpacing() * 6)
        self.mirror.setPlaceholderText(self.tr("Where the models were published"))
        self.mirror.setClearButtonEnabled(True)
        self.mirror.setAccessibleName(self.tr("Download from"))
        self.mirror.setToolTip(
            self.tr("The address of a folder with the same files, for networks that block GitHub")
        )
        self.import_button.setToolTip(
            self.tr("Adds a model file that you already have. You can also drop it here.")
        )
        self.install_button.setToolTip(self.tr("Downloads the model, or stops its download"))
        self.verify_button.setToolTip(self.tr("Checks that the file is unchanged"))
        self.remove_button.setToolTip(self.tr("Deletes the file from the models folder"))

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.addWidget(self.import_button)
        buttons.addStretch(1)
        for button in (self.verify_button, self.remove_button, self.install_button):
            buttons.addWidget(button)
            button.setAutoDefault(False)
        self.import_button.setAutoDefault(False)
        self.install_button.setProperty("primary", "true")
        mirror_label = QLabel(self.tr("&Download from:"))
        mirror_label.setBuddy(self.mirror)
        source = QHBoxLayout()
        source.addWidget(mirror_label)
        source.addWidget(self.mirror, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 16, 18, 14)
        layout.setSpacing(10)
        layout.addWidget(self.banner)
        layout.addWidget(self.view, 1)
        layout.addWidget(self._details)
        layout.addWidget(self._total)
        layout.addLayout(source)
        layout.addWidget(self.card)
        layout.addLayout(buttons)

    def _connect(self) -> None:
        self.install_button.clicked.connect(self._on_install_clicked)
        self.remove_button.clicked.connect(self._on_remove_clicked)
        self.verify_button.clicked.connect(self._on_verify_clicked)
        self.import_button.clicked.connect(self.ask_import)
        self.view.activated.connect(self._on_activated)
        self.view.selectionModel().currentRowChanged.connect(self._on_row_changed)
        delete = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.view)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        delete.activated.connect(self._on_remove_clicked)
        self.card.cancelled.connect(self._on_cancel_clicked)
        self.work.began.connect(self.card.begin)
        self.work.progressed.connect(self._on_progressed)
        self.work.changed.connect(self._on_changed)
        self.work.ended.connect(self.card.hide)
        self.work.done.connect(self._on_done)
        self.work.failed.connect(self._on_failed)
        self.work.terms_needed.connect(self._on_terms_needed)

    @Slot()
    def _on_install_clicked(self) -> None:
        status = self.selected()
        if status is None:
            return
        if self.work.run_of(status.spec.id) is not None:
            self.work.cancel(status.spec.id)
        elif status.state in _INSTALLABLE and status.spec.source == "download":
            self.work.install(status.spec, self.mirror.text().strip())

    @Slot(QModelIndex)
    def _on_activated(self, _index: QModelIndex) -> None:
        status = self.selected()
        if status is not None and self.work.run_of(status.spec.id) is None:
            self._on_install_clicked()

    @Slot()
    def _on_remove_clicked(self) -> None:
        status = self.selected()
        if status is not None and status.state in _REMOVABLE:
            self._ask(
                self.tr("Remove {name}?").format(name=status.spec.name),
                self.tr("Its file is deleted from the models folder. You can install it again."),
                self.tr("Remove"),
                self.tr("Deletes the file of this model"),
                partial(self.work.remove, status.spec),
            )

    @Slot()
    def _on_verify_clicked(self) -> None:
        status = self.selected()
        if status is not None:
            self.work.verify(status.spec)

    @Slot()
    def _on_cancel_clicked(self) -> None:
        self.card.show_stopping()
        self.work.cancel_current()

    @Slot(QModelIndex, QModelIndex)
    def _on_row_changed(self, _current: QModelIndex, _previous: QModelIndex) -> None:
        self._show_state()

    @Slot(float, str, object)
    def _on_progressed(self, fraction: float, message: str, left_s: float | None) -> None:
        self.card.show_progress(fraction, message, left_s)
        self.table.show_progress()

    @Slot()
    def _on_changed(self) -> None:
        status = self.selected()
        self.table.refresh()
        if status is not None and self.selected() is None:
            self.select(status.spec.id)
        self._show_state()

    @Slot(str, object)
    def _on_done(self, kind: str, result: object) -> None:
        if kind == "verify":
            self.banner.show_note(self.tr("The file is intact."))
        elif kind == "import" and isinstance(result, ModelSpec):
            self.banner.show_note(self.tr("{name} can be used now.").format(name=result.name))
            self.select(result.id)
        else:
            self.banner.hide()
        if kind != "verify":
            self.models_changed.emit()

    @Slot(object)
    def _on_failed(self, trouble: Trouble) -> None:
        self.banner.show_trouble(trouble)
        self.models_changed.emit()  # a damaged model cannot be used any more

    @Slot(object, object)
    def _on_terms_needed(self, spec: ModelSpec, retry: Callable[[], None]) -> None:
        self._ask(
            self.tr("{name} may not be used commercially").format(name=spec.name),
            f"{escape(core_text(spec.note))}<br><br>{escape(spec.licence)}<br>"
            f"{_link(spec.licence_url)}",
            self.tr("Accept and go on"),
            self.tr("You agree to these terms, and Heirloom goes on"),
            retry,
        )

    def _ask(self, title: str, text: str, yes: str, tip: str, then: Callable[[], None]) -> None:
        """Ask without standing still; `then` runs where the user agrees."""
        question = Question(title, text, self, is_rich=True)
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        agreed = question.add(yes, tip)
        question.add_cancel(is_default=True)
        agreed.clicked.connect(then)
        question.open()

    def _show_state(self) -> None:
        """Make words and buttons fit the selected model."""
        statuses = self.table.statuses
        usable = sum(status.is_usable for status in statuses)
        self._total.setText(
            self.tr("{usable} of {all} can be used. {size} taken in {folder}").format(
                usable=usable,
                all=len(statuses),
                size=size_text(sum(status.disk_bytes for status in statuses)),
                folder=_below_home(self._store.root),
            )
        )
        status = self.selected()
        run = None if status is None else self.work.run_of(status.spec.id)
        idle = status is not None and run is None
        state = ModelState.MISSING if status is None else status.state
        downloadable = status is not None and status.spec.source == "download"
        self.install_button.setText(self._install_text(state, is_running=run is not None))
        self.install_button.setProperty("primary", "false" if run is not None else "true")
        self.install_button.style().unpolish(self.install_button)
        self.install_button.style().polish(self.install_button)
        self.install_button.setEnabled(
            run is not None or (idle and downloadable and state in _INSTALLABLE)
        )
        self.remove_button.setEnabled(idle and state in _REMOVABLE)
        self.verify_button.setEnabled(status is not None and idle and status.is_usable)
        self._details.setText("" if status is None else self._details_of(status.spec))

    def _install_text(self, state: ModelState, *, is_running: bool) -> str:
        if is_running:
            return self.tr("Cancel")
        return self.tr("Go on") if state is ModelState.PARTIAL else self.tr("Install")

    def _details_of(self, spec: ModelSpec) -> str:
        parts = [
            f"<b>{escape(spec.name)}</b>",
            escape(core_text(spec.good_at)),
            self.tr("By {origin}. Terms: {licence}").format(
                origin=escape(spec.origin), licence=_link(spec.licence_url, spec.licence)
            ),
            escape(core_text(spec.note)),
        ]
        return "<br>".join(part for part in parts if part)


def _link(url: str, text: str = "") -> str:
    words = escape(text or url)
    return f'<a href="{escape(url)}">{words}</a>' if url else words


def _below_home(folder: Path) -> str:
    """A folder as people write it: their own one is "~"."""
    home = Path.home()
    return str(Path("~") / folder.relative_to(home)) if folder.is_relative_to(home) else str(folder)
