"""From the empty window to a saved file with nothing but the keyboard."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QWidget

from app.dialogs import files
from app.views.compare import CompareMode
from app.widgets.calm_slider import CalmSlider
from app.widgets.face_list import FaceList
from app.windows import main_window

NO, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def press(key: Qt.Key, keys: Qt.KeyboardModifier = NO) -> None:
    """A key for whatever has the focus, as a keyboard gives it."""
    QTest.keyClick(QApplication.focusWidget() or QApplication.activeWindow(), key, keys)


def type_into_dialog(text: str) -> None:
    """Once a file dialog is up, type a path and press Enter."""

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, QFileDialog) or not isinstance(
            QApplication.focusWidget(), QWidget
        ):
            QTimer.singleShot(50, answer)
            return
        press(Qt.Key.Key_A, CTRL)
        QTest.keyClicks(QApplication.focusWidget(), text)
        press(Qt.Key.Key_Return)
        if dialog.isVisible():
            press(Qt.Key.Key_Return)

    QTimer.singleShot(50, answer)


def tab_to(kind: type[QWidget], name: str = "") -> QWidget:
    """Press Tab until a widget of this kind, with this name for screen readers, has the focus."""
    for _ in range(80):
        focused = QApplication.focusWidget()
        if isinstance(focused, kind) and name in focused.accessibleName():
            return focused
        press(Qt.Key.Key_Tab)
        QCoreApplication.processEvents()
    raise AssertionError(f"no Tab leads to {kind.__name__} {name}")


def back_in(qtbot, window) -> None:
    """What the window manager does when a dialog has gone; there is none off the screen."""
    window.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None)


def idle(qtbot, window) -> None:
    qtbot.waitUntil(lambda: not window.work.is_busy and window.work.document.is_current)


def test_from_start_to_saved_file_by_keys_alone(qtbot, window, photo_path, tmp_path, monkeypatch):
    for name in ("ask_open_paths", "ask_save_path"):
        monkeypatch.setattr(main_window, name, getattr(files, name))
    assert window.work.document is None
    back_in(qtbot, window)
    type_into_dialog(str(photo_path))
    press(Qt.Key.Key_O, CTRL)
    qtbot.waitUntil(lambda: window.work.document is not None)
    idle(qtbot, window)
    back_in(qtbot, window)
    document = window.work.document

    tab_to(CalmSlider, "Faces")
    for _ in range(5):
        press(Qt.Key.Key_Left)
    assert document.settings.faces.strength < 1
    idle(qtbot, window)
    strength = document.settings.faces.strength

    tab_to(FaceList)
    press(Qt.Key.Key_Right)
    assert window.parts.strip.chosen.index == 1
    press(Qt.Key.Key_Space)
    assert not document.face_enabled(1)
    idle(qtbot, window)

    press(Qt.Key.Key_2)
    assert window.parts.area.canvas.mode is CompareMode.DIVIDER_HORIZONTAL
    press(Qt.Key.Key_Z, CTRL)
    assert document.face_enabled(1)
    assert document.settings.faces.strength == strength
    idle(qtbot, window)

    target = tmp_path / "by-keys.png"
    type_into_dialog(str(target))
    press(Qt.Key.Key_S, CTRL | SHIFT)
    qtbot.waitUntil(target.exists)
    idle(qtbot, window)
    assert document.saved_path == target
    assert not document.is_unsaved
    assert not any(isinstance(w, QDialog) and w.isVisible() for w in QApplication.topLevelWidgets())
