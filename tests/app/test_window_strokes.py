"""In the real window: a stroke of the brush is seen before faces are looked for again."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from app_fakes import BlendStage, FakeEngine, FindStage
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from app.jobs.stroke_preview import is_stroke
from core.pipeline import Pipeline, Trace
from core.settings import RestorationSettings
from core.stages.repair import RepairStage


class RepairEngine(FakeEngine):
    """Fills marks, then finds and blends faces."""

    def run(self, photo, settings, progress=None, previous=None) -> Trace:
        stages: list = []
        if settings.repair.enabled:
            stages.append(RepairStage(settings.repair.edits))
        stages.append(FindStage(settings.faces.model, self))
        stages.append(
            BlendStage(
                settings.faces.strength, settings.faces.choices, settings.colour.white_balance
            )
        )
        return Pipeline(tuple(stages)).run(photo, progress, previous)


@pytest.fixture
def engine() -> RepairEngine:
    return RepairEngine()


@pytest.fixture
def marked(window, qtbot, photo_path):
    """The window with a photo open and the brush in the hand."""
    with qtbot.waitSignal(window.work.choices_found):
        window.work.warm_up()
    with qtbot.waitSignal(window.work.restored):
        window.open_paths([photo_path])
    with qtbot.waitSignal(window.work.restored):
        window.commands.damage_marks.trigger()
    return window


def stroke(window, row: float) -> None:
    canvas = window.parts.area.canvas
    view = canvas.viewport

    def at(x: float) -> object:
        return QPointF(view.x + x * view.scale, view.y + row * view.scale).toPoint()

    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=at(5))
    QTest.mouseMove(canvas, at(15))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=at(15))


def test_the_filled_photo_is_shown_while_faces_are_still_looked_for(marked, qtbot, engine):
    engine.gate = threading.Event()
    runs = engine.network_runs
    with qtbot.waitSignal(marked.work.previewed) as shown:
        stroke(marked, 70)
    assert not marked.work.document.is_current
    preview = shown.args[0]
    assert preview.size == marked.work.document.photo.size
    stroke(marked, 80)
    qtbot.waitUntil(lambda: engine.network_runs > runs)
    engine.gate.set()
    qtbot.waitUntil(lambda: marked.work.document.is_current and not marked.work.is_busy)
    document = marked.work.document
    fresh = engine.run(document.photo, document.settings).result.photo.pixels
    assert np.array_equal(document.result.photo.pixels, fresh)


def test_what_is_saved_never_comes_from_the_preview(marked, qtbot, engine, tmp_path):
    engine.gate = threading.Event()
    with qtbot.waitSignal(marked.work.previewed):
        stroke(marked, 70)
    marked.parts.panel.save_asked.emit()
    qtbot.wait(50)
    target = tmp_path / "grandmother-restored.png"
    assert not target.exists()
    engine.gate.set()
    with qtbot.waitSignal(marked.work.saved):
        pass
    assert marked.work.document.is_current
    assert target.exists()


def test_only_painted_marks_are_a_stroke():
    start = RestorationSettings()
    on = start.replace(repair=start.repair.replace(enabled=True))
    assert not is_stroke(start, on)
    assert not is_stroke(on, on)
    assert not is_stroke(on, on.replace(repair=on.repair.replace(sensitivity=0.1)))
