"""Work beside a caller who goes on reporting: results, errors, leaving early."""

import threading

import pytest

import core.api
from core.api import Engine
from core.engines.beside import beside
from core.errors import Cancelled
from core.image import Photo
from core.progress import CancelToken, Progress
from core.settings import RestorationSettings


def test_it_reports_until_the_result_is_there():
    reports = []
    go_on = threading.Event()

    def report():
        reports.append(1)
        if len(reports) == 3:
            go_on.set()

    assert beside(lambda: go_on.wait(60), report) is True
    assert len(reports) >= 3


def test_an_error_of_the_work_is_the_callers():
    with pytest.raises(ZeroDivisionError):
        beside(lambda: 1 / 0, lambda: None)


def test_a_cancel_does_not_wait_for_the_work():
    go_on, ended = threading.Event(), threading.Event()

    def work():
        go_on.wait(60)
        ended.set()

    def stop():
        raise Cancelled

    with pytest.raises(Cancelled):
        beside(work, stop)
    assert not ended.is_set()
    go_on.set()
    assert ended.wait(60)


def test_loading_models_moves_the_progress_and_can_be_cancelled(monkeypatch, tmp_path):
    go_on, token = threading.Event(), CancelToken()
    seen = []

    def slow(_engine, _settings, _faces):
        go_on.wait(60)

    def sink(fraction, message):
        seen.append((fraction, message))
        if len(seen) == 4:
            token.cancel()

    monkeypatch.setattr(core.api.Engine, "pipeline", slow)
    engine = Engine(models_dir=tmp_path)
    with pytest.raises(Cancelled):
        engine.run(Photo.__new__(Photo), RestorationSettings(), Progress(sink, token))
    go_on.set()
    fractions = [fraction for fraction, _message in seen]
    assert fractions == sorted(set(fractions))
    assert {message for _fraction, message in seen} == {"Loading the model"}
