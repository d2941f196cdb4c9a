import numpy as np
import pytest

from app.session.document import Document
from app.session.history import MAX_STEPS, History
from core.image import Photo
from core.pipeline import Trace
from core.settings import FaceChoice, RestorationSettings


def with_strength(value: float) -> RestorationSettings:
    start = RestorationSettings()
    return start.replace(faces=start.faces.replace(strength=value))


@pytest.fixture
def document() -> Document:
    return Document(Photo(np.zeros((4, 5, 3), np.uint8)), RestorationSettings())


def test_undo_and_redo_walk_through_every_step():
    history = History(RestorationSettings())
    for value in (0.1, 0.2, 0.3):
        history.push(with_strength(value), f"to {value}")
    assert history.undo_title == "to 0.3"
    assert history.undo()
    assert history.undo()
    assert history.settings == with_strength(0.1)
    assert history.redo_title == "to 0.2"
    assert history.undo()
    assert not history.undo()
    assert history.settings == RestorationSettings()
    assert [history.redo() for _ in range(4)] == [True, True, True, False]
    assert history.settings == with_strength(0.3)


def test_a_drag_is_one_step_and_the_next_drag_another():
    history = History(RestorationSettings())
    for value in (0.9, 0.8, 0.7):
        history.push(with_strength(value), "Faces", "faces.strength")
    history.finish_merging()
    for value in (0.6, 0.5):
        history.push(with_strength(value), "Faces", "faces.strength")
    history.undo()
    assert history.settings == with_strength(0.7)
    history.undo()
    assert history.settings == RestorationSettings()


def test_an_edit_after_undo_forgets_what_was_undone():
    history = History(RestorationSettings())
    history.push(with_strength(0.1), "a")
    history.push(with_strength(0.2), "b")
    history.undo()
    history.push(with_strength(0.3), "c")
    assert not history.redo()
    history.undo()
    assert history.settings == with_strength(0.1)


def test_equal_settings_are_no_edit():
    history = History(RestorationSettings())
    assert not history.push(RestorationSettings(), "nothing")
    assert history.undo_title == ""


def test_the_history_is_bounded():
    history = History(RestorationSettings())
    for step in range(MAX_STEPS + 50):
        history.push(with_strength((step % 90) / 100), "step")
    undone = 0
    while history.undo():
        undone += 1
    assert undone == MAX_STEPS - 1


def test_a_result_is_unsaved_until_saved_and_again_after_a_change(document, tmp_path):
    assert not document.is_unsaved
    document.set_trace(Trace(document.photo), document.settings)
    assert document.is_current
    assert document.is_unsaved
    document.set_saved(document.settings, tmp_path / "out.png")
    assert not document.is_unsaved
    document.change(with_strength(0.4), "Faces")
    assert document.is_unsaved
    assert not document.is_current
    document.history.undo()
    assert not document.is_unsaved
    assert document.is_current


def test_face_choices_keep_only_what_differs_from_the_default(document):
    off = document.with_face(FaceChoice(index=3, enabled=False))
    document.change(off, "Face 4")
    document.change(document.with_face(FaceChoice(index=1, strength=0.25)), "Face 2")
    assert [choice.index for choice in document.settings.faces.choices] == [1, 3]
    assert not document.face_enabled(3)
    assert document.face_enabled(0)
    assert document.face_strength(1) == 0.25
    assert document.face_strength(0) == document.settings.faces.strength
    document.change(document.with_face(FaceChoice(index=3)), "Face 4")
    assert [choice.index for choice in document.settings.faces.choices] == [1]
