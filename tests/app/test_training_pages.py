"""The training window with what can go wrong: every bad input is a clear sentence.

The services are quick stand-ins, or the real ones without a trainer process.
"""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest
from accessible import problems_of
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from test_training_wizard import portrait, press
from untranslatable import untranslatable

from app.dialogs.training.loss_chart import Curve, LossChart, smoothed, thinned, value_range
from app.dialogs.training.plan_page import SCALED
from app.dialogs.training.texts import duration_text, size_text, verdict_text
from app.dialogs.training.window import TrainingWindow
from app.main import _import_opencv
from app.main_training import OwnTraining
from app.session.training_runs import RunView, StatsTail
from app.session.training_values import Cost, Damage, Recipe
from app.widgets.language import install_language
from core.api import Engine
from core.models.spec import load_registry
from core.models.store import ModelStore
from training import presets
from training.options import TrainingOptions
from training.runfolder import RunFolder

WAIT_MS = 90_000
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def detector():
    return Engine().detector()


@pytest.fixture
def services(tmp_path, detector):
    models = ModelStore(tmp_path / "models", load_registry())
    return OwnTraining(tmp_path / "trainings", lambda: models, lambda: detector, _import_opencv)


@pytest.fixture
def window(qtbot, services):
    made = TrainingWindow(services, (".jpg", ".png"))
    qtbot.addWidget(made)
    made.show()
    yield made
    made.stop()


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "photos"
    made.mkdir()
    return made


def save(path: Path, image: np.ndarray) -> None:
    cv2.imwrite(str(path), image, [cv2.IMWRITE_JPEG_QUALITY, 92])


def check(qtbot, window, paths) -> None:
    window.wizard.photos.add(paths)
    press(window.wizard.next_button)
    qtbot.waitUntil(
        lambda: window.wizard.found.check is not None or window.wizard.banner.isVisible(),
        timeout=WAIT_MS,
    )


def test_three_photos_are_too_few(qtbot, window, folder):
    for number in range(3):
        save(folder / f"{number}.jpg", portrait(number))
    check(qtbot, window, [folder])
    assert "too few: at least 4 are needed" in window.wizard.found.verdict.text()
    assert not window.wizard.next_button.isEnabled()


def test_photos_without_faces_are_shown_and_explained(qtbot, window, folder):
    for number in range(4):
        save(folder / f"{number}.jpg", np.full((200, 200, 3), 60 * number, np.uint8))
    check(qtbot, window, [folder])
    found = window.wizard.found
    assert "There is no usable face" in found.verdict.text()
    assert [face.reason for face in found.grid.faces] == ["no face"] * 4
    assert "sees no face" in found.help.text()
    assert not found.all_button.isVisible()
    assert not window.wizard.next_button.isEnabled()


def test_one_photo_many_times_counts_once(qtbot, window, folder):
    for number in range(5):
        save(folder / f"{number}.jpg", portrait(1))
    check(qtbot, window, [folder])
    found = window.wizard.found
    assert len(found.check.used) == 1
    assert found.check.reasons() == {"duplicate": 4}
    assert "1 face to train on" in found.verdict.text()
    assert not window.wizard.next_button.isEnabled()
    # They can be used all the same: it is said that nothing comes of it, not forbidden.
    press(found.filter_button("duplicate"))
    press(found.all_button)
    qtbot.waitUntil(lambda: len(found.check.used) == 5, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not window.work.is_busy, timeout=WAIT_MS)
    assert window.wizard.next_button.isEnabled()


def test_keys_go_on_where_a_page_was_at_work(qtbot, window, folder):
    """“Next” is switched off meanwhile, and Qt hands the focus to another button."""
    for number in range(6):
        save(folder / f"{number}.jpg", portrait(number))
    wizard = window.wizard
    window.activateWindow()
    wizard.photos.add([folder])
    wizard.next_button.setFocus()
    qtbot.keyClick(wizard.next_button, Qt.Key.Key_Space)
    assert not wizard.next_button.hasFocus()
    qtbot.waitUntil(wizard.next_button.isEnabled, timeout=WAIT_MS)
    assert wizard.next_button.hasFocus()


def test_a_folder_that_cannot_be_read_is_named(qtbot, window, tmp_path):
    check(qtbot, window, [tmp_path / "gone"])
    assert "gone" in window.wizard.banner.text
    assert window.wizard.page == 0
    assert not list((tmp_path / "trainings").glob("*"))


def test_a_folder_without_photos_is_explained(qtbot, window, folder):
    (folder / "letter.txt").write_text("Dear aunt,")
    check(qtbot, window, [folder])
    assert "There is no photo" in window.wizard.banner.text
    assert window.wizard.page == 0


def test_a_draft_is_found_again(qtbot, window, services, folder):
    for number in range(4):
        save(folder / f"{number}.jpg", portrait(number))
    check(qtbot, window, [folder])
    again = TrainingWindow(services, (".jpg",))
    qtbot.addWidget(again)
    again.show()
    assert again.list.count() == 1
    assert again.list.item(0).text() == "photos\nNot started yet"
    again.list.setCurrentRow(0)
    qtbot.waitUntil(lambda: again.wizard.found.check is not None, timeout=WAIT_MS)
    assert len(again.wizard.found.check.used) == 4
    again.stop()


def test_photos_are_dropped_and_taken_off(window, folder):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder))])
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    action = Qt.DropAction.CopyAction
    page = window.wizard.photos
    page.target.dropEvent(QDropEvent(QPointF(9, 9), action, data, buttons, keys))
    page.add([folder])
    assert page.sources == (folder,)
    assert page.model_name == "photos"
    press(page.remove_button)
    assert page.sources == ()
    assert not window.wizard.next_button.isEnabled()


def test_a_file_that_is_no_model_is_explained(qtbot, window, tmp_path):
    wrong = tmp_path / "notes.pth"
    wrong.write_bytes(b"Dear aunt,")
    window.wizard.plan.take_file(wrong)
    qtbot.waitUntil(window.wizard.banner.isVisible, timeout=WAIT_MS)
    assert "notes.pth" in window.wizard.banner.text


def test_an_estimate_that_comes_late_leaves_the_measuring_alone(qtbot, window, services, tmp_path):
    plan, asked = window.wizard.plan, threading.Event()
    estimate, measured = Cost("scaled", 1200.0, 4.0, None, 1), Cost("measured", 600.0, 2.0, None, 1)

    def slow(_faces, _recipe, progress):
        asked.wait(WAIT_MS / 1000)
        return measured

    services.scaled_cost = lambda _faces, _recipe: estimate
    services.measured_cost = slow
    plan.show_plan(tmp_path, Damage())
    qtbot.waitUntil(lambda: plan.cost == estimate, timeout=WAIT_MS)
    plan.measure_button.click()
    window.work.done.emit(SCALED, Cost("scaled", 2400.0, 8.0, None, 1))
    assert plan.time.text() == "about 40 minutes"
    assert plan.measure_button.text() == "Stop measuring"
    assert "being timed" in plan.basis.text()
    asked.set()
    qtbot.waitUntil(lambda: plan.cost == measured, timeout=WAIT_MS)
    assert plan.measure_button.text() == "Measure on this computer"
    assert "2.0 seconds a step" in plan.basis.text()


def test_a_draft_that_is_started_shows_its_training(qtbot, window, services, monkeypatch):
    faces = services.root / "Ada" / "faces"
    faces.mkdir(parents=True)
    (faces / "faces.json").write_text('{"photos": 0, "faces": [], "left_out": []}')
    window.watch.refresh()
    window.list.setCurrentRow(0)
    assert window.stack.currentWidget() is window.wizard
    monkeypatch.setattr(services, "command", lambda _run, *, gentler: [sys.executable, "-c", ""])
    recipe = Recipe("finetune-quick", services.starts()[0])
    window.wizard.start_asked.emit(faces.parent, recipe)
    qtbot.waitUntil(lambda: window.shown_training == faces.parent, timeout=WAIT_MS)


def make_run(services, name: str, **state) -> Path:
    folder = services.root / name
    run = RunFolder(folder / "run")
    start = {"start_model": "compact-512", "start_name": "Heirloom 512"}
    run.create(TrainingOptions(steps=300, batch=4, **start))
    run.write_state(state)
    return folder


def show(window, folder: Path) -> None:
    window.watch.refresh()
    window.show_training(folder)


def test_losses_that_are_no_numbers_offer_a_gentler_way(window, services):
    summary = "The loss of the restoring network is no longer a number at step 40."
    remedy, kind = "The last good checkpoint is kept.", "TrainingDivergedError"
    folder = make_run(services, "Ada", state="failed", summary=summary, remedy=remedy, kind=kind)
    show(window, folder)
    assert summary in window.page.banner.text
    assert "last good checkpoint is kept" in window.page.banner.text
    assert window.page.gentler_button.isVisible()
    assert services.command(folder / "run", gentler=True)[-1] == "--gentler"


def test_a_full_disk_is_explained_and_can_be_resumed(window, services):
    folder = make_run(
        services, "Ada", state="failed", summary="The checkpoint cannot be saved: no space.",
        remedy="Free some space on the disk and resume the run.", kind="OutputError",
    )  # fmt: skip
    show(window, folder)
    assert "no space" in window.page.banner.text
    assert window.page.resume_button.isVisible()
    assert not window.page.gentler_button.isVisible()


def test_a_process_that_cannot_be_started_is_explained(window, services, monkeypatch):
    folder = make_run(services, "Ada", state="paused", step=3)
    show(window, folder)
    monkeypatch.setattr(services, "command", lambda _run, *, gentler: ["/nowhere/heirloom"])
    press(window.page.resume_button)
    assert "could not be started" in window.page.banner.text


def comparison(verdict: str, better=(), worse=()) -> dict:
    figure = {"start": 0.9, "yours": 0.95, "difference": 0.05, "low": 0.01, "high": 0.09}
    figures = {"identity": {**figure, "outcome": "better"}, "niqe": {**figure, "outcome": "same"}}
    return {
        "verdict": verdict, "better": list(better), "worse": list(worse), "faces": 24, "step": 200,
        "start": "Heirloom 512", "figures": figures,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("found", "heading"),
    [
        (comparison("better", ["identity", "niqe"]), "Better in likeness and natural look"),
        (comparison("mixed", ["identity"], ["niqe"]), "Better in likeness, worse in natural look"),
        (comparison("not better"), "Not better: keep Heirloom 512"),
        (comparison("too few faces"), "Cannot be judged"),
    ],
)
def test_the_verdict_is_honest(window, services, found, heading):
    assert verdict_text(found)[0] == heading
    folder = make_run(services, "Ada", state="finished", step=300)
    RunFolder(folder / "run").write_comparison(found)
    show(window, folder)
    assert window.page.result.heading.text() == heading
    assert window.page.result.isVisible()
    recommended = window.page.result.register_button.property("primary") == "true"
    assert recommended == (found["verdict"] == "better")
    assert "Heirloom 512" in window.page.state.text()
    assert "compact-512" not in window.page.state.text()


def test_german_nouns_keep_their_capitals(qapp):
    install_language(qapp, "de")
    try:
        heading, _ = verdict_text(comparison("mixed", ["identity"], ["niqe"]))
    finally:
        install_language(qapp, "en")
    assert heading.startswith("Besser in Ähnlichkeit, schlechter in ")


def test_figures_and_time_left_are_shown(window, services, tmp_path):
    folder = make_run(services, "Ada", state="running")
    stats = folder / "run" / "stats.jsonl"
    lines = [
        {"kind": "losses", "step": step, "l1": 1 / step, "images_a_second": 2.0, "rate": 1e-4}
        for step in range(1, 101)
    ]
    lines += [{"kind": "validation", "step": step, "score": 1 / (step + 1)} for step in (0, 50)]
    lines.sort(key=lambda line: line["step"])
    stats.write_text("".join(json.dumps(line) + "\n" for line in lines))
    window.page.clear()
    window.page.show_view(RunView(folder, "running", 100, 300, batch=4))
    tail = StatsTail(stats)
    tail.read()
    window.page.show_stats(tail)
    assert window.page.left_s() == pytest.approx(400)  # 200 steps of 2 seconds
    assert "about 7 minutes left" in window.page.state.text()
    tail.lines[-1] = tail.lines[-1] | {"images_a_second": 0.5}  # something else ran for a moment
    assert window.page.left_s() == pytest.approx(700)
    assert len(window.page.loss.curve.points) == 100
    assert window.page.score.curve.marked == 50
    assert not window.page.grab().isNull()


def test_every_control_of_every_page_has_a_name_and_a_tooltip(qtbot, window, services, folder):
    for number in range(6):
        save(folder / f"{number}.jpg", portrait(number))
    problems = list(problems_of(window))
    check(qtbot, window, [folder])
    wizard = window.wizard
    problems += problems_of(window)
    for _ in range(2):
        press(wizard.next_button)
        qtbot.waitUntil(lambda: not window.work.is_busy, timeout=WAIT_MS)
        problems += problems_of(window)
    show(window, make_run(services, "Ada", state="finished", step=300))
    problems += problems_of(window)
    assert not problems, "\n" + "\n".join(sorted(set(problems)))


def test_every_text_of_the_training_window_can_be_translated():
    wrong = []
    for path in sorted((ROOT / "app" / "dialogs" / "training").glob("*.py")):
        wrong += untranslatable(path)
    assert not wrong, "\n".join(map(str, wrong))


def test_a_recipe_becomes_the_options_of_a_run(services, tmp_path, folder):
    """What was chosen in the window is what the trainer reads, licence and strengths included."""
    (folder / "faces.json").write_text('{"licence": "CC0-1.0", "commercial_use": true}')
    start = services.starts()[0]
    recipe = Recipe("finetune-normal", start, Damage(1.5, 0.5, 0.75))
    services.create(folder, tmp_path / "run", recipe)
    options = RunFolder(tmp_path / "run").read_options()
    data = options.data
    assert (data.degradation, data.damage, data.damage_share) == (1.5, 0.5, 0.75)
    assert (data.licence, data.commercial_use) == ("CC0-1.0", True)
    assert (options.start_model, options.start_licence) == ("compact-512", "Apache-2.0")
    assert options.start_shown == "Heirloom 512"
    assert options.steps == presets.PRESETS["finetune-normal"].steps
    assert options.patience > 0


def test_durations_and_sizes_are_plain():
    assert duration_text(0.2) == "1 seconds" or duration_text(0.2) == "1 second"
    assert duration_text(600) == "10 minutes"
    assert duration_text(3 * 3600) == "3.0 hours"
    assert size_text(1_700_000_000).startswith("1.7")


def test_curves_are_thinned_smoothed_and_never_flat(qtbot):
    points = [(step, 1.0 + (step % 2)) for step in range(5000)]
    few = thinned(points, 600)
    assert len(few) <= 600
    assert few[-1] == points[-1]
    assert smoothed([(0, 1.0), (1, 1.0)]) == [(0, pytest.approx(1.0)), (1, pytest.approx(1.0))]
    low, high = value_range([0.5, 0.5])
    assert low < 0.5 < high
    chart = LossChart("nothing yet")
    qtbot.addWidget(chart)
    empty = chart.grab().toImage()
    chart.show_curve(Curve("Loss", ((0, 1.0), (5, float("nan")), (10, 0.5))), 10)
    assert chart.grab().toImage() != empty
    assert chart.accessibleDescription()
