"""Another language in the middle of a batch: the same list in the other words, and it goes on."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from app_fakes import make_services, save_png
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from test_window_library import STATES, fill, settle
from test_window_manners import edit

from app.session.recovery import RecoveryStore
from app.widgets.language import install_language
from app.windows.application import WindowHost


@pytest.fixture
def album(tmp_path):
    """Eleven photos, and one that is corrupt."""
    place = tmp_path / "album"
    place.mkdir()
    for number in range(11):
        save_png(place / f"{number:02d}.png", np.full((60, 80, 3), 20 * number, np.uint8))
    (place / "05b.png").write_bytes(b"\x89PNG\r\n\x1a\n but no picture")
    return place


@pytest.fixture
def host(qtbot, qapp, engine, store, tmp_path):
    made = WindowHost(make_services(engine, tmp_path), store, RecoveryStore(tmp_path / "drafts"))
    made.window.show()
    yield made
    if made.window.work.document is not None:
        made.window.work.document.discard()
    made.window.close()
    made.end()
    install_language(qapp, "en")


def change_language(qtbot, host, language: str):
    old = host.window
    old.commands.preferences.trigger()
    edit(old.manners.dialog, "language", language)
    qtbot.waitUntil(lambda: host.window is not old)
    host.window.manners.dialog.close()
    host.window.library.batch.set_rest_ms(0)
    return host.window


def texts(window) -> list[str]:
    model = window.library.model
    rows = [model.index(row, 0) for row in range(model.rowCount())]
    return [index.data(Qt.ItemDataRole.ToolTipRole) for index in rows]


def test_a_batch_goes_on_in_the_other_language(qtbot, host, album, engine, tmp_path):
    old = host.window
    old.library.batch.set_rest_ms(0)
    fill(qtbot, old, album)
    ids = [photo.id for photo in old.library.library.photos]
    done: list[str] = []
    old.library.batch.photo_ended.connect(
        lambda _id: engine.gate.clear() if old.library.library.count(STATES.DONE) == 3 else None
    )
    engine.gate = threading.Event()
    engine.gate.set()
    old.parts.library.start.click()
    qtbot.waitUntil(
        lambda: old.library.library.count(STATES.DONE) >= 3 and bool(old.library.batch.photo_id)
    )
    finished = {p.output for p in old.library.library.photos if p.state is STATES.DONE}
    stamps = {path: path.stat().st_mtime_ns for path in album.rglob("*-restored.png")}
    working = old.library.batch.photo_id

    new = change_language(qtbot, host, "de")
    assert [photo.id for photo in new.library.library.photos] == ids
    assert new.library.library.photo(working).state in (STATES.WAITING, STATES.WORKING)
    assert new.library.batch.is_on
    assert new.parts.library.isVisible()
    assert new.parts.library.start.text() == "Pause"
    assert new.parts.library.offer == ""
    qtbot.waitUntil(lambda: bool(new.library.batch.photo_id))
    new.library.batch.photo_ended.connect(done.append)
    engine.gate.set()
    qtbot.waitUntil(lambda: not new.library.batch.is_on, timeout=20_000)
    settle(qtbot, new)
    assert new.library.library.count(STATES.DONE) == 11
    assert new.library.library.count(STATES.FAILED) == 1
    assert new.parts.library._status.text() == "11 von 12 fertig, 1 fehlgeschlagen"
    assert any("beschädigt" in text for text in texts(new))
    # Nothing was done twice, and nothing is left to be offered.
    assert len(done) == len(set(done)) == 12 - len(finished)
    assert {path: path.stat().st_mtime_ns for path in stamps} == stamps
    assert len(list(album.rglob("*-restored*.png"))) == 11
    assert not list((tmp_path / "queue").glob("batch-*.json"))


def test_the_journal_goes_along(qtbot, host, album, engine, tmp_path):
    """After the change there is one journal, and the new window holds it."""
    old = host.window
    old.library.batch.set_rest_ms(0)
    fill(qtbot, old, album)
    engine.gate = threading.Event()
    old.parts.library.start.click()
    qtbot.waitUntil(lambda: bool(old.library.batch.photo_id))
    for language in ("bn", "en", "de"):
        new = change_language(qtbot, host, language)
        qtbot.waitUntil(lambda: bool(new.library.batch.photo_id))  # noqa: B023
        qtbot.waitUntil(lambda: not new.library.chores.is_busy)  # noqa: B023
        assert len(list((tmp_path / "queue").glob("batch-*.json"))) == 1
        assert new.library.journal.slot == 0
        assert len(new.library.library) == 12
    new.parts.library.stop.click()
    settle(qtbot, new)
    engine.gate.set()
    assert len([w for w in QApplication.topLevelWidgets() if w.isVisible()]) == 1


def test_a_list_that_rests_keeps_its_photos_their_states_and_the_pane(qtbot, host, album):
    old = host.window
    old.library.batch.set_rest_ms(0)
    fill(qtbot, old, album)
    old.parts.library.start.click()
    qtbot.waitUntil(lambda: not old.library.batch.is_on, timeout=20_000)
    settle(qtbot, old)
    old.library.library.again([old.library.library.photos[2].id])
    settle(qtbot, old)
    states = [(photo.id, photo.state) for photo in old.library.library.photos]
    new = change_language(qtbot, host, "bn")
    settle(qtbot, new)
    assert [(photo.id, photo.state) for photo in new.library.library.photos] == states
    assert not new.library.batch.is_on
    assert new.parts.library.isVisible()
    assert new.commands.library.isChecked()
    assert new.parts.library.offer == ""
