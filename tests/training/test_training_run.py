"""Whole runs on drawn faces: overfitting, resuming to the bit, stopping, and what can go wrong."""

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from core.errors import Cancelled, ModelFileError, OutputError, SettingsError
from core.progress import CancelToken, Progress, no_progress
from training import checkpoint, loop, trainer
from training.distributed import World
from training.loop import resume, train
from training.objective import Objective
from training.options import (
    DataOptions,
    LossWeights,
    NetworkOptions,
    OptimiserOptions,
    TrainingOptions,
)
from training.records import TrainingDataError
from training.runfolder import RunFolder

PIXELS_ONLY = LossWeights(
    l1=1.0, pyramid=0.1, perceptual=0.0, style=0.0, adversarial=0.0, component=0.0,
    component_style=0.0, identity=0.0,
)  # fmt: skip
WITH_CRITICS = PIXELS_ONLY.replace(
    adversarial=0.1, r1_every=2, component=0.1, component_style=1.0, component_matching=0.1,
    component_width=4,
)  # fmt: skip


def draw_face(index, side=32):
    """A round face with two eyes and a mouth, each in colours of its own."""
    rng = np.random.default_rng(index)
    image = np.full((side, side, 3), rng.integers(30, 120, 3), dtype=np.uint8)
    colours = [tuple(int(c) for c in rng.integers(0, 255, 3)) for _ in range(3)]
    u = side / 32
    cv2.circle(image, (int(16 * u), int(17 * u)), int(11 * u), colours[0], -1)
    for x in (12, 20):
        cv2.circle(image, (int(x * u), int(15 * u)), max(1, int(2 * u)), colours[1], -1)
    cv2.line(image, (int(12 * u), int(23 * u)), (int(20 * u), int(23 * u)), colours[2], 2)
    return image


def shrunk_face(index):
    return cv2.resize(draw_face(index), (16, 16), interpolation=cv2.INTER_AREA)


@pytest.fixture(scope="module")
def faces(tmp_path_factory):
    folder = tmp_path_factory.mktemp("faces")
    rows = ["file,split"]
    for index in range(10):
        cv2.imwrite(str(folder / f"{index}.png"), draw_face(index))
        rows.append(f"{index}.png,{'val' if index >= 8 else 'train'}")
    (folder / "manifest.csv").write_text("\n".join(rows) + "\n")
    return folder


@pytest.fixture
def options(faces):
    return TrainingOptions(
        network=NetworkOptions(
            out_size_px=32, num_style_feat=16, channel_multiplier=0.25, narrow=0.03125
        ),
        data=DataOptions(folder=str(faces), workers=0),
        losses=PIXELS_ONLY,
        optimiser=OptimiserOptions(
            generator_rate=2e-3, discriminator_rate=1e-3, generator_beta1=0.5, ema_decay=0.9
        ),
        steps=6,
        batch=2,
        precision="fp32",
        log_every=1,
        validation_faces=2,
        preview_faces=2,
        checkpoint_every_steps=3,
        validate_every_s=1e9,
    )


def losses_of(folder):
    lines = [line for line in RunFolder(folder).read_stats() if line["kind"] == "losses"]
    return {line["step"]: {k: v for k, v in line.items() if k in ("l1", "r1")} for line in lines}


def average_of(folder):
    return checkpoint.read_average(RunFolder(folder).newest_checkpoint())[0]


def same_weights(first, second):
    return all(torch.equal(first[name], second[name]) for name in first)


def test_eight_faces_are_learned_by_heart(options, tmp_path):
    """The loss falls to a tenth, and each output is nearest to its own face."""
    run = tmp_path / "run"
    data = options.data.replace(
        flip_share=0.0, clean_share=1.0, mild_share=0.0, grey_share=0.0, damage_share=0.0
    )
    network = options.network.replace(out_size_px=16, narrow=0.0625, num_style_feat=16)
    optimiser = options.optimiser.replace(generator_rate=1e-2, schedule="cosine", ema_decay=0.95)
    options = options.replace(data=data, network=network, optimiser=optimiser, steps=150, batch=8)
    train(options, run, no_progress())
    losses = losses_of(run)
    first, last = losses[1]["l1"], min(losses[step]["l1"] for step in range(140, 151))
    assert last < first / 10
    network = trainer.build_generator(options.network, 0)
    network.load_state_dict(average_of(run))
    targets = torch.stack(
        [torch.from_numpy(shrunk_face(n)[:, :, ::-1].copy()).permute(2, 0, 1) for n in range(8)]
    )
    wanted = targets.float() / 127.5 - 1
    with torch.no_grad():
        made = network(wanted)
    distances = (made[:, None] - wanted[None]).abs().mean(dim=(2, 3, 4))
    assert distances.argmin(dim=1).tolist() == list(range(8))


def test_a_run_that_was_stopped_ends_as_one_that_was_not(options, tmp_path):
    options = options.replace(losses=WITH_CRITICS, random_noise=True)
    straight, halting = tmp_path / "straight", tmp_path / "halting"
    train(options, straight, no_progress())
    token = CancelToken()

    def stop_after_three(fraction, _message):
        if fraction >= 0.5:
            token.cancel()

    with pytest.raises(Cancelled):
        train(options, halting, Progress(stop_after_three, token))
    assert RunFolder(halting).newest_checkpoint().name < "step-00000006.pt"
    resume(halting, no_progress())
    assert same_weights(average_of(straight), average_of(halting))
    assert losses_of(straight) == losses_of(halting)


def test_a_killed_run_goes_on_from_its_last_checkpoint(options, faces, tmp_path):
    """SIGKILL in the middle of a step: the next start gives the weights of an undisturbed run."""
    straight, killed = tmp_path / "straight", tmp_path / "killed"
    train(options, straight, no_progress())
    file = tmp_path / "options.json"
    file.write_bytes(options.replace(steps=100_000).to_json())
    command = [sys.executable, "-m", "training", "start", str(killed), "--options", str(file)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    process = subprocess.Popen([*command, "--threads", "1"], env=environment)
    try:
        wanted = killed / "checkpoints" / "step-00000003.pt"
        while process.poll() is None and not wanted.exists():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.02)
    finally:
        process.kill()
        process.wait()
    for path in checkpoint.list_checkpoints(killed / "checkpoints"):
        if path.name != "step-00000003.pt":
            path.unlink()
    (killed / "options.json").write_bytes(options.to_json())
    resume(killed, no_progress())
    assert all(
        torch.allclose(value, average_of(straight)[name], atol=1e-6)
        for name, value in average_of(killed).items()
    )


def test_two_processes_equal_one_with_the_double_batch(options, tmp_path):
    """All but StyleGAN2's critic, whose statistics are those of the batch that a process sees."""
    losses = WITH_CRITICS.replace(adversarial=0.0)
    options = options.replace(losses=losses, random_noise=True, steps=3)
    together, apart = tmp_path / "together", tmp_path / "apart"
    train(options.replace(batch=4), together, no_progress())
    file = tmp_path / "options.json"
    file.write_bytes(options.replace(batch=2).to_json())
    command = [
        sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2",
        "-m", "training", "start", str(apart), "--options", str(file), "--threads", "1",
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run(command, check=True, env=environment, capture_output=True)
    one, two = average_of(together), average_of(apart)
    assert max(float((one[n] - two[n]).abs().max()) for n in one) < 1e-5


def test_the_run_folder_tells_what_happened(options, tmp_path):
    run = tmp_path / "run"
    standing = train(options.replace(validate_every_s=0.0), run, no_progress())
    assert standing.step == 6
    assert json.loads((run / "options.json").read_bytes())["steps"] == 6
    assert "finished at step 6" in (run / "log.txt").read_text()
    stats = RunFolder(run).read_stats()
    assert [line["step"] for line in stats if line["kind"] == "losses"] == [1, 2, 3, 4, 5, 6]
    scored = [line for line in stats if line["kind"] == "validation"]
    assert all(line["score"] > 0 for line in scored)
    assert len(checkpoint.list_checkpoints(run / "checkpoints")) == 2
    assert (run / "checkpoints" / "best.pt").is_file()
    preview = cv2.imread(str(run / "previews" / "step-00000006.png"))
    assert preview.shape == (3 * 32, 2 * 32, 3)
    assert not list(run.rglob("*.part*"))


def test_a_file_named_stop_saves_and_stops(options, tmp_path):
    run = tmp_path / "run"

    def ask(_fraction, _message):
        (run / "stop").touch()

    with pytest.raises(Cancelled):
        train(options.replace(checkpoint_every_steps=0), run, Progress(ask))
    assert RunFolder(run).newest_checkpoint() is not None
    assert resume(run, no_progress()).step == 6


def test_a_run_ends_early_when_its_score_stands_still(options, tmp_path):
    frozen = options.optimiser.replace(generator_rate=0.0)
    options = options.replace(optimiser=frozen, patience=2, validate_every_s=0.0, steps=50)
    assert train(options, tmp_path / "run", no_progress()).step == 3


def test_losses_that_are_no_numbers_stop_the_run_and_keep_the_checkpoint(
    options, tmp_path, monkeypatch
):
    run, original = tmp_path / "run", Objective.generator_loss

    def poisoned(self, seen, step):
        loss, parts = original(self, seen, step)
        return (loss * float("nan"), parts) if step == 4 else (loss, parts)

    monkeypatch.setattr(Objective, "generator_loss", poisoned)
    with pytest.raises(trainer.TrainingDivergedError, match="no longer a number at step 4"):
        train(options, run, no_progress())
    assert RunFolder(run).newest_checkpoint().name == "step-00000003.pt"
    assert all(torch.isfinite(value).all() for value in average_of(run).values())
    monkeypatch.undo()
    assert resume(run, no_progress()).step == 6


def test_a_full_disk_at_a_checkpoint_is_explained_and_keeps_the_old_one(
    options, tmp_path, monkeypatch
):
    run, save, calls = tmp_path / "run", torch.save, []

    def full(state, file):
        calls.append(1)
        if len(calls) > 1:  # step 3, then no more space
            file.write(b"half a file")
            raise OSError(28, "No space left on device")
        save(state, file)

    monkeypatch.setattr(checkpoint.torch, "save", full)
    with pytest.raises(OutputError, match="No space left"):
        train(options, run, no_progress())
    monkeypatch.undo()
    assert [p.name for p in checkpoint.list_checkpoints(run / "checkpoints")] == [
        "step-00000003.pt"
    ]
    assert not list(run.rglob("*.part"))
    assert resume(run, no_progress()).step == 6


def test_the_disk_budget_is_kept(options, tmp_path):
    with pytest.raises(OutputError, match="disk"):
        train(options.replace(disk_budget_bytes=1000), tmp_path / "run", no_progress())


def test_a_used_folder_is_not_started_again(options, tmp_path):
    run = tmp_path / "run"
    train(options, run, no_progress())
    with pytest.raises(OutputError, match="already holds"):
        train(options, run, no_progress())


def test_too_few_faces_are_refused(options, tmp_path):
    for index in range(3):
        cv2.imwrite(str(tmp_path / f"{index}.png"), draw_face(index))
    data = options.data.replace(folder=str(tmp_path))
    with pytest.raises(TrainingDataError, match="only"):
        train(options.replace(data=data), tmp_path / "run", no_progress())


def test_a_damaged_checkpoint_is_explained(options, tmp_path):
    run = tmp_path / "run"
    train(options, run, no_progress())
    RunFolder(run).newest_checkpoint().write_bytes(b"broken")
    with pytest.raises(ModelFileError, match="earlier checkpoint"):
        resume(run, no_progress())


def test_there_must_be_a_run_to_resume(tmp_path):
    with pytest.raises(SettingsError, match="no training run"):
        resume(tmp_path, no_progress())


def test_switched_off_losses_build_nothing(options):
    objective = Objective(options)
    assert objective.features is None
    assert objective.identity is None
    assert len(objective.discriminators) == 0
    assert not list(objective.parameters())


def test_losses_without_their_weights_file_are_explained(options):
    for losses in (PIXELS_ONLY.replace(perceptual=1.0), PIXELS_ONLY.replace(identity=1.0)):
        with pytest.raises(SettingsError, match="weights"):
            Objective(options.replace(losses=losses))


def test_the_prior_trains_and_draws_faces(options, tmp_path):
    run = tmp_path / "run"
    losses = PIXELS_ONLY.replace(pyramid=0.0, adversarial=1.0, r1_every=2)
    prior = options.replace(task="prior", losses=losses, steps=4)
    loop.train(prior, run, no_progress())
    stats = [line for line in RunFolder(run).read_stats() if line["kind"] == "losses"]
    assert {"adversarial", "d_image", "r1", "path"} <= set(stats[0])
    assert cv2.imread(str(run / "previews" / "step-00000004.png")).shape == (32, 64, 3)
    weights = {k.removeprefix("decoder."): v for k, v in average_of(run).items()}
    weights.pop("path_mean")
    torch.save(weights, tmp_path / "prior.pth")
    restoring = options.replace(prior_from=str(tmp_path / "prior.pth"), train_prior=False, steps=2)
    started = trainer.start_weights(restoring)
    key = "stylegan_decoder.style_conv1.modulated_conv.weight"
    assert torch.equal(started.state_dict()[key], weights[key.removeprefix("stylegan_decoder.")])
    trained = trainer.RestorationTrainer(restoring, RunFolder(tmp_path), World())
    assert not any(p.requires_grad for p in trained.generator.stylegan_decoder.parameters())


@pytest.mark.parametrize("has_instructions", [True, False])
def test_a_run_uses_bf16_only_where_the_processor_has_it(
    options, tmp_path, monkeypatch, has_instructions
):
    monkeypatch.setattr(trainer, "has_bf16", lambda _device: has_instructions)
    wished = trainer.RestorationTrainer(
        options.replace(precision="bf16"), RunFolder(tmp_path), World()
    )
    assert wished.bf16 is has_instructions
    full = trainer.RestorationTrainer(
        options.replace(precision="fp32"), RunFolder(tmp_path), World()
    )
    assert not full.bf16
