"""The search for photos in folders, in the real window: it says how it goes and can be stopped."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from app_fakes import FakeEngine, make_services, save_png
from PySide6.QtWidgets import QApplication
from test_window_library import drop, settle

from app.windows.main_window import MainWindow
from core.errors import Cancelled, UnreadableImageError
from core.outputs import FoundPhoto, FoundPhotos, Problem, find_photos
from core.progress import CancelToken, Progress


@pytest.fixture
def album(tmp_path):
    place = tmp_path / "album"
    place.mkdir()
    for number in range(3):
        save_png(place / f"{number}.png", np.full((20, 20, 3), 60 * number, np.uint8))
    return place


@pytest.fixture
def gate() -> threading.Event:
    """The search has found something and goes on when this is opened."""
    return threading.Event()


@pytest.fixture
def window(qtbot, store, tmp_path, gate):
    services = make_services(FakeEngine(), tmp_path)

    def slow_find(paths, progress):
        progress.report(0.0, "Photos found: 1,234")
        while not gate.wait(0.005):
            progress.check()
        return services.library.find(paths, progress)

    library = replace(services.library, find=slow_find)
    made = MainWindow(replace(services, library=library), store)
    qtbot.addWidget(made, before_close_func=lambda w: w.work.document and w.work.document.discard())
    made.show()
    yield made
    gate.set()
    made.close()


def shown(window) -> bool:
    return window.parts.library.stop_search.isVisible()


def test_a_long_search_says_how_far_it_is_and_ends_by_itself(qtbot, window, album, gate):
    drop(window, album)
    qtbot.waitUntil(lambda: shown(window))
    assert window.parts.library.search_words == "Photos found: 1,234"
    gate.set()
    settle(qtbot, window)
    assert not shown(window)
    assert len(window.library.library) == 3


def test_a_search_is_stopped_and_nothing_is_added(qtbot, window, album, gate):
    drop(window, album)
    drop(window, album)  # one more waits behind it
    qtbot.waitUntil(lambda: shown(window))
    window.parts.library.stop_search.click()
    qtbot.waitUntil(lambda: not window.library.chores.is_busy)
    assert not shown(window)
    assert len(window.library.library) == 0
    assert "The search was stopped" in window.parts.banner.text
    # It does not stand in the way of the next one.
    gate.set()
    drop(window, album)
    settle(qtbot, window)
    assert len(window.library.library) == 3


def test_a_short_search_is_not_spoken_of(qtbot, window, album, gate):
    gate.set()
    seen = []
    window.parts.library.show_search = seen.append
    drop(window, album)
    settle(qtbot, window)
    assert not any(seen)


def test_a_search_that_fails_says_so(qtbot, window, album, monkeypatch, gate):
    def broken(_paths, _progress):
        raise OSError(5, "Input/output error", "album")

    object.__setattr__(window.library._files, "find", broken)
    drop(window, album)
    qtbot.waitUntil(window.parts.banner.isVisible)
    assert window.parts.banner.kind == "error"
    assert not shown(window)


def test_one_folder_of_many_files_is_left_between_two_of_them(tmp_path):
    """The search itself looks at its token, however many files lie in one folder."""
    place = tmp_path / "many"
    place.mkdir()
    for number in range(400):
        os.close(os.open(place / f"{number}.jpg", os.O_CREAT))
    token, told = CancelToken(), []

    def report(_fraction: float, message: str) -> None:
        told.append(message)
        if len(told) == 3:
            token.cancel()

    with pytest.raises(Cancelled):
        find_photos([place], progress=Progress(report, token))
    assert told == ["Photos found: 0", "Photos found: 49", "Photos found: 99"]


@pytest.mark.parametrize(("count", "words"), [(1, "1 earlier result of"), (3, "3 earlier results")])
def test_it_says_how_many_earlier_results_were_left_out(qtbot, window, album, gate, count, words):
    search, banner = window.library.search, window.parts.banner
    results = tuple(album / f"{number}-restored.png" for number in range(count))
    photos = (FoundPhoto(album / "0.png", Path("0.png")),)
    search._on_found(FoundPhotos(photos=photos, results=results), [])
    assert words in banner.text
    search._on_found(FoundPhotos(results=results), [])
    assert "only earlier results" in banner.text
    assert words in banner.text
    trouble = Problem(album, UnreadableImageError("“x.jpg” cannot be read.", "Try another."))
    search._on_found(FoundPhotos(photos=photos, problems=(trouble,), results=results), [])
    assert "cannot be read" in banner.text
    assert words in banner.text
    gate.set()


def test_where_results_go_is_not_cut_off_where_there_is_room(window):
    window.commands.library.trigger()
    QApplication.processEvents()  # the pane takes the width that its words need
    shown_text = window.parts.library._target.text()
    assert "…" not in shown_text
    assert "beside each photo" in shown_text


def test_raw_files_and_documents_of_a_folder_are_told(qtbot, window, album, gate):
    for name in ("IMG_1.CR2", "letter.pdf"):
        (album / name).write_bytes(b"no picture for us")
    gate.set()
    drop(window, album)
    settle(qtbot, window)
    assert len(window.library.library) == 3
    text = window.parts.banner.text
    assert "Some files were left out" in text
    assert "“IMG_1.CR2”" in text
    assert "raw converter" in text
    assert "“letter.pdf”" in text
