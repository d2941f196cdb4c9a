"""The time that a batch will still take, said only where it can be trusted."""

import pytest

from app.jobs.batch_eta import BatchEta


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def eta(clock) -> BatchEta:
    return BatchEta(clock)


def work(eta, clock, *photos_s: float, counts: bool = True) -> None:
    for seconds in photos_s:
        eta.begin_photo()
        clock.now_s += seconds
        eta.end_photo(counts=counts)
        clock.now_s += 1000.0  # a pause, which never counts


def test_the_first_photo_of_many_says_nothing_however_far_it_is(clock, eta):
    assert eta.left_s(0.0, 500) is None
    eta.begin_photo()
    for seconds, fraction in ((1.1, 0.06), (5.0, 0.3), (20.0, 0.99)):
        clock.now_s += seconds
        assert eta.left_s(fraction, 500) is None


def test_two_photos_are_enough_and_one_is_not(clock, eta):
    work(eta, clock, 4.0)
    assert eta.left_s(0.0, 3) is None
    work(eta, clock, 8.0)
    eta.begin_photo()
    assert eta.left_s(0.25, 2) == pytest.approx(6.0 * 0.75 + 12.0)
    eta.end_photo(counts=False)
    assert eta.left_s(0.0, 2) == pytest.approx(12.0)


def test_one_photo_that_takes_long_is_enough(clock, eta):
    work(eta, clock, 60.0)
    assert eta.left_s(0.0, 3) == pytest.approx(180.0)


def test_the_first_photo_pays_for_loading_and_counts_no_more_after_two_others(clock, eta):
    work(eta, clock, 20.0, 4.0, 6.0)
    assert eta.left_s(0.0, 10) == pytest.approx(50.0)


def test_what_was_stopped_skipped_or_failed_says_nothing(clock, eta):
    work(eta, clock, 0.01, 0.01, 40.0, counts=False)
    assert eta.left_s(0.0, 5) is None


def test_the_last_photos_stand_for_those_that_come(clock, eta):
    work(eta, clock, 1.0, *[2.0] * 50, *[10.0] * 12)
    assert eta.left_s(0.0, 7) == pytest.approx(70.0)


def test_a_single_photo_goes_by_its_own_progress(clock, eta):
    eta.begin_photo()
    clock.now_s += 4.0
    assert eta.left_s(0.5, 0) is None
    clock.now_s += 2.0
    assert eta.left_s(0.2, 0) is None
    assert eta.left_s(0.5, 0) == pytest.approx(6.0)
