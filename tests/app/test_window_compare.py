"""Compare modes and the magnifier on the real window."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import (
    QImage,
    QInputDevice,
    QNativeGestureEvent,
    QPointingDevice,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.views.compare import CompareMode, pane_grid
from app.views.difference import GAIN
from core.geometry import Size

NO_KEYS = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def canvas(qtbot, window, photo_path):
    with qtbot.waitSignal(window.work.restored):
        window.open_paths([photo_path])
    qtbot.waitUntil(lambda: not window.work.is_busy)
    window.activateWindow()
    window.parts.area.canvas.setFocus()
    return window.parts.area.canvas


def colour_at(canvas, x: float, y: float) -> np.ndarray:
    """What the first pane shows at a pixel of the photo."""
    view = canvas.viewport
    point = QPoint(int(view.x + (x + 0.5) * view.scale), int(view.y + (y + 0.5) * view.scale))
    return np.array(canvas.grab().toImage().pixelColor(point).getRgb()[:3])


def pixels_of(image: QImage) -> np.ndarray:
    made = image.convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(made.constBits(), np.uint8).reshape(made.height(), made.width(), 4).copy()


def test_blinking_shows_before_and_after_in_turn_by_its_clock(qtbot, window, canvas):
    document = window.work.document
    before, after = document.photo.pixels[80, 100], document.result.photo.pixels[80, 100]
    window.commands.blink.trigger()
    assert canvas.blinks
    assert colour_at(canvas, 100, 80) == pytest.approx(before, abs=4)
    with qtbot.waitSignal(canvas._blink.timeout, timeout=5000):
        pass
    assert colour_at(canvas, 100, 80) == pytest.approx(after, abs=4)
    window.commands.divider.trigger()
    assert not canvas.blinks


def test_space_blinks_by_hand_and_stops_the_clock(window, canvas):
    document = window.work.document
    before, after = document.photo.pixels[80, 100], document.result.photo.pixels[80, 100]
    QTest.keyClick(window, Qt.Key.Key_4)
    assert canvas.mode is CompareMode.BLINK
    for wanted in (after, before, after):
        QTest.keyClick(canvas, Qt.Key.Key_Space)
        assert not canvas.blinks
        assert colour_at(canvas, 100, 80) == pytest.approx(wanted, abs=4)


def test_the_difference_is_amplified_and_black_where_nothing_changed(qtbot, window, canvas):
    document = window.work.document
    window.commands.difference.trigger()
    canvas.fit()
    for x, y in ((100, 70), (5, 40), (110, 20)):
        apart = np.abs(
            document.photo.pixels[y, x].astype(int) - document.result.photo.pixels[y, x].astype(int)
        )
        shown = colour_at(canvas, x, y)
        assert shown == pytest.approx(np.minimum(apart * GAIN, 255), abs=3 * GAIN)
    canvas.show_result(canvas._before)
    assert not colour_at(canvas, 60, 20).any()
    assert "Black: unchanged" in canvas._difference_note()


def test_side_by_side_is_one_above_the_other_where_that_shows_more(window, canvas):
    window.commands.side_by_side.trigger()
    canvas.setFixedSize(900, 400)
    assert [(o.x() > 0, o.y() > 0) for o in canvas._origins()] == [(False, False), (True, False)]
    canvas.setFixedSize(400, 900)
    assert [(o.x() > 0, o.y() > 0) for o in canvas._origins()] == [(False, False), (False, True)]
    image = canvas.grab().toImage()
    view, below = canvas.viewport, canvas._origins()[1].toPoint()
    point = QPoint(int(view.x + 100 * view.scale), int(view.y + 80 * view.scale))
    document = window.work.document
    for where, photo in ((point, document.photo), (point + below, document.result.photo)):
        shown = np.array(image.pixelColor(where).getRgb()[:3])
        assert shown == pytest.approx(photo.pixels[80, 100], abs=6)


@pytest.mark.parametrize(("count", "columns"), [(1, 1), (2, 2), (4, 2), (6, 3), (9, 3)])
def test_panes_lie_so_that_the_photo_is_largest(count, columns):
    assert pane_grid(count, Size(1200, 800), Size(3000, 2000)).columns == columns


def test_among_panes_of_one_size_few_places_stay_empty():
    for count in (5, 6):
        assert pane_grid(count, Size(1280, 575), Size(1000, 1000)).columns == 3


def test_the_magnifier_shows_before_and_after_at_the_pointer(window, canvas):
    window.commands.loupe.trigger()
    view = canvas.viewport
    QTest.mouseMove(canvas, QPoint(int(view.x + 100 * view.scale), int(view.y + 80 * view.scale)))
    assert (canvas.loupe.x, canvas.loupe.y) == pytest.approx((100, 80), abs=1)
    lens = pixels_of(canvas.grab().toImage())
    window.commands.loupe.trigger()
    assert canvas.loupe is None
    without = pixels_of(canvas.grab().toImage())
    changed = (lens != without).any(axis=2)
    rows, columns = np.nonzero(changed)
    assert columns.max() - columns.min() > 300
    document = window.work.document
    middle = (rows.min() + rows.max()) // 2 - 12
    for share, photo in ((0.25, document.photo), (0.75, document.result.photo)):
        column = round(columns.min() + share * (columns.max() - columns.min()))
        shown = lens[middle, column, 2::-1].astype(int)
        assert shown == pytest.approx(photo.pixels[80, 100].astype(int), abs=14)


def test_the_magnifier_by_keys_moves_strengthens_and_takes_the_photo_along(window, canvas):
    QTest.keyClick(window, Qt.Key.Key_L)
    start = canvas.loupe
    assert start.factor == 2
    QTest.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.loupe.x > start.x
    for factor in (3, 4, 4):
        QTest.keyClick(canvas, Qt.Key.Key_PageUp)
        assert canvas.loupe.factor == factor
    QTest.keyClick(canvas, Qt.Key.Key_PageDown)
    assert canvas.loupe.factor == 3
    for _ in range(12):
        canvas.zoom_in()
    for _ in range(200):
        QTest.keyClick(canvas, Qt.Key.Key_Left)
    assert canvas.loupe.x == 0
    assert canvas.viewport.x == pytest.approx(0)


def test_side_by_side_has_a_magnifier_in_each_pane(window, canvas):
    window.commands.side_by_side.trigger()
    plain = pixels_of(canvas.grab().toImage())
    window.commands.loupe.trigger()
    changed = (pixels_of(canvas.grab().toImage()) != plain).any(axis=2)
    second = canvas._origins()[1].toPoint()
    left = changed[:, : second.x()] if second.x() else changed[: second.y()]
    right = changed[:, second.x() :] if second.x() else changed[second.y() :]
    assert left.sum() > 5000
    assert right.sum() > 5000


def test_the_zoom_beside_the_photo_is_that_of_the_view_on_the_screen(window, canvas):
    shown = f"{canvas.viewport.scale * canvas.devicePixelRatioF() * 100:.0f} %"
    assert window.parts.view_bar._zoom.text() == shown
    window.resize(window.width() - 200, window.height() - 100)
    shown = f"{canvas.viewport.scale * canvas.devicePixelRatioF() * 100:.0f} %"
    assert window.parts.view_bar._zoom.text() == shown


def turn(canvas, at: QPoint, *, angle=0, pixels=None, pad=False, keys=NO_KEYS) -> None:
    """Send what a wheel or two fingers on a trackpad send."""
    kind = QInputDevice.DeviceType.TouchPad if pad else QInputDevice.DeviceType.Mouse
    device = QPointingDevice(
        "made up",
        1,
        kind,
        QPointingDevice.PointerType.Generic,
        QInputDevice.Capability.Scroll,
        2,
        3,
    )
    event = QWheelEvent(
        QPointF(at),
        QPointF(canvas.mapToGlobal(at)),
        pixels or QPoint(),
        angle if isinstance(angle, QPoint) else QPoint(0, angle),
        Qt.MouseButton.NoButton,
        keys,
        Qt.ScrollPhase.NoScrollPhase,
        False,
        Qt.MouseEventSource.MouseEventNotSynthesized,
        device,
    )
    QApplication.sendEvent(canvas, event)


def test_the_wheel_zooms_at_the_pointer(canvas):
    for _ in range(5):  # until the photo is larger than the view and may lie anywhere
        canvas.zoom_in()
    view = canvas.viewport
    at = canvas.rect().center() + QPoint(60, -40)
    there = view.to_scene(at.x(), at.y())
    for _ in range(2):
        turn(canvas, at, angle=120)
    assert canvas.viewport.scale == pytest.approx(view.scale * 1.25**2)
    assert canvas.viewport.to_scene(at.x(), at.y()) == pytest.approx(there)
    turn(canvas, at, angle=-120)
    assert canvas.viewport.scale == pytest.approx(view.scale * 1.25)


def test_two_fingers_move_the_photo_and_with_ctrl_they_zoom(canvas):
    for _ in range(8):
        canvas.zoom_in()
    view, at = canvas.viewport, canvas.rect().center()
    turn(canvas, at, pixels=QPoint(-12, 9), pad=True)
    assert (canvas.viewport.x, canvas.viewport.y) == pytest.approx((view.x - 12, view.y + 9))
    turn(canvas, at, angle=QPoint(24, -18), pad=True)  # a system that tells no pixels
    assert (canvas.viewport.x, canvas.viewport.y) == pytest.approx((view.x, view.y))
    assert canvas.viewport.scale == view.scale
    turn(canvas, at, angle=-120, pad=True, keys=Qt.KeyboardModifier.ControlModifier)
    assert canvas.viewport.scale == pytest.approx(view.scale / 1.25)


def test_two_fingers_that_part_zoom(canvas):
    view, at = canvas.viewport, canvas.rect().center()
    pinch = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture,
        QPointingDevice.primaryPointingDevice(),
        2,
        QPointF(at),
        QPointF(at),
        QPointF(canvas.mapToGlobal(at)),
        0.5,
        QPointF(),
    )
    QApplication.sendEvent(canvas, pinch)
    assert canvas.viewport.scale == pytest.approx(view.scale * 1.5)
