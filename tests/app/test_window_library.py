"""Many photos in the real window: the list, the batch, what survives a crash."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from app_fakes import FakeEngine, make_services, save_png
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent

from app.session.library import PhotoState
from app.widgets.library_model import MIME_TYPE
from app.windows import main_window
from app.windows.main_window import MainWindow
from core.recipe import load, path_beside

STATES = PhotoState


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Twelve photos, one of them in a folder inside, and one that is corrupt."""
    place = tmp_path / "album"
    (place / "1920").mkdir(parents=True)
    for number in range(11):
        where = place / "1920" if number == 10 else place
        pixels = np.full((60, 80, 3), 20 * number, np.uint8)
        save_png(where / f"photo-{number:02d}.png", pixels)
    (place / "photo-05b.png").write_bytes(b"\x89PNG\r\n\x1a\n but no picture")
    return place


@pytest.fixture
def desk(window: MainWindow):
    """The library of the window, which never waits for the user to rest."""
    window.library.batch.set_rest_ms(0)
    return window.library


def drop(window: MainWindow, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    window.dropEvent(
        QDropEvent(
            QPointF(window.rect().center()),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )


def states(library) -> dict[str, PhotoState]:
    return {photo.name: photo.state for photo in library.photos}


def settle(qtbot, window) -> None:
    """Wait until nothing runs any more."""
    desk = window.library
    qtbot.waitUntil(
        lambda: not (window.work.is_busy or desk.batch.photo_id or desk.chores.is_busy),
        timeout=20_000,
    )


def fill(qtbot, window, *paths: Path) -> None:
    drop(window, *paths)
    settle(qtbot, window)


def run(qtbot, window) -> None:
    window.parts.library.start.click()
    qtbot.waitUntil(lambda: not window.library.batch.is_on, timeout=30_000)
    settle(qtbot, window)


def named(library, name: str):
    return next(photo for photo in library.photos if photo.name == name)


# The list


def test_a_dropped_folder_opens_the_list_with_all_photos_below_it(qtbot, window, desk, folder):
    assert not window.parts.library.isVisible()
    fill(qtbot, window, folder)
    assert window.parts.library.isVisible()
    assert window.commands.library.isChecked()
    assert len(desk.library) == 12
    assert set(states(desk.library).values()) == {STATES.WAITING}
    assert named(desk.library, "photo-10.png").relative == str(Path("1920", "photo-10.png"))
    assert window.work.document.name == desk.library.photos[0].name


def test_one_photo_alone_opens_no_list_and_a_second_drop_adds_to_one(
    qtbot, window, desk, folder, photo_path
):
    fill(qtbot, window, photo_path)
    assert not window.parts.library.isVisible()
    window.work.document.discard()
    fill(qtbot, window, folder / "photo-01.png", folder / "photo-02.png")
    fill(qtbot, window, folder / "photo-03.png")
    assert [photo.name for photo in desk.library.photos] == [
        "photo-01.png",
        "photo-02.png",
        "photo-03.png",
    ]
    assert window.work.document.name == "photo-03.png"


def test_a_photo_is_listed_once_and_an_empty_folder_is_said(qtbot, window, desk, folder, tmp_path):
    fill(qtbot, window, folder, folder / "photo-01.png")
    fill(qtbot, window, folder)
    assert len(desk.library) == 12
    (tmp_path / "empty").mkdir()
    fill(qtbot, window, tmp_path / "empty")
    assert "no photo in this folder" in window.parts.banner.text


def test_thumbnails_are_made_for_what_is_seen_and_upright(qtbot, window, desk, folder):
    exif = Image.Exif()
    exif[274] = 6
    pixels = np.zeros((40, 80, 3), np.uint8)
    pixels[:, :40] = 250
    Image.fromarray(pixels).save(folder / "a-turned.jpg", exif=exif)
    fill(qtbot, window, folder)
    view = window.parts.library.view
    view.grab()  # offscreen, nothing is painted by itself
    settle(qtbot, window)
    turned = desk.model.index_of(named(desk.library, "a-turned.jpg").id)
    picture = turned.data(Qt.ItemDataRole.DecorationRole).toImage()
    assert (picture.width(), picture.height()) == (40, 80)
    assert picture.pixelColor(20, 10).lightness() > 200
    assert picture.pixelColor(20, 70).lightness() < 50
    last = desk.library.photos[-1]
    assert last.id not in desk.model._thumbnails  # not in sight yet


# The batch


def test_a_batch_of_twelve_with_a_corrupt_one(qtbot, window, desk, folder):
    before = {path: path.read_bytes() for path in folder.rglob("*.png")}
    fill(qtbot, window, folder)
    run(qtbot, window)
    found = states(desk.library)
    assert found.pop("photo-05b.png") is STATES.FAILED
    assert set(found.values()) == {STATES.DONE}
    bad = named(desk.library, "photo-05b.png")
    assert "damaged" in bad.reason
    assert bad.remedy
    tip = desk.model.index_of(bad.id).data(Qt.ItemDataRole.ToolTipRole)
    assert bad.reason in tip
    assert bad.remedy in tip
    for photo in desk.library.photos:
        if photo.state is STATES.DONE:
            output = Path(photo.output)
            assert output.parent == Path(photo.path).parent
            assert output.stem == f"{Path(photo.path).stem}-restored"
            assert load(path_beside(output)).photo == photo.name
    assert {path: path.read_bytes() for path in before} == before
    assert "11 of 12 done" in window.parts.library._status.text()
    assert "1 failed" in window.parts.library._status.text()
    assert not list((desk.journal._folder).glob("batch-*.json"))


def test_results_go_where_the_export_settings_say(qtbot, window, desk, folder, tmp_path):
    fill(qtbot, window, folder)
    desk.desk.ask_export()
    dialog = desk.desk.dialog
    dialog.take_folder(str(tmp_path / "out"))
    dialog.name.setText("{counter} {name}")
    dialog.name.textEdited.emit(dialog.name.text())
    dialog.format.setCurrentIndex(dialog.format.findData("JPEG"))
    dialog.format.activated.emit(dialog.format.currentIndex())
    assert dialog.example.text().endswith("001 photo-10.jpg")
    dialog.accept_button.click()
    assert window.preferences.export.name == "{counter} {name}"
    run(qtbot, window)
    pictures = sorted(p.relative_to(tmp_path / "out") for p in (tmp_path / "out").rglob("*.jpg"))
    assert len(pictures) == 11
    assert pictures[0] == Path("002 photo-00.jpg")
    assert Path("1920", "001 photo-10.jpg") in pictures


def test_a_wrong_name_is_said_and_cannot_be_accepted(qtbot, window, desk, folder):
    fill(qtbot, window, folder)
    desk.desk.ask_export()
    dialog = desk.desk.dialog
    dialog.name.setText("{year}")
    dialog.name.textEdited.emit("{year}")
    assert "{year}" in dialog.example.text()
    assert not dialog.accept_button.isEnabled()
    dialog.placeholders[3].click()
    dialog.name.setText("")
    dialog.placeholders[0].click()
    assert dialog.name.text() == "{name}"
    assert dialog.accept_button.isEnabled()
    dialog.reject()


def test_pause_finishes_the_present_photo_and_goes_on_later(qtbot, window, desk, folder, engine):
    fill(qtbot, window, folder)
    engine.gate = threading.Event()
    window.parts.library.start.click()
    qtbot.waitUntil(lambda: bool(desk.batch.photo_id))
    window.parts.library.start.click()
    assert desk.batch.is_stopping
    assert "Pausing" in window.parts.library._left.text()
    engine.gate.set()
    settle(qtbot, window)
    assert desk.library.count(STATES.DONE) == 1
    assert desk.library.count(STATES.WAITING) == 11
    assert window.parts.library._left.text() == "Paused"
    run(qtbot, window)
    assert desk.library.count(STATES.DONE) == 11


def test_cancelling_one_stops_it_and_leaves_the_others(qtbot, window, desk, folder, engine):
    fill(qtbot, window, folder)
    engine.gate = threading.Event()
    window.parts.library.start.click()
    qtbot.waitUntil(lambda: bool(desk.batch.photo_id))
    present, later = desk.batch.photo_id, desk.library.photos[8].id
    view = window.parts.library.view
    for photo_id in (present, later):
        view.setCurrentIndex(desk.model.index_of(photo_id))
        desk.orders.cancel_selected()
    qtbot.waitUntil(lambda: desk.library.photo(present).state is STATES.CANCELLED)
    engine.gate.set()
    qtbot.waitUntil(lambda: not desk.batch.is_on, timeout=20_000)
    assert desk.library.photo(later).state is STATES.CANCELLED
    assert desk.library.count(STATES.DONE) == 9
    assert not list(folder.glob(f"{Path(desk.library.photo(present).path).stem}-restored*"))


def test_cancelling_all_stops_at_once_and_keeps_what_is_done(qtbot, window, desk, folder, engine):
    fill(qtbot, window, folder)
    engine.gate = threading.Event()
    engine.gate.set()
    window.parts.library.start.click()
    qtbot.waitUntil(lambda: desk.library.count(STATES.DONE) >= 2)
    engine.gate.clear()
    qtbot.waitUntil(lambda: bool(desk.batch.photo_id))
    window.parts.library.stop.click()
    settle(qtbot, window)
    assert desk.library.count(STATES.WAITING, STATES.WORKING) == 0
    assert desk.library.count(STATES.DONE) >= 2
    engine.gate.set()


def test_those_that_failed_can_be_tried_again(qtbot, window, desk, folder):
    fill(qtbot, window, folder)
    run(qtbot, window)
    save_png(folder / "photo-05b.png", np.full((60, 80, 3), 99, np.uint8))
    assert window.parts.library.retry.isVisible()
    window.parts.library.retry.click()
    qtbot.waitUntil(lambda: not desk.batch.is_on)
    settle(qtbot, window)
    assert desk.library.count(STATES.DONE) == 12
    assert len(list(folder.rglob("*-restored*.png"))) == 12  # the others were not done again


def test_the_order_is_changed_by_keys_and_by_dragging(qtbot, window, desk, folder, engine):
    fill(qtbot, window, folder)
    view = window.parts.library.view
    ids = [photo.id for photo in desk.library.photos]
    view.setCurrentIndex(desk.model.index_of(ids[0]))
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert [photo.id for photo in desk.library.photos][:2] == [ids[1], ids[0]]
    assert desk.orders.selected_ids() == [ids[0]]
    qtbot.keyClick(view, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert [photo.id for photo in desk.library.photos] == ids
    data = QMimeData()
    data.setData(MIME_TYPE, f"{ids[10]}\n{ids[11]}".encode())
    top = QPointF(view.visualRect(desk.model.index(1, 0)).center()) - QPointF(0, 20)
    view.dropEvent(
        QDropEvent(
            top,
            Qt.DropAction.MoveAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )
    moved = [ids[0], ids[10], ids[11], *ids[1:10]]
    assert [photo.id for photo in desk.library.photos] == moved
    order: list[str] = []
    desk.batch.photo_ended.connect(order.append)
    run(qtbot, window)
    assert order == moved


def test_no_event_loop_block_while_a_batch_runs(qtbot, window, desk, folder):
    """The figure itself is measured in tests/benchmarks; here only that the loop comes round."""
    fill(qtbot, window, folder)
    rounds = 0

    def count() -> None:
        nonlocal rounds
        rounds += 1

    timer = QTimer()
    timer.timeout.connect(count)
    timer.start(0)
    window.parts.library.start.click()
    seen: list[int] = []
    desk.batch.photo_ended.connect(lambda _id: seen.append(rounds))
    qtbot.waitUntil(lambda: not desk.batch.is_on, timeout=20_000)
    timer.stop()
    assert all(later > earlier for earlier, later in pairwise(seen))
    settle(qtbot, window)


# The open photo beside it


def test_a_click_shows_a_photo_with_its_result_without_running_anything(
    qtbot, window, desk, folder, engine
):
    fill(qtbot, window, folder)
    run(qtbot, window)
    runs = engine.network_runs
    photo = named(desk.library, "photo-03.png")
    view = window.parts.library.view
    with qtbot.waitSignal(window.work.restored):
        qtbot.mouseClick(
            view.viewport(),
            Qt.MouseButton.LeftButton,
            pos=view.visualRect(desk.model.index_of(photo.id)).center(),
        )
    settle(qtbot, window)
    document = window.work.document
    assert document.name == "photo-03.png"
    assert document.is_current
    assert not document.is_unsaved
    np.testing.assert_array_equal(
        document.result.photo.pixels, np.asarray(Image.open(photo.output).convert("RGB"))
    )
    assert engine.network_runs == runs
    assert len(window.parts.strip.items) == 2
    assert document.result.faces[0].crop.shape == (256, 256, 3)
    with qtbot.waitSignal(window.work.restored):
        window.faces.toggle(0)
    settle(qtbot, window)
    assert engine.network_runs > runs
    assert document.result.photo.pixels[40, 40].max() == 0
    document.discard()


def test_a_photo_whose_result_is_gone_is_opened_alone(qtbot, window, desk, folder, engine):
    fill(qtbot, window, folder)
    run(qtbot, window)
    photo = named(desk.library, "photo-03.png")
    Path(photo.output).unlink()
    runs = engine.network_runs
    desk.open_photo(photo.id)
    qtbot.waitUntil(lambda: window.work.document.name == "photo-03.png")
    settle(qtbot, window)
    assert engine.network_runs > runs
    window.work.document.discard()


def test_settings_are_for_all_or_for_one(qtbot, window, desk, folder):
    fill(qtbot, window, folder)
    pane, slider = window.parts.library, window.parts.panel._simple_faces.slider
    first, second = desk.library.photos[:2]
    slider.setValue(60)
    settle(qtbot, window)
    strengths = {desk.library.settings_of(p).faces.strength for p in desk.library.photos}
    assert strengths == {0.6}
    desk.open_photo(second.id)
    qtbot.waitUntil(lambda: window.work.document.name == second.name)
    settle(qtbot, window)
    pane._switch._buttons["one"].click()
    slider.setValue(20)
    settle(qtbot, window)
    assert desk.library.settings_of(desk.library.photo(second.id)).faces.strength == 0.2
    assert desk.library.settings_of(desk.library.photo(first.id)).faces.strength == 0.6
    run(qtbot, window)
    for photo in desk.library.photos:
        if photo.state is STATES.DONE:
            used = load(path_beside(Path(photo.output))).settings.faces.strength
            assert used == (0.2 if photo.id == second.id else 0.6)


def test_apply_to_all_takes_the_settings_of_one_but_not_its_faces(qtbot, window, desk, folder):
    fill(qtbot, window, folder)
    first, second = desk.library.photos[:2]
    window.faces.toggle(1)
    settle(qtbot, window)
    pane = window.parts.library
    pane._switch._buttons["one"].click()
    window.parts.panel._simple_faces.slider.setValue(30)
    settle(qtbot, window)
    pane._apply.click()
    mine = desk.library.settings_of(desk.library.photo(first.id))
    other = desk.library.settings_of(desk.library.photo(second.id))
    assert mine.faces.strength == other.faces.strength == 0.3
    assert not mine.faces.choice_for(1).enabled
    assert other.faces.choice_for(1).enabled
    pane._switch._buttons["one"].click()
    pane._switch._buttons["all"].click()
    settle(qtbot, window)
    assert window.work.document.settings == mine


def test_looking_at_another_photo_never_asks_and_keeps_the_settings(qtbot, window, desk, folder):
    fill(qtbot, window, folder)
    assert window.work.document.is_unsaved
    first, second = desk.library.photos[:2]
    window.parts.library._switch._buttons["one"].click()
    window.parts.panel._simple_faces.slider.setValue(40)
    settle(qtbot, window)
    for photo in (second, first):
        desk.open_photo(photo.id)
        qtbot.waitUntil(lambda name=photo.name: window.work.document.name == name)
        settle(qtbot, window)
    assert window.work.document.settings.faces.strength == 0.4
    window.work.document.discard()


def test_the_open_photo_comes_between_two_of_the_batch(qtbot, window, desk, folder, engine):
    fill(qtbot, window, folder)
    order: list[str] = []
    window.work.restored.connect(lambda _: order.append("open"))
    desk.batch.photo_ended.connect(lambda _: order.append("batch"))
    engine.gate = threading.Event()
    window.parts.library.start.click()
    qtbot.waitUntil(lambda: bool(desk.batch.photo_id))
    window.parts.panel._simple_faces.slider.setValue(70)
    qtbot.waitUntil(lambda: window.work.queue.is_busy and window.work._orders.is_open("restore"))
    engine.gate.set()
    qtbot.waitUntil(lambda: not desk.batch.is_on, timeout=20_000)
    settle(qtbot, window)
    assert order[:3] == ["batch", "open", "batch"]


def test_a_saved_photo_is_done_and_not_done_again(qtbot, window, desk, folder):
    fill(qtbot, window, folder)
    first = desk.library.photos[0]
    with qtbot.waitSignal(window.work.saved):
        window.commands.save.trigger()
    assert desk.library.photo(first.id).state is STATES.DONE
    ended: list[str] = []
    desk.batch.photo_ended.connect(ended.append)
    run(qtbot, window)
    assert first.id not in ended


def test_the_open_photo_is_exported_as_chosen(qtbot, window, desk, photo_path, tmp_path):
    fill(qtbot, window, photo_path)
    window.commands.export.trigger()
    dialog = desk.desk.dialog
    dialog.take_folder(str(tmp_path / "out"))
    dialog.size_switch.chosen.emit("limit")
    dialog.side.setValue(40)
    with qtbot.waitSignal(window.work.saved):
        dialog.accept_button.click()
    with Image.open(tmp_path / "out" / "grandmother-restored.png") as image:
        assert image.size == (40, 30)
    assert not window.work.document.is_unsaved


# What survives


def restart(qtbot, window, store, engine, tmp_path) -> MainWindow:
    """Another start of the program."""
    if window.work.document is not None:
        window.work.document.discard()
    window.close()
    fresh = MainWindow(make_services(engine, tmp_path), store)
    qtbot.addWidget(
        fresh, before_close_func=lambda w: w.work.document and w.work.document.discard()
    )
    fresh.show()
    fresh.library.batch.set_rest_ms(0)
    return fresh


def test_closing_during_a_batch_keeps_the_rest_for_the_next_start(
    qtbot, window, desk, folder, engine, store, tmp_path
):
    fill(qtbot, window, folder)
    engine.gate = threading.Event()
    engine.gate.set()
    window.parts.library.start.click()
    qtbot.waitUntil(lambda: desk.library.count(STATES.DONE) >= 3)
    engine.gate.clear()
    qtbot.waitUntil(lambda: bool(desk.batch.photo_id))
    done = {p.name for p in desk.library.photos if p.state is STATES.DONE}
    fresh = restart(qtbot, window, store, FakeEngine(), tmp_path)
    library = fresh.library.library
    qtbot.waitUntil(lambda: bool(len(library)))
    settle(qtbot, fresh)
    assert fresh.parts.library.isVisible()
    assert "12" in fresh.parts.library.offer
    found = {p.name for p in library.photos if p.state is STATES.DONE}
    assert found >= done  # what the worker finished while the window closed counts as well
    ended: list[str] = []
    fresh.library.batch.photo_ended.connect(ended.append)
    fresh.parts.library._resume.click()
    qtbot.waitUntil(lambda: not fresh.library.batch.is_on, timeout=20_000)
    settle(qtbot, fresh)
    assert library.count(STATES.DONE) == 11
    assert len(ended) == 12 - len(found)
    assert len(list(folder.rglob("*-restored*.png"))) == 11


def test_a_left_over_batch_can_be_forgotten(qtbot, window, desk, folder, engine, store, tmp_path):
    fill(qtbot, window, folder)
    engine.gate = threading.Event()
    window.parts.library.start.click()
    qtbot.waitUntil(lambda: bool(desk.batch.photo_id))
    fresh = restart(qtbot, window, store, FakeEngine(), tmp_path)
    qtbot.waitUntil(lambda: bool(len(fresh.library.library)))
    fresh.parts.library._discard.click()
    settle(qtbot, fresh)
    assert not fresh.library.is_in_use
    assert fresh.parts.library.offer == ""
    again = restart(qtbot, fresh, store, FakeEngine(), tmp_path)
    assert not again.library.journal.may_hold_something()


CHILD = """
import sys, time
sys.path[:0] = {paths!r}
import os
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from pathlib import Path
from PySide6.QtWidgets import QApplication
from app_fakes import FakeEngine, make_services
from app.session.preferences import Preferences, PreferencesStore
from app.windows import main_window
from app.windows.main_window import MainWindow

class SlowEngine(FakeEngine):
    def wait(self, progress):
        if self.network_runs > 4:      # hangs in the fifth photo until it is killed
            print("stuck", flush=True)
            while True:
                time.sleep(0.01)

app = QApplication([])
place = Path(sys.argv[1])
store = PreferencesStore(place / "config")
store.save(Preferences(first_run_note_seen=True, theme="light"))
window = MainWindow(make_services(SlowEngine(), place), store)
window.library.batch.set_rest_ms(0)
window.show()
window.library._wanted_first = False
window.library.chores.search([place / "album"])
window.library.chores.search_ended.connect(window.library.desk.start_or_pause)
app.exec()
"""


def kill_in_mid_batch(folder: Path) -> None:
    """Let a process with a real window work through a list in a folder, and kill it in a photo."""
    here = Path(__file__).resolve()
    paths = [str(here.parent), str(here.parents[2])]
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD.format(paths=paths), str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    try:
        assert child.stdout.readline().strip() == "stuck"
    finally:
        child.send_signal(signal.SIGKILL)
        child.communicate()
    assert child.returncode == -signal.SIGKILL


def test_a_killed_process_leaves_a_batch_that_goes_on(qtbot, folder, tmp_path, store):
    """A child process with a real window is killed with SIGKILL in the middle of a photo."""
    kill_in_mid_batch(tmp_path)
    finished = {path: path.stat().st_mtime_ns for path in folder.rglob("*-restored.png")}
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
    assert library.count(STATES.DONE) == 4
    assert library.count(STATES.WAITING) == 8
    assert "8" in window.parts.library.offer
    window.parts.library._resume.click()
    qtbot.waitUntil(lambda: not window.library.batch.is_on, timeout=20_000)
    settle(qtbot, window)
    assert library.count(STATES.DONE) == 11
    assert library.count(STATES.FAILED) == 1
    assert {path: path.stat().st_mtime_ns for path in finished} == finished
    assert len(list(folder.rglob("*-restored*.png"))) == 11


def test_save_as_never_replaces_another_photo_of_the_list(qtbot, window, folder, monkeypatch):
    fill(qtbot, window, folder)
    other = Path(window.library.library.photos[3].path)
    original = other.read_bytes()
    window.library.open_photo(window.library.library.photos[0].id)
    qtbot.waitUntil(lambda: window.work.document is not None and window.work.document.is_current)
    linked = folder / "another name.png"
    linked.symlink_to(other)
    for target in (other, linked):
        window.parts.banner.hide()
        monkeypatch.setattr(main_window, "ask_save_path", lambda *_, name=target: name)
        window.commands.save_as.trigger()
        assert "original" in window.parts.banner.text
    assert other.read_bytes() == original
