"""Trainings are found again on the disk, whatever became of the process."""

import json
import os
import time

import pytest
from filelock import FileLock

from app.session.training_memory import free_memory_bytes
from app.session.training_runs import (
    StatsTail,
    ask_to_stop,
    delete_training,
    find_runs,
    free_folder,
    note_starting,
    read_run,
)


@pytest.fixture
def folder(tmp_path):
    run = tmp_path / "Ada" / "run"
    (run / "checkpoints").mkdir(parents=True)
    options = {"steps": 300, "batch": 4, "start_from": "/models/first.pth", "start_model": ""}
    (run / "options.json").write_text(json.dumps(options))
    return tmp_path / "Ada"


def say(folder, **values):
    (folder / "run" / "state.json").write_text(json.dumps(values))


def test_a_checked_folder_is_a_draft_and_another_is_nothing(tmp_path):
    (tmp_path / "other").mkdir()
    faces = tmp_path / "Ada" / "faces"
    faces.mkdir(parents=True)
    assert find_runs(tmp_path) == ()
    (faces / "faces.json").write_text("{}")
    (view,) = find_runs(tmp_path)
    assert (view.name, view.state, view.is_active) == ("Ada", "draft", False)
    assert find_runs(tmp_path / "missing") == ()


@pytest.mark.parametrize(
    ("written", "shown"),
    [("paused", "paused"), ("finished", "finished"), ("running", "interrupted")],
)
def test_without_a_process_the_state_is_what_was_written_last(folder, written, shown):
    say(folder, state=written, pid=1, step=7)
    view = read_run(folder)
    assert (view.state, view.step, view.steps, view.batch) == (shown, 7, 300, 4)
    assert view.start == "first"


def test_a_held_lock_means_that_it_is_at_work(folder):
    say(folder, state="running", pid=1)
    lock = FileLock(folder / "run" / ".lock")
    with lock:
        assert read_run(folder).state == "running"
        say(folder, state="comparing", pid=1)
        assert read_run(folder).state == "comparing"
    assert read_run(folder).state == "interrupted"


def test_a_failure_is_explained(folder):
    say(
        folder, state="failed", summary="The disk is full.", remedy="Make room.", kind="OutputError"
    )
    view = read_run(folder)
    assert (view.state, view.summary, view.remedy) == ("failed", "The disk is full.", "Make room.")
    assert view.kind == "OutputError"


def test_a_process_that_never_began_is_found_out(folder):
    note_starting(folder / "run", os.getpid())
    assert read_run(folder).state == "starting"
    say(folder, state="starting", pid=os.getpid(), time=time.time() - 1000)
    (folder / "run" / "process.txt").write_text("a\nImportError: no such thing\n")
    view = read_run(folder)
    assert view.state == "failed"
    assert "no such thing" in view.summary


def test_the_newest_checkpoint_tells_the_step(folder):
    say(folder, state="paused", step=5)
    (folder / "run" / "checkpoints" / "step-00000042.pt").touch()
    view = read_run(folder)
    assert view.step == 42
    assert view.has_checkpoint


def test_stats_are_read_on_and_half_lines_wait(tmp_path):
    tail = StatsTail(tmp_path / "stats.jsonl")
    assert not tail.read()
    with tail.path.open("w") as file:
        file.write('{"kind": "losses", "step": 1, "l1": 0.5}\n{"kind": "los')
        file.flush()
        assert tail.read()
        assert [line["step"] for line in tail.of_kind("losses")] == [1]
        file.write('ses", "step": 2, "l1": 0.4}\n')
        file.flush()
        assert tail.read()
    assert not tail.read()
    assert [line["l1"] for line in tail.of_kind("losses")] == [0.5, 0.4]


def test_after_a_kill_the_steps_done_twice_count_once(tmp_path):
    tail = StatsTail(tmp_path / "stats.jsonl")
    steps = [1, 2, 3, 4, 2, 3]
    lines = [
        json.dumps({"kind": "losses", "step": step, "l1": place})
        for place, step in enumerate(steps)
    ]
    tail.path.write_text("\n".join(lines) + "\n")
    tail.read()
    assert [(line["step"], line["l1"]) for line in tail.of_kind("losses")] == [
        (1, 0),
        (2, 4),
        (3, 5),
    ]


def test_names_become_folders_that_every_system_takes(tmp_path):
    first = free_folder(tmp_path, 'Aunt/Ada: "1950"?')
    first.mkdir()
    assert first.parent == tmp_path
    assert not set(first.name) & set('<>:"/\\|?*')
    assert free_folder(tmp_path, 'Aunt/Ada: "1950"?').name == f"{first.name} 2"
    assert free_folder(tmp_path, " ..").name == "Training"


def test_asking_and_deleting(folder):
    ask_to_stop(folder / "run", finish=True)
    assert (folder / "run" / "stop").read_text() == "finish"
    ask_to_stop(folder / "run", finish=False)
    assert (folder / "run" / "stop").read_text() == "pause"
    assert delete_training(folder) > 0
    assert read_run(folder) is None


def test_free_memory_is_read_where_the_system_tells_it(tmp_path):
    file = tmp_path / "meminfo"
    file.write_text("MemTotal:       24000 kB\nMemAvailable:   1000 kB\n")
    assert free_memory_bytes(file) == 1_024_000
    assert free_memory_bytes(tmp_path / "missing") is None
