"""The controls of one face, in every state that a face can be in."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QPushButton, QWidget

from app.widgets.face_detail import FLAT_INSET_PX
from app.widgets.face_strip import FaceStrip
from app.widgets.face_words import FaceItem, summary_text

PICTURE = np.zeros((8, 8, 3), np.uint8)
STATES = {
    "same": {"likeness": "same", "identity": 0.97},
    "pulled back": {"likeness": "pulled_back", "identity": 0.92, "kept_back": 0.42},
    "given up": {"likeness": "given_up", "identity": 1.0, "kept_back": 1.0},
    "doubtful": {"likeness": "doubtful", "identity": 0.85},
    "skipped": {"skipped": "This face is too small to be restored."},
    "removed": {"removed": True},
}


def item(index: int, **state) -> FaceItem:
    return FaceItem(index, PICTURE, PICTURE, True, **state)


@pytest.fixture
def strip(qtbot) -> FaceStrip:
    made = FaceStrip()
    qtbot.addWidget(made)
    made.set_studio(is_studio=True)
    made.show_faces([item(index, **state) for index, state in enumerate(STATES.values())])
    made.resize(976, made.sizeHint().height())
    made.show()
    return made


def left_of(widget: QWidget, strip: FaceStrip) -> int:
    return widget.mapTo(strip, widget.rect().topLeft()).x()


def test_the_strip_is_as_high_for_every_face(strip):
    heights = set()
    for number in range(len(STATES)):
        strip.choose(number)
        heights.add(strip.sizeHint().height())
    assert len(heights) == 1


def test_texts_of_flat_buttons_stand_below_the_texts_above(strip):
    strip.choose(0)
    detail = strip.detail
    assert left_of(detail.points, strip) + FLAT_INSET_PX == left_of(detail._title, strip)
    assert left_of(detail._title, strip) == left_of(detail.strength, strip)


def test_a_flat_button_keeps_its_text_where_the_figure_says(strip, qapp):
    """The figure stands for padding and border in the style sheet."""
    from app.widgets.theme import apply_theme

    apply_theme(qapp, dark=False)
    button = strip.findChild(QPushButton)
    button.ensurePolished()
    text = button.fontMetrics().horizontalAdvance(button.text())
    assert abs(button.sizeHint().width() - text - 2 * FLAT_INSET_PX) <= 2


@pytest.mark.parametrize(
    ("number", "part", "is_warning"),
    [(0, "97 %", False), (1, "42 %", True), (2, "every change", True), (3, "85 %", True)],
)
def test_what_became_of_a_face_is_said_and_signed(strip, number, part, is_warning):
    strip.choose(number)
    assert part in strip.detail._state.text()
    assert strip.chosen.is_worrying is is_warning
    assert strip.detail._sign.isVisible()


def test_a_face_that_is_left_as_it_was_gets_no_figure(strip):
    strip.choose(2)
    assert not any(character.isdigit() for character in strip.detail._state.text())


def test_the_summary_of_good_faces():
    good = [item(index, likeness="same", identity=0.97) for index in range(3)]
    assert summary_text(good) == "All of them still look like themselves."
    assert summary_text(good[:1]) == "It looks like the same person."
