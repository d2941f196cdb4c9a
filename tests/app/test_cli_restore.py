"""The command `heirloom restore`, in this process, with an engine that needs no network."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import core.api
from app.cli import main
from core.pipeline import Pipeline, Restoration, Trace
from core.progress import Progress
from core.settings import RestorationSettings


class InvertingEngine:
    """Turns every photo into its negative, and keeps what it was asked."""

    asked: list[RestorationSettings] = []

    def __init__(self, compute=None, models_dir=None):
        pass

    def run(self, photo, settings, progress, previous=None, faces=None) -> Trace:
        progress.report(0.5, "Inverting")
        self.asked.append(settings)
        return Pipeline((InvertStage(),)).run(photo, progress)


class InvertStage:
    name, cost = "Inverting", 1.0

    def run(self, state: Restoration, progress: Progress) -> Restoration:
        white = np.iinfo(state.photo.pixels.dtype).max
        return Restoration(state.original, state.photo.with_pixels(white - state.photo.pixels))


@pytest.fixture(autouse=True)
def engine(monkeypatch):
    monkeypatch.setattr(core.api, "Engine", InvertingEngine)
    monkeypatch.setattr(InvertingEngine, "asked", [])
    return InvertingEngine


def make(path: Path, value: int = 40, size=(12, 8)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", size, (value, value, value + 5)).save(path)
    return path


def read(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image)


def files_below(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_a_photo_is_restored_under_its_own_name_with_a_recipe_beside(tmp_path, capsys):
    source = make(tmp_path / "in" / "aunt.png")
    before = source.read_bytes()
    assert main(["restore", str(source), "-o", str(tmp_path / "out")]) == 0
    assert files_below(tmp_path / "out") == ["aunt.png", "aunt.png.heirloom.json"]
    np.testing.assert_array_equal(read(tmp_path / "out" / "aunt.png"), 255 - read(source))
    assert source.read_bytes() == before
    assert str(tmp_path / "out" / "aunt.png") in capsys.readouterr().out


def test_folders_keep_their_structure_only_when_asked_to_go_deeper(tmp_path):
    make(tmp_path / "in" / "a.png")
    make(tmp_path / "in" / "1920" / "b.png")
    assert main(["restore", str(tmp_path / "in"), "-o", str(tmp_path / "flat"), "-q"]) == 0
    assert [f for f in files_below(tmp_path / "flat") if f.endswith("png")] == ["a.png"]
    assert main(["restore", "-r", str(tmp_path / "in"), "-o", str(tmp_path / "deep"), "-q"]) == 0
    deep = [f for f in files_below(tmp_path / "deep") if f.endswith("png")]
    assert deep == ["1920/b.png", "a.png"]


def test_an_output_never_meets_an_input_or_an_earlier_result(tmp_path):
    source = make(tmp_path / "a.png")
    before = source.read_bytes()
    for _ in range(2):
        assert main(["restore", str(source), "-o", str(tmp_path), "-q"]) == 0
    assert main(["restore", str(source), "-o", str(tmp_path), "-q", "--overwrite"]) == 0
    assert source.read_bytes() == before
    pictures = [f for f in files_below(tmp_path) if f.endswith("png")]
    assert pictures == ["a-restored-2.png", "a-restored.png", "a.png"]


def test_one_bad_file_never_stops_the_others_and_the_report_says_why(tmp_path, capsys):
    make(tmp_path / "in" / "a.png")
    make(tmp_path / "in" / "z.png")
    (tmp_path / "in" / "m.jpg").write_bytes(b"not a picture at all")
    (tmp_path / "in" / "n.png").write_bytes(b"")
    report = tmp_path / "report.json"
    code = main(
        ["restore", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--json", str(report)]
    )
    assert code == 1
    entries = {Path(e["input"]).name: e for e in json.loads(report.read_text())}
    assert {name: e["status"] for name, e in entries.items()} == {
        "a.png": "done",
        "m.jpg": "failed",
        "n.png": "failed",
        "z.png": "done",
    }
    for name in ("m.jpg", "n.png"):
        assert entries[name]["error"]["summary"]
        assert entries[name]["error"]["remedy"]
        assert entries[name]["output"] is None
    printed = capsys.readouterr()
    assert "2 of 4 restored" in printed.err
    assert "m.jpg" in printed.err
    assert "Traceback" not in printed.err + printed.out


def test_a_defect_in_one_photo_is_reported_and_the_next_one_is_done(tmp_path, monkeypatch, capsys):
    make(tmp_path / "in" / "a.png", 1)
    make(tmp_path / "in" / "b.png", 2)
    run = InvertingEngine.run

    def breaks_on_first(self, photo, *rest, **named):
        if photo.source.path.name == "a.png":
            raise ZeroDivisionError("oops")
        return run(self, photo, *rest, **named)

    monkeypatch.setattr(InvertingEngine, "run", breaks_on_first)
    assert main(["restore", str(tmp_path / "in"), "-o", str(tmp_path / "out")]) == 1
    assert [f for f in files_below(tmp_path / "out") if f.endswith("png")] == ["b.png"]
    printed = capsys.readouterr().err
    assert "ZeroDivisionError" in printed
    assert "Traceback" not in printed


def test_memory_that_runs_out_is_said_in_words(tmp_path, monkeypatch, capsys):
    def no_memory(self, *rest, **named):
        raise MemoryError

    monkeypatch.setattr(InvertingEngine, "run", no_memory)
    source = make(tmp_path / "a.png")
    assert main(["restore", str(source), "-o", str(tmp_path / "out")]) == 1
    assert "not enough memory" in capsys.readouterr().err
    assert files_below(tmp_path / "out") == [] if (tmp_path / "out").exists() else True


def test_json_to_standard_output_is_nothing_but_json(tmp_path, capsys):
    source = make(tmp_path / "a.png")
    assert main(["restore", str(source), "-o", str(tmp_path / "out"), "--json", "-"]) == 0
    (entry,) = json.loads(capsys.readouterr().out)
    assert entry["status"] == "done"
    assert set(entry) >= {"input", "output", "seconds", "device", "model", "warnings", "faces"}


def test_options_become_settings(tmp_path, engine):
    source = make(tmp_path / "a.png")
    options = "--strength 0.3 --upscale 2 --colour none --model x --aligned --seed 7 --min-face 40"
    assert main(["restore", str(source), "-o", str(tmp_path / "out"), "-q", *options.split()]) == 0
    (settings,) = engine.asked
    assert settings.faces.strength == 0.3
    assert settings.faces.model == "x"
    assert settings.faces.aligned
    assert settings.faces.min_size_px == 40
    assert settings.background.scale == 2
    assert settings.colour.is_neutral
    assert settings.seed == 7


def test_a_recipe_brings_its_settings_and_options_change_them(tmp_path, engine):
    source = make(tmp_path / "a.png")
    first = ["restore", str(source), "-o", str(tmp_path / "one"), "-q"]
    assert main([*first, "--strength", "0.4", "--seed", "3"]) == 0
    recipe = tmp_path / "one" / "a.png.heirloom.json"
    again = ["restore", str(source), "-o", str(tmp_path / "two"), "-q", "--recipe", str(recipe)]
    assert main([*again, "--seed", "5"]) == 0
    assert engine.asked[1].faces.strength == 0.4
    assert engine.asked[1].seed == 5


@pytest.mark.parametrize(
    "options",
    [
        ["--strength", "2"],
        ["--strength", "lots"],
        ["--upscale", "3"],
        ["--colour", "psychedelic"],
        ["--format", "docx"],
        ["--quality", "0"],
        ["--min-face", "1"],
        ["--recipe", "nowhere.json"],
        ["--shine"],
    ],
)
def test_a_wrong_call_ends_with_2_and_writes_nothing(tmp_path, options, capsys):
    source = make(tmp_path / "a.png")
    try:
        code = main(["restore", str(source), "-o", str(tmp_path / "out"), *options])
    except SystemExit as stop:
        code = stop.code
    assert code == 2
    assert not (tmp_path / "out").exists()
    assert capsys.readouterr().err


def test_a_path_that_leads_nowhere_is_a_failure_with_a_sentence(tmp_path, capsys):
    good = make(tmp_path / "a.png")
    code = main(["restore", str(tmp_path / "gone.png"), str(good), "-o", str(tmp_path / "out")])
    assert code == 1
    assert "gone.png" in capsys.readouterr().err
    assert (tmp_path / "out" / "a.png").exists()


def test_an_output_folder_that_is_a_file_is_a_failure_with_a_sentence(tmp_path, capsys):
    source = make(tmp_path / "a.png")
    wall = tmp_path / "wall"
    wall.write_text("I am a file")
    assert main(["restore", str(source), "-o", str(wall)]) == 1
    assert wall.read_text() == "I am a file"
    assert "Traceback" not in capsys.readouterr().err


def test_a_folder_without_photos_says_so(tmp_path, capsys):
    (tmp_path / "in").mkdir()
    assert main(["restore", str(tmp_path / "in"), "-o", str(tmp_path / "out")]) == 1
    assert "no photo" in capsys.readouterr().err.lower()


def test_a_cancel_leaves_nothing_of_the_photo_it_met(tmp_path, monkeypatch, capsys):
    make(tmp_path / "in" / "a.png")
    make(tmp_path / "in" / "b.png")
    run = InvertingEngine.run

    def stops_at_b(self, photo, settings, progress, **named):
        if photo.source.path.name == "b.png":
            progress.token.cancel()
        return run(self, photo, settings, progress, **named)

    monkeypatch.setattr(InvertingEngine, "run", stops_at_b)
    report = tmp_path / "report.json"
    code = main(
        ["restore", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--json", str(report)]
    )
    assert code == 130
    assert [e["status"] for e in json.loads(report.read_text())] == ["done", "cancelled"]
    assert [f for f in files_below(tmp_path / "out") if f.endswith("png")] == ["a.png"]


def test_without_a_command_the_window_opens(monkeypatch):
    opened: list[list[str]] = []
    monkeypatch.setattr("app.cli._run_window", lambda paths: opened.append(list(paths)) or 0)
    assert main([]) == 0
    assert main(["grandma.jpg"]) == 0
    assert opened == [[], ["grandma.jpg"]]


def test_the_batch_reports_cancelled_photos_it_did_not_reach(tmp_path):
    from core.batch import Batch, Task
    from core.imageio import WriteOptions
    from core.progress import CancelToken

    token = CancelToken()
    token.cancel()
    tasks = [Task(make(tmp_path / "a.png"), Path("a.png"))]
    batch = Batch(tasks, tmp_path / "out", RestorationSettings(), WriteOptions())
    reports = batch.run(InvertingEngine(), Progress(token=token))
    assert [report.status for report in reports] == ["cancelled"]
    assert not (tmp_path / "out").exists()
