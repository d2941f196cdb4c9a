"""The table of presets, the ablations, the exported file and the card."""

import hashlib
import json

import cv2
import numpy as np
import pytest
from safetensors import safe_open

from core.errors import ModelFileError, OutputError, SettingsError
from core.progress import no_progress
from training.export import card_markdown, export, model_card
from training.loop import train
from training.networks import build_generator, load_generator
from training.options import (
    DataOptions,
    LossWeights,
    NetworkOptions,
    OptimiserOptions,
    TrainingOptions,
)
from training.presets import PRESETS, preset, prior_options, with_installed_weights, without
from training.runfolder import RunFolder


def test_the_paper_preset_holds_the_published_figures():
    paper = preset("paper-512")
    losses, optimiser = paper.losses, paper.optimiser
    assert (losses.l1, losses.pyramid, losses.pyramid_until_step) == (0.1, 1.0, 50_000)
    assert (losses.perceptual, losses.style, losses.adversarial) == (1.0, 50.0, 0.1)
    assert (losses.r1, losses.r1_every) == (10.0, 16)
    assert (losses.component, losses.component_style, losses.identity) == (1.0, 200.0, 10.0)
    assert (optimiser.generator_rate, optimiser.halve_at) == (2e-3, (600_000, 700_000))
    assert (paper.batch * 4, paper.steps) == (12, 800_000)
    assert (paper.network.channel_multiplier, paper.network.layout) == (1.0, "original")


@pytest.mark.parametrize("name", sorted(PRESETS))
def test_every_preset_survives_json(name):
    options = preset(name)
    assert options.preset == name
    assert TrainingOptions.from_json(options.to_json()) == options


def test_an_unknown_preset_is_explained():
    with pytest.raises(SettingsError, match="finetune-normal"):
        preset("fast")


@pytest.mark.parametrize(
    ("parts", "zero"),
    [
        ({"pyramid"}, ["pyramid"]),
        ({"component"}, ["component", "component_style", "component_matching"]),
        ({"component-style"}, ["component_style"]),
        ({"identity"}, ["identity"]),
        ({"adversarial"}, ["adversarial", "projected"]),
    ],
)
def test_ablations_leave_out_what_they_name(parts, zero):
    losses = without(preset("paper-512"), parts).losses
    assert all(getattr(losses, name) == 0 for name in zero)
    assert losses.l1 > 0


def test_the_matching_ablation_replaces_the_style():
    losses = without(preset("paper-512"), (), matching=True).losses
    assert (losses.component_style, losses.component_matching) == (0.0, 1.0)


def test_without_imagenet_weights_the_rest_still_trains():
    options = with_installed_weights(preset("finetune-quick"))
    losses = options.losses
    assert (losses.perceptual, losses.projected) == (0.0, 0.0)
    assert losses.adversarial > 0
    assert options.identity_weights.endswith(".safetensors")


def test_fine_tuning_without_imagenet_weights_washes_no_detail_out():
    options = with_installed_weights(preset("finetune-normal"))
    assert (options.losses.l1, options.losses.gradient, options.losses.low_pass) == (0.0, 0.0, 1.0)
    assert options.optimiser.generator_rate == 1e-5
    # Who begins with nothing needs the pixels, and who has the features is told of detail by them.
    assert with_installed_weights(preset("compact-256")).losses.l1 == 1.0
    informed = preset("finetune-normal").replace(perceptual_weights="features.pth")
    assert with_installed_weights(informed).losses.l1 == 1.0


def test_a_prior_run_has_only_the_adversarial_loss():
    losses = prior_options("compact-256").losses
    assert (losses.adversarial, losses.r1, losses.l1, losses.identity) == (1.0, 10.0, 0.0, 0.0)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    root = tmp_path_factory.mktemp("export")
    rng = np.random.default_rng(0)
    rows = ["file,split,source"]
    for index in range(6):
        cv2.imwrite(str(root / f"{index}.png"), rng.integers(0, 255, (32, 32, 3), np.uint8))
        rows.append(f"{index}.png,{'val' if index == 5 else 'train'},album")
    (root / "manifest.csv").write_text("\n".join(rows) + "\n")
    options = TrainingOptions(
        preset="compact-256",
        network=NetworkOptions(
            out_size_px=32, num_style_feat=16, channel_multiplier=0.25, narrow=0.03125
        ),
        data=DataOptions(folder=str(root), workers=0, licence="CC0-1.0"),
        losses=LossWeights(
            perceptual=0.0, style=0.0, adversarial=0.0, component=0.0, component_style=0.0,
            identity=0.0,
        ),
        optimiser=OptimiserOptions(ema_decay=0.5),
        steps=2,
        batch=2,
        precision="fp32",
        log_every=1,
    )  # fmt: skip
    train(options, root / "run", no_progress())
    return RunFolder(root / "run")


def test_the_exported_file_says_what_it_is_and_loads_strictly(run, tmp_path):
    made = export(run, tmp_path / "mine.safetensors")
    data = made.path.read_bytes()
    assert (made.size_bytes, made.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert made.largest_difference < 1e-2
    with safe_open(made.path, "pt") as file:
        facts = file.metadata()
        half = file.get_tensor("final_linear.weight").dtype
    assert (facts["architecture"], facts["out_size"]) == ("gfpgan-clean", "32")
    assert (facts["iterations"], facts["training_data_licence"]) == ("2", "CC0-1.0")
    assert str(half) == "torch.float16"
    load_generator(build_generator(run.read_options().network, 0), made.path)


def test_an_exported_file_is_never_replaced(run, tmp_path):
    target = tmp_path / "mine.safetensors"
    target.write_bytes(b"precious")
    with pytest.raises(OutputError, match="exists already"):
        export(run, target)
    assert target.read_bytes() == b"precious"
    assert [p.name for p in tmp_path.iterdir()] == ["mine.safetensors"]


def test_there_must_be_a_checkpoint(run, tmp_path):
    empty = RunFolder(tmp_path / "run")
    empty.create(run.read_options())
    with pytest.raises(ModelFileError, match="no checkpoint"):
        export(empty, tmp_path / "mine.safetensors")


def test_the_card_names_data_steps_and_scores(run):
    card = model_card(run)
    assert (card["steps"], card["batch"]) == (2, 2)
    assert card["data"]["by_source"] == {"album": 5}
    assert card["data"]["faces_held_out"] == 1
    assert card["last_validation"]["l1"] > 0
    json.dumps(card)
    page = card_markdown(card)
    assert "| album | 5 |" in page
    assert "CC0-1.0" in page
