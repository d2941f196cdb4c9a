"""A save was pressed, another photo opened, and then the program was ended: nothing is lost."""

from __future__ import annotations

import json
import signal
import sys
import threading
from pathlib import Path

import numpy as np
import own_process
import pytest
from app_fakes import make_services, read_photo, save_png
from PIL import Image
from PySide6.QtWidgets import QApplication, QPushButton

from app.session.preferences import Preferences
from app.session.recovery import Draft, RecoveryStore, WantedSave
from app.windows.application import WindowHost
from app.windows.recovery import Recovery
from core.progress import no_progress
from core.recipe import Recipe, encode, path_beside
from core.settings import RestorationSettings

TIMEOUT_S = 120
CHOSEN = RestorationSettings().replace(faces=RestorationSettings().faces.replace(model="other"))

PROGRAM = """
import sys, threading
from pathlib import Path
sys.path.insert(0, {fakes!r})
from app_fakes import FakeEngine, make_services
from PySide6.QtCore import QTimer
from app.session.preferences import Preferences, PreferencesStore
from app.session.recovery import RecoveryStore
from app.windows.application import make_application, show_hosted

folder = Path({folder!r})
app = make_application()
store = PreferencesStore(folder / "config")
store.save(Preferences(first_run_note_seen=True))
engine = FakeEngine()
drafts = RecoveryStore(folder / "drafts")
host = show_hosted(make_services(engine, folder), store, [folder / "album"], drafts)
host.follow_system()
work, library = host.window.work, host.window.library

def on_restored(_restored):
    engine.gate = threading.Event()
    settings = work.document.settings
    changed = settings.replace(faces=settings.faces.replace(model="other"))
    host.window.presenter.change(changed, "Face model")
    host.window.commands.save.trigger()
    work.opened.connect(on_opened)
    library.open_photo(library.library.photos[1].id)

def on_opened(_opened):
    QTimer.singleShot(0, lambda: print("ready", flush=True))

work.restored.connect(on_restored)
sys.exit(app.exec())
"""


@pytest.fixture
def album(tmp_path: Path) -> Path:
    place = tmp_path / "album"
    place.mkdir()
    for number, name in enumerate(("anna.png", "berta.png")):
        save_png(place / name, np.full((60, 80, 3), 40 + 90 * number, np.uint8))
    return place


def offered(window, folder: Path):
    recovery = Recovery(window, RecoveryStore(folder))
    question = recovery.offer_lost()
    return recovery, question


def press(question, words: str) -> None:
    next(b for b in question.findChildren(QPushButton) if b.text() == words).click()


def settle(qtbot, window) -> None:
    qtbot.waitUntil(lambda: not window.work.is_busy and not window.work.is_saving)


def drafts_in(folder: Path) -> list[dict]:
    return [json.loads(path.read_text()) for path in folder.glob("*.draft.json")]


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["term", "kill"])
def test_the_save_of_a_photo_that_was_left_is_made_up_for(qtbot, window, tmp_path, album, number):
    process = own_process.start(PROGRAM, tmp_path)
    own_process.wait_until_ready(process)
    process.send_signal(number)
    _, errors = process.communicate(timeout=TIMEOUT_S)
    assert process.returncode in (128 + number, -number), errors
    target = tmp_path / "anna-restored.png"
    assert not target.exists()

    recovery, question = offered(window, tmp_path / "drafts")
    assert "“anna.png”" in question.words.text()
    assert "Save" in question.words.text()
    # Killed in the very moment of leaving it, the photo itself is opened again, too.
    is_open = any("Go on" in button.text() for button in question.findChildren(QPushButton))
    press(question, "Go on" if is_open and number == signal.SIGKILL else "Save it now")
    qtbot.waitUntil(target.exists, timeout=20_000)
    settle(qtbot, window)
    with Image.open(target) as image:
        shown = np.asarray(image)
    expected = window._services.engine.get().run(
        read_photo(album / "anna.png", no_progress()), CHOSEN
    )
    assert np.array_equal(shown, expected.result.photo.pixels)
    assert is_open or "anna-restored.png" in window.parts.banner.text
    recovery.keep_now()
    assert not recovery.is_work_kept
    assert not drafts_in(tmp_path / "drafts")


def lost_draft(folder: Path, draft: Draft) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    from core.plain_json import to_exact_json

    (folder / "1-abc.draft.json").write_bytes(to_exact_json(draft))


def test_a_photo_that_was_open_and_to_be_saved_is_opened_and_saved_once(
    qtbot, window, tmp_path, album
):
    photo = str(album / "anna.png")
    saves = (WantedSave(photo=photo, settings=CHOSEN),)
    lost_draft(tmp_path / "drafts", Draft(photo=photo, settings=CHOSEN, saves=saves))
    recovery, question = offered(window, tmp_path / "drafts")
    press(question, "Go on")
    qtbot.waitUntil(lambda: window.work.document is not None)
    settle(qtbot, window)
    assert window.work.document.settings == CHOSEN
    assert [path.name for path in tmp_path.glob("*-restored*.png")] == ["anna-restored.png"]
    assert not window.work.document.is_unsaved
    recovery.keep_now()
    assert not recovery.is_work_kept


@pytest.mark.parametrize("is_open", [True, False], ids=["open", "left"])
def test_what_was_saved_in_the_last_moment_is_not_saved_again(
    qtbot, window, tmp_path, album, is_open
):
    photo = read_photo(album / "anna.png", no_progress())
    there = save_png(tmp_path / "anna-restored.png", np.zeros((60, 80, 3), np.uint8))
    recipe = Recipe(
        heirloom="1",
        format=1,
        photo="anna.png",
        photo_sha256=photo.source.sha256,
        settings=CHOSEN,
    )
    path_beside(there).write_bytes(encode(recipe))
    before = there.read_bytes()
    path = str(album / "anna.png")
    saves = (WantedSave(photo=path, settings=CHOSEN),)
    opened = {"photo": path, "settings": CHOSEN} if is_open else {}
    lost_draft(tmp_path / "drafts", Draft(saves=saves, **opened))
    _, question = offered(window, tmp_path / "drafts")
    press(question, "Go on" if is_open else "Save it now")
    qtbot.waitUntil(lambda: bool(window.parts.banner.text) or window.work.document is not None)
    settle(qtbot, window)
    assert [path.name for path in tmp_path.glob("*-restored*.png")] == ["anna-restored.png"]
    assert there.read_bytes() == before


def test_until_the_question_is_answered_nothing_is_forgotten(qtbot, window, tmp_path, album):
    saves = (WantedSave(photo=str(album / "anna.png"), settings=CHOSEN),)
    lost_draft(tmp_path / "drafts", Draft(saves=saves))
    _, question = offered(window, tmp_path / "drafts")
    (kept,) = drafts_in(tmp_path / "drafts")
    assert kept["saves"][0]["photo"] == str(album / "anna.png")
    press(question, "Not now")
    assert not drafts_in(tmp_path / "drafts")
    assert not list(tmp_path.glob("*-restored.png"))


def test_a_photo_that_is_gone_is_told_of_and_not_offered_for_ever(qtbot, window, tmp_path, album):
    gone = str(album / "gone.png")
    saves = (WantedSave(photo=gone, settings=CHOSEN),)
    lost_draft(tmp_path / "drafts", Draft(photo=gone, settings=CHOSEN, saves=saves))
    recovery, question = offered(window, tmp_path / "drafts")
    press(question, "Go on")
    qtbot.waitUntil(lambda: "gone.png" in window.parts.banner.text)
    settle(qtbot, window)
    recovery.keep_now()
    assert not drafts_in(tmp_path / "drafts")


def test_a_photo_whose_opening_was_stopped_is_not_offered_for_ever(qtbot, window, tmp_path, album):
    lost_draft(tmp_path / "drafts", Draft(photo=str(album / "anna.png"), settings=CHOSEN))
    _, question = offered(window, tmp_path / "drafts")
    press(question, "Open it again")
    window.work.cancel()
    assert drafts_in(tmp_path / "drafts")
    settle(qtbot, window)
    assert window.work.document is None
    assert not drafts_in(tmp_path / "drafts")


def test_a_file_that_took_the_name_meanwhile_is_not_replaced(qtbot, window, tmp_path, album):
    other = save_png(tmp_path / "chosen.png", np.zeros((8, 8, 3), np.uint8))
    before = other.read_bytes()
    wanted = WantedSave(
        photo=str(album / "anna.png"), settings=CHOSEN, path=str(other), overwrite=True
    )
    window.work.make_up(wanted)
    settle(qtbot, window)
    assert other.read_bytes() == before
    assert (tmp_path / "anna-restored.png").exists()


def test_a_file_that_took_the_name_is_not_replaced_by_the_photo_that_is_opened_again(
    qtbot, window, tmp_path, album
):
    other = save_png(tmp_path / "chosen.png", np.zeros((8, 8, 3), np.uint8))
    before = other.read_bytes()
    photo = str(album / "anna.png")
    saves = (WantedSave(photo=photo, settings=CHOSEN, path=str(other), overwrite=True),)
    lost_draft(tmp_path / "drafts", Draft(photo=photo, settings=CHOSEN, saves=saves))
    _, question = offered(window, tmp_path / "drafts")
    press(question, "Go on")
    qtbot.waitUntil((tmp_path / "anna-restored.png").exists, timeout=20_000)
    settle(qtbot, window)
    assert other.read_bytes() == before


def test_a_photo_that_is_left_while_its_result_is_looked_for_is_saved_under_its_own_name(
    qtbot, window, tmp_path, album
):
    window.work.open_path(album / "anna.png", CHOSEN)
    qtbot.waitUntil(lambda: window.work.document is not None)
    settle(qtbot, window)
    anna = window.work.document
    changed = CHOSEN.replace(seed=CHOSEN.seed + 1)
    window.presenter.change(changed, "Another one")
    chosen = tmp_path / "chosen.png"
    wanted = WantedSave(photo=str(album / "anna.png"), settings=changed, path=str(chosen))
    window.work.open_path(album / "berta.png", CHOSEN)
    window.work.make_up(wanted)
    qtbot.waitUntil(lambda: window.work.document is not anna)
    settle(qtbot, window)
    qtbot.waitUntil(chosen.exists, timeout=20_000)
    engine = window._services.engine.get()
    expected = engine.run(read_photo(album / "anna.png", no_progress()), changed)
    with Image.open(chosen) as image:
        assert np.array_equal(np.asarray(image), expected.result.photo.pixels)


def test_what_ends_after_the_window_takes_nothing_from_what_was_kept(
    qtbot, engine, store, tmp_path, album
):
    """The save is told as stopped while the loop still runs, once all is written down."""
    store.save(Preferences(first_run_note_seen=True))
    drafts = RecoveryStore(tmp_path / "drafts")
    host = WindowHost(make_services(engine, tmp_path), store, drafts)
    qtbot.addWidget(host.window)
    work = host.window.work
    work.open_path(album / "anna.png")
    qtbot.waitUntil(lambda: work.document is not None)
    settle(qtbot, host.window)
    engine.gate = threading.Event()
    host.window.presenter.change(CHOSEN, "Face model")
    host.window.commands.save.trigger()
    anna = work.document
    work.open_path(album / "berta.png")
    qtbot.waitUntil(lambda: work.document is not anna)
    host.end()
    kept = drafts_in(tmp_path / "drafts")
    assert [Path(wanted["photo"]).name for wanted in kept[0]["saves"]] == ["anna.png"]
    for _ in range(20):
        QApplication.processEvents()
    assert drafts_in(tmp_path / "drafts") == kept
