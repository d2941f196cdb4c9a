"""A tool on the real canvas gets mouse and keys in photo coordinates, and Esc ends it."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtTest import QTest

from app.views.canvas_tool import CanvasTool, ToolPoint
from app.views.compare import CompareMode

NO_KEYS = Qt.KeyboardModifier.NoModifier
LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton


class Recorder(CanvasTool):
    """Writes down what happens and paints the photo's first ten pixels."""

    def __init__(self, *, takes: bool = True) -> None:
        self.takes = takes
        self.calls: list[tuple] = []
        self.times_ended = 0

    def pressed(self, point: ToolPoint) -> bool:
        self.calls.append(("press", round(point.x), round(point.y)))
        return self.takes

    def moved(self, point: ToolPoint, *, is_drag: bool) -> None:
        self.calls.append(("drag" if is_drag else "move", round(point.x), round(point.y)))

    def released(self, point: ToolPoint) -> None:
        self.calls.append(("release", round(point.x), round(point.y)))

    def wants_key(self, key: Qt.Key) -> bool:
        return key == Qt.Key.Key_BracketLeft

    def key_pressed(self, event) -> bool:
        self.calls.append(("key", event.key()))
        return True

    def paint(self, painter: QPainter, scale: float) -> None:
        painter.fillRect(0, 0, 10, 10, QColor(255, 0, 255))

    def ended(self) -> None:
        self.times_ended += 1


def at(canvas, x: float, y: float) -> QPoint:
    view = canvas.viewport
    return QPoint(round(view.x + x * view.scale), round(view.y + y * view.scale))


@pytest.fixture
def canvas(qtbot, window, photo_path):
    with qtbot.waitSignal(window.work.restored):
        window.open_paths([photo_path])
    qtbot.waitUntil(lambda: not window.work.is_busy)
    window.activateWindow()
    window.parts.area.canvas.setFocus()
    return window.parts.area.canvas


def test_press_drag_and_release_arrive_in_photo_pixels(canvas):
    tool = Recorder()
    canvas.set_tool(tool)
    divider = canvas.divider
    QTest.mousePress(canvas, LEFT, NO_KEYS, at(canvas, 60, 30))
    QTest.mouseMove(canvas, at(canvas, 70, 35))
    QTest.mouseRelease(canvas, LEFT, NO_KEYS, at(canvas, 80, 40))
    assert tool.calls == [("press", 60, 30), ("drag", 70, 35), ("release", 80, 40)]
    assert canvas.divider == divider


def test_without_a_taken_press_the_canvas_works_as_ever(canvas):
    canvas.set_tool(Recorder(takes=False))
    QTest.mousePress(canvas, LEFT, NO_KEYS, at(canvas, 60, 30))
    QTest.mouseMove(canvas, at(canvas, 90, 30))
    QTest.mouseRelease(canvas, LEFT, NO_KEYS, at(canvas, 90, 30))
    assert canvas.divider == pytest.approx(0.75, abs=0.02)


def test_middle_button_and_space_pan_while_a_tool_is_active(canvas):
    tool = Recorder()
    canvas.set_tool(tool)
    canvas.fit()
    for _ in range(6):
        canvas.zoom_in()
    before = canvas.viewport.x
    QTest.mousePress(canvas, MIDDLE, NO_KEYS, QPoint(200, 200))
    QTest.mouseMove(canvas, QPoint(230, 200))
    QTest.mouseRelease(canvas, MIDDLE, NO_KEYS, QPoint(230, 200))
    assert canvas.viewport.x == pytest.approx(before + 30)
    QTest.keyPress(canvas, Qt.Key.Key_Space)
    QTest.mousePress(canvas, LEFT, NO_KEYS, QPoint(230, 200))
    QTest.mouseMove(canvas, QPoint(200, 200))
    QTest.mouseRelease(canvas, LEFT, NO_KEYS, QPoint(200, 200))
    QTest.keyRelease(canvas, Qt.Key.Key_Space)
    assert canvas.viewport.x == pytest.approx(before)
    assert tool.calls == []


def test_the_tool_s_keys_come_before_the_canvas_and_esc_ends_it(qtbot, canvas):
    tool = Recorder()
    canvas.set_tool(tool)
    divider = canvas.divider
    QTest.keyClick(canvas, Qt.Key.Key_BracketLeft)
    assert tool.calls == [("key", Qt.Key.Key_BracketLeft)]
    assert canvas.divider == divider
    with qtbot.waitSignal(canvas.tool_changed):
        QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.tool is None
    assert tool.times_ended == 1


def test_esc_belongs_to_the_tool_even_while_a_job_could_be_stopped(
    qtbot, window, canvas, engine, monkeypatch
):
    window.commands.cancel.setEnabled(True)
    stopped = []
    window.commands.cancel.triggered.connect(lambda: stopped.append(1))
    canvas.set_tool(Recorder())
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.tool is None
    assert not stopped


def test_one_tool_at_a_time_and_another_photo_ends_it(qtbot, window, canvas, photo_path):
    first, second = Recorder(), Recorder()
    canvas.set_tool(first)
    canvas.set_tool(second)
    assert (first.times_ended, second.times_ended) == (1, 0)
    window.work.document.discard()
    with qtbot.waitSignal(window.work.opened):
        window.open_paths([photo_path])
    assert canvas.tool is None
    assert second.times_ended == 1
    qtbot.waitUntil(lambda: not window.work.is_busy)


def test_a_tool_paints_in_every_pane(window, canvas):
    canvas.set_mode(CompareMode.SIDE_BY_SIDE)
    canvas.set_tool(Recorder())
    image = canvas.grab().toImage()
    for origin in canvas._origins():
        point = at(canvas, 5, 5) + origin.toPoint()
        assert image.pixelColor(point).getRgb()[:3] == (255, 0, 255)
