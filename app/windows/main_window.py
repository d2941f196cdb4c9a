"""The main window. It only wires; documents, jobs, views and dialogs do the work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray, QDeadlineTimer, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
)
from PySide6.QtWidgets import QApplication, QMainWindow

from app.dialogs.files import ask_open_paths, ask_save_path
from app.dialogs.unsaved import ask_about_unsaved
from app.jobs.photo_work import PhotoWork
from app.jobs.queue import STOP_TIMEOUT_MS, JobQueue
from app.session.preferences import Preferences, PreferencesStore, Theme, ViewMode
from app.session.services import Services
from app.session.troubles import trouble_of
from app.widgets.theme import apply_theme, system_is_dark
from app.windows.actions import Actions
from app.windows.damage_marks import DamageMarks
from app.windows.faces import Faces
from app.windows.history_actions import HistoryActions
from app.windows.history_parts import HistoryParts, with_own_suffixes
from app.windows.intake import Intake, has_something, intake_of, intake_of_paths
from app.windows.leaving import Leaving
from app.windows.library_controller import LibraryController
from app.windows.manners import Manners
from app.windows.menus import fill_menu_bar
from app.windows.models import Models
from app.windows.neutral_picker import NeutralPicker
from app.windows.parts import make_parts
from app.windows.presenter import Presenter
from app.windows.scores import Scores
from app.windows.training import Training
from app.windows.updates import UpdateCheck
from core.errors import RestorationError
from core.settings import RestorationSettings

_SIZE = (1280, 800)
_SMALLEST = (980, 560)


class MainWindow(QMainWindow):
    """One photo at a time: open, compare, adjust, save.

    Args:
        services: The engine and the files.
        store: Where preferences are kept.
    """

    def __init__(self, services: Services, store: PreferencesStore) -> None:
        super().__init__()
        self._services = services
        self._store = store
        self._has_stopped = False
        self.patience_ms = STOP_TIMEOUT_MS
        self.preferences = store.load()
        self.commands = Actions(self)
        self.history_commands = HistoryActions(self.commands, self)
        defaults = RestorationSettings()
        self.parts = make_parts(self.commands, defaults, has_sample=services.sample is not None)
        self.work = PhotoWork(services, defaults, self)
        self.leaving = Leaving(self.work, lambda name: ask_about_unsaved(self, name), self)
        self.presenter = Presenter(self.work, self.parts, self.commands, self)
        self.manners = Manners(services, self.work, self.commands, self.parts.banner, self)
        self.manners.take(self.preferences)
        tools = self.parts, self.work, self.presenter
        self.damage_marks = DamageMarks(*tools, self.commands.damage_marks, self)
        self.neutral_picker = NeutralPicker(*tools, self.commands.neutral_picker, self)
        self.faces = Faces(services, self.work, self.presenter, self.parts, self.commands)
        self.scores = Scores(services, self.work, self.presenter, self.commands, self)
        self.scores.take_place_of(self.parts.panel)
        self.updates = UpdateCheck(lambda: self.preferences, self.parts.banner, self)
        self.models = Models(services, self.commands, self.work, self)
        training_end = self.parts.training_end
        self.training = Training(services, self.commands.train, self.work, training_end, self)
        history = self.commands, self.history_commands
        self.history = HistoryParts(services, self.work, self.presenter, self.parts, history)
        self.history.keep_in(
            store.folder,
            self.manners.set_usual,
            lambda: self.preferences.recent,
            lambda path: self._remember(self.preferences.with_recent(path)),
        )
        self.library: LibraryController | None = None
        if services.library is not None:
            basics = services, self.work, self.presenter, self.parts, self.commands
            when_saved = self.leaving.when_saved
            self.library = LibraryController(*basics, when_saved=when_saved, window=self)
            self.library.export_edited.connect(partial(self._on_preferences_edited, "export"))
            self.library.take_preferences(self.preferences)
            self.manners.reports.follow(self.library.library)
            self.manners.follow(self.library)
        self.setCentralWidget(self.parts.central)
        self.parts.area.empty.setFocus()
        self._recent_menu = fill_menu_bar(self.menuBar(), self.commands, self.history_commands)
        self.setAcceptDrops(True)
        self.setMinimumSize(*_SMALLEST)
        self.resize(*_SIZE)
        if self.preferences.window:
            self.restoreGeometry(QByteArray.fromHex(self.preferences.window.encode()))
        self._connect_actions()
        self._connect_parts()
        self._apply_preferences()
        self._on_changed()

    def _connect_actions(self) -> None:
        commands = self.commands
        commands.open.triggered.connect(self._on_open_asked)
        commands.paste.triggered.connect(self._on_paste_asked)
        commands.save.triggered.connect(self._on_save_asked)
        commands.save_as.triggered.connect(self._on_save_as_asked)
        commands.close_photo.triggered.connect(self._on_close_photo_asked)
        commands.quit.triggered.connect(self.close)
        commands.undo.triggered.connect(self.presenter.undo)
        commands.redo.triggered.connect(self.presenter.redo)
        commands.reset.triggered.connect(self.presenter.reset)
        commands.cancel.triggered.connect(self.presenter.cancel)
        commands.faces.toggled.connect(self._on_faces_toggled)
        commands.updates.triggered.connect(self.updates.ask)
        commands.toggle_mode.triggered.connect(self._on_mode_toggled)
        modes: tuple[ViewMode, ...] = ("simple", "studio")
        for action, view in zip(commands.modes.actions(), modes, strict=True):
            action.triggered.connect(partial(self.set_mode, view))
        themes: tuple[Theme, ...] = ("system", "light", "dark")
        for action, theme in zip(commands.themes.actions(), themes, strict=True):
            action.triggered.connect(partial(self.set_theme, theme))

    def _connect_parts(self) -> None:
        self.parts.area.empty.open_asked.connect(self._on_open_asked)
        self.parts.area.empty.sample_asked.connect(self._on_sample_asked)
        self.parts.panel.save_asked.connect(self._on_save_asked)
        self.parts.header.mode_chosen.connect(self.set_mode)
        self.parts.first_run.dismissed.connect(self._on_first_run_dismissed)
        self.presenter.changed.connect(self._on_changed)
        self.presenter.changed.connect(self.manners.reports.refresh)
        self.manners.preferences_edited.connect(self._on_preferences_edited)
        self.leaving.watch()
        self._recent_menu.aboutToShow.connect(self._fill_recent_menu)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_system_theme_changed)

    # Opening

    def open_paths(self, paths: Sequence[Path]) -> None:
        """Open what was given on the command line or by "open with"."""
        self._take(lambda: intake_of_paths(paths))

    def _take(self, find: Callable[[], Intake]) -> None:
        """Open what was dropped, pasted or chosen, or say why not."""
        try:
            intake = find()
        except RestorationError as error:
            self.presenter.show_trouble(trouble_of(error))
            return
        if intake.models:
            self.models.import_files(intake.models)
        if self.history.takes_preset(intake.path):
            return
        if self.library is not None and self.library.take(intake):
            return
        if intake.path is not None or intake.image is not None:
            self.leaving.when_saved(partial(self._open, intake))

    def _open(self, intake: Intake) -> None:
        if intake.path is not None:
            self._remember(self.preferences.with_recent(intake.path.absolute()))
            if not self.history.projects.takes(intake.path):
                self.work.open_path(intake.path)
        elif intake.image is not None:
            self.work.open_image(intake.image)

    @Slot()
    def _on_open_asked(self) -> None:
        folder = self.preferences.last_folder
        suffixes = with_own_suffixes(self._services.readable_suffixes())
        paths = ask_open_paths(self, folder, suffixes)
        if paths:
            self.open_paths(paths)

    @Slot()
    def _on_sample_asked(self) -> None:
        if self._services.sample is not None:
            self.work.open_path(self._services.sample)

    @Slot()
    def _on_paste_asked(self) -> None:
        self._take(lambda: intake_of(QGuiApplication.clipboard().mimeData()))

    @Slot()
    def _fill_recent_menu(self) -> None:
        self._recent_menu.clear()
        for name in self.preferences.recent:
            action = self._recent_menu.addAction(Path(name).name)
            action.setToolTip(name)
            action.triggered.connect(partial(self.open_paths, [Path(name)]))
        if not self.preferences.recent:
            self._recent_menu.addAction(self.tr("No photo yet")).setEnabled(False)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Accept what may be a photo."""
        if has_something(event.mimeData()):
            self.parts.area.empty.set_is_target(is_target=True)
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:  # noqa: N802
        """Forget the drop that did not come."""
        self.parts.area.empty.set_is_target(is_target=False)
        super().dragLeaveEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Open what was dropped."""
        self.parts.area.empty.set_is_target(is_target=False)
        event.acceptProposedAction()
        data = event.mimeData()
        self._take(lambda: intake_of(data))

    # Saving

    @Slot()
    def _on_save_asked(self) -> None:
        self.work.save(None)

    @Slot()
    def _on_save_as_asked(self) -> None:
        document = self.work.document
        if document is None:
            return
        suggestion = document.saved_path or self._services.default_output(document.photo)
        path = ask_save_path(self, suggestion, self._services.writable_suffixes())
        if path is None:
            return
        try:
            if self.library is not None:
                self.library.library.check_target(path)
        except RestorationError as error:
            self.presenter.show_trouble(trouble_of(error))
        else:
            self.work.save(path, overwrite=True)

    @Slot()
    def _on_close_photo_asked(self) -> None:
        self.leaving.when_saved(self.presenter.close_photo)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Ask about an unsaved result; stop the work within a second."""
        document = self.work.document
        if self.work.is_saving or (document is not None and document.is_unsaved):
            event.ignore()
            self.leaving.when_saved(self.close)
            return
        self.stop()
        event.accept()

    def stop(self) -> None:
        """End all work within a second and ask nothing; does nothing the second time.

        What cannot be interrupted, as the loading of libraries, is waited for `patience_ms` long.
        No thread may run when the interpreter goes: that ends in a crash.
        """
        if self._has_stopped:
            return
        self._has_stopped = True
        geometry = bytes(self.saveGeometry().toHex().data()).decode()
        self._remember(self.preferences.replace(window=geometry))
        self.hide()
        if self.library is not None:
            self.library.stop()
        deadline = QDeadlineTimer(self.patience_ms)  # for all of them together
        for queue in self.findChildren(JobQueue):
            queue.deadline = deadline
            queue.cancel_all()
        self.models.stop()
        self.training.stop()
        self.updates.stop()
        self.work.stop()
        if self.library is not None:
            self.library.stop_chores()

    # View

    @Slot(str)
    def set_mode(self, mode: ViewMode) -> None:
        """Show two sliders or every control."""
        self._remember(self.preferences.replace(mode=mode))
        self._apply_preferences()

    def set_theme(self, theme: Theme) -> None:
        """Choose the colours of the window."""
        self._remember(self.preferences.replace(theme=theme))
        self._apply_preferences()

    @Slot()
    def _on_mode_toggled(self) -> None:
        self.set_mode("studio" if self.preferences.mode == "simple" else "simple")

    @Slot(bool)
    def _on_faces_toggled(self, shown: bool) -> None:
        self.parts.area.canvas.set_shows_faces(shown=shown)
        self._remember(self.preferences.replace(show_faces=shown))

    @Slot()
    def _on_system_theme_changed(self) -> None:
        if self.preferences.theme == "system":
            self._apply_theme()

    @Slot()
    def _on_first_run_dismissed(self) -> None:
        self._remember(self.preferences.replace(first_run_note_seen=True))

    @Slot()
    def _on_changed(self) -> None:
        document = self.work.document
        name = self.parts.header.name if document else ""
        self.setWindowTitle(f"{name}[*] – Heirloom" if name else "Heirloom")
        self.setWindowModified(document is not None and document.is_unsaved)

    # Preferences

    def _remember(self, preferences: Preferences) -> None:
        if preferences != self.preferences:
            self.preferences = preferences
            self.manners.take(preferences)
            self._store.save(preferences)
            if self.library is not None:
                self.library.take_preferences(preferences)

    @Slot(str, object)
    def _on_preferences_edited(self, name: str, value: object) -> None:
        self._remember(self.preferences.replace(**{name: value}))
        self._apply_preferences()

    def _apply_preferences(self) -> None:
        chosen, commands = self.preferences, self.commands
        self._apply_theme()
        self.parts.header.show_mode(chosen.mode)
        self.parts.panel.set_mode(chosen.mode)
        self.parts.strip.set_studio(is_studio=chosen.mode == "studio")
        (commands.simple if chosen.mode == "simple" else commands.studio).setChecked(True)
        themes = dict(zip(("system", "light", "dark"), commands.themes.actions(), strict=True))
        themes[chosen.theme].setChecked(True)
        commands.faces.setChecked(chosen.show_faces)
        if not chosen.first_run_note_seen and not self.parts.first_run.isVisibleTo(self):
            self.parts.first_run.show_note(
                self.tr("Good to know"),
                self.tr(
                    "Restoring a face invents detail that the photo no longer shows, so it can "
                    "differ from how the person really looked. Your original is always kept."
                ),
            )

    def _apply_theme(self) -> None:
        theme = self.preferences.theme
        dark = system_is_dark() if theme == "system" else theme == "dark"
        app = QApplication.instance()
        self.setProperty("dark", dark)
        if isinstance(app, QApplication):
            apply_theme(app, dark=dark)
        self.commands.refresh_icons()
        self.parts.area.empty.refresh_icons()
        self.parts.banner.refresh_icons()
        self.parts.first_run.refresh_icons()
        self.parts.training_end.refresh_icons()
        self.parts.library.refresh_icons()
