"""What the list says while a batch runs: true words only, in the real window."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from app_fakes import save_png
from test_window_library import fill, settle

FIRST = "Your open photo comes first"


@pytest.fixture
def album(tmp_path):
    place = tmp_path / "album"
    place.mkdir()
    for number in range(5):
        save_png(place / f"{number}.png", np.full((40, 40, 3), 40 * number, np.uint8))
    return place


@pytest.fixture
def said(window) -> list[str]:
    """All that the line below the bar has said."""
    heard: list[str] = []
    show = window.parts.library.show_status

    def listen(text: str, left: str, fraction: float | None) -> None:
        heard.append(left)
        show(text, left, fraction)

    window.parts.library.show_status = listen
    return heard


def close_photo(qtbot, window) -> None:
    window.work.document.discard()
    window.commands.close_photo.trigger()
    qtbot.waitUntil(lambda: window.work.document is None)


def start(window) -> None:
    window.parts.library.start.click()


def test_without_an_open_photo_nothing_comes_first(qtbot, window, album, said):
    fill(qtbot, window, album)
    close_photo(qtbot, window)
    start(window)
    window.work.warm_up()  # other work on the same queue
    qtbot.waitUntil(lambda: not window.library.batch.is_on)
    settle(qtbot, window)
    assert FIRST not in said
    assert "Getting ready…" in said
    assert window.parts.library._status.text() == "5 of 5 done"


def test_an_open_photo_that_is_worked_on_comes_first_until_it_is_closed(
    qtbot, window, album, engine
):
    fill(qtbot, window, album)
    window.library.batch.set_rest_ms(60_000)
    window.library.batch._rest.stop()
    engine.gate = threading.Event()
    start(window)
    qtbot.waitUntil(lambda: bool(window.library.batch.photo_id))
    window.parts.panel._simple_faces.slider.setValue(30)
    qtbot.waitUntil(lambda: len(window.work.queue._open) > 1)  # behind the photo of the batch
    engine.gate.set()
    qtbot.waitUntil(lambda: window.parts.library._left.text() == FIRST)
    assert window.library.batch.is_on
    close_photo(qtbot, window)
    qtbot.waitUntil(lambda: not window.library.batch.is_on)  # it does not wait for the rest
    settle(qtbot, window)


def test_between_two_photos_nothing_is_said_that_is_not_so(qtbot, window, album, said):
    fill(qtbot, window, album)  # the first one is open, and nobody touches it
    qtbot.waitUntil(lambda: window.work.document is not None and not window.work.is_busy)
    window.library.batch._rest.stop()
    start(window)
    qtbot.waitUntil(lambda: not window.library.batch.is_on)
    settle(qtbot, window)
    assert FIRST not in said


def test_no_time_is_named_before_two_photos_are_done(qtbot, window, album, engine, said):
    fill(qtbot, window, album)
    close_photo(qtbot, window)
    done_when_said = []
    library = window.library.library

    def note(*_args) -> None:
        if "left" in window.parts.library._left.text():
            done_when_said.append(library.count(*("done", "warning")))

    window.library.batch.progressed.connect(note)
    start(window)
    qtbot.waitUntil(lambda: not window.library.batch.is_on)
    settle(qtbot, window)
    assert done_when_said
    assert min(done_when_said) >= 2
