"""In the real window: the steps of each photo of the list are there when it is opened again."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

import numpy as np
import pytest
from app_fakes import save_png
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.session.library import PhotoState
from app.session.versions import with_version
from core.recipe import encode, path_beside, recipe_of


@pytest.fixture
def listed(qtbot, window, tmp_path: Path):
    """Three photos in the list, the first one open and restored."""
    place = tmp_path / "album"
    place.mkdir()
    for number in range(3):
        save_png(place / f"photo-{number}.png", np.full((60, 80, 3), 40 + 60 * number, np.uint8))
    window.library.batch.set_rest_ms(0)
    window.library.add([place])
    settle(qtbot, window)
    assert window.work.document.name == "photo-0.png"
    return window


def settle(qtbot, window) -> None:
    qtbot.waitUntil(
        lambda: (
            not (
                window.work.is_busy
                or window.library.chores.is_busy
                or window.library.batch.photo_id
            )
        ),
        timeout=20_000,
    )


def show(qtbot, window, row: int) -> None:
    view = window.parts.library.view
    spot = view.visualRect(window.library.model.index(row, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    qtbot.waitUntil(lambda: window.work.document.name == f"photo-{row}.png")
    settle(qtbot, window)


def change(qtbot, window, strength: float) -> None:
    settings = window.work.document.settings
    faces = settings.faces.replace(strength=strength)
    window.parts.panel.edited.emit(settings.replace(faces=faces), "Face strength", "strength")
    window.parts.panel.finished.emit()
    settle(qtbot, window)


def strength(window) -> float:
    return window.work.document.settings.faces.strength


def only_this_one(window) -> None:
    window.parts.library.scope_chosen.emit("one")


def test_undo_and_redo_are_there_when_a_photo_is_opened_again(qtbot, listed):
    only_this_one(listed)
    change(qtbot, listed, 0.6)
    change(qtbot, listed, 0.3)
    listed.commands.undo.trigger()
    settle(qtbot, listed)
    show(qtbot, listed, 1)
    assert not listed.commands.undo.isEnabled()
    only_this_one(listed)
    change(qtbot, listed, 0.9)
    show(qtbot, listed, 0)
    assert strength(listed) == 0.6
    listed.commands.redo.trigger()
    assert strength(listed) == 0.3
    listed.commands.undo.trigger()
    listed.commands.undo.trigger()
    assert strength(listed) == 1.0
    assert not listed.commands.undo.isEnabled()
    settle(qtbot, listed)
    show(qtbot, listed, 1)
    assert strength(listed) == 0.9
    listed.commands.undo.trigger()
    assert strength(listed) == 1.0
    settle(qtbot, listed)


def test_a_version_that_was_kept_is_there_too(qtbot, listed):
    only_this_one(listed)
    change(qtbot, listed, 0.5)
    document = listed.work.document
    document.history.push_versions(with_version((), "Soft", document.settings), "Keep version")
    show(qtbot, listed, 2)
    assert listed.work.document.history.versions == ()
    show(qtbot, listed, 0)
    assert [version.name for version in listed.work.document.history.versions] == ["Soft"]


def test_what_was_chosen_for_all_meanwhile_is_one_more_step(qtbot, listed):
    change(qtbot, listed, 0.6)
    show(qtbot, listed, 1)
    change(qtbot, listed, 0.2)
    show(qtbot, listed, 0)
    assert strength(listed) == 0.2
    assert "Settings of the list" in listed.work.document.history.undo_title
    listed.commands.undo.trigger()
    assert strength(listed) == 0.6
    settle(qtbot, listed)


def test_edits_after_saving_are_not_lost_by_looking_at_another(qtbot, listed, tmp_path):
    only_this_one(listed)
    change(qtbot, listed, 0.6)
    listed.parts.panel.save_asked.emit()
    settle(qtbot, listed)
    photo, document = listed.library.library.photos[0], listed.work.document
    assert photo.state is PhotoState.DONE
    recipe = encode(recipe_of(document.result, document.settings))
    path_beside(Path(photo.output)).write_bytes(recipe)
    change(qtbot, listed, 0.3)
    show(qtbot, listed, 1)
    show(qtbot, listed, 0)
    assert strength(listed) == 0.3
    assert listed.work.document.is_current
    assert listed.work.document.is_unsaved
    listed.commands.undo.trigger()
    settle(qtbot, listed)
    assert strength(listed) == 0.6
    assert not listed.work.document.is_unsaved


def test_a_slider_does_not_go_on_with_a_step_of_the_last_visit(qtbot, listed):
    only_this_one(listed)
    change(qtbot, listed, 0.6)
    show(qtbot, listed, 1)
    show(qtbot, listed, 0)
    change(qtbot, listed, 0.4)
    listed.commands.undo.trigger()
    assert strength(listed) == 0.6
    settle(qtbot, listed)


def test_no_pixels_of_a_photo_that_was_left_stay_in_memory(qtbot, listed):
    only_this_one(listed)
    change(qtbot, listed, 0.6)
    gone = weakref.ref(listed.work.document)
    show(qtbot, listed, 1)
    gc.collect()
    assert gone() is None
