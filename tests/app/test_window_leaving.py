"""In the real window: a save that is under way when the user goes to another photo, or away."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from app_fakes import save_png
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest

from app.dialogs.unsaved import UnsavedAnswer
from app.session.library import PhotoState
from app.windows import main_window


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    place = tmp_path / "album"
    place.mkdir()
    return [
        save_png(place / f"photo-{number}.png", np.full((60, 80, 3), 40 + 60 * number, np.uint8))
        for number in range(3)
    ]


def drop(window, *paths: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    action, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    keys, middle = Qt.KeyboardModifier.NoModifier, QPointF(window.rect().center())
    window.dropEvent(QDropEvent(middle, action, data, button, keys))


def settle(qtbot, window) -> None:
    qtbot.waitUntil(lambda: not (window.work.is_busy or window.library.chores.is_busy))


def click_in_list(window, row: int) -> None:
    view = window.parts.library.view
    spot = view.visualRect(window.library.model.index(row, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot)


def change(window, **faces) -> None:
    settings = window.work.document.settings
    changed = settings.replace(faces=settings.faces.replace(**faces))
    window.parts.panel.edited.emit(changed, "Face model", "")


def press_save(window) -> None:
    window.parts.panel.save_asked.emit()


def saved_of(tmp_path: Path, number: int) -> Path:
    return tmp_path / f"photo-{number}-restored.png"


def state_of(window, row: int) -> tuple[PhotoState, str]:
    photo = window.library.library.photos[row]
    return photo.state, photo.output


@pytest.fixture
def listed(qtbot, window, photos):
    """Three photos in the list, the first one open and restored."""
    window.library.batch.set_rest_ms(0)
    drop(window, *photos)
    settle(qtbot, window)
    assert window.work.document.name == "photo-0.png"
    return window


@pytest.fixture
def pending(qtbot, listed, engine):
    """A save is wanted, and the result that it is to hold is still being made."""
    engine.gate = threading.Event()
    runs = engine.network_runs
    change(listed, model="other")
    qtbot.waitUntil(lambda: engine.network_runs > runs)
    press_save(listed)
    return listed


def test_a_wanted_save_is_made_although_another_photo_of_the_list_is_opened(
    qtbot, pending, engine, tmp_path
):
    window, first = pending, pending.work.document
    click_in_list(window, 1)
    qtbot.waitUntil(lambda: window.work.document.name == "photo-1.png")
    engine.gate.set()
    settle(qtbot, window)
    assert saved_of(tmp_path, 0).exists()
    assert not saved_of(tmp_path, 1).exists()
    assert first.saved_path == saved_of(tmp_path, 0)
    assert state_of(window, 0) == (PhotoState.DONE, str(saved_of(tmp_path, 0)))
    assert state_of(window, 1) == (PhotoState.WAITING, "")
    assert window.work.document.name == "photo-1.png"
    assert window.work.document.saved_path is None
    assert window.work.document.is_unsaved
    banner = window.parts.banner
    assert banner.isVisible()
    assert "photo-0-restored.png" in banner.text


def test_what_is_saved_is_what_was_on_the_screen(qtbot, pending, engine, tmp_path):
    settings = pending.work.document.settings
    photo = pending.work.document.photo
    click_in_list(pending, 2)
    engine.gate.set()
    settle(qtbot, pending)
    expected = engine.run(photo, settings).result.photo.pixels
    with Image.open(saved_of(tmp_path, 0)) as image:
        assert np.array_equal(np.asarray(image), expected)


def test_a_save_behind_an_opening_photo_is_that_of_the_photo_on_the_screen(qtbot, listed, tmp_path):
    click_in_list(listed, 1)
    assert listed.work.document.name == "photo-0.png"  # the other one is still being read
    press_save(listed)
    settle(qtbot, listed)
    assert listed.work.document.name == "photo-1.png"
    assert state_of(listed, 0) == (PhotoState.DONE, str(saved_of(tmp_path, 0)))
    assert state_of(listed, 1) == (PhotoState.WAITING, "")
    assert listed.work.document.saved_path is None
    assert not saved_of(tmp_path, 1).exists()


def test_cancelling_what_is_shown_does_not_take_a_save_away_that_waits(qtbot, listed, tmp_path):
    click_in_list(listed, 1)
    press_save(listed)
    listed.presenter.cancel()
    settle(qtbot, listed)
    assert listed.work.document.name == "photo-0.png"
    assert saved_of(tmp_path, 0).exists()
    assert not listed.work.document.is_unsaved


def test_a_save_that_runs_can_be_cancelled(qtbot, pending, engine, tmp_path):
    begun: list[str] = []
    pending.work.began.connect(begun.append)
    click_in_list(pending, 1)
    qtbot.waitUntil(lambda: pending.work.document.name == "photo-1.png")
    qtbot.waitUntil(lambda: engine.network_runs == 3 and begun[-1] == "Saving")
    pending.presenter.cancel()
    engine.gate.set()
    settle(qtbot, pending)
    assert not saved_of(tmp_path, 0).exists()


def test_a_photo_that_cannot_be_opened_leaves_the_save_as_it_was(
    qtbot, pending, engine, photos, tmp_path
):
    photos[1].write_bytes(b"no picture any more")
    click_in_list(pending, 1)
    engine.gate.set()
    settle(qtbot, pending)
    assert pending.work.document.name == "photo-0.png"
    assert saved_of(tmp_path, 0).exists()
    assert not pending.work.document.is_unsaved


def test_the_window_closes_once_the_save_is_done_and_asks_nothing(qtbot, pending, engine, tmp_path):
    pending.close()
    assert pending.isVisible()
    assert not saved_of(tmp_path, 0).exists()
    engine.gate.set()
    qtbot.waitUntil(lambda: not pending.isVisible())
    assert saved_of(tmp_path, 0).exists()
    assert [path.name for path in tmp_path.glob("*-restored.png")] == ["photo-0-restored.png"]


def test_the_window_waits_for_the_save_of_a_photo_that_was_left(
    qtbot, pending, engine, tmp_path, monkeypatch
):
    answers = []
    click_in_list(pending, 1)
    qtbot.waitUntil(lambda: pending.work.document.name == "photo-1.png")
    pending.close()
    assert pending.isVisible()

    def answer(_window, name):
        answers.append(name)
        return UnsavedAnswer.DISCARD

    monkeypatch.setattr(main_window, "ask_about_unsaved", answer)
    engine.gate.set()
    qtbot.waitUntil(lambda: not pending.isVisible())
    assert saved_of(tmp_path, 0).exists()
    assert set(answers) <= {"photo-1.png"}


def test_another_photo_without_a_list_waits_for_the_save(qtbot, window, engine, photos, tmp_path):
    drop(window, photos[0])
    settle(qtbot, window)
    engine.gate = threading.Event()
    change(window, model="other")
    press_save(window)
    drop(window, photos[1])
    qtbot.wait(50)
    assert window.work.document.name == "photo-0.png"
    engine.gate.set()
    qtbot.waitUntil(lambda: window.work.document.name == "photo-1.png")
    settle(qtbot, window)
    assert saved_of(tmp_path, 0).exists()
    assert not saved_of(tmp_path, 1).exists()
    assert window.work.document.is_unsaved
