"""The grid of results on the real window: filled, in step, and with a winner."""

import threading

import numpy as np
import pytest
from app_fakes import save_png
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.session.candidates import (
    choice_from,
    differences,
    model_candidates,
    named_candidates,
    strength_candidates,
)
from core.errors import ModelMissingError
from core.settings import DEFAULT_FACE_MODEL, FaceChoice, RestorationSettings

LEFT, NO_KEYS = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def wait_idle(qtbot, window) -> None:
    qtbot.waitUntil(lambda: not window.work.is_busy)


@pytest.fixture
def grid(qtbot, window, photo_path, engine):
    """The window with an open photo; choices have been found."""
    window.work.warm_up()
    with qtbot.waitSignal(window.work.restored):
        window.open_paths([photo_path])
    wait_idle(qtbot, window)
    window.activateWindow()
    return window.parts.area.grid_page.grid


def fill(qtbot, window, kind: str) -> None:
    window.history.compare_grid.fill(kind)
    wait_idle(qtbot, window)
    QApplication.processEvents()  # the room of the hidden panel is given to the grid


def colour_in(grid, pane: int, x: float, y: float) -> np.ndarray:
    view, origin = grid.viewport, grid._origins()[pane].toPoint()
    point = QPoint(int(view.x + (x + 0.5) * view.scale), int(view.y + (y + 0.5) * view.scale))
    return np.array(grid.grab().toImage().pixelColor(point + origin).getRgb()[:3])


def point_in(grid, pane: int, x: float, y: float) -> QPoint:
    view, origin = grid.viewport, grid._origins()[pane].toPoint()
    return origin + QPoint(int(view.x + x * view.scale), int(view.y + y * view.scale))


def test_g_shows_every_face_model_and_only_the_new_one_runs_its_network(
    qtbot, window, grid, engine
):
    runs = engine.network_runs
    QTest.keyClick(window, Qt.Key.Key_G)
    wait_idle(qtbot, window)
    assert window.parts.area.shows_grid
    assert not window.parts.panel.isVisible()
    titles = [pane.title for pane in grid.panes]
    assert titles == ["Compact (as it is now)", "Other"]
    assert engine.network_runs == runs + 1
    assert all(pane.layer is not None for pane in grid.panes)
    QTest.keyClick(grid, Qt.Key.Key_Escape)
    assert not window.parts.area.shows_grid
    assert window.parts.panel.isVisible()
    assert window.parts.strip.isVisible()


def test_four_strengths_run_no_network_and_each_pane_shows_its_own(qtbot, window, grid, engine):
    runs = engine.network_runs
    fill(qtbot, window, "strengths")
    assert engine.network_runs == runs
    assert [pane.title for pane in grid.panes] == [
        "Face strength 25 %",
        "Face strength 50 %",
        "Face strength 75 %",
        "Face strength 100 % (as it is now)",
    ]
    reds = [colour_in(grid, pane, 110, 45)[0] for pane in range(4)]
    assert reds == sorted(reds)
    assert reds[3] - reds[0] == pytest.approx(45, abs=4)


def test_the_switch_above_the_grid_fills_it_anew(qtbot, window, grid):
    fill(qtbot, window, "models")
    switch = window.parts.area.grid_page._fills
    switch._buttons["strengths"].click()
    wait_idle(qtbot, window)
    assert len(grid.panes) == 4
    assert switch._buttons["strengths"].isChecked()


def test_each_pane_says_how_alike_its_faces_are(qtbot, window, grid, engine):
    fill(qtbot, window, "models")
    assert [pane.note for pane in grid.panes] == ["", ""]
    engine.identities = {0: 0.914, 1: 0.87}
    fill(qtbot, window, "models")
    assert [pane.note for pane in grid.panes] == ["", "Likeness 87–91 %"]
    window.presenter.change(_with_model(window.work.document.settings, "other"), "Model")
    wait_idle(qtbot, window)
    engine.identities = {0: 0.9}
    fill(qtbot, window, "strengths")
    assert [pane.note for pane in grid.panes] == ["Likeness 87–91 %"] * 4


def _with_model(settings: RestorationSettings, model: str) -> RestorationSettings:
    return settings.replace(faces=settings.faces.replace(model=model))


def test_panning_one_pane_moves_all(qtbot, window, grid):
    fill(qtbot, window, "strengths")
    window.commands.actual.trigger()
    for _ in range(10):
        window.commands.zoom_in.trigger()
    marks = [colour_in(grid, pane, 60, 45) for pane in range(4)]
    start = point_in(grid, 2, 60, 45)
    before = grid.viewport
    QTest.mousePress(grid, LEFT, NO_KEYS, start)
    QTest.mouseMove(grid, start + QPoint(37, -21))
    QTest.mouseRelease(grid, LEFT, NO_KEYS, start + QPoint(37, -21))
    assert grid.viewport.x == pytest.approx(before.x + 37)
    assert grid.viewport.y == pytest.approx(before.y - 21)
    # The same pixel of the photo is found at the moved place of every pane.
    for pane, colour in enumerate(marks):
        assert colour_in(grid, pane, 60, 45) == pytest.approx(colour, abs=3)
    assert grid.chosen_pane == -1


def test_the_magnifier_is_in_step(qtbot, window, grid):
    fill(qtbot, window, "strengths")
    plain = grid.grab().toImage()
    window.commands.loupe.trigger()
    QTest.mouseMove(grid, point_in(grid, 1, 100, 70))
    assert (grid.loupe.x, grid.loupe.y) == pytest.approx((100, 70), abs=1.5)
    shown = grid.grab().toImage()
    for pane in range(4):
        # Its cross lies on the same pixel of the photo in every pane.
        spot = point_in(grid, pane, 100, 70)
        around = [spot + QPoint(dx, dy) for dx in range(-4, 5) for dy in range(-4, 5)]
        assert any(shown.pixelColor(p) != plain.pixelColor(p) for p in around)


def test_the_winner_becomes_the_photo_s_without_another_run_and_undo_takes_it_back(
    qtbot, window, grid, engine
):
    start = window.work.document.settings
    fill(qtbot, window, "models")
    runs = engine.network_runs
    QTest.mouseClick(grid, LEFT, NO_KEYS, point_in(grid, 1, 5, 80))
    assert grid.chosen_pane == 1
    with qtbot.waitSignal(window.work.restored):
        window.parts.area.grid_page._winner.click()
    wait_idle(qtbot, window)
    document = window.work.document
    assert document.settings.faces.model == "other"
    assert document.is_current
    assert engine.network_runs == runs
    assert not window.parts.area.shows_grid
    window.commands.undo.trigger()
    assert document.settings == start
    wait_idle(qtbot, window)


def test_keys_choose_and_take_the_winner(qtbot, window, grid):
    fill(qtbot, window, "strengths")
    grid.setFocus()
    QTest.keyClick(grid, Qt.Key.Key_2)
    assert grid.chosen_pane == 1
    QTest.keyClick(grid, Qt.Key.Key_Return)
    wait_idle(qtbot, window)
    assert window.work.document.settings.faces.strength == 0.5


def test_the_winner_for_one_face_becomes_that_face_s_choice(qtbot, window, grid):
    fill(qtbot, window, "models")
    page = window.parts.area.grid_page
    QTest.mouseClick(grid, LEFT, NO_KEYS, point_in(grid, 1, 80, 40))
    assert (grid.chosen_pane, grid.chosen_face) == (1, 1)
    assert page._face_winner.text() == "Use for face 2"
    page._face_winner.click()
    wait_idle(qtbot, window)
    document = window.work.document
    assert document.settings.faces.model == DEFAULT_FACE_MODEL
    (choice,) = document.settings.faces.choices
    assert choice.replace(place=None) == FaceChoice(index=1, model="other")
    assert window.parts.area.shows_grid
    assert "Face 2" in page._hint.text()
    window.commands.undo.trigger()
    assert document.settings.faces.choices == ()
    wait_idle(qtbot, window)


def test_keys_take_the_winner_for_a_face(qtbot, window, grid):
    fill(qtbot, window, "strengths")
    grid.setFocus()
    QTest.keyClick(grid, Qt.Key.Key_1)
    QTest.keyClick(grid, Qt.Key.Key_N)
    assert grid.chosen_face == 0
    QTest.keyClick(grid, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    wait_idle(qtbot, window)
    (choice,) = window.work.document.settings.faces.choices
    assert choice.replace(place=None) == FaceChoice(index=0, strength=0.25)


def test_one_result_that_fails_says_so_in_its_pane_and_the_others_go_on(
    qtbot, window, grid, engine, monkeypatch
):
    run = engine.run

    def failing(photo, settings, progress=None, previous=None):
        if settings.faces.model == "other":
            raise ModelMissingError("The model “Other” is not installed.", "Add it first.")
        return run(photo, settings, progress, previous)

    monkeypatch.setattr(engine, "run", failing)
    fill(qtbot, window, "models")
    assert grid.panes[0].layer is not None
    assert grid.panes[1].layer is None
    assert grid.panes[1].note == "The model “Other” is not installed."
    grid.choose(1)
    assert grid.chosen_pane == -1
    assert not window.parts.banner.isVisible()


def test_progress_shows_and_leaving_stops_what_still_runs(qtbot, window, grid, engine):
    engine.gate = threading.Event()
    window.history.compare_grid.fill("models")
    qtbot.waitUntil(window.parts.area.card.isVisible)
    assert grid.panes[1].note == "Waiting"
    window.history.compare_grid.leave()
    wait_idle(qtbot, window)
    assert not window.parts.area.card.isVisible()
    assert grid.panes == ()
    assert window.work.document.is_current


def test_another_photo_closes_the_grid_and_is_seen_whole(qtbot, window, grid, tmp_path):
    fill(qtbot, window, "strengths")
    window.commands.zoom_in.trigger()
    window.work.document.discard()
    other = save_png(tmp_path / "other.png", np.full((300, 80, 3), 90, np.uint8))
    with qtbot.waitSignal(window.work.restored):
        window.open_paths([other])
    wait_idle(qtbot, window)
    canvas = window.parts.area.canvas
    assert window.parts.area.currentWidget() is canvas
    assert (canvas.viewport.scene.width, canvas.viewport.scene.height) == (80, 300)
    assert canvas.viewport.is_fitted
    assert grid.panes == ()


def test_the_place_is_kept_between_photo_and_grid(qtbot, window, grid):
    canvas = window.parts.area.canvas
    for _ in range(6):
        canvas.zoom_in()
    scale = canvas.viewport.scale
    fill(qtbot, window, "strengths")
    assert grid.viewport.scale == scale
    window.commands.zoom_in.trigger()
    window.history.compare_grid.leave()
    assert canvas.viewport.scale == pytest.approx(scale * 1.25)


def test_what_is_missing_is_said_in_place_of_an_empty_grid(qtbot, window, grid):
    for kind, word in (("presets", "no presets yet"), ("versions", "No version")):
        fill(qtbot, window, kind)
        assert word in grid._message
        assert grid.panes == ()
    window.history.compare_grid.leave()
    assert window.parts.area.currentWidget() is window.parts.area.canvas


def test_only_before_shows_the_photo_in_every_pane(qtbot, window, grid):
    fill(qtbot, window, "strengths")
    window.commands.original.trigger()
    before = window.work.document.photo.pixels[45, 110]
    for pane in range(4):
        assert colour_in(grid, pane, 110, 45) == pytest.approx(before, abs=4)
    window.commands.original.trigger()


# Candidates, without a window


def test_candidates_take_what_single_faces_have_of_their_own_out_of_the_comparison():
    own = (FaceChoice(index=0, model="mine", strength=0.3), FaceChoice(index=2, enabled=False))
    present = RestorationSettings()
    present = present.replace(faces=present.faces.replace(choices=own))
    one = model_candidates(present, ["other"])[0].settings.faces
    assert one.choices == (FaceChoice(index=0, strength=0.3), FaceChoice(index=2, enabled=False))
    four = strength_candidates(present)
    assert [c.settings.faces.strength for c in four] == [0.25, 0.5, 0.75, 1.0]
    assert four[0].settings.faces.choices[0] == FaceChoice(index=0, model="mine")


def test_nine_results_at_most_and_the_present_one_first():
    present = RestorationSettings()
    named = [(str(n), present.replace(seed=n)) for n in range(1, 15)]
    found = named_candidates(present, named)
    assert len(found) == 9
    assert found[0].settings == present
    assert named_candidates(present, ()) == ()


def test_differences_name_the_setting_and_its_value():
    present = RestorationSettings()
    other = present.replace(
        faces=present.faces.replace(strength=0.5), background=present.background.replace(scale=2)
    )
    assert [(d.field, d.title, d.value) for d in differences(present, other)] == [
        ("faces.strength", "Face strength", 0.5),
        ("background.scale", "Enlarge", 2),
    ]
    assert differences(present, present) == ()


def test_a_winner_s_face_says_only_what_differs_from_the_photo():
    present = RestorationSettings()
    winner = present.replace(faces=present.faces.replace(strength=0.5))
    assert choice_from(winner, 3, present) == FaceChoice(index=3, strength=0.5)
    assert choice_from(present, 3, present) == FaceChoice(index=3)
