"""What was worked out once is not worked out again."""

import sys
from concurrent.futures import ThreadPoolExecutor

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


def test_threads_may_share_one():
    memo, wrong = Memo(3), []

    def ask_often(first):
        for number in range(4000):
            value = (first + number) % 7
            if memo.answer("f", np.full(4, value, np.uint8), lambda value=value: value) != value:
                wrong.append(value)

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            for done in [pool.submit(ask_often, first) for first in range(4)]:
                done.result()
    finally:
        sys.setswitchinterval(before)
    assert not wrong
    assert len(memo) == 3
