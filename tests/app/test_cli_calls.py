"""Calls that a person gets wrong: each ends at once, with a sentence, before anything is done."""

from __future__ import annotations

import json

import pytest
from PIL import Image

import core.api
from app import cli
from app.cli import main


@pytest.fixture(autouse=True)
def no_engine(monkeypatch):
    """No photo may be worked on."""

    class Engine:
        def __init__(self, compute=None, models_dir=None):
            raise AssertionError("the engine was asked for")

    monkeypatch.setattr(core.api, "Engine", Engine)


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "aunt.png"
    Image.new("RGB", (12, 8), (40, 40, 45)).save(path)
    return path


@pytest.mark.parametrize("words", [["restroe"], ["restroe", "aunt.png"], [""]])
def test_a_mistyped_command_is_not_taken_for_a_photo(words, monkeypatch, capsys):
    monkeypatch.setattr(cli, "_run_window", lambda _paths: pytest.fail("the window opened"))
    with pytest.raises(SystemExit) as end:
        main(words)
    assert end.value.code == 2
    assert "neither a command nor a file" in capsys.readouterr().err


def test_without_a_screen_the_window_is_not_tried(monkeypatch, capsys):
    monkeypatch.setattr(cli, "has_screen", lambda _platform, _environment: False)
    monkeypatch.setattr(cli, "_run_window", lambda _paths: pytest.fail("the window opened"))
    assert main([]) == 1
    assert "no screen" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["", "-o", "out"], ["aunt.png", "-o", ""]])
def test_an_empty_path_does_not_mean_this_folder(words, capsys):
    with pytest.raises(SystemExit) as end:
        main(["restore", *words])
    assert end.value.code == 2
    assert "a path is empty" in capsys.readouterr().err


def test_an_impossible_output_folder_is_known_before_any_work(photo, tmp_path, capsys):
    wall = tmp_path / "wall"
    wall.write_text("I am a file")
    report = tmp_path / "report.json"
    assert main(["restore", str(photo), "-o", str(wall), "--json", str(report), "-q"]) == 1
    (entry,) = json.loads(report.read_text())
    assert entry["status"] == "failed"
    assert "wall" in entry["error"]["summary"]
    assert wall.read_text() == "I am a file"
    assert "wall" in capsys.readouterr().err


def test_what_failed_is_said_even_when_quiet(tmp_path, capsys):
    assert main(["restore", str(tmp_path / "gone.png"), "-o", str(tmp_path / "out"), "-q"]) == 1
    assert "gone.png" in capsys.readouterr().err
