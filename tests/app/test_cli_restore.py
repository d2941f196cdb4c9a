"""The command `heirloom restore`, in this process, with an engine that needs no network."""

import json
import os
import sys
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


def test_a_report_that_cannot_be_written_is_said_before_the_work(tmp_path, engine, capsys):
    source = make(tmp_path / "a.png")
    report = tmp_path / "gone" / "report.json"
    out = tmp_path / "out"
    assert main(["restore", str(source), "-o", str(out), "--json", str(report)]) == 1
    assert engine.asked == []
    assert not out.exists()
    assert "gone" in capsys.readouterr().err


def test_where_all_fail_no_empty_folder_is_left(tmp_path):
    (tmp_path / "a.png").write_bytes(b"not a picture")
    assert main(["restore", str(tmp_path / "a.png"), "-o", str(tmp_path / "out"), "-q"]) == 1
    assert not (tmp_path / "out").exists()


def test_names_follow_the_recipe(tmp_path):
    make(tmp_path / "in" / "a.png")
    make(tmp_path / "in" / "b.png")
    name = ["--name", "{counter}-{name}-{model}"]
    call = ["restore", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "-q", "--no-faces"]
    assert main([*call, *name]) == 0
    pictures = [f for f in files_below(tmp_path / "out") if f.endswith("png")]
    assert pictures == ["001-a-no-faces.png", "002-b-no-faces.png"]


def test_an_unknown_placeholder_is_a_wrong_call(tmp_path, capsys):
    source = make(tmp_path / "a.png")
    assert main(["restore", str(source), "-o", str(tmp_path / "o"), "--name", "{year}"]) == 2
    assert "{year}" in capsys.readouterr().err


def test_a_name_that_is_too_long_is_cut_and_the_photo_is_done(tmp_path):
    source = make(tmp_path / "in" / ("a" * 246 + ".png"))
    assert main(["restore", str(source), "-o", str(tmp_path / "out"), "-q"]) == 0
    picture, recipe = files_below(tmp_path / "out")
    assert picture.startswith("a" * 200)
    assert recipe == picture + ".heirloom.json"


def test_photos_whose_result_is_there_are_skipped(tmp_path, engine, capsys):
    source = make(tmp_path / "a.png")
    call = ["restore", str(source), "-o", str(tmp_path / "out"), "--if-exists", "skip"]
    assert main(call) == 0
    assert main(call) == 0
    assert len(engine.asked) == 1
    assert "skipped" in capsys.readouterr().err


def test_overwriting_spares_a_stranger_s_file(tmp_path):
    source = make(tmp_path / "a.png")
    stranger = make(tmp_path / "out" / "a.png", 200)
    before = stranger.read_bytes()
    for _ in range(2):
        main(["restore", str(source), "-o", str(tmp_path / "out"), "-q", "--overwrite"])
    assert stranger.read_bytes() == before
    pictures = [f for f in files_below(tmp_path / "out") if f.endswith("png")]
    assert pictures == ["a-restored.png", "a.png"]


def test_size_and_depth_are_followed(tmp_path):
    source = make(tmp_path / "a.png", size=(40, 20))
    call = ["restore", str(source), "-o", str(tmp_path / "out"), "-q"]
    assert main([*call, "--max-side", "10", "--depth", "16"]) == 0
    with Image.open(tmp_path / "out" / "a.png") as image:
        assert image.size == (10, 5)
    assert (tmp_path / "out" / "a.png").read_bytes()[24] == 16


XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF'
    b' xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
    b' xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="52,31.2N">'
    b"<exif:GPSLongitude>13,24.3E</exif:GPSLongitude></rdf:Description></rdf:RDF></x:xmpmeta>"
)


@pytest.mark.parametrize("ending", ["jpg", "png", "webp", "tiff"])
@pytest.mark.parametrize(
    ("choice", "artist"), [("keep", "Lotte"), ("no-gps", "Lotte"), ("none", None)]
)
def test_the_place_goes_when_asked_for(tmp_path, ending, choice, artist):
    """Read back with Pillow: what we write is not judged by what we read."""
    exif = Image.Exif()
    exif[315] = "Lotte"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 18.0)})
    source = tmp_path / "a.jpg"
    Image.new("RGB", (32, 24), (90, 80, 70)).save(source, exif=exif, xmp=XMP)
    out = tmp_path / "out"
    call = ["restore", str(source), "-o", str(out), "-q", "--format", ending.replace("jpg", "jpeg")]
    assert main([*call, "--metadata", choice]) == 0
    (path,) = [p for p in out.iterdir() if p.suffix != ".json"]
    with Image.open(path) as image:
        tags = image.getexif()
        place = dict(tags.get_ifd(0x8825))
        xmp = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or tags.get(700) or b""
    xmp = xmp.encode() if isinstance(xmp, str) else bytes(xmp)
    kept = choice == "keep"
    assert bool(place) is kept
    assert (b"GPSLatitude" in xmp) is kept
    assert (b"13,24.3E" in path.read_bytes()) is kept
    assert tags.get(315) == artist


def test_a_lower_quality_makes_a_smaller_file(tmp_path):
    source = tmp_path / "a.jpg"
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 255, (64, 64, 3), np.uint8)).save(source, quality=98)
    sizes = []
    for quality in ("20", "95"):
        out = tmp_path / quality
        assert main(["restore", str(source), "-o", str(out), "-q", "--quality", quality]) == 0
        sizes.append((out / "a.jpg").stat().st_size)
    assert sizes[0] < sizes[1] / 2


def test_a_report_never_replaces_a_photo(tmp_path, capsys):
    """Whoever takes --json for a switch, as `info` has it, names a photo after it."""
    first, second = make(tmp_path / "oma.png"), make(tmp_path / "opa.png", 90)
    before = first.read_bytes()
    out = tmp_path / "out"
    assert main(["restore", "-o", str(out), "--json", str(first), str(second)]) == 1
    assert first.read_bytes() == before
    assert "not replaced" in capsys.readouterr().err
    assert not out.exists()


def test_a_report_replaces_an_earlier_one_but_no_recipe(tmp_path):
    source, out = make(tmp_path / "a.png"), str(tmp_path / "out")
    report = tmp_path / "report.json"
    report.touch()
    for _ in range(2):
        assert main(["restore", str(source), "-o", out, "--json", str(report)]) == 0
        assert json.loads(report.read_text())[0]["status"] == "done"
    recipe = tmp_path / "out" / "a.png.heirloom.json"
    before = recipe.read_bytes()
    assert main(["restore", str(source), "-o", out, "--json", str(recipe)]) == 1
    assert recipe.read_bytes() == before


@pytest.mark.skipif(sys.platform != "linux", reason="other systems hold names to be text")
def test_names_that_are_no_text_are_restored_and_reported(tmp_path):
    named = Path(os.fsdecode(os.fsencode(str(tmp_path)) + b"/old\xe4.png"))
    make(tmp_path / "a.png").rename(named)
    out, report = tmp_path / "out", tmp_path / "report.json"
    assert main(["restore", str(named), "-o", str(out), "--json", str(report)]) == 0
    assert json.loads(report.read_text())[0]["status"] == "done"
    assert sorted(os.fsencode(path.name) for path in out.iterdir()) == [
        b"old\xe4.png",
        b"old\xe4.png.heirloom.json",
    ]


@pytest.mark.parametrize("is_edited", [False, True])
def test_only_what_is_still_as_it_was_written_is_replaced(tmp_path, is_edited):
    """A result that was retouched elsewhere, or a photo put in its place, is the user's own."""
    source, out = make(tmp_path / "a.png"), tmp_path / "out"
    call = ["restore", str(source), "-o", str(out), "--if-exists", "replace"]
    assert main(call) == 0
    if is_edited:
        make(out / "a.png", 99)
    before = (out / "a.png").read_bytes()
    assert main(call) == 0
    assert (out / "a.png").read_bytes() == before
    assert (out / "a-restored.png").exists() is is_edited


def test_what_the_processor_cannot_do_is_refused_before_a_photo_is_read(
    tmp_path, monkeypatch, capsys, engine
):
    import core.device

    monkeypatch.setattr(core.device, "glance", core.device.Machine)
    photo = make(tmp_path / "a.png")
    out = tmp_path / "out"
    assert main(["restore", str(photo), "-o", str(out), "--precision", "bf16"]) == 1
    assert "no instructions for bf16" in capsys.readouterr().err
    assert not out.exists()
    assert engine.asked == []
