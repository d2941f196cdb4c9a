"""The time that a batch will still take."""

import pytest

from app.jobs.batch_eta import BatchEta


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_before_anything_is_known_there_is_no_guess():
    clock = Clock()
    eta = BatchEta(clock)
    assert eta.left_s(0.0, 5) is None
    eta.begin_photo()
    clock.now_s += 0.5
    assert eta.left_s(0.5, 5) is None
    clock.now_s += 4.5
    assert eta.left_s(0.01, 5) is None


def test_the_first_photo_gives_a_first_estimate():
    clock = Clock()
    eta = BatchEta(clock)
    eta.begin_photo()
    clock.now_s += 4.0
    assert eta.left_s(0.5, 3) == pytest.approx(4.0 + 3 * 8.0)


def test_later_the_photos_that_are_done_count_and_pauses_do_not():
    clock = Clock()
    eta = BatchEta(clock)
    for seconds in (4.0, 8.0):
        eta.begin_photo()
        clock.now_s += seconds
        eta.end_photo(counts=True)
        clock.now_s += 1000.0
    eta.begin_photo()
    assert eta.left_s(0.25, 2) == pytest.approx(6.0 * 0.75 + 12.0)
    eta.end_photo(counts=False)
    assert eta.left_s(0.0, 2) == pytest.approx(12.0)
