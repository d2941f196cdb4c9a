from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from core.errors import Cancelled
from core.image import Photo
from core.pipeline import Pipeline, Restoration
from core.progress import CancelToken, Progress


@dataclass(frozen=True)
class AddStage:
    """Adds a number to every pixel and remembers that it ran."""

    amount: int
    log: list[int] = field(compare=False, default_factory=list)
    name: str = "Adding"
    cost: float = 1.0

    def run(self, state: Restoration, progress: Progress) -> Restoration:
        progress.report(0.5)
        self.log.append(self.amount)
        return replace(state, photo=state.photo.with_pixels(state.photo.pixels + self.amount))


def photo() -> Photo:
    return Photo(np.zeros((2, 3, 3), dtype=np.uint8))


def test_stages_run_in_order_on_the_original():
    trace = Pipeline((AddStage(1), AddStage(10))).run(photo())
    assert trace.result.photo.pixels.max() == 11
    assert trace.result.original.pixels.max() == 0


def test_an_empty_pipeline_gives_the_photo_back():
    original = photo()
    assert Pipeline().run(original).result.photo is original


def test_only_stages_from_the_first_change_on_run_again():
    log: list[int] = []
    original = photo()
    first = Pipeline((AddStage(1, log), AddStage(2, log), AddStage(3, log))).run(original)
    log.clear()
    second = Pipeline((AddStage(1, log), AddStage(5, log), AddStage(3, log))).run(
        original, previous=first
    )
    assert log == [5, 3]
    assert second.result.photo.pixels.max() == 9


def test_an_unchanged_pipeline_runs_nothing():
    log: list[int] = []
    original = photo()
    pipeline = Pipeline((AddStage(1, log),))
    first = pipeline.run(original)
    again = pipeline.run(original, previous=first)
    assert log == [1]
    assert again.result is first.result


def test_another_photo_reuses_nothing_even_if_it_looks_the_same():
    log: list[int] = []
    pipeline = Pipeline((AddStage(1, log),))
    first = pipeline.run(photo())
    pipeline.run(photo(), previous=first)
    assert log == [1, 1]


def test_progress_moves_through_all_stages_by_cost():
    seen: list[tuple[float, str]] = []
    Pipeline((AddStage(1, name="a", cost=3.0), AddStage(2, name="b"))).run(
        photo(), Progress(lambda fraction, message: seen.append((fraction, message)))
    )
    assert [fraction for fraction, _ in seen] == [0.0, 0.375, 0.75, 0.875, 1.0]
    assert [message for _, message in seen[:4]] == ["a", "a", "b", "b"]


def test_cancel_stops_between_stages():
    token = CancelToken()
    log: list[int] = []

    def stop_at_half(fraction: float, _message: str) -> None:
        if fraction >= 0.5:
            token.cancel()

    with pytest.raises(Cancelled):
        Pipeline((AddStage(1, log), AddStage(2, log))).run(photo(), Progress(stop_at_half, token))
    assert log == [1]
