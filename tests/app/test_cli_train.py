"""`heirloom train` from photos to a model file, with a network that is tiny."""

import json

import cv2
import numpy as np
import pytest

from app import cli, cli_train_words
from training import presets
from training.options import NetworkOptions


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
    assert "1 steps" in capsys.readouterr().out


def test_prepare_explains_photos_without_faces(tmp_path, capsys):
    cv2.imwrite(str(tmp_path / "black.png"), np.zeros((64, 64, 3), np.uint8))
    words = ["train", "prepare", str(tmp_path / "black.png"), "-o", str(tmp_path / "out")]
    assert cli.main(words) == 1
    assert "1 no face" in capsys.readouterr().err


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
    assert cli.main(["train", "measure", "--options", f"{run}/options.json"]) == 0
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
