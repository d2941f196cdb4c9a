"""What was worked out once is not worked out again."""

import numpy as np

from core.memo import Memo


def ask(memo, value, made, name="f"):
    asked = np.full((2, 3), value, np.uint8)
    return memo.answer(name, asked, lambda: made.append((name, value)) or value + 1)


def test_an_equal_question_gets_the_same_answer_without_work():
    memo, made = Memo(9), []
    assert [ask(memo, 4, made), ask(memo, 4, made), ask(memo, 5, made)] == [5, 5, 6]
    assert ask(memo, 4, made, "g") == 5
    assert made == [("f", 4), ("f", 5), ("g", 4)]


def test_arrays_of_other_shapes_are_other_questions():
    memo = Memo(9)
    assert memo.answer("f", np.zeros((2, 3), np.uint8), lambda: 1) == 1
    assert memo.answer("f", np.zeros((3, 2), np.uint8), lambda: 2) == 2


def test_what_was_not_asked_for_longest_goes_first():
    memo, made = Memo(2), []
    for value in (1, 2, 1, 3, 1, 2):
        ask(memo, value, made)
    assert made == [("f", 1), ("f", 2), ("f", 3), ("f", 2)]
    assert len(memo) == 2
