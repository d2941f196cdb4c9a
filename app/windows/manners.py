"""Preferences, reports, the log: what concerns the program and not the photo."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QDialog, QWidget

from app.dialogs.about import AboutDialog
from app.dialogs.preferences import PreferencesDialog
from app.dialogs.shortcuts import ShortcutsDialog
from app.jobs.photo_work import PhotoWork
from app.jobs.queue import JobQueue
from app.session.bug_report import bug_report, photo_kind
from app.session.preferences import Preferences
from app.session.services import Choices, ModelOption, Services
from app.session.troubles import Trouble
from app.widgets.banner import Banner
from app.widgets.language import present_language, shown_language
from app.windows.actions import Actions
from app.windows.library_controller import LibraryController
from app.windows.reports import Reports
from core.device import usable_devices
from core.settings import RestorationSettings

LOOK_MS = 300
"""How often it is looked whether the window may be made anew."""

_ENGINE_FIELDS = frozenset({"device", "memory_limit_mb"})


class Manners(QObject):
    """Carries out the actions around the program itself.

    Args:
        services: The engine.
        work: Knows the open photo.
        commands: Whose actions are connected.
        banner: For short notes.
        parent: The window.

    Signals:
        preferences_edited: (name of the field, value) by the user.
        language_edited: The window must be made anew to show it.
    """

    preferences_edited = Signal(str, object)
    language_edited = Signal()

    def __init__(
        self,
        services: Services,
        work: PhotoWork,
        commands: Actions,
        banner: Banner,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._window = parent
        self._services = services
        self._work = work
        self._banner = banner
        self._preferences = Preferences()
        self._face_models: tuple[ModelOption, ...] = ()
        self._last_error = ""
        self._usual: RestorationSettings | None = None
        self._library: LibraryController | None = None
        self._is_replaced = False
        self._waits = QTimer(self)
        self._waits.setInterval(LOOK_MS)
        self._waits.timeout.connect(self._on_waited)
        self.dialog: PreferencesDialog | None = None
        self.reports = Reports(services, work, commands, banner, self)
        self._commands = commands
        commands.preferences.triggered.connect(self.show_preferences)
        commands.shortcuts.triggered.connect(self._on_shortcuts_asked)
        commands.about.triggered.connect(self._on_about_asked)
        commands.copy_report.triggered.connect(self.copy_report)
        commands.show_log.triggered.connect(self._on_show_log)
        commands.show_log.setVisible(services.log_folder is not None)
        work.choices_found.connect(self._on_choices_found)
        work.failed.connect(self.remember_error)

    def take(self, preferences: Preferences) -> None:
        """Learn which preferences count now."""
        self._preferences = preferences

    def set_usual(self, usual: RestorationSettings | None) -> None:
        """Let a preset say what a fresh photo is restored with; None: nothing does."""
        self._usual = usual
        self._work.set_defaults(self.defaults())

    @Slot()
    def show_preferences(self) -> None:
        """Open the dialog, or bring it to the front."""
        if self.dialog is not None:
            self.dialog.raise_()
            return
        self.dialog = PreferencesDialog(
            self._preferences, self._face_models, usable_devices(), self._window
        )
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.edited.connect(self._on_edited)
        self.dialog.finished.connect(self._on_finished)
        self.dialog.open()

    @Slot(object)
    def remember_error(self, trouble: Trouble) -> None:
        """Keep the details of the last error for a bug report."""
        self._last_error = trouble.details

    def report_text(self) -> str:
        """What a bug report needs; nothing private."""
        document = self._work.document
        if document is None:
            return bug_report(None, (), self._last_error)
        photo = document.photo
        bits = photo.pixels.dtype.itemsize * 8
        kind = photo_kind(photo.source.format, photo.size.width, photo.size.height, bits)
        engines = document.result.engines if document.result else ()
        return bug_report(document.settings, engines, self._last_error, kind)

    @Slot()
    def copy_report(self) -> None:
        """Put the bug report on the clipboard."""
        QGuiApplication.clipboard().setText(self.report_text())
        self._banner.show_note(
            self.tr("The details are copied. Paste them into your report."),
            self.tr("They hold versions, settings and the last error; no picture and no names."),
        )

    @Slot()
    def _on_shortcuts_asked(self) -> None:
        _show(ShortcutsDialog(self._commands.all, self._window))

    @Slot()
    def _on_about_asked(self) -> None:
        _show(AboutDialog(self._window))

    @Slot()
    def _on_show_log(self) -> None:
        folder = self._services.log_folder
        if folder is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    @Slot(object)
    def _on_choices_found(self, choices: Choices) -> None:
        self._face_models = choices.face_models
        self._work.set_defaults(self.defaults())

    def defaults(self) -> RestorationSettings:
        """What a fresh photo is restored with."""
        if self._usual is not None:
            return self._usual
        usual = RestorationSettings()
        wanted = self._preferences.face_model
        if wanted not in {option.id for option in self._face_models}:
            return usual
        return usual.replace(faces=usual.faces.replace(model=wanted))

    @Slot(str, object)
    def _on_edited(self, name: str, value: Any) -> None:
        changed = self._preferences.replace(**{name: value})
        if changed == self._preferences:
            return
        self._preferences = changed
        self.preferences_edited.emit(name, value)
        if name in _ENGINE_FIELDS:
            self._services.engine.forget()
        elif name == "face_model":
            self._work.set_defaults(self.defaults())
        elif name == "language":
            self._on_language_edited()

    def follow(self, library: LibraryController) -> None:
        """Let a batch be laid down where the window is made anew."""
        self._library = library

    def _on_language_edited(self) -> None:
        if self._is_replaced:
            return  # the window that comes asks for the language when it is made
        if not self.is_busy:
            self._replace()
        elif not self._waits.isActive():
            self._banner.show_note(
                self.tr("The language changes as soon as the present work is done.")
            )
            self._waits.start()

    @Slot()
    def _on_waited(self) -> None:
        if shown_language(self._preferences.language) == present_language():
            self._waits.stop()  # the user has thought better of it
        elif self._can_be_replaced:
            self._waits.stop()
            self._replace()

    @property
    def _can_be_replaced(self) -> bool:
        """True where nothing is lost by another window: no work, and nothing the user is at."""
        dialogs = (d for d in self._window.findChildren(QDialog) if d is not self.dialog)
        is_left_alone = not any(dialog.isVisible() for dialog in dialogs)
        has_hands = QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton
        return self._window.isVisible() and is_left_alone and not has_hands and not self.is_busy

    def _replace(self) -> None:
        self._is_replaced = True
        if self._library is not None:
            self._library.lay_down(self.language_edited.emit)
        else:
            self.language_edited.emit()

    @property
    def is_busy(self) -> bool:
        """True while any part of the window has work that another window could not go on with.

        The list can: its batch is laid down and goes on.
        """
        of_list = [self._work.queue]
        if self._library is not None:
            of_list += self._library.chores.findChildren(JobQueue)
            if self._library.is_searching:
                return True
        others = (q for q in self._window.findChildren(JobQueue) if q not in of_list)
        return self._work.is_busy or any(queue.is_busy for queue in others)

    @Slot()
    def _on_finished(self) -> None:
        self.dialog = None


def _show(dialog: QDialog) -> None:
    dialog.exec()
    dialog.deleteLater()
