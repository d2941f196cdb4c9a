"""Correcting damage marks in the real window: brush, eraser, sizes, undo, and equal bytes."""

from __future__ import annotations

import numpy as np
import pytest
from app_fakes import FakeEngine
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from app.windows.main_window import MainWindow
from core.api import restore
from core.interfaces import EngineInfo
from core.models.loaded import LoadedModels
from core.pipeline import Pipeline, Trace
from core.recipe import load
from core.settings import FaceSettings, RestorationSettings
from core.stages.repair import FindDamageStage, RepairStage

LINE_ROW = 30


class LineFinder:
    """Finds a bright row; counts how often it looked."""

    def __init__(self) -> None:
        self.asked = 0
        self.info = EngineInfo("damage detection", "line")

    def likelihood(self, pixels, progress):
        self.asked += 1
        found = np.zeros(pixels.shape[:2], np.float32)
        found[LINE_ROW, 10:110] = 1
        return found


class RepairEngine(FakeEngine):
    """Finds and fills damage, and does nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.finder = LineFinder()

    def run(self, photo, settings, progress=None, previous=None) -> Trace:
        stages = []
        repair = settings.repair
        if repair.enabled and repair.automatic:
            stages.append(FindDamageStage(repair.sensitivity, self.finder))
        if repair.enabled:
            stages.append(RepairStage(repair.edits))
        return Pipeline(tuple(stages)).run(photo, progress, previous)


@pytest.fixture
def engine() -> RepairEngine:
    return RepairEngine()


@pytest.fixture
def marked(window: MainWindow, qtbot, photo_path):
    """The window with a photo open and the brush in the hand."""
    with qtbot.waitSignal(window.work.choices_found):
        window.work.warm_up()
    with qtbot.waitSignal(window.work.restored):
        window.open_paths([photo_path])
    with qtbot.waitSignal(window.work.restored):
        window.commands.damage_marks.trigger()
    return window


def screen(window: MainWindow, x: float, y: float) -> QPoint:
    view = window.parts.area.canvas.viewport
    return QPointF(view.x + x * view.scale, view.y + y * view.scale).toPoint()


def drag(qtbot, window: MainWindow, start, end, *, waits: bool = True) -> None:
    """One stroke, from and to pixels of the photo."""
    canvas = window.parts.area.canvas
    points = [screen(window, *start), screen(window, *end)]

    def stroke() -> None:
        QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=points[0])
        QTest.mouseMove(canvas, points[1])
        QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=points[1])

    if not waits:
        stroke()
        return
    with qtbot.waitSignal(window.work.restored):
        stroke()


def marks(window: MainWindow) -> np.ndarray:
    return window.damage_marks.tool.editor.levels[0] > 0


def test_the_brush_turns_repair_on_and_shows_what_was_found(marked, engine):
    assert marked.work.document.settings.repair.enabled
    assert marks(marked)[LINE_ROW, 10:110].all()
    assert marked.damage_marks.bar.isVisible()
    assert engine.finder.asked == 1


def test_a_stroke_marks_fills_and_can_be_taken_back(marked, qtbot, engine):
    before = marks(marked).copy()
    drag(qtbot, marked, (20, 60), (80, 60))
    painted = marks(marked) & ~before
    assert painted[60, 20:80].all()
    assert not painted[:50].any()
    result = marked.work.document.result.photo.pixels
    changed = (result != marked.work.document.photo.pixels).any(axis=2)
    assert changed[55:65].any()
    assert not changed[~marks(marked)].any()
    assert engine.finder.asked == 1
    with qtbot.waitSignal(marked.work.restored):
        marked.commands.undo.trigger()
    assert np.array_equal(marks(marked), before)
    with qtbot.waitSignal(marked.work.restored):
        marked.commands.redo.trigger()
    assert marks(marked)[60, 20:80].all()


def test_the_eraser_keeps_a_line_that_belongs_to_the_photo(marked, qtbot):
    marked.damage_marks.bar.eraser.click()
    drag(qtbot, marked, (0, LINE_ROW), (119, LINE_ROW))
    assert not marks(marked)[LINE_ROW].any()
    document = marked.work.document
    assert document.result.photo.pixels is document.photo.pixels


def test_one_stroke_is_one_step_of_the_history(marked, qtbot):
    steps = marked.work.document.history
    drag(qtbot, marked, (20, 60), (80, 70))
    assert steps.undo_title == "Paint marks"
    steps.undo()
    assert steps.undo_title == "Repair scratches"


def test_keys_change_size_and_tool(marked, qtbot):
    canvas = marked.parts.area.canvas
    tool, bar = marked.damage_marks.tool, marked.damage_marks.bar
    before = tool.radius_px
    qtbot.keyClick(canvas, Qt.Key.Key_BracketRight)
    larger = tool.radius_px
    assert larger > before
    qtbot.keyClick(canvas, Qt.Key.Key_BracketLeft)
    qtbot.keyClick(canvas, Qt.Key.Key_BracketLeft)
    assert tool.radius_px < before
    assert canvas.divider == 0.5
    qtbot.keyClick(canvas, Qt.Key.Key_X)
    assert tool.erases
    assert bar.eraser.isChecked()


def test_the_slider_changes_the_size(marked):
    bar = marked.damage_marks.bar
    bar.slider.setValue(100)
    assert marked.damage_marks.tool.radius_px == pytest.approx(0.15 * 90)


def test_clear_and_find_again(marked, qtbot, engine):
    drag(qtbot, marked, (20, 60), (80, 60))
    with qtbot.waitSignal(marked.work.restored):
        marked.damage_marks.bar.clear.click()
    assert not marks(marked).any()
    assert not marked.work.document.settings.repair.automatic
    with qtbot.waitSignal(marked.work.restored):
        marked.damage_marks.bar.find_again.click()
    assert marks(marked)[LINE_ROW, 10:110].all()
    assert not marks(marked)[60].any()


def test_escape_gives_up_a_stroke_and_then_ends(marked, qtbot):
    canvas = marked.parts.area.canvas
    before = marks(marked).copy()
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=screen(marked, 50, 70))
    assert marks(marked)[70, 50]
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert np.array_equal(marks(marked), before)
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert marked.damage_marks.tool is None
    assert not marked.damage_marks.bar.isVisible()
    assert not marked.commands.damage_marks.isChecked()


def test_undoing_repair_itself_puts_the_brush_away(marked, qtbot):
    with qtbot.waitSignal(marked.work.restored):
        marked.commands.undo.trigger()
    assert marked.damage_marks.tool is None


def test_marks_are_seen_on_the_photo(marked, qtbot):
    canvas = marked.parts.area.canvas
    marked.damage_marks.bar.slider.setValue(80)
    drag(qtbot, marked, (20, 60), (100, 60))
    marked.damage_marks.tool.left()
    shown = canvas.grab().toImage()
    at = screen(marked, 60, 60)
    on, off = QColor(shown.pixel(at)), QColor(shown.pixel(screen(marked, 60, 85)))
    assert on.red() - on.green() > off.red() - off.green() + 40


def test_a_recipe_with_strokes_gives_the_same_bytes(
    marked, qtbot, tmp_path, photo_path, monkeypatch
):
    drag(qtbot, marked, (20, 60), (80, 60))
    marked.damage_marks.bar.eraser.click()
    drag(qtbot, marked, (40, LINE_ROW), (70, LINE_ROW))
    document = marked.work.document
    settings = document.settings.replace(faces=FaceSettings(enabled=False))
    monkeypatch.setattr(LoadedModels, "damage_detector", lambda _self: LineFinder())
    # What the window keeps is written, read again, and carried out as the command line does.
    first = restore(photo_path, tmp_path / "first.png", settings)
    recipe = load(tmp_path / "first.png.heirloom.json")
    assert recipe.settings == settings
    second = restore(photo_path, tmp_path / "second.png", recipe.settings, recipe=recipe)
    assert first.status == second.status == "done"
    assert (tmp_path / "first.png").read_bytes() == (tmp_path / "second.png").read_bytes()
    plain = restore(
        photo_path, tmp_path / "plain.png", settings.replace(repair=RestorationSettings().repair)
    )
    assert plain.status == "done"
    assert (tmp_path / "plain.png").read_bytes() != (tmp_path / "first.png").read_bytes()


def test_a_click_makes_something_grey(window, qtbot, photo_path):
    with qtbot.waitSignal(window.work.restored):
        window.open_paths([photo_path])
    window.commands.neutral_picker.trigger()
    canvas = window.parts.area.canvas
    with qtbot.waitSignal(window.work.restored):
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=screen(window, 60, 45))
    colour = window.work.document.settings.colour
    expected = window.work.document.photo.pixels[45, 60] / 255
    assert np.allclose(colour.neutral_colour, expected, atol=0.03)
    assert colour.white_balance == 1
    assert not window.commands.neutral_picker.isChecked()
    window.set_mode("studio")
    assert window.neutral_picker.forget.isVisible()
    window.neutral_picker.forget.click()
    assert window.work.document.settings.colour.neutral_colour is None
    window.commands.undo.trigger()
    assert window.work.document.settings.colour.neutral_colour is not None


def test_a_click_beside_the_photo_picks_nothing(window, qtbot, photo_path):
    with qtbot.waitSignal(window.work.restored):
        window.open_paths([photo_path])
    window.commands.neutral_picker.trigger()
    qtbot.mouseClick(window.parts.area.canvas, Qt.MouseButton.LeftButton, pos=QPoint(1, 1))
    assert window.work.document.settings.colour.neutral_colour is None
    assert window.commands.neutral_picker.isChecked()
