import pytest

from app.jobs.eta import Eta


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_no_guess_before_there_is_something_to_go_by():
    clock = Clock()
    eta = Eta(clock)
    assert eta.left_s(0.5) is None
    clock.now_s += 10
    assert eta.left_s(0.001) is None


def test_steady_work_counts_down_to_zero():
    clock = Clock()
    eta = Eta(clock)
    left = []
    for step in range(1, 11):
        clock.now_s = 100 + 2 * step
        left.append(eta.left_s(step / 10))
    assert left == pytest.approx([18, 16, 14, 12, 10, 8, 6, 4, 2, 0])


def test_a_jump_is_softened():
    clock = Clock()
    eta = Eta(clock)
    clock.now_s += 2
    eta.left_s(0.5)  # 4 s in all
    clock.now_s += 2
    assert 0 < eta.left_s(0.5) < 4  # a naive estimate would say 4 s
