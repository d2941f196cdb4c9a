"""The main window tells how a training has ended that ran in a process of its own."""

from __future__ import annotations

import json
import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from app_fakes import FakeEngine, make_services

from app.jobs.training_process import start_training
from app.session.training_runs import is_locked, read_run
from app.windows.main_window import MainWindow

CHILD = """
import json, os, sys, time
from pathlib import Path
from filelock import FileLock
run, end = Path(sys.argv[1]), json.loads(sys.argv[2])
with FileLock(run / ".lock"):
    state = run / "state.json"
    state.write_text(json.dumps({"state": "running", "pid": os.getpid(), "time": time.time()}))
    while not (run / "go").exists():
        time.sleep(0.01)
    if "comparison" in end:
        (run / "comparison.json").write_text(json.dumps(end.pop("comparison")))
    state.write_text(json.dumps({"pid": os.getpid(), "time": time.time(), **end}))
"""
COMPARED = {
    "verdict": "better", "better": ["identity"], "worse": [], "start": "Compact", "faces": 9,
    "figures": {},
}  # fmt: skip


class Services:
    """Only the folder of all trainings: nothing else is asked for here."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def starts(self):
        return ()


@pytest.fixture
def root(tmp_path) -> Path:
    return tmp_path / "trainings"


@pytest.fixture
def open_window(qtbot, store, tmp_path, root):
    made = []

    def make() -> MainWindow:
        services = replace(make_services(FakeEngine(), tmp_path), training=lambda: Services(root))
        window = MainWindow(services, store)
        qtbot.addWidget(window)
        window.training.timer.setInterval(20)
        window.show()
        made.append(window)
        return window

    yield make
    for window in made:
        window.close()


def begin(qtbot, root: Path, name: str, **end) -> Path:
    """Start a training as the training window does; its process waits for `finish`."""
    folder = root / name
    (folder / "run").mkdir(parents=True)
    (folder / "run" / "options.json").write_text(json.dumps({"steps": 10, "batch": 1}))
    (folder / "run" / "state.json").write_text("{}")
    go_on(qtbot, folder, **end)
    return folder


def go_on(qtbot, folder: Path, **end) -> None:
    (folder / "run" / "go").unlink(missing_ok=True)
    start_training(
        [sys.executable, "-c", CHILD, str(folder / "run"), json.dumps(end)], folder / "run", None
    )
    qtbot.waitUntil(lambda: read_run(folder).state == "running", timeout=30_000)


def finish(qtbot, folder: Path) -> None:
    (folder / "run" / "go").touch()
    qtbot.waitUntil(lambda: not is_locked(folder / "run"), timeout=30_000)


def bar(window):
    return window.parts.training_end


def told(qtbot, window) -> str:
    qtbot.waitUntil(lambda: bar(window).isVisible(), timeout=10_000)
    return bar(window).text


def some_looks(qtbot, window) -> None:
    looks = []
    window.training.timer.timeout.connect(lambda: looks.append(1))
    qtbot.waitUntil(lambda: len(looks) > 4)


def test_a_finished_training_is_told_with_its_verdict_and_shown_by_a_button(
    qtbot, open_window, root
):
    window = open_window()
    folder = begin(qtbot, root, "Aunt Ada", state="finished", comparison=COMPARED)
    some_looks(qtbot, window)
    assert not bar(window).isVisible()
    finish(qtbot, folder)
    assert "“Aunt Ada” has finished" in told(qtbot, window)
    assert "Better in likeness" in bar(window).text
    bar(window).offer.click()
    assert not bar(window).isVisible()
    assert window.training.window.isVisible()
    assert window.training.window.shown_training == folder
    some_looks(qtbot, window)
    assert not bar(window).isVisible()


def test_a_problem_is_told_with_what_can_be_done(qtbot, open_window, root):
    window = open_window()
    folder = begin(
        qtbot, root, "Ada", state="failed", summary="The disk is full.", remedy="Make room."
    )
    finish(qtbot, folder)
    text = told(qtbot, window)
    assert "“Ada” has stopped" in text
    assert "The disk is full. Make room." in text


def test_a_killed_training_is_told(qtbot, open_window, root):
    window = open_window()
    folder = begin(qtbot, root, "Ada", state="finished")
    os.kill(read_run(folder).pid, signal.SIGKILL)
    assert "“Ada” was interrupted" in told(qtbot, window)


def test_a_pause_is_what_the_user_wanted_and_not_told(qtbot, open_window, root):
    window = open_window()
    folder = begin(qtbot, root, "Ada", state="paused")
    finish(qtbot, folder)
    some_looks(qtbot, window)
    assert not bar(window).isVisible()
    go_on(qtbot, folder, state="finished")
    finish(qtbot, folder)
    assert "has finished" in told(qtbot, window)


def test_an_end_while_the_program_was_closed_is_told_at_the_next_start_and_only_then(
    qtbot, open_window, root
):
    first = open_window()
    folder = begin(qtbot, root, "Ada", state="finished")
    some_looks(qtbot, first)
    first.close()
    finish(qtbot, folder)
    second = open_window()
    assert "has finished" in told(qtbot, second)
    bar(second)._close.click()
    second.close()
    third = open_window()
    some_looks(qtbot, third)
    assert not bar(third).isVisible()


def test_two_ends_are_told_one_after_the_other(qtbot, open_window, root):
    window = open_window()
    folders = [begin(qtbot, root, name, state="finished") for name in ("One", "Two")]
    for folder in folders:
        finish(qtbot, folder)
    seen = set()
    for _ in folders:
        seen.add(told(qtbot, window).splitlines()[0])
        bar(window)._close.click()
    assert seen == {f"The training “{name}” has finished." for name in ("One", "Two")}


def test_the_message_goes_where_the_training_goes_on(qtbot, open_window, root):
    window = open_window()
    folder = begin(qtbot, root, "Ada", state="failed", summary="No memory.")
    finish(qtbot, folder)
    told(qtbot, window)
    go_on(qtbot, folder, state="finished")
    qtbot.waitUntil(lambda: not bar(window).isVisible())
    finish(qtbot, folder)
    assert "has finished" in told(qtbot, window)
