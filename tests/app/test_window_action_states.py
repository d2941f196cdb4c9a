"""Each action of the window is enabled exactly when it can do something."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from app_fakes import save_png
from PySide6.QtGui import QAction

ALWAYS = frozenset(
    {
        *("open", "paste", "open_folder", "library"),
        *("simple", "studio", "toggle_mode", "theme_system", "theme_light", "theme_dark"),
        *("preferences", "quit", "shortcuts", "copy_report", "updates", "about"),
        *("presets", "manage_presets"),
    }
)
WITH_PHOTO = frozenset(
    {
        *("close_photo", "faces", "loupe", "fit", "actual", "zoom_in", "zoom_out"),
        *("neutral_picker", "scores"),
        *("save_preset", "keep_version", "versions", "history", "save_project", "save_project_as"),
    }
)
WITH_RESULT = frozenset(
    {
        *("save", "save_as", "export", "report", "original", "compare_results"),
        *("divider", "divider_horizontal", "side_by_side", "blink", "difference"),
        *("add_face", "go_to_faces"),
    }
)
"""With faces: where none was found, there are none to go to."""
ELSEWHERE = frozenset({"damage_marks"})
"""Tested with what it needs."""


def actions_of(window) -> dict[str, QAction]:
    return {
        name: action
        for owner in (window.commands, window.history_commands)
        for name, action in vars(owner).items()
        if isinstance(action, QAction) and action.isVisible() and name not in ELSEWHERE
    }


def enabled(window) -> set[str]:
    return {name for name, action in actions_of(window).items() if action.isEnabled()}


def expected(window, *more: str, photo: bool = False, result: bool = False) -> set[str]:
    names = ALWAYS | (WITH_PHOTO if photo else set()) | (WITH_RESULT if result else set())
    return (names | set(more)) & set(actions_of(window))


def settle(qtbot, window, so: Callable[[], bool] = lambda: True) -> None:
    busy = (window.work, window.library.chores)
    qtbot.waitUntil(lambda: so() and not any(part.is_busy for part in busy), timeout=20_000)


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    place = tmp_path / "album"
    place.mkdir()
    return [save_png(place / f"{n}.png", np.full((60, 160, 3), 90, np.uint8)) for n in "ab"]


def test_every_action_is_named_here(window):
    others = {"cancel", "undo", "redo", "reset", "start_batch", "report_list", "show_log"}
    known = ALWAYS | WITH_PHOTO | WITH_RESULT | ELSEWHERE | others
    assert set(actions_of(window)) <= known


def test_without_a_photo_only_what_needs_none_is_enabled(qtbot, window):
    assert enabled(window) == expected(window)


def test_what_a_photo_allows_comes_and_goes_with_it(qtbot, window, engine, photos):
    engine.gate = threading.Event()
    window.open_paths(photos[:1])
    qtbot.waitUntil(lambda: window.work.document is not None and engine.network_runs > 0)
    assert enabled(window) == expected(window, "cancel", photo=True)
    engine.gate.set()
    settle(qtbot, window)
    assert enabled(window) == expected(window, photo=True, result=True)
    window.presenter.cancel()
    settings = window.work.document.settings
    changed = settings.replace(faces=settings.faces.replace(strength=0.5))
    window.presenter.change(changed, "Strength")
    settle(qtbot, window)
    assert enabled(window) == expected(window, "reset", "undo", photo=True, result=True)
    window.presenter.undo()
    settle(qtbot, window)
    assert enabled(window) == expected(window, "redo", photo=True, result=True)
    window.work.document.discard()
    window.presenter.close_photo()
    assert enabled(window) == expected(window)


def test_a_photo_without_faces_has_none_to_go_to(qtbot, window, engine, photos):
    engine.face_count = 0
    window.open_paths(photos[:1])
    settle(qtbot, window, lambda: window.work.document is not None)
    assert enabled(window) == expected(window, photo=True, result=True) - {"go_to_faces"}


def test_the_list_allows_what_its_photos_are_for(qtbot, window, engine, photos):
    window.library.batch.set_rest_ms(0)
    window.library.add(photos)
    settle(qtbot, window, lambda: len(window.library.library) == 2)
    assert {"start_batch", "report_list"} & enabled(window) == {"start_batch"}
    ended: list[str] = []
    window.library.batch.photo_ended.connect(ended.append)
    window.commands.start_batch.trigger()
    assert "start_batch" in enabled(window)  # pauses
    settle(qtbot, window, lambda: len(ended) == 2 and not window.library.batch.is_on)
    assert {"start_batch", "report_list"} & enabled(window) == {"report_list"}
    window.library.library.clear()
    assert not {"start_batch", "report_list"} & enabled(window)
    window.work.document.discard()
