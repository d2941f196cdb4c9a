"""`heirloom train` from photos to a model file, with a network that is tiny."""

import json

import cv2
import numpy as np
import pytest
import torch

from app import cli, cli_train_words
from app.cli_train_says import prepared_lines, verdict_lines
from training import presets
from training.options import NetworkOptions
from training.prepare import LeftOut, Prepared
from training.runfolder import RunFolder


@pytest.fixture
def faces(tmp_path):
    folder = tmp_path / "faces"
    folder.mkdir()
    rng = np.random.default_rng(0)
    for index in range(40):
        small = rng.integers(0, 255, (6, 6, 3), np.uint8)
        cv2.imwrite(str(folder / f"{index}.png"), cv2.resize(small, (32, 32)))
    return folder


@pytest.fixture
def tiny(monkeypatch):
    options = presets.PRESETS["finetune-quick"]
    network = NetworkOptions(
        out_size_px=32, num_style_feat=16, channel_multiplier=0.25, narrow=0.03125
    )
    losses = options.losses.replace(component_width=4, identity=0.0)
    data = options.data.replace(workers=0)
    tiny = options.replace(network=network, losses=losses, data=data, precision="fp32")
    monkeypatch.setitem(presets.PRESETS, "finetune-quick", tiny)
    monkeypatch.setattr(presets, "starting_from", lambda options, _path: options)


def test_every_preset_can_be_named():
    assert set(cli_train_words.PRESET_NAMES) == set(presets.PRESETS)


def test_run_resume_export_and_card(faces, tiny, tmp_path, capsys):
    run, model = str(tmp_path / "run"), tmp_path / "mine.safetensors"
    words = ["train", "run", str(faces), "-o", run, "--preset", "finetune-quick", "--steps", "2"]
    assert cli.main([*words, "--batch", "2", "--without", "pyramid"]) == 0
    assert cli.main(["train", "resume", run]) == 0
    assert cli.main(["train", "export", run, "-o", str(model)]) == 0
    assert model.stat().st_size > 1000
    capsys.readouterr()
    assert cli.main(["train", "card", run, "--json"]) == 0
    card = json.loads(capsys.readouterr().out)
    assert (card["steps"], card["losses"]["pyramid"]) == (2, 0.0)
    assert cli.main(["train", "card", run]) == 0
    assert "# Model card" in capsys.readouterr().out


def test_prior(faces, tiny, tmp_path, capsys):
    words = ["train", "prior", str(faces), "-o", str(tmp_path / "run"), "--steps", "1"]
    assert cli.main([*words, "--preset", "finetune-quick", "--batch", "2"]) == 0
    said = capsys.readouterr().out
    assert "Trained 1 step." in said
    assert "register" not in said  # a prior restores nothing


def test_prepare_explains_photos_without_faces(tmp_path, capsys):
    cv2.imwrite(str(tmp_path / "black.png"), np.zeros((64, 64, 3), np.uint8))
    words = ["train", "prepare", str(tmp_path / "black.png"), "-o", str(tmp_path / "out")]
    assert cli.main(words) == 1
    assert "no face was found in the photo: 1" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_what_cannot_be_is_said_in_plain_words(faces, tiny, tmp_path, capsys):
    words = ["train", "run", str(faces), "-o", str(tmp_path / "run"), "--steps", "0"]
    assert cli.main([*words, "--preset", "finetune-quick"]) == 1
    assert "steps must be at least 1" in capsys.readouterr().err
    assert cli.main(["train", "resume", str(tmp_path)]) == 1
    assert "no training run" in capsys.readouterr().err


def test_a_run_is_measured_and_becomes_a_model(faces, tiny, tmp_path, capsys):
    run, models = str(tmp_path / "run"), str(tmp_path / "models")
    words = ["train", "run", str(faces), "-o", run, "--preset", "finetune-quick", "--steps", "1"]
    assert cli.main([*words, "--batch", "2", "--degradation", "1.5"]) == 0
    assert json.loads((tmp_path / "run" / "options.json").read_text())["data"]["degradation"] == 1.5
    capsys.readouterr()
    measure = ["train", "measure", "--options", f"{run}/options.json"]
    assert cli.main(measure) == 0
    assert "(1 step of " in capsys.readouterr().out
    assert cli.main([*measure, "--json"]) == 0
    cost = json.loads(capsys.readouterr().out)
    assert cost["basis"] == "measured"
    assert cost["total_s"] > 0
    assert cli.main(["train", "compare", run]) == 1  # it started from nothing
    assert "nothing to compare" in capsys.readouterr().err
    assert cli.main(["train", "register", run, "--name", "Ada", "--models-dir", models]) == 0
    assert "user/ada" in capsys.readouterr().out
    assert cli.main(["models", "list", "--models-dir", models]) == 0
    assert "user/ada" in capsys.readouterr().out


def test_strengths_out_of_range_are_explained(faces, tiny, tmp_path, capsys):
    words = ["train", "run", str(faces), "-o", str(tmp_path / "run"), "--damage", "9"]
    assert cli.main([*words, "--preset", "finetune-quick"]) == 1
    assert "damage must be at most 2" in capsys.readouterr().err
    assert cli.main(["train", "measure"]) == 1
    assert "nothing to measure" in capsys.readouterr().err


def prepared(folder, train, val, left_out=()):
    faces = [{"split": "train"}] * train + [{"split": "val"}] * val
    return Prepared(folder, train + val + len(left_out), faces, list(left_out))


def test_what_was_prepared_is_told_with_what_comes_next(tmp_path):
    left_out = [LeftOut(tmp_path / f"{number}.jpg", "unreadable") for number in range(7)]
    lines = prepared_lines(prepared(tmp_path / "my faces", 5, 1, left_out))
    assert lines[0].endswith("6 faces from 13 photos, 5 to train on, 1 held out to measure with.")
    assert "Cannot be read: 0.jpg, 1.jpg, 2.jpg, 3.jpg, 4.jpg and 2 more." in lines
    assert not any("Small pictures" in line for line in lines)  # there are none of them
    assert lines[-1] == f"Train on them: heirloom train run '{tmp_path / 'my faces'}' -o RUN"


def test_too_few_faces_are_told_before_anybody_trains(tmp_path):
    left_out = [LeftOut(tmp_path / "a.jpg", "tiny", "left-out/000000.jpg")]
    lines = prepared_lines(prepared(tmp_path, 1, 0, left_out))
    assert "1 face from 2 photos" in lines[0]
    assert f"Small pictures of them are in {tmp_path / 'left-out'}." in lines
    assert lines[-1].startswith("Too few to train on: at least 4 are needed")
    assert not any("train run" in line for line in lines)


def test_a_run_that_is_stopped_says_how_it_goes_on(faces, tiny, tmp_path, capsys, monkeypatch):
    run = tmp_path / "my run"
    words = ["train", "run", str(faces), "-o", str(run), "--preset", "finetune-quick"]
    monkeypatch.setattr(RunFolder, "stop_requested", lambda _self: True)
    assert cli.main([*words, "--batch", "2"]) == 130
    assert f"Go on with: heirloom train resume '{run}'" in capsys.readouterr().out
    monkeypatch.undo()


def test_the_verdict_is_told_in_words(tmp_path):
    run = RunFolder(tmp_path)
    figure = {"start": 5.52, "yours": 8.16, "outcome": "worse"}
    comparison = {"step": 50, "start": "Heirloom 512", "verdict": "not better", "faces": 6}
    comparison |= {"better": [], "worse": ["niqe"], "chosen_by": ["identity", "niqe"]}
    run.write_comparison({**comparison, "figures": {"niqe": figure}})
    first, second = verdict_lines(run)
    assert first.endswith("step 50, was chosen by likeness and natural look.")
    assert second.split() == ["natural", "look", "5.5200", "->", "8.1600", "worse"]


def test_a_negative_number_of_threads_is_refused(capsys):
    with pytest.raises(SystemExit):
        cli.main(["train", "resume", "run", "--threads", "-3"])
    assert "argument --threads: invalid number value: '-3'" in capsys.readouterr().err


def test_an_export_is_what_was_compared(faces, tiny, tmp_path, capsys):
    run, words = tmp_path / "run", ["--preset", "finetune-quick", "--steps", "2", "--batch", "2"]
    assert cli.main(["train", "run", str(faces), "-o", str(run), *words]) == 0
    folder = RunFolder(run)
    state = torch.load(folder.newest_checkpoint(), weights_only=True)
    state["standing"]["step"] = 1
    torch.save(state, folder.checkpoints / "best.pt")
    capsys.readouterr()
    model = str(tmp_path / "mine.safetensors")
    assert cli.main(["train", "export", str(run), "-o", model]) == 0
    assert "step 1" in capsys.readouterr().out
    newest = str(tmp_path / "newest.safetensors")
    assert cli.main(["train", "export", str(run), "-o", newest, "--newest"]) == 0
    assert "step 2" in capsys.readouterr().out
