"""In the real window: several things at once, in an order that nobody planned."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import numpy as np
import pytest
from app_fakes import make_services, save_png
from test_window_batch_language import edit
from test_window_library import STATES, fill, settle
from test_window_photo_histories import show

from app.session.recovery import RecoveryStore
from app.widgets.language import install_language
from app.windows.application import WindowHost


@pytest.fixture
def host(qtbot, qapp, engine, store, tmp_path):
    made = WindowHost(make_services(engine, tmp_path), store, RecoveryStore(tmp_path / "drafts"))
    made.window.show()
    made.window.library.batch.set_rest_ms(0)
    yield made
    if made.window.work.document is not None:
        made.window.work.document.discard()
    made.window.close()
    made.end()
    install_language(qapp, "en")


@pytest.fixture
def album(tmp_path: Path) -> Path:
    place = tmp_path / "album"
    place.mkdir()
    for number in range(5):
        save_png(place / f"photo-{number}.png", np.full((60, 80, 3), 40 + 40 * number, np.uint8))
    return place


def change(window, **faces) -> None:
    settings = window.work.document.settings
    changed = settings.replace(faces=settings.faces.replace(**faces))
    window.parts.panel.edited.emit(changed, "Face model", "")


def fill_and_save_one(qtbot, window, album):
    """The list's desk, with the album in the list and the first photo changed and saved."""
    desk = window.library
    desk.batch.set_rest_ms(0)
    fill(qtbot, window, album)
    window.parts.library.scope_chosen.emit("one")
    change(window, strength=0.5)
    settle(qtbot, window)
    window.commands.save.trigger()
    settle(qtbot, window)
    return desk


def test_two_languages_in_a_row_while_a_batch_runs(qtbot, host, album, engine):
    """As with the arrow keys in the list of languages."""
    old = host.window
    fill(qtbot, old, album)
    engine.gate = threading.Event()
    old.parts.library.start.click()
    qtbot.waitUntil(lambda: bool(old.library.batch.photo_id))
    name = old.work.document.name
    old.commands.preferences.trigger()
    dialog = old.manners.dialog
    edit(dialog, "language", "de")
    edit(dialog, "language", "bn")
    qtbot.waitUntil(lambda: host.window is not old)
    qtbot.wait(300)
    new = host.window
    new.library.batch.set_rest_ms(0)
    if new.manners.dialog:
        new.manners.dialog.close()
    assert new.library.batch.is_on
    engine.gate.set()
    qtbot.waitUntil(lambda: not new.library.batch.is_on, timeout=20_000)
    settle(qtbot, new)
    assert new.library.library.count(STATES.DONE) == 5
    assert len(list(album.rglob("*-restored*.png"))) == 5
    assert new.work.document is not None
    assert new.work.document.name == name


def test_undone_while_the_batch_works_on_the_other_settings_is_not_saved(
    qtbot, window, album, engine
):
    desk = window.library
    desk.batch.set_rest_ms(0)
    fill(qtbot, window, album)
    engine.gate = threading.Event()
    change(window, model="other")
    desk.desk.start_or_pause()
    assert desk.batch.photo_id == desk.library.photos[0].id
    window.commands.undo.trigger()
    assert window.work.document.is_current
    engine.gate.set()
    qtbot.waitUntil(lambda: desk.library.photos[0].state is STATES.DONE)
    desk.batch.pause()
    settle(qtbot, window)
    assert window.work.document.is_unsaved


def test_steps_are_kept_although_two_photos_are_clicked_in_a_row(qtbot, window, album):
    desk = fill_and_save_one(qtbot, window, album)
    show(qtbot, window, 2)
    desk.open_photo(desk.library.photos[1].id)
    desk.open_photo(desk.library.photos[0].id)
    qtbot.waitUntil(lambda: window.work.document.name == "photo-0.png")
    settle(qtbot, window)
    assert window.commands.undo.isEnabled()


def test_a_double_click_on_save_saves_once(qtbot, window, photo_path, engine, tmp_path):
    with qtbot.waitSignal(window.work.restored):
        window.open_paths([photo_path])
    window.commands.save.trigger()
    window.commands.save.trigger()
    qtbot.waitUntil(lambda: not window.work.is_busy)
    assert window.parts.banner.isHidden()
    assert len(list(tmp_path.glob("grandmother-restored*"))) == 1


def test_the_photo_is_replaced_by_one_of_another_size(qtbot, window, album):
    desk = fill_and_save_one(qtbot, window, album)
    show(qtbot, window, 1)
    save_png(album / "photo-0.png", np.full((30, 20, 3), 7, np.uint8))
    show(qtbot, window, 0)
    assert window.work.document.photo.size.width == 20
    assert window.work.document.result.photo.size.width == 20
    assert desk.library.photos[0].state is STATES.WAITING


def test_the_folder_is_deleted_while_a_batch_runs(qtbot, window, album, engine):
    desk = window.library
    desk.batch.set_rest_ms(0)
    fill(qtbot, window, album)
    engine.gate = threading.Event()
    desk.desk.start_or_pause()
    qtbot.waitUntil(lambda: bool(desk.batch.photo_id))
    qtbot.waitUntil(lambda: engine.network_runs == 2)
    shutil.rmtree(album)
    engine.gate.set()
    qtbot.waitUntil(lambda: not desk.batch.is_on, timeout=20_000)
    settle(qtbot, window)
    first, *others = desk.library.photos
    assert first.state is STATES.DONE  # it had been read
    assert Path(first.output).is_file()
    assert {photo.state for photo in others} == {STATES.FAILED}
    assert all("does not exist" in photo.reason and photo.remedy for photo in others)
    assert not window.parts.library.retry.isHidden()


def test_closing_while_everything_is_on(qtbot, window, album, engine):
    desk = window.library
    desk.batch.set_rest_ms(0)
    fill(qtbot, window, album)
    engine.gate = threading.Event()
    desk.desk.start_or_pause()
    qtbot.waitUntil(lambda: bool(desk.batch.photo_id))
    change(window, model="other")
    desk.add([album])
    window.commands.damage_marks.trigger()
    window.work.document.discard()
    assert window.close()
    assert not window.isVisible()
    assert desk.journal.slot is None  # left for the next start
    assert not list(album.glob("*-restored*"))
