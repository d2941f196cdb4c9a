"""What a user does in the window, step by step, for `bench_event_loop.py`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QDeadlineTimer, QEvent, QEventLoop, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QAction, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from app.session.presets import FOLDER, PresetStore
from app.windows.application import WindowHost
from app.windows.main_window import MainWindow
from core.settings import RestorationSettings

TIMEOUT_MS = 600_000
_ALBUM = 12


def wait_until(condition: Callable[[], bool], least_ms: int = 0) -> None:
    """Run the event loop as the program does, until something is true.

    `QTest.qWait` would keep Python's lock in its sleep, and all other threads waiting for it.

    Raises:
        TimeoutError: It does not become true.
    """
    loop, timer = QEventLoop(), QTimer()
    deadline, least = QDeadlineTimer(TIMEOUT_MS), QDeadlineTimer(least_ms)
    timer.timeout.connect(
        lambda: loop.quit() if deadline.hasExpired() or (least.hasExpired() and condition()) else 0
    )
    timer.start(10)
    loop.exec()
    if deadline.hasExpired():
        raise TimeoutError("the window did not get there in time")


def rest(milliseconds: int) -> None:
    """Let the window do what is left to do."""
    wait_until(lambda: True, milliseconds)


class Walk:
    """The steps, each with its name, in their order.

    Args:
        host: Holds the window.
        photo: Is opened.
        album: A folder of photos, one of them damaged, for the list.
        folder: Where results go.
    """

    def __init__(self, host: WindowHost, photo: Path, album: Path, folder: Path) -> None:
        self._host = host
        self._photo = photo
        self._album = album
        self._folder = folder

    @property
    def window(self) -> MainWindow:
        """The window, which is another one after a change of the language."""
        return self._host.window

    @property
    def steps(self) -> tuple[tuple[str, Callable[[], object]], ...]:
        """Names and steps."""
        commands = self.window.commands
        modes = [
            (f"{mode.text().replace('&', '')}: zoom, pan, divider", partial(self._look, mode))
            for mode in commands.compare.actions()
        ]
        return (
            ("Loading the engine", self._warm_up),
            ("Opening", self._open),
            ("Restoring", self._wait),
            *modes,
            ("Magnifier", self._magnify),
            ("Sliders", self._slide),
            ("Undo and redo of sliders", self._undo_and_redo),
            ("Presets and versions", self._use_presets),
            ("Dialogs", self._open_dialogs),
            ("Saving, exporting, project", self._save),
            ("Report", self._report),
            ("Scores", self._score),
            ("Grid of 9 results", self._compare_results),
            ("Themes and modes", self._change_looks),
            ("Brush and eraser", self._paint),
            ("Undo and redo of strokes", self._undo_and_redo),
            ("Leaving the brush", self._leave_brush),
            ("Opening the list", self._open_list),
            ("Batch of 12 with a damaged photo", self._run_batch),
            ("Going through the list", self._go_through_list),
            ("Report on the list", self._report_on_list),
            ("Language", self._change_language),
        )

    # Waiting

    def _is_idle(self) -> bool:
        work = self.window.work
        return not work.is_busy and (work.document is None or work.document.is_current)

    def _wait(self) -> None:
        wait_until(self._is_idle, 100)

    # One photo

    def _warm_up(self) -> None:
        found: list[object] = []
        self.window.work.choices_found.connect(found.append)
        wait_until(lambda: bool(found))

    def _open(self) -> None:
        self.window.open_paths([self._photo])
        wait_until(lambda: self.window.work.document is not None)

    def _look(self, mode: QAction) -> None:
        """Zoom with the wheel, drag the photo, move the divider."""
        mode.trigger()
        rest(60)
        canvas = self.window.parts.area.canvas
        middle = canvas.rect().center()
        for up in (*[True] * 12, *[False] * 6):
            _turn_wheel(canvas, middle, up=up)
            rest(15)
        QTest.mousePress(canvas, Qt.MouseButton.MiddleButton, pos=middle)
        for step in range(30):
            QTest.mouseMove(canvas, middle + QPoint(6 * step, 4 * step))
            rest(15)
        QTest.mouseRelease(canvas, Qt.MouseButton.MiddleButton, pos=middle)
        self.window.commands.actual.trigger()
        rest(60)
        self.window.commands.fit.trigger()
        for step in range(20):
            canvas.set_divider(step / 20)
            rest(10)
        self.window.commands.divider.trigger()
        rest(800 if mode is self.window.commands.blink else 60)

    def _magnify(self) -> None:
        canvas = self.window.parts.area.canvas
        self.window.commands.loupe.trigger()
        for step in range(40):
            QTest.mouseMove(canvas, QPoint(100 + 15 * step, 100 + 8 * step))
            rest(15)
        self.window.commands.loupe.trigger()
        rest(60)

    def _slide(self) -> None:
        slider = self.window.parts.panel._forms["colour"].row("contrast").slider
        for value in range(-40, 41, 4):
            slider.setValue(value)
            rest(20)
        self._wait()

    def _undo_and_redo(self) -> None:
        commands = self.window.commands
        for action in (commands.undo, commands.undo, commands.redo, commands.redo):
            action.trigger()
            rest(60)
        self._wait()

    def _use_presets(self) -> None:
        """Eight presets, one of them used; the menus are opened."""
        window = self.window
        kept = PresetStore(self._host._store.folder / FOLDER)
        for number in range(8):
            faces = RestorationSettings().faces.replace(strength=0.1 + 0.1 * number)
            kept.save(f"Preset {number}", RestorationSettings(faces=faces), replaces=True)
        commands = window.history_commands
        for menu in (commands.presets_menu, commands.versions_menu):
            menu.popup(window.mapToGlobal(QPoint(200, 200)))
            rest(150)
            menu.close()
        window.history.preset_menu.use(kept.load().all[3])
        self._wait()
        window.commands.undo.trigger()
        self._wait()

    def _open_dialogs(self) -> None:
        commands, history = self.window.commands, self.window.history_commands
        for action in (
            commands.preferences,
            commands.shortcuts,
            commands.about,
            commands.models,
            commands.train,
            commands.export,
            history.manage_presets,
            history.history,
        ):
            QTimer.singleShot(500, self._close_dialogs)
            action.trigger()
            rest(700)
        rest(300)

    def _close_dialogs(self) -> None:
        for widget in QApplication.topLevelWidgets():
            if widget is not self.window and widget.isVisible():
                widget.reject() if isinstance(widget, QDialog) else widget.close()

    def _save(self) -> None:
        work = self.window.work
        work.save(self._folder / "saved.jpg", overwrite=True)
        self._wait()
        work.save(self._folder / "saved.tif", overwrite=True)
        self._wait()
        self.window.commands.export.trigger()
        rest(200)
        dialog = self.window.library.desk.dialog
        dialog.chosen.emit(self.window.library.desk.export)
        self._close_dialogs()
        self._wait()

    def _report(self) -> None:
        self.window.manners.reports.show_page = lambda _page: None
        self.window.commands.report.trigger()
        self._wait()

    def _score(self) -> None:
        self.window.set_mode("studio")
        self.window.commands.scores.setChecked(True)
        rest(200)
        self.window.scores.measure()
        self._wait()
        self.window.commands.scores.setChecked(False)
        rest(100)

    def _compare_results(self) -> None:
        """The present result and eight presets, side by side."""
        window = self.window
        window.history.compare_grid.fill("presets")
        rest(200)
        self._wait()
        grid = window.parts.area.grid_page.grid
        assert len(grid.panes) == 9
        middle = grid.rect().center()
        for up in (*[True] * 10, *[False] * 5):
            _turn_wheel(grid, middle, up=up)
            rest(15)
        for _ in range(20):
            grid.pan(-9, -5)
            rest(15)
        grid.fit()
        rest(60)
        window.history.compare_grid.leave()
        rest(60)

    def _change_looks(self) -> None:
        for theme in ("dark", "light"):
            self.window.set_theme(theme)
            rest(150)
        for mode in ("simple", "studio"):
            self.window.set_mode(mode)
            rest(150)

    # The brush

    def _paint(self) -> None:
        """Strokes while the photo is restored, with rests that begin a run, and erasing."""
        window = self.window
        window.commands.damage_marks.setChecked(True)
        rest(300)
        self._wait()
        for number in range(4):
            self._stroke(0.3 + 0.1 * number)
            rest((0, 60, 400, 60)[number])
        window.damage_marks.bar.eraser.click()
        self._stroke(0.35)
        rest(100)
        self._stroke(0.45)
        rest(400)
        for action in (window.commands.undo, window.commands.redo):
            action.trigger()
            rest(300)
        self._wait()

    def _stroke(self, height: float) -> None:
        canvas = self.window.parts.area.canvas
        left, top = round(canvas.width() * 0.35), round(canvas.height() * height)
        QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(left, top))
        for step in range(20):
            QTest.mouseMove(canvas, QPoint(left + 10 * step, top + step))
            rest(10)
        QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(left + 200, top + 20))

    def _leave_brush(self) -> None:
        self.window.commands.damage_marks.setChecked(False)
        rest(100)
        self.window.commands.reset.trigger()
        self._wait()

    # Many photos

    def _open_list(self) -> None:
        self.window.work.document.discard()
        self.window.open_paths([self._album])
        wait_until(lambda: len(self.window.library.library) == _ALBUM and self._is_idle(), 500)

    def _run_batch(self) -> None:
        desk = self.window.library
        self.window.parts.library.start.click()
        wait_until(lambda: not desk.batch.is_on, 500)
        self._wait()

    def _go_through_list(self) -> None:
        view = self.window.parts.library.view
        for row in (0, 3, 5, 8, 9, 2):
            index = view.model().index(row, 0)
            view.setCurrentIndex(index)
            view.activated.emit(index)
            rest(250)
            self._wait()

    def _report_on_list(self) -> None:
        self.window.manners.reports.show_page = lambda _page: None
        self.window.commands.report_list.trigger()
        self._wait()

    def _change_language(self) -> None:
        for language in ("de", "bn", "en"):
            before = self.window
            self.window.manners.show_preferences()
            rest(200)
            self.window.manners.dialog.edited.emit("language", language)
            wait_until(lambda old=before: self.window is not old, 300)
            rest(300)
            self._wait()
        self._close_dialogs()
        rest(100)


def _turn_wheel(view: QWidget, at: QPoint, *, up: bool) -> None:
    place = QPointF(at)
    event = QWheelEvent(
        place,
        QPointF(view.mapToGlobal(at)),
        QPoint(),
        QPoint(0, 120 if up else -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    assert event.type() == QEvent.Type.Wheel
    QApplication.sendEvent(view, event)


def make_album(sample: Path, album: Path, side_px: int) -> None:
    """Eleven photos that differ, so that nothing can be kept from one for the next, and one that
    is cut off."""
    album.mkdir()
    with Image.open(sample) as image:
        small = image.convert("RGB").resize((side_px, side_px), Image.Resampling.BICUBIC)
    for number in range(_ALBUM):
        pixels = np.minimum(np.asarray(small).astype(np.int16) + number, 255).astype(np.uint8)
        Image.fromarray(pixels).save(album / f"photo-{number:02d}.jpg", quality=90)
    damaged = album / "photo-05.jpg"
    damaged.write_bytes(damaged.read_bytes()[:300])
