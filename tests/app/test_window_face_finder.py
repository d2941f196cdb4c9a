"""In the real window: choices for single faces stay with them when the finder's settings change."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from app_fakes import FakeEngine, save_png

from app.session.face_edits import with_added
from core.faces import Face
from core.geometry import Box
from core.interfaces import EngineInfo, Restored
from core.pipeline import Pipeline, Trace
from core.settings import FIRST_ADDED, RestorationSettings
from core.stages.choose import ChooseFacesStage
from core.stages.composite import CompositeStage
from core.stages.detect import DetectStage
from core.stages.restore import RestoreFacesStage


def face_at(x: float, y: float, score: float, width: float = 60.0) -> Face:
    points = tuple(
        (x + width * dx, y + width * dy)
        for dx, dy in ((0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.8), (0.65, 0.8))
    )
    return Face(Box(x, y, x + width, y + width * 1.25), points, score)


FAINT, LEFT, FALSE, RIGHT = (
    face_at(20, 10, 0.7, 40),
    face_at(30, 100, 0.99),
    face_at(150, 110, 0.95),
    face_at(280, 120, 0.99),
)


@dataclass(frozen=True)
class Finder:
    """Finds what is sure enough; the other one lists it from the bottom, a little shifted."""

    name: str
    info: EngineInfo = field(default=EngineInfo("detection", "scored"), compare=False)

    def detect(self, pixels, *, min_size_px, min_score, progress):
        progress.report(1.0)
        faces = [
            face
            for face in (FAINT, LEFT, FALSE, RIGHT)
            if face.score >= min_score and face.box.width >= min_size_px
        ]
        if self.name == "auto":
            return tuple(faces)
        return tuple(
            face_at(face.box.left + 3, face.box.top - 2, face.score, face.box.width - 2)
            for face in reversed(faces)
        )


@dataclass(frozen=True)
class Inverting:
    """Turns a face into its negative, or leaves it as it is where it is called so."""

    name: str
    crop_size_px: int = 64

    @property
    def info(self):
        return EngineInfo("restoration", self.name)

    def restore(self, crops, *, seed, progress):
        return Restored(crops if self.name == "other" else (1 - crops).astype(np.float32))


class FinderEngine(FakeEngine):
    """The real stages around a finder and a restorer that are quick."""

    def run(self, photo, settings, progress=None, previous=None) -> Trace:
        faces = settings.faces
        others = tuple(
            (choice.index, Inverting(choice.model)) for choice in faces.choices if choice.model
        )
        stages = (
            DetectStage(Finder(faces.detector), faces.min_size_px, faces.min_score),
            ChooseFacesStage.of(faces),
            RestoreFacesStage(Inverting(faces.model), settings.seed, others),
            CompositeStage(faces.strength, faces.choices, 0.0),
        )
        return Pipeline(stages).run(photo, progress, previous)


@pytest.fixture
def engine() -> FinderEngine:
    return FinderEngine()


@pytest.fixture
def opened(qtbot, window, tmp_path):
    pixels = np.random.default_rng(0).integers(60, 200, (240, 400, 3), np.uint8)
    path = save_png(tmp_path / "family.png", pixels)
    window.set_mode("studio")
    with qtbot.waitSignal(window.work.restored):
        window.open_paths([path])
    idle(qtbot, window)
    return window


def idle(qtbot, window) -> None:
    qtbot.waitUntil(lambda: not window.work.is_busy and window.work.document.is_current)


def find_otherwise(qtbot, window, **faces) -> None:
    settings = window.work.document.settings
    changed = settings.replace(faces=settings.faces.replace(**faces))
    window.parts.panel.edited.emit(changed, "Face finder", "")
    idle(qtbot, window)


def number_at(window, face: Face) -> int:
    """The number of the face of the result that is in the place of another."""
    return next(
        item.index
        for item in window.work.document.result.faces
        if item.face.box.iou(face.box) > 0.3
    )


def said(window, face: Face):
    return window.work.document.settings.faces.choice_for(number_at(window, face))


def shown(window, face: Face):
    number = number_at(window, face)
    return next(item for item in window.parts.strip.items if item.index == number)


def is_restored_at(window, face: Face) -> bool:
    document = window.work.document
    x, y = (round(value) for value in face.box.centre)
    change = np.abs(document.result.photo.pixels.astype(int) - document.photo.pixels)
    return bool(change[y - 3 : y + 3, x - 3 : x + 3].max() > 0)


OTHER_FINDERS = {
    "sensitivity": {"min_score": 0.5},
    "finder": {"detector": "other"},
    "both": {"detector": "other", "min_score": 0.5},
    "smallest": {"min_size_px": 10, "min_score": 0.6},
}


@pytest.mark.parametrize("finder", OTHER_FINDERS.values(), ids=OTHER_FINDERS)
def test_choices_stay_with_their_faces(qtbot, opened, finder):
    window = opened
    window.faces.toggle(number_at(window, LEFT))
    window.faces.remove(number_at(window, FALSE))
    detail = window.parts.strip.detail
    detail.strength_edited.emit(number_at(window, RIGHT), 0.4)
    detail.model_chosen.emit(number_at(window, RIGHT), "third")
    idle(qtbot, window)
    assert not is_restored_at(window, LEFT)
    assert not is_restored_at(window, FALSE)
    assert is_restored_at(window, RIGHT)
    find_otherwise(qtbot, window, **finder)
    assert not shown(window, LEFT).enabled
    assert shown(window, FALSE).removed
    assert (said(window, RIGHT).strength, said(window, RIGHT).model) == (0.4, "third")
    assert not is_restored_at(window, LEFT)
    assert not is_restored_at(window, FALSE)
    assert is_restored_at(window, RIGHT)
    numbers = [face.index for face in window.work.document.result.faces]
    assert len(set(numbers)) == len(numbers)
    # A choice that is changed now goes on being of the same face, also back at the first finder.
    window.faces.toggle(number_at(window, LEFT))
    find_otherwise(qtbot, window, detector="auto", min_score=0.9, min_size_px=20)
    assert shown(window, LEFT).enabled
    assert shown(window, FALSE).removed
    assert said(window, RIGHT).strength == 0.4


def test_a_face_that_is_not_found_for_a_while_has_its_choice_when_it_is_back(qtbot, opened):
    window = opened
    window.faces.remove(number_at(window, FALSE))
    find_otherwise(qtbot, window, min_score=0.97)
    assert [face.index for face in window.work.document.result.faces] == [0, 2]
    assert not any(item.removed for item in window.parts.strip.items)
    find_otherwise(qtbot, window, min_score=0.5)
    assert shown(window, FALSE).removed
    assert sum(item.removed for item in window.parts.strip.items) == 1


def test_moved_points_stay_with_their_face(qtbot, opened):
    window = opened
    number = number_at(window, RIGHT)
    window.faces.tools.correct_points(number)
    moved = tuple((x + 4.0, y + 2.0) for x, y in RIGHT.landmarks)
    window.faces.tools._on_points_moved(moved, "")
    window.faces.tools.end()
    idle(qtbot, window)
    find_otherwise(qtbot, window, detector="other", min_score=0.5)
    result = window.work.document.result
    faces = {face.index: face.face.landmarks for face in result.faces}
    assert faces[number_at(window, RIGHT)] == moved
    assert sum(points == moved for points in faces.values()) == 1


def test_a_face_added_by_hand_stays_and_is_not_found_twice(qtbot, opened):
    window = opened
    document = window.work.document
    settings, number = with_added(document.settings, FAINT.box, FAINT.landmarks)
    window.presenter.change(settings, "Add a face")
    idle(qtbot, window)
    assert number_at(window, FAINT) == number == FIRST_ADDED
    window.faces.toggle(number)
    find_otherwise(qtbot, window, min_score=0.5)
    at_the_place = [
        face.index for face in document.result.faces if face.face.box.iou(FAINT.box) > 0.3
    ]
    assert at_the_place == [FIRST_ADDED]
    assert not shown(window, FAINT).enabled


def test_undo_goes_back_over_another_finder(qtbot, opened):
    window = opened
    start: RestorationSettings = window.work.document.settings
    first = window.work.document.result.photo.pixels.copy()
    window.faces.toggle(number_at(window, RIGHT))
    find_otherwise(qtbot, window, detector="other", min_score=0.5)
    for _ in range(2):
        window.commands.undo.trigger()
    idle(qtbot, window)
    assert window.work.document.settings == start
    assert np.array_equal(window.work.document.result.photo.pixels, first)
    for _ in range(2):
        window.commands.redo.trigger()
    idle(qtbot, window)
    assert not is_restored_at(window, RIGHT)
    assert is_restored_at(window, FALSE)
