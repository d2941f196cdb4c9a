"""Names of files that are no text, from archives older than UTF-8, in a batch that is killed."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from app_fakes import FakeEngine, make_services, save_png
from PySide6.QtCore import Qt
from test_window_library import STATES, kill_in_mid_batch, settle

from app.windows.main_window import MainWindow

FIRST, LAST = b"Gro\xdfmutter.png", b"z\xf6llner.png"


@pytest.fixture
def album(tmp_path: Path) -> Path:
    """Six photos in a folder whose name is Latin-1, as the names of the first and the last are."""
    place = tmp_path / "album" / os.fsdecode(b"Gem\xe4lde")
    try:
        place.mkdir(parents=True)
    except OSError:
        pytest.skip("this file system takes only text")
    for number, name in enumerate((FIRST, b"a.png", b"b.png", b"c.png", b"d.png", LAST)):
        plain = save_png(place / f"{number}.tmp.png", np.full((60, 80, 3), 30 * number, np.uint8))
        plain.rename(place / os.fsdecode(name))
    return place


def test_a_killed_batch_finds_its_photos_whatever_they_are_called(qtbot, album, tmp_path, store):
    kill_in_mid_batch(tmp_path)
    finished = {
        path: path.stat().st_mtime_ns
        for path in album.iterdir()
        if path.name.endswith("-restored.png")
    }
    assert len(finished) == 4
    window = MainWindow(make_services(FakeEngine(), tmp_path), store)
    qtbot.addWidget(
        window, before_close_func=lambda w: w.work.document and w.work.document.discard()
    )
    window.show()
    window.library.batch.set_rest_ms(0)
    library = window.library.library
    qtbot.waitUntil(lambda: bool(len(library)))
    settle(qtbot, window)
    assert all(Path(photo.path).is_file() for photo in library.photos)
    assert {os.fsencode(photo.name) for photo in library.photos} >= {FIRST, LAST}
    assert (library.count(STATES.DONE), library.count(STATES.WAITING)) == (4, 2)
    for photo in library.photos:
        index = window.library.model.index_of(photo.id)
        assert index.data(Qt.ItemDataRole.DisplayRole)
        window.library.open_photo(photo.id)
        qtbot.waitUntil(
            lambda: (
                window.work.document is not None
                and window.work.document.photo.source.path == Path(photo.path)  # noqa: B023
            )
        )
        settle(qtbot, window)
    window.parts.library.view.grab()
    window.parts.library._resume.click()
    qtbot.waitUntil(lambda: not window.library.batch.is_on, timeout=20_000)
    settle(qtbot, window)
    assert [photo.reason for photo in library.photos] == [""] * 6
    assert library.count(STATES.DONE) == 6
    assert {path: path.stat().st_mtime_ns for path in finished} == finished
    results = [path for path in album.iterdir() if "-restored" in path.name]
    assert len([path for path in results if path.suffix == ".png"]) == 6
