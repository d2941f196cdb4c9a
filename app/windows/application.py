"""The Qt application around the window."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, QSize, QTimer, Signal, Slot
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from app.session.preferences import PreferencesStore
from app.session.services import Services
from app.session.troubles import trouble_of
from app.widgets.theme import svg_pixmap
from app.windows.main_window import MainWindow

_ICON_SIZES_PX = (16, 32, 64, 128, 256)


def make_application() -> QApplication:
    """The one application object of the process."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    app.setApplicationName("Heirloom")
    app.setApplicationDisplayName("Heirloom")
    app.setDesktopFileName("heirloom")
    mark = QIcon()
    for side_px in _ICON_SIZES_PX:
        mark.addPixmap(svg_pixmap("heirloom", QSize(side_px, side_px), "#000000", 1.0))
    app.setWindowIcon(mark)
    return app


class LastResort(QObject):
    """Shows what nobody caught in the banner, in place of a silent end.

    Args:
        window: Where it is shown.
    """

    _caught = Signal(object)

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._caught.connect(self._on_caught)

    def __call__(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Take the place of `sys.excepthook`; may be called in any thread."""
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        sys.__excepthook__(kind, error, trace)
        self._caught.emit(error)

    @Slot(object)
    def _on_caught(self, error: BaseException) -> None:
        self._window.presenter.show_trouble(trouble_of(error))


def show_window(services: Services, store: PreferencesStore, paths: list[Path]) -> MainWindow:
    """Show the window at once; load the engine and open photos after its first frame."""
    window = MainWindow(services, store)
    sys.excepthook = LastResort(window)
    window.show()
    QTimer.singleShot(0, window, _starter(window, paths))
    return window


def _starter(window: MainWindow, paths: list[Path]) -> Callable[[], None]:
    def start() -> None:
        if paths:
            window.open_paths(paths)
        window.work.warm_up()

    return start
