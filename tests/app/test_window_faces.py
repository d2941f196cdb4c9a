"""Single faces in the real window, with the real engine on a small photo of two people."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from app_fakes import make_services, read_photo, save_png
from PIL import Image
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtTest import QTest

from app.session.services import LazyEngine, ModelOption
from app.views.face_box_tool import FaceBoxTool
from app.views.face_points_tool import FacePointsTool
from app.widgets.face_list import tick_rect
from app.windows.main_window import MainWindow
from core.api import Engine
from core.settings import DEFAULT_FACE_MODEL, FIRST_ADDED

SAMPLE = Path(str(files("resources").joinpath("samples", "astronaut-aged.jpg")))
OTHER_MODEL = "compact-256"


class CountingRestorer:
    """A real network that says how many faces it was asked about."""

    def __init__(self, inner) -> None:
        self._inner = inner
        self.faces = 0

    @property
    def info(self):
        return self._inner.info

    @property
    def crop_size_px(self) -> int:
        return self._inner.crop_size_px

    def restore(self, crops, *, seed, progress):
        self.faces += len(crops)
        return self._inner.restore(crops, seed=seed, progress=progress)


class RememberingDetector:
    """The real face finder, which looks at the same picture only once."""

    def __init__(self, inner) -> None:
        self._inner = inner
        self._known: dict = {}

    @property
    def info(self):
        return self._inner.info

    def detect(self, pixels, *, min_size_px, min_score, progress):
        key = (pixels.tobytes(), min_size_px, min_score)
        if key not in self._known:
            self._known[key] = self._inner.detect(
                pixels, min_size_px=min_size_px, min_score=min_score, progress=progress
            )
        return self._known[key]

    def face_in(self, pixels, box, progress):
        return self._inner.face_in(pixels, box, progress)


@pytest.fixture(scope="module")
def real_engine(tmp_path_factory):
    made = Engine(models_dir=tmp_path_factory.mktemp("models"))
    made._detectors["mtcnn"] = RememberingDetector(made.detector("mtcnn"))
    for name in (DEFAULT_FACE_MODEL, OTHER_MODEL):
        made._restorers[name] = CountingRestorer(made.restorer(name))
    return made


@pytest.fixture(scope="module")
def people_path(tmp_path_factory) -> Path:
    """The sample beside its mirror image: two faces, some 60 pixels wide."""
    with Image.open(SAMPLE) as image:
        small = np.asarray(
            image.convert("RGB").resize((256, round(256 * image.height / image.width)))
        )
    both = np.hstack([small, small[:, ::-1]])
    return save_png(tmp_path_factory.mktemp("photos") / "two.png", np.ascontiguousarray(both))


@pytest.fixture
def window(qtbot, real_engine, store, tmp_path, people_path):
    services = make_services(real_engine, tmp_path)
    services = type(services)(
        **{
            **{name: getattr(services, name) for name in type(services).__dataclass_fields__},
            "engine": LazyEngine(lambda: real_engine),
            "read_photo": read_photo,
        }
    )
    store.save(store.load().replace(mode="studio"))
    made = MainWindow(services, store)
    qtbot.addWidget(made, before_close_func=lambda shown: shown.work.document.discard())
    made.resize(1280, 900)
    made.show()
    with qtbot.waitSignal(made.work.restored, timeout=60_000):
        made.open_paths([people_path])
    idle(qtbot, made)
    made.parts.strip.set_models([ModelOption(OTHER_MODEL, "Smaller")])
    asked(real_engine)
    yield made
    made.work.stop()


def idle(qtbot, window) -> None:
    qtbot.waitUntil(
        lambda: not window.work.is_busy and window.work.document.is_current, timeout=60_000
    )


def asked(engine) -> dict[str, int]:
    """How many faces each network was asked about since the last time."""
    nets = {name: engine._restorers[name] for name in (DEFAULT_FACE_MODEL, OTHER_MODEL)}
    counts = {name: net.faces for name, net in nets.items()}
    for net in nets.values():
        net.faces = 0
    return counts


def result(window):
    return window.work.document.result


def on_canvas(window, x: float, y: float) -> QPoint:
    """Where a point of the photo lies on the canvas."""
    canvas = window.parts.area.canvas
    view = canvas.viewport
    return QPoint(round(view.x + (x + 0.5) * view.scale), round(view.y + (y + 0.5) * view.scale))


def drag(canvas, start: QPoint, end: QPoint) -> None:
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(canvas, (start + end) / 2)
    QTest.mouseMove(canvas, end)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=end)


def whole_pixels(window):
    return result(window).photo.pixels.copy()


def changes(window, before, number: int) -> tuple[int, int]:
    """The largest change on the side of a face, and on the other person's side."""
    halves = np.hsplit(np.abs(whole_pixels(window).astype(int) - before.photo.pixels), 2)
    is_right = before.faces[number].face.box.left > halves[0].shape[1]
    return int(halves[is_right].max()), int(halves[not is_right].max())


def test_a_click_on_the_photo_chooses_in_the_strip_and_the_reverse(qtbot, window):
    canvas, strip = window.parts.area.canvas, window.parts.strip
    assert [item.index for item in strip.items] == [0, 1]
    canvas.set_divider(0.0)
    x, y = result(window).faces[1].face.box.centre
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=on_canvas(window, x, y))
    assert strip.chosen.index == 1
    assert strip.detail._title.text() == "Face 2"
    assert [mark.index for mark in canvas._marks if mark.is_chosen] == [1]
    card = strip.list.visualRect(strip.list.faces.index(0)).center()
    qtbot.mouseClick(strip.list.viewport(), Qt.MouseButton.LeftButton, pos=card - QPoint(0, 20))
    assert [mark.index for mark in canvas._marks if mark.is_chosen] == [0]
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=on_canvas(window, 256, 3))
    assert not any(mark.is_chosen for mark in canvas._marks)


def test_likeness_is_said_in_plain_words_with_its_figure(window):
    strip = window.parts.strip
    score = result(window).faces[0].identity
    assert f"{100 * score:.0f} % alike" in strip.detail._state.text()
    assert "same person" in strip.detail._state.text()
    assert "look like themselves" in strip._summary.whole


def test_another_model_for_one_face_runs_that_face_only(qtbot, window, real_engine):
    before = result(window)
    window.faces.choose(1)
    detail = window.parts.strip.detail
    box = detail.model._box
    box.setCurrentIndex(box.findData(OTHER_MODEL))
    box.activated.emit(box.currentIndex())
    idle(qtbot, window)
    assert asked(real_engine) == {DEFAULT_FACE_MODEL: 0, OTHER_MODEL: 1}
    after = result(window)
    assert [face.model for face in after.faces] == [DEFAULT_FACE_MODEL, OTHER_MODEL]
    assert after.faces[0].restored is before.faces[0].restored
    window.commands.undo.trigger()
    idle(qtbot, window)
    assert asked(real_engine) == {DEFAULT_FACE_MODEL: 1, OTHER_MODEL: 0}
    assert np.array_equal(whole_pixels(window), before.photo.pixels)


def test_strength_of_one_face_changes_that_face_without_any_network(qtbot, window, real_engine):
    before = result(window)
    window.faces.choose(0)
    slider = window.parts.strip.detail.strength.slider
    for value in (80, 60, 40):
        slider.setValue(value)
    slider.released.emit()
    idle(qtbot, window)
    assert asked(real_engine) == {DEFAULT_FACE_MODEL: 0, OTHER_MODEL: 0}
    assert window.work.document.settings.faces.choice_for(0).strength == 0.4
    here, there = changes(window, before, 0)
    assert here > 0
    assert there == 0
    assert window.parts.strip.detail.reset.isVisible()
    window.commands.undo.trigger()  # the whole drag is one step
    idle(qtbot, window)
    assert np.array_equal(whole_pixels(window), before.photo.pixels)
    assert slider.value() == 100


def test_a_missed_face_is_added_by_a_box_restored_and_undone(qtbot, window, real_engine):
    window.faces.remove(1)
    idle(qtbot, window)
    without = whole_pixels(window)
    found = result(window).faces[1].face.box
    # As if it had never been found: a box that is drawn there finds it as a face of its own.
    document = window.work.document
    window.commands.reset.trigger()
    idle(qtbot, window)
    document.change(
        document.settings.replace(faces=document.settings.faces.replace(min_score=1.0)), "x"
    )
    window.presenter.refresh()
    window.work.restore_now()
    idle(qtbot, window)
    assert result(window).faces == ()
    asked(real_engine)
    none = whole_pixels(window)
    window.commands.add_face.trigger()
    canvas = window.parts.area.canvas
    assert isinstance(canvas.tool, FaceBoxTool)
    start = on_canvas(window, found.left - 6, found.top - 4)
    end = on_canvas(window, found.right + 5, found.bottom + 8)
    drag(canvas, start, end)
    qtbot.waitUntil(lambda: bool(window.work.document.settings.faces.added), timeout=30_000)
    idle(qtbot, window)
    (face,) = result(window).faces
    assert face.index == FIRST_ADDED
    assert face.restored is not None
    assert asked(real_engine)[DEFAULT_FACE_MODEL] == 1
    assert np.abs(whole_pixels(window).astype(int) - none).max() > 10
    assert canvas.tool is None
    assert window.parts.strip.chosen.index == FIRST_ADDED
    assert window.parts.strip.detail._title.text() == "Added face 1"
    assert without.shape == none.shape
    window.commands.undo.trigger()
    assert window.parts.strip.items == ()
    idle(qtbot, window)
    assert np.array_equal(whole_pixels(window), none)
    window.commands.redo.trigger()
    idle(qtbot, window)
    assert len(result(window).faces) == 1


def test_a_box_around_a_known_face_chooses_it_and_brings_it_back(qtbot, window):
    box = result(window).faces[1].face.box
    window.faces.remove(1)
    idle(qtbot, window)
    window.faces.tools.add_face()
    canvas = window.parts.area.canvas
    drag(canvas, on_canvas(window, box.left, box.top), on_canvas(window, box.right, box.bottom))
    qtbot.waitUntil(
        lambda: not window.work.document.settings.faces.choice_for(1).removed, timeout=30_000
    )
    assert window.work.document.settings.faces.added == ()
    assert window.parts.strip.chosen.index == 1
    idle(qtbot, window)


def test_a_box_where_nothing_is_found_asks_for_the_points(qtbot, window):
    window.faces.tools.add_face()
    canvas = window.parts.area.canvas
    height, width = result(window).original.pixels.shape[:2]
    drag(canvas, on_canvas(window, 1, 1), on_canvas(window, width * 0.08, height * 0.16))
    qtbot.waitUntil(lambda: bool(window.work.document.settings.faces.added), timeout=30_000)
    assert isinstance(canvas.tool, FacePointsTool)
    assert "not found" in window.parts.strip._summary.whole
    idle(qtbot, window)
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.tool is None


def test_dragging_a_point_changes_that_face_and_undo_brings_it_back(qtbot, window, real_engine):
    before = result(window)
    window.faces.tools.correct_points(0)
    canvas = window.parts.area.canvas
    tool = canvas.tool
    assert isinstance(tool, FacePointsTool)
    x, y = tool.points[0]
    start = on_canvas(window, x, y)
    drag(canvas, start, start + QPoint(25, 12))
    assert tool.points[0][0] > x
    moved = window.work.document.settings.faces.choice_for(0).landmarks
    assert moved == tool.points
    assert moved[1:] == before.faces[0].face.landmarks[1:]
    idle(qtbot, window)
    assert asked(real_engine) == {DEFAULT_FACE_MODEL: 1, OTHER_MODEL: 0}
    after = result(window)
    assert after.faces[0].face.landmarks == moved
    assert not np.array_equal(after.faces[0].crop, before.faces[0].crop)
    here, there = changes(window, before, 0)
    assert here > 0
    assert there == 0
    assert "Points of Face 1" in window.work.document.history.undo_title
    window.commands.undo.trigger()
    assert tool.points == before.faces[0].face.landmarks  # the handles follow
    idle(qtbot, window)
    assert np.array_equal(whole_pixels(window), before.photo.pixels)
    window.parts.strip.done.click()
    assert canvas.tool is None


def test_a_false_face_is_taken_out_and_put_back(qtbot, window, real_engine):
    before = result(window)
    window.faces.choose(1)
    window.parts.strip.detail.remove.click()
    assert [mark.index for mark in window.parts.area.canvas._marks] == [0]
    idle(qtbot, window)
    assert asked(real_engine) == {DEFAULT_FACE_MODEL: 0, OTHER_MODEL: 0}
    after = result(window)
    assert after.faces[1].restored is None
    here, there = changes(window, before, 1)
    assert here > 0
    assert there == 0
    assert [item.removed for item in window.parts.strip.items] == [False, True]
    assert window.parts.strip.detail.put_back.isVisible()
    window.parts.strip.detail.put_back.click()
    idle(qtbot, window)
    assert np.array_equal(whole_pixels(window), before.photo.pixels)
    window.commands.undo.trigger()
    window.commands.undo.trigger()
    assert window.work.document.settings.faces.choices == ()
    idle(qtbot, window)
    assert np.array_equal(whole_pixels(window), before.photo.pixels)


def test_everything_about_a_face_by_keys_alone(qtbot, window, real_engine):
    window.activateWindow()
    canvas, strip = window.parts.area.canvas, window.parts.strip
    window.commands.go_to_faces.trigger()
    assert strip.list.hasFocus()
    qtbot.keyClick(strip.list, Qt.Key.Key_Right)
    assert strip.chosen.index == 1
    qtbot.keyClick(strip.list, Qt.Key.Key_Space)
    assert not window.work.document.face_enabled(1)
    qtbot.keyClick(strip.list, Qt.Key.Key_Space)
    qtbot.keyClick(strip.list, Qt.Key.Key_Return)
    assert strip.detail.strength.slider.hasFocus()
    qtbot.keyClick(strip.detail.strength.slider, Qt.Key.Key_PageDown)
    assert window.work.document.settings.faces.choice_for(1).strength == 0.9
    reachable = [strip.detail.on, strip.detail.model._box, strip.detail.points, strip.detail.remove]
    assert all(part.focusPolicy() & Qt.FocusPolicy.TabFocus for part in reachable)
    strip.detail.points.setFocus()
    qtbot.keyClick(strip.detail.points, Qt.Key.Key_Space)
    assert canvas.hasFocus()
    qtbot.keyClick(canvas, Qt.Key.Key_4)
    assert canvas.tool.current == 3
    at = canvas.tool.points[3]
    for _ in range(4):
        qtbot.keyClick(canvas, Qt.Key.Key_Left)
    moved = window.work.document.settings.faces.choice_for(1).landmarks[3]
    assert moved[0] < at[0]
    assert moved[1] == at[1]
    window.commands.undo.trigger()  # four nudges are one step
    assert window.work.document.settings.faces.choice_for(1).landmarks is None
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert canvas.tool is None
    strip.list.setFocus()
    qtbot.keyClick(strip.list, Qt.Key.Key_Delete)
    assert window.work.document.settings.faces.choice_for(1).removed
    qtbot.keyClick(strip.list, Qt.Key.Key_Return)
    assert strip.detail.put_back.hasFocus()
    qtbot.keyClick(strip.detail.put_back, Qt.Key.Key_Space)
    assert not window.work.document.settings.faces.choice_for(1).removed
    window.commands.add_face.trigger()
    for key, modifier in (
        (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier),
    ):
        before = canvas.tool.box
        qtbot.keyClick(canvas, key, modifier)
        assert canvas.tool.box not in (None, before)
    for _ in range(25):
        qtbot.keyClick(canvas, Qt.Key.Key_Up)  # into the corner above, where there is nobody
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(window.work.document.settings.faces.added), timeout=30_000)
    idle(qtbot, window)


def test_ticks_are_where_they_are_drawn(qtbot, window):
    strip = window.parts.strip
    card = QRectF(strip.list.visualRect(strip.list.faces.index(1)))
    spot = tick_rect(card).center().toPoint()
    qtbot.mouseClick(strip.list.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert not window.work.document.face_enabled(1)
    beside = (tick_rect(card).center() + QPointF(60, -40)).toPoint()
    qtbot.mouseClick(strip.list.viewport(), Qt.MouseButton.LeftButton, pos=beside)
    assert not window.work.document.face_enabled(1)
    idle(qtbot, window)
