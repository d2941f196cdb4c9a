"""The Qt application around the window."""

from __future__ import annotations

import atexit
import sys
import threading
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QCoreApplication, QObject, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

from app.dialogs.crash import CrashDialog
from app.jobs.queue import STOP_TIMEOUT_MS
from app.jobs.work_log import WorkLog
from app.session.log_file import log
from app.session.preferences import PreferencesStore
from app.session.recovery import RecoveryStore
from app.session.services import Services
from app.session.troubles import trouble_of
from app.widgets.language import install_language
from app.widgets.theme import svg_pixmap
from app.windows.ending import EndSignals
from app.windows.main_window import MainWindow
from app.windows.recovery import Recovery

_SIGNALLED = 128
"""Added to a signal's number, this is the exit code of a program that it has ended."""
_ICON_SIZES_PX = (16, 32, 64, 128, 256)


def make_application() -> QApplication:
    """The one application object of the process."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("Heirloom")
    app.setApplicationDisplayName("Heirloom")
    app.setDesktopFileName("photo.heirloom.Heirloom")
    mark = QIcon()
    for side_px in _ICON_SIZES_PX:
        mark.addPixmap(svg_pixmap("heirloom", QSize(side_px, side_px), "#000000", 1.0))
    app.setWindowIcon(mark)
    return app


class LastResort(QObject):
    """Shows what nobody caught in a dialog, in place of a silent end; logs it.

    Args:
        host: Holds the window that the dialog belongs to.
    """

    _caught = Signal(object)

    def __init__(self, host: WindowHost) -> None:
        super().__init__(host)
        self._host = host
        self._seen: set[str] = set()
        self.dialog: CrashDialog | None = None
        self._caught.connect(self._on_caught)

    def __call__(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Take the place of `sys.excepthook`; may be called in any thread."""
        sys.__excepthook__(kind, error, trace)
        if not issubclass(kind, KeyboardInterrupt):
            self._caught.emit(error)

    def in_thread(self, args: threading.ExceptHookArgs) -> None:
        """Take the place of `threading.excepthook`."""
        if args.exc_value is not None:
            self(args.exc_type, args.exc_value, args.exc_traceback)

    @Slot(object)
    def _on_caught(self, error: BaseException) -> None:
        log.error("nobody caught this", exc_info=error)
        trouble, window = trouble_of(error), self._host.window
        window.manners.remember_error(trouble)
        # What fails at every repaint must not open a dialog at every repaint.
        if self.dialog is not None or trouble.details in self._seen:
            return
        self._seen.add(trouble.details)
        self.dialog = CrashDialog(trouble, is_work_kept=self._host.keep_work(), parent=window)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.quit_asked.connect(window.close)
        self.dialog.finished.connect(self._on_finished)
        self.dialog.open()

    @Slot()
    def _on_finished(self) -> None:
        self.dialog = None


class WindowHost(QObject):
    """Holds the one main window, and makes it anew where the language changes.

    Args:
        services: The engine and the files.
        store: Where preferences are kept.
        drafts: Where unsaved work is kept, or None where it is not.
        patience_ms: How long a window waits at its end for what cannot be interrupted.
    """

    def __init__(
        self,
        services: Services,
        store: PreferencesStore,
        drafts: RecoveryStore | None,
        patience_ms: int = STOP_TIMEOUT_MS,
    ) -> None:
        super().__init__(QApplication.instance())
        self._patience_ms = patience_ms
        self._services = services
        self._store = store
        self._drafts = drafts
        self._recovery: Recovery | None = None
        self._has_ended = False
        self.signals: EndSignals | None = None
        self.window = self._make()
        self.last_resort = LastResort(self)

    def _make(self) -> MainWindow:
        """A window in the language that is chosen now."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            install_language(app, self._store.load().language)
        window = MainWindow(self._services, self._store)
        window.patience_ms = self._patience_ms
        window.manners.language_edited.connect(
            self._on_language_edited, Qt.ConnectionType.QueuedConnection
        )
        WorkLog(window.work, window)
        self._recovery = Recovery(window, self._drafts) if self._drafts else None
        return window

    def start(self, paths: list[Path]) -> None:
        """After the first frame: open what was given, offer what was lost, load the engine."""
        if paths:
            self.window.open_paths(paths)
        if self._recovery is not None:
            self._recovery.offer_lost()
        self.window.work.warm_up()

    def keep_work(self) -> bool:
        """Write what could be lost now. Returns False where there is nothing or nowhere to."""
        if self._recovery is None:
            return False
        self._recovery.keep_now()
        return self._recovery.is_work_kept

    def end(self) -> None:
        """End all work within a second, and ask nothing: the program ends, whatever is open.

        What is not saved is offered at the next start. Does nothing the second time.
        """
        if self._has_ended:
            return
        self._has_ended = True
        atexit.unregister(self.end)
        is_kept = self.keep_work()
        if self._recovery is not None:
            self._recovery.end()
        self.window.stop()
        if self._drafts is not None:
            if is_kept:
                self._drafts.leave()
            else:
                self._drafts.close()

    @Slot(int)
    def _on_signal(self, number: int) -> None:
        log.info("ends on signal %d", number)
        self.end()
        QCoreApplication.exit(_SIGNALLED + number)

    @Slot()
    def _on_session_ending(self) -> None:
        """The user logs out: no question can be answered now, so what is unsaved is kept."""
        self.keep_work()

    def follow_system(self) -> None:
        """End on signals, and when the user logs out, without losing anything."""
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.commitDataRequest.connect(self._on_session_ending)
            app.aboutToQuit.connect(self.end)
        self.signals = EndSignals(self)
        self.signals.received.connect(self._on_signal)

    @Slot()
    def _on_language_edited(self) -> None:
        """Open the same photo in a new window, in the same place, and close the old one."""
        old = self.window
        has_preferences = old.manners.dialog is not None
        document = old.work.release()
        listed = old.library.hand_over() if old.library is not None else None
        self.window = new = self._make()
        new.setGeometry(old.geometry())
        new.setWindowState(old.windowState())
        new.show()
        old.close()
        old.deleteLater()
        new.work.warm_up()
        if listed is not None and new.library is not None:
            new.library.take_over(listed)
            if old.library is not None:
                new.library.histories.kept.take_over(old.library.histories.kept)
        if document is not None:
            new.work.take_over(document)
        if has_preferences:
            new.manners.show_preferences()


def show_window(
    services: Services,
    store: PreferencesStore,
    paths: list[Path],
    drafts: RecoveryStore | None = None,
) -> MainWindow:
    """Show the window at once; load the engine and open photos after its first frame."""
    return show_hosted(services, store, paths, drafts).window


def show_hosted(
    services: Services,
    store: PreferencesStore,
    paths: list[Path],
    drafts: RecoveryStore | None = None,
    patience_ms: int = STOP_TIMEOUT_MS,
) -> WindowHost:
    """The same, giving what holds the window, since another may take its place."""
    host = WindowHost(services, store, drafts, patience_ms)
    sys.excepthook = host.last_resort
    threading.excepthook = host.last_resort.in_thread
    # A thread that runs when the interpreter goes is a crash, so all are stopped however it ends.
    atexit.register(host.end)
    host.window.show()
    QTimer.singleShot(0, host, lambda: host.start(paths))
    return host
