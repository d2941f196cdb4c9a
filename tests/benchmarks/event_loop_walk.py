"""What a user does in the window, step by step, for `bench_event_loop.py`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QDeadlineTimer, QEvent, QEventLoop, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QAction, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from app.dialogs.project_history import HistoryDialog
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


@dataclass(frozen=True)
class Step:
    """Something that a user does.

    Attributes:
        part: The part of the walk that it belongs to; each can be taken in a process of its own.
        name: What the table calls it.
        take: Does it.
    """

    part: str
    name: str
    take: Callable[[], object]


PHOTO_PARTS = "views", "settings", "faces", "dialogs", "saving", "scores", "grid", "looks", "brush"
"""Those that need an open photo."""
PARTS = (*PHOTO_PARTS, "list", "batch", "language")
_OPENING = "opening"


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

    def steps(self, parts: Sequence[str]) -> list[Step]:
        """The steps of some parts, with what has to be done before them."""
        photo = [
            Step(_OPENING, "Opening", self._open),
            Step(_OPENING, "Restoring", self._wait),
        ]
        listed = [Step("list", "Opening the list", self._open_list)]
        found = [Step(_OPENING, "Loading the engine", self._warm_up)]
        found += photo if set(parts) & set(PHOTO_PARTS) else []
        found += [step for step in self._photo_steps() if step.part in parts]
        found += listed if {"list", "batch", "language"} & set(parts) else []
        return found + [step for step in self._list_steps() if step.part in parts]

    def _photo_steps(self) -> list[Step]:
        commands, history = self.window.commands, self.window.history_commands
        modes = [(mode.text().replace("&", ""), mode) for mode in commands.compare.actions()]
        dialogs = (
            ("preferences", commands.preferences),
            ("shortcuts", commands.shortcuts),
            ("about", commands.about),
            ("models", commands.models),
            ("training", commands.train),
            ("training again", commands.train),
            ("export", commands.export),
            ("presets", history.manage_presets),
            ("history", history.history),
        )
        views = [Step("views", f"{name}: zoom, pan", partial(self._look, m)) for name, m in modes]
        return [
            *views,
            Step("views", "Magnifier", self._magnify),
            Step("settings", "Sliders", self._slide),
            Step("settings", "Undo and redo of sliders", self._undo_and_redo),
            Step("settings", "Going through the history", self._go_through_history),
            Step("settings", "Presets and versions", self._use_presets),
            Step("faces", "Strength of one face", self._change_face_strength),
            Step("faces", "Leaving one face out", self._leave_face_out),
            Step("faces", "Undo and redo of faces", self._undo_and_redo),
            *(Step("dialogs", f"Dialog: {n}", partial(self._open_dialog, a)) for n, a in dialogs),
            Step("saving", "Saving as JPEG", partial(self._save, "saved.jpg")),
            Step("saving", "Saving as TIFF", partial(self._save, "saved.tif")),
            Step("saving", "Exporting", self._export),
            Step("saving", "Report", self._report),
            Step("scores", "Scores", self._score),
            Step("grid", "Grid of 9 results", self._compare_results),
            *self._looks(),
            Step("brush", "Brush and eraser", self._paint),
            Step("brush", "Undo and redo of strokes", self._undo_and_redo),
            Step("brush", "Leaving the brush", self._leave_brush),
        ]

    def _looks(self) -> list[Step]:
        themes = [
            Step("looks", f"Theme: {name}{again}", partial(self._change_look, "set_theme", name))
            for again in ("", " again")
            for name in ("dark", "light")
        ]
        return themes + [
            Step("looks", f"Mode: {name}", partial(self._change_look, "set_mode", name))
            for name in ("simple", "studio")
        ]

    def _list_steps(self) -> list[Step]:
        languages = [
            Step("language", f"Language: {name}", partial(self._change_language, name))
            for name in ("de", "bn", "en")
        ]
        return [
            Step("list", "Beginning, pausing, going on", self._pause_batch),
            Step("list", "Cancelling all", self._cancel_batch),
            Step("list", "Going through the list", self._go_through_list),
            Step("list", "Report on the list", self._report_on_list),
            Step("batch", "Batch of 12 with a damaged photo", self._run_batch),
            *languages,
        ]

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

    def _go_through_history(self) -> None:
        """Back to the first step and to the last one again, by the dialog."""
        window = self.window
        window.history_commands.history.trigger()
        rest(200)
        dialog = next(w for w in window.findChildren(HistoryDialog) if w.isVisible())
        last = dialog.steps.count() - 1
        for number in (0, last // 2, last):
            dialog.step_chosen.emit(number)
            rest(100)
            self._wait()
        dialog.close()
        rest(60)

    def _use_presets(self) -> None:
        """Eight presets, one of them used; the menus are opened."""
        window, kept = self.window, self._keep_presets()
        commands = window.history_commands
        for menu in (commands.presets_menu, commands.versions_menu):
            menu.popup(window.mapToGlobal(QPoint(200, 200)))
            rest(150)
            menu.close()
        window.history.preset_menu.use(kept.load().all[3])
        self._wait()
        window.commands.undo.trigger()
        self._wait()

    def _keep_presets(self) -> PresetStore:
        kept = PresetStore(self._host._store.folder / FOLDER)
        for number in range(8):
            faces = RestorationSettings().faces.replace(strength=0.1 + 0.1 * number)
            kept.save(f"Preset {number}", RestorationSettings(faces=faces), replaces=True)
        return kept

    def _change_face_strength(self) -> None:
        self.window.faces.choose(0)
        rest(100)
        slider = self.window.parts.strip.detail.strength.slider
        for value in (*range(100, 40, -6), *range(40, 80, 6)):
            slider.setValue(value)
            rest(20)
        slider.released.emit()
        self._wait()

    def _leave_face_out(self) -> None:
        for _ in range(2):
            self.window.parts.strip.detail.on.click()
            rest(60)
            self._wait()

    def _open_dialog(self, action: QAction) -> None:
        QTimer.singleShot(500, self._close_dialogs)
        action.trigger()
        rest(1000)

    def _close_dialogs(self) -> None:
        for widget in QApplication.topLevelWidgets():
            if widget is not self.window and widget.isVisible():
                widget.reject() if isinstance(widget, QDialog) else widget.close()

    def _save(self, name: str) -> None:
        self.window.work.save(self._folder / name, overwrite=True)
        self._wait()

    def _export(self) -> None:
        self.window.commands.export.trigger()
        rest(200)
        desk = self.window.library.desk
        desk.dialog.chosen.emit(desk.export)
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
        self._keep_presets()
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

    def _change_look(self, change: str, name: str) -> None:
        getattr(self.window, change)(name)
        rest(300)

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
        if self.window.work.document is not None:
            self.window.work.document.discard()
        self.window.open_paths([self._album])
        wait_until(lambda: len(self.window.library.library) == _ALBUM and self._is_idle(), 500)

    def _pause_batch(self) -> None:
        start, batch = self.window.parts.library.start, self.window.library.batch
        start.click()
        rest(2500)
        start.click()
        wait_until(lambda: not batch.is_on, 200)
        rest(300)
        start.click()
        rest(1500)
        assert batch.is_on

    def _cancel_batch(self) -> None:
        self.window.library.desk.cancel_all()
        wait_until(lambda: not self.window.library.batch.is_on, 300)
        self._wait()

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

    def _change_language(self, language: str) -> None:
        before = self.window
        before.manners.show_preferences()
        rest(200)
        before.manners.dialog.edited.emit("language", language)
        wait_until(lambda: self.window is not before, 300)
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
