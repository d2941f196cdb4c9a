"""The marks while they are painted: quick where little changes, and always what the whole says."""

import numpy as np
import pytest

from app.session.mask_editor import MaskEditor
from core.damage.correcting import corrected, painted
from core.geometry import Size

SIZE = Size(300, 700)


def random_strokes(editor, rng, count):
    for _ in range(count):
        start, end = (tuple(float(v) for v in rng.uniform((0, 0), (300, 700))) for _ in range(2))
        editor.stroke(start, end, float(rng.uniform(1, 9)), erases=bool(rng.random() < 0.3))


def marks_of(editor) -> np.ndarray:
    return editor.levels[0] > 0


@pytest.mark.parametrize("seed", range(6))
def test_stored_strokes_are_what_the_layers_say_and_come_back(seed):
    rng = np.random.default_rng(seed)
    found = rng.random((700, 300)) < 0.01
    editor = MaskEditor(SIZE)
    editor.set_found(found)
    kept = [None]
    for _ in range(4):
        random_strokes(editor, rng, 2)
        kept.append(editor.store())
        assert kept[-1] == painted(editor._added, editor._erased)
    for edits in (kept[3], kept[1], kept[4], kept[0], kept[2]):
        editor.set_edits(edits)
        assert np.array_equal(marks_of(editor), corrected(found, edits))
        assert editor.store() == edits
    smaller = editor.levels[1]
    whole = marks_of(editor).reshape(350, 2, 150, 2).any(axis=(1, 3))
    assert np.array_equal(smaller > 0, whole)


def test_a_stroke_that_is_given_up_leaves_nothing():
    editor = MaskEditor(SIZE)
    editor.stroke((20, 20), (60, 25), 4, erases=False)
    kept = editor.store()
    before = marks_of(editor).copy()
    random_strokes(editor, np.random.default_rng(1), 3)
    editor.give_up()
    assert np.array_equal(marks_of(editor), before)
    assert editor.store() == kept


def test_the_whole_photo_is_brought_up_to_date_band_by_band():
    editor = MaskEditor(Size(40, 1000))
    editor.set_found(np.ones((1000, 40), np.bool_))
    assert not editor.catch_up(0.0)
    assert editor.present_levels[0][:200].all()
    assert not editor.present_levels[0][-1].any()
    editor.stroke((20, 999), (20, 999), 2, erases=True)
    while not editor.catch_up(0.0):
        pass
    assert editor.present_levels[0][900].all()
    assert not editor.present_levels[0][999, 20]


def test_edits_of_another_size_count_as_nothing():
    editor, other = MaskEditor(SIZE), MaskEditor(Size(30, 40))
    other.stroke((5, 5), (9, 9), 3, erases=False)
    editor.stroke((20, 20), (60, 25), 4, erases=False)
    editor.set_edits(other.store())
    assert not marks_of(editor).any()
