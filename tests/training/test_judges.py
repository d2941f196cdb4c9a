"""By what the best state of a run is chosen: never by likeness alone, which soft pictures win."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest
import torch

from core.progress import no_progress
from training import session, validation
from training.judges import judges_of
from training.networks import build_generator
from training.options import DataOptions, LossWeights, NetworkOptions, TrainingOptions
from training.presets import BUNDLED_IDENTITY
from training.register import choice_sentence, result_sentence
from training.runfolder import RunFolder
from training.validation import ValidationSet, scores

CPU = torch.device("cpu")


def textured(side, seed):
    """A picture with structure at all sizes, as photographs have, S x S x 3 uint8."""
    rng = np.random.default_rng(seed)
    picture = np.zeros((side, side, 3), np.float32)
    for cells in (4, 16, 64, side):
        noise = rng.normal(0, 1, (cells, cells, 3)).astype(np.float32)
        picture += cv2.resize(noise, (side, side)) * (60 / cells**0.5)
    return np.clip(128 + picture, 0, 255).astype(np.uint8)


def as_tensor(images):
    return torch.from_numpy(np.stack(images).transpose(0, 3, 1, 2).copy())


def objective_of(likeness):
    """An objective whose recognition network finds every picture as alike as that."""
    identity = lambda made, target: torch.full((len(made),), 1.0 - likeness).mean()  # noqa: E731
    return SimpleNamespace(features=None, identity=identity)


@pytest.fixture
def faces():
    clean = as_tensor([textured(192, seed) for seed in range(2)])
    return ValidationSet(clean, clean)


def blurred(images):
    made = [cv2.GaussianBlur(i.permute(1, 2, 0).numpy(), (0, 0), 2.5) for i in images]
    return as_tensor(made).float() / 127.5 - 1


def test_a_soft_state_does_not_win_by_a_trace_of_likeness(faces):
    sharp = faces.targets.float() / 127.5 - 1
    honest = scores(objective_of(0.9625), faces, sharp, CPU)
    soft = scores(objective_of(0.9636), faces, blurred(faces.targets), CPU)
    assert soft["niqe"] > honest["niqe"] + 0.5
    assert soft["score"] > honest["score"]
    # what is much more like the person wins all the same
    alike = scores(objective_of(0.9625 + 0.02), faces, sharp, CPU)
    assert alike["score"] < honest["score"]


def test_small_pictures_and_flat_ones_have_a_score_too(faces):
    small = ValidationSet(faces.inputs[..., :64, :64], faces.targets[..., :64, :64])
    values = scores(objective_of(0.9), small, torch.zeros(2, 3, 64, 64), CPU)
    assert "niqe" not in values
    assert values["score"] == pytest.approx(2.0)
    flat = scores(objective_of(0.9), faces, torch.zeros(2, 3, 192, 192), CPU)
    assert flat["niqe"] == validation._WORST_NIQE


def test_where_features_see_detail_natural_look_is_not_measured(faces):
    objective = objective_of(0.9)
    objective.features = lambda images: (images,)
    values = scores(objective, faces, torch.zeros(2, 3, 192, 192), CPU)
    assert judges_of(values) == ["perceptual", "identity"]
    assert "niqe" not in values


def test_judges():
    line = {"kind": "validation", "step": 3, "l1": 0.1, "score": 0.6}
    assert judges_of(line) == ["l1"]
    assert judges_of({**line, "identity": 0.9, "niqe": 5.0}) == ["identity", "niqe"]
    assert judges_of({"kind": "validation"}) == []


def test_the_choice_is_told():
    comparison = {"step": 110, "start": "stock", "verdict": "not better", "faces": 6}
    comparison |= {"better": [], "worse": ["niqe"], "chosen_by": ["identity", "niqe"]}
    assert choice_sentence(comparison) == (
        "Its best state, of step 110, was chosen by likeness and natural look."
    )
    assert "not better than stock; worse in natural look" in result_sentence(
        {"comparison": comparison}
    )
    del comparison["chosen_by"]  # runs of earlier versions
    assert choice_sentence(comparison) == ""


@pytest.fixture
def options(tmp_path):
    folder = tmp_path / "faces"
    folder.mkdir()
    rows = ["file,split"]
    for index in range(6):
        cv2.imwrite(str(folder / f"{index}.png"), textured(256, index))
        rows.append(f"{index}.png,{'val' if index == 5 else 'train'}")
    (folder / "manifest.csv").write_text("\n".join(rows) + "\n")
    return TrainingOptions(
        network=NetworkOptions(
            out_size_px=256, num_style_feat=8, channel_multiplier=0.5, narrow=0.0625
        ),
        data=DataOptions(folder=str(folder), workers=0),
        losses=LossWeights(
            l1=1.0,
            pyramid=0.0,
            perceptual=0.0,
            style=0.0,
            adversarial=0.0,
            component=0.0,
            component_style=0.0,
            identity=0.1,
        ),
        identity_weights=str(validation_identity()),
        steps=1,
        batch=1,
        precision="fp32",
        validation_faces=1,
        preview_faces=1,
        compared_faces=0,
    )


def validation_identity():
    from importlib.resources import files

    return files("resources") / "models" / BUNDLED_IDENTITY


def test_a_run_says_by_what_its_best_state_is_chosen(options, tmp_path):
    run = RunFolder(tmp_path / "run")
    standing = session.start(options, run.path, no_progress())
    assert standing.measure == "niqe"
    log = (run.path / "log.txt").read_text()
    assert "the best state is chosen by identity and niqe; no ImageNet weights" in log


def test_a_best_score_of_another_kind_is_not_compared_with(options, tmp_path):
    run = RunFolder(tmp_path / "run")
    session.start(options, run.path, no_progress())
    newest = run.newest_checkpoint()
    state = torch.load(newest, weights_only=True)
    state["standing"] |= {"best_score": 0.0001, "best_step": 1, "measure": ""}
    torch.save(state, newest)
    run.write_options(options.replace(steps=2))
    standing = session.go_on(run.path, no_progress())
    assert (standing.best_step, standing.measure) == (2, "niqe")


def test_weights_that_are_none_are_refused_in_one_sentence(tmp_path):
    from core.errors import ModelFileError
    from training.networks import read_weights

    photo = tmp_path / "photo.pth"
    photo.write_bytes(b"\xff\xd8\xff\xe0 a photo with another ending")
    with pytest.raises(ModelFileError, match=r"photo.pth is not a model file") as caught:
        read_weights(photo)
    assert "torch.load" not in str(caught.value)
    with pytest.raises(ModelFileError, match=r"gone.pth cannot be read: No such file"):
        read_weights(tmp_path / "gone.pth")


def test_a_checkpoint_of_a_run_can_be_gone_on_from(options, tmp_path):
    from training.networks import read_weights

    run = RunFolder(tmp_path / "run")
    session.start(options, run.path, no_progress())
    names = set(read_weights(run.newest_checkpoint()))
    assert names == set(build_generator(options.network, 0).state_dict())
