"""The steps of photos that were left: kept by name, and never more than fits."""

from app.session.histories import Histories, LeftPhoto, size_bytes
from app.session.history import History
from core.settings import MaskEdits, RestorationSettings


def history(*strengths: float) -> History:
    start = RestorationSettings()
    made = History(start)
    for strength in strengths:
        made.push(start.replace(faces=start.faces.replace(strength=strength)), "Strength")
    return made


def test_a_photo_is_taken_out_as_it_was_left():
    kept = Histories()
    left = LeftPhoto(history(0.5, 0.2), "out.png")
    left.history.undo()
    kept.keep("a", left)
    assert kept.take("a") is left
    assert kept.take("a") is None


def test_a_photo_without_steps_is_not_kept():
    kept = Histories()
    kept.keep("a", LeftPhoto(history()))
    assert kept.take("a") is None


def test_what_was_left_longest_ago_goes_first():
    kept = Histories(3 * size_bytes(history(0.5)))
    for name in ("a", "b", "c"):
        kept.keep(name, LeftPhoto(history(0.5)))
    kept.keep("a", LeftPhoto(history(0.4)))
    kept.keep("d", LeftPhoto(history(0.5)))
    assert kept.take("b") is None
    assert all(kept.take(name) is not None for name in ("a", "c", "d"))


def test_painted_marks_count_once_however_many_steps_share_them():
    start = RestorationSettings()
    marks = MaskEdits(width_px=4, height_px=4, added="")
    one, many = History(start), History(start)
    one.push(start.replace(repair=start.repair.replace(edits=marks)), "Paint")
    for strength in (0.1, 0.2, 0.3):
        faces = start.faces.replace(strength=strength)
        many.push(start.replace(repair=start.repair.replace(edits=marks), faces=faces), "Both")
    assert size_bytes(many) - size_bytes(one) == size_bytes(history(0.1, 0.2)) - size_bytes(
        history()
    )
