"""The real window, off the screen, with a quick engine in place of the networks."""

from __future__ import annotations

import os

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from app_fakes import FakeEngine, make_services, save_png
from PySide6.QtCore import QEvent, QThread
from PySide6.QtWidgets import QApplication

from app.session.preferences import Preferences, PreferencesStore
from app.widgets.language import install_language
from app.windows import main_window
from app.windows.main_window import MainWindow


@pytest.fixture(scope="session", autouse=True)
def english(qapp: QApplication) -> None:
    """Plural forms come from a translation, in English too."""
    install_language(qapp, "en")


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def photo_path(tmp_path: Path) -> Path:
    """A small picture in colours that no restoration step leaves alone."""
    rows = np.linspace(0, 255, 90, dtype=np.uint8)[:, None]
    columns = np.linspace(0, 255, 120, dtype=np.uint8)[None, :]
    pixels = np.dstack(np.broadcast_arrays(rows, columns, np.uint8(90)))
    return save_png(tmp_path / "grandmother.png", np.ascontiguousarray(pixels))


@pytest.fixture
def store(tmp_path: Path) -> PreferencesStore:
    kept = PreferencesStore(tmp_path / "config")
    kept.save(Preferences(first_run_note_seen=True, theme="light"))
    return kept


@pytest.fixture
def window(qtbot, engine: FakeEngine, store: PreferencesStore, tmp_path: Path) -> Iterator:
    made = MainWindow(make_services(engine, tmp_path), store)
    qtbot.addWidget(made, before_close_func=_forget_result)
    made.show()
    yield made
    made.work.stop()


def _forget_result(window: MainWindow) -> None:
    if window.work.document is not None:
        window.work.document.discard()


@pytest.fixture(autouse=True)
def no_dialog_waits(monkeypatch) -> None:
    """Fail a test that a dialog would stop for ever; those that want one say so."""

    def unexpected(*_args) -> None:
        raise AssertionError("a dialog opened that no test answers")

    for name in ("ask_about_unsaved", "ask_open_paths", "ask_save_path"):
        monkeypatch.setattr(main_window, name, unexpected)


@pytest.fixture(autouse=True)
def nothing_left_behind(qapp: QApplication) -> Iterator[None]:
    """Fail a test that leaves a running thread or an open window behind."""
    yield
    qapp.processEvents()
    # Closed windows are deleted by the event loop only, and slow down all that come after them.
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    running = [t for t in qapp.findChildren(QThread) if t.isRunning()]
    visible = [w for w in QApplication.topLevelWidgets() if w.isVisible()]
    assert not running, f"threads still run: {running}"
    assert not visible, f"windows are still open: {visible}"
