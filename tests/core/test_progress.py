import pytest

from core.errors import Cancelled
from core.progress import CancelToken, Progress, no_progress


def test_parts_report_in_the_whole_jobs_fraction():
    seen: list[tuple[float, str]] = []
    progress = Progress(lambda fraction, message: seen.append((round(fraction, 6), message)))
    half = progress.part(0.5, 1.0, "faces")
    half.report(0.0)
    half.step(1, 2).report(0.5)
    half.step(1, 2, "face 2").report(1.0)
    assert seen == [(0.5, "faces"), (0.875, "faces"), (1.0, "face 2")]


def test_reports_are_clamped():
    seen: list[float] = []
    progress = Progress(lambda fraction, _message: seen.append(fraction))
    progress.report(-1)
    progress.report(7)
    assert seen == [0.0, 1.0]


def test_a_cancelled_token_stops_every_part():
    token = CancelToken()
    progress = Progress(token=token)
    part = progress.part(0.2, 0.4)
    part.check()
    token.cancel()
    for act in (part.check, progress.check, lambda: part.report(0.5)):
        with pytest.raises(Cancelled):
            act()


def test_no_progress_is_never_shared():
    first, second = no_progress(), no_progress()
    first.token.cancel()
    second.check()
