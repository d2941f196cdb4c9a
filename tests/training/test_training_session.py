"""A run as a process: its state, one at a time, finishing early, failing well, comparing."""

import json
import shutil

import cv2
import numpy as np
import pytest
import torch
from filelock import FileLock
from safetensors.torch import save_file

from core.errors import Cancelled, ModelFileError, OutputError
from core.models.spec import load_registry
from core.models.store import ModelStore
from core.progress import CancelToken, Progress, no_progress
from training import loop, session, trainer
from training.checkpoint import list_checkpoints
from training.compare import can_compare, compare, judged
from training.estimate import measured, scaled
from training.export import card_markdown, model_card
from training.networks import build_generator, network_of
from training.options import DataOptions, LossWeights, NetworkOptions, TrainingOptions
from training.presets import PRESETS, starting_from, with_known_start
from training.records import TrainingDataError
from training.register import register, result_sentence
from training.runfolder import RunFolder
from training.score import Score

TINY = NetworkOptions(out_size_px=32, num_style_feat=16, channel_multiplier=0.25, narrow=0.03125)
LOSSES = LossWeights(
    l1=1.0, pyramid=0.0, perceptual=0.0, style=0.0, adversarial=0.0, component=0.0,
    component_style=0.0, identity=0.0,
)  # fmt: skip


@pytest.fixture(scope="module")
def faces(tmp_path_factory):
    folder = tmp_path_factory.mktemp("faces")
    rows = ["file,split"]
    for index in range(7):
        rng = np.random.default_rng(index)
        small = rng.integers(0, 255, (6, 6, 3), np.uint8)
        picture = cv2.resize(small, (32, 32), interpolation=cv2.INTER_CUBIC)
        cv2.imwrite(str(folder / f"{index}.png"), picture)
        rows.append(f"{index}.png,{'val' if index >= 6 else 'train'}")
    (folder / "manifest.csv").write_text("\n".join(rows) + "\n")
    return folder


@pytest.fixture(scope="module")
def upstream_file(tmp_path_factory):
    """A random checkpoint of the clean layout, wrapped as GFPGANv1.3.pth and v1.4.pth are."""
    path = tmp_path_factory.mktemp("start") / "GFPGANv1.4.pth"
    network = build_generator(TINY.replace(out_size_px=64, channel_multiplier=0.5), 3)
    torch.save({"params_ema": network.state_dict()}, path)
    return path


@pytest.fixture
def options(faces, upstream_file):
    return TrainingOptions(
        network=network_of(upstream_file),
        data=DataOptions(folder=str(faces), workers=0, licence="CC0-1.0", commercial_use=True),
        losses=LOSSES,
        start_from=str(upstream_file),
        steps=4,
        batch=2,
        precision="fp32",
        log_every=1,
        validation_faces=1,
        preview_faces=1,
        compared_faces=1,
        checkpoint_every_steps=1,
        validate_every_s=1e9,
    )


def state_of(run):
    return json.loads((run / "state.json").read_text())


def test_a_file_of_the_upstream_layout_is_trained_on_and_compared(options, tmp_path):
    run = tmp_path / "run"
    assert session.start(options, run, no_progress()).step == 4
    assert state_of(run)["state"] == "finished"
    comparison = RunFolder(run).read_comparison()
    assert comparison["verdict"] == "too few faces"
    assert comparison["start"] == "GFPGANv1.4"
    assert comparison["chosen_by"] == ["l1"]
    assert set(comparison["figures"]) == {"identity", "niqe", "ssim", "psnr"}
    layout = json.loads((run / "previews" / "layout.json").read_text())
    assert layout == {"rows": ["input", "start", "yours", "target"], "faces": 1}
    sheet = cv2.imread(str(run / "previews" / "step-00000000.png"))
    assert sheet.shape == (4 * 64, 64, 3)
    assert np.array_equal(sheet[64:128], sheet[128:192])  # at the start, both are the same
    assert not (run / ".lock").exists() or FileLock(run / ".lock").acquire(timeout=0)
    page = card_markdown(model_card(RunFolder(run)))
    assert "## Against GFPGANv1.4" in page
    assert "not for commercial use" in page  # the terms of the start are not known


def test_only_one_process_trains_a_run(options, tmp_path, monkeypatch):
    run = tmp_path / "run"
    monkeypatch.setattr(session, "LOCK_PATIENCE_S", 0.0)
    RunFolder(run).create(options)
    with (
        FileLock(run / ".lock", is_singleton=False),
        pytest.raises(OutputError, match="trained already"),
    ):
        session.go_on(run, no_progress())
    assert not (run / "state.json").exists()


def test_pausing_leaves_a_checkpoint_and_says_so(options, tmp_path):
    run, token = tmp_path / "run", CancelToken()
    with pytest.raises(Cancelled):
        session.start(options, run, Progress(lambda *_: token.cancel(), token))
    assert state_of(run)["state"] == "paused"
    assert list_checkpoints(run / "checkpoints")
    assert session.go_on(run, no_progress()).step == 4


def test_finishing_early_counts_as_complete(options, tmp_path):
    run = tmp_path / "run"

    def ask(_fraction, _message):
        (run / "stop").write_text("finish")

    standing = session.start(options.replace(steps=1000), run, Progress(ask))
    assert standing.step == 2  # the wish is seen at the next step
    assert state_of(run)["state"] == "finished"
    assert RunFolder(run).read_comparison()["step"] == standing.best_step


def test_losses_that_are_no_numbers_end_the_run_with_its_last_good_state(
    options, tmp_path, monkeypatch
):
    run = tmp_path / "run"
    honest = trainer.RestorationTrainer._restore

    def broken(self, inputs):
        output, pyramid = honest(self, inputs)
        return (output * float("nan") if self.standing.step == 2 else output), pyramid

    monkeypatch.setattr(trainer.RestorationTrainer, "_restore", broken)
    with pytest.raises(trainer.TrainingDivergedError, match="no longer a number at step 2"):
        session.start(options, run, no_progress())
    state = state_of(run)
    assert (state["state"], state["kind"]) == ("failed", "TrainingDivergedError")
    assert "last good checkpoint is kept" in state["remedy"]
    newest = RunFolder(run).newest_checkpoint()
    assert newest.name == "step-00000002.pt"
    weights = torch.load(newest, weights_only=True)["generator"]
    assert all(value.isfinite().all() for value in weights.values())
    monkeypatch.undo()
    assert session.go_on(run, no_progress(), gentler=True).step == 4
    gentler = RunFolder(run).read_options()
    assert gentler.optimiser.generator_rate == options.optimiser.generator_rate / 2
    assert gentler.precision == "fp32"


def test_a_full_disk_ends_the_run_and_says_so(options, tmp_path, monkeypatch):
    run = tmp_path / "run"
    save = torch.save

    def full(state, file):
        if state["standing"]["step"] == 3:
            file.write(b"half a checkpoint")
            raise OSError(28, "No space left on device")
        save(state, file)

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(OutputError, match="No space left"):
        session.start(options, run, no_progress())
    assert state_of(run)["state"] == "failed"
    assert "Free some space" in state_of(run)["remedy"]
    assert not list(run.rglob("*.part"))
    assert RunFolder(run).newest_checkpoint().name == "step-00000002.pt"
    monkeypatch.undo()
    assert session.go_on(run, no_progress()).step == 4


def test_the_disk_budget_counts_for_the_best_checkpoint_too(options, tmp_path):
    with pytest.raises(OutputError, match="more than its"):
        session.start(options.replace(disk_budget_bytes=1000), tmp_path / "run", no_progress())
    assert "Allow it more" in state_of(tmp_path / "run")["remedy"]


def test_a_disk_without_room_is_told_before_the_first_step(options, tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)._replace(free=5 << 20)
    monkeypatch.setattr("training.runfolder.shutil.disk_usage", lambda _path: usage)
    monkeypatch.setattr(trainer, "checkpoint_bytes", lambda *_networks: 312 << 20)
    with pytest.raises(OutputError, match="needs 312 MB, but the disk has 5 MB"):
        session.start(options, tmp_path / "run", no_progress())
    assert state_of(tmp_path / "run")["state"] == "failed"
    assert not RunFolder(tmp_path / "run").read_stats()


def test_unexpected_failures_are_noted(options, tmp_path, monkeypatch):
    def broken(*_args):
        raise KeyError("bug")

    monkeypatch.setattr(trainer.RestorationTrainer, "_losses", broken)
    with pytest.raises(KeyError):
        session.start(options, tmp_path / "run", no_progress())
    assert "KeyError" in state_of(tmp_path / "run")["summary"]


def test_one_face_is_named_as_one(options, tmp_path):
    folder = tmp_path / "faces"
    folder.mkdir()
    for index, split in enumerate(("train", "val", "val")):
        cv2.imwrite(str(folder / f"{index}.png"), np.full((32, 32, 3), 50 * index, np.uint8))
        row = f"{index}.png,{split}\n"
        with (folder / "manifest.csv").open("a") as file:
            file.write(row if index else f"file,split\n{row}")
    options = options.replace(data=options.data.replace(folder=str(folder)))
    expected = r"There is only one face to train on \(3 in all, 2 held out to measure with\)"
    with pytest.raises(TrainingDataError, match=expected):
        session.start(options, tmp_path / "run", no_progress())


def test_what_cannot_begin_leaves_no_folder(options, tmp_path):
    gone = options.replace(start_from=str(tmp_path / "gone.pth"))
    with pytest.raises(ModelFileError, match=r"no file “.*gone.pth”"):
        session.start(gone, tmp_path / "run", no_progress())
    nowhere = options.replace(data=options.data.replace(folder=str(tmp_path / "nowhere")))
    with pytest.raises(TrainingDataError, match="does not exist"):
        session.start(nowhere, tmp_path / "run", no_progress())
    assert not (tmp_path / "run").exists()


def test_faces_that_vanish_after_the_last_step_cost_the_comparison_only(
    options, tmp_path, faces, monkeypatch
):
    run, copy = tmp_path / "run", tmp_path / "faces"
    shutil.copytree(faces, copy)
    save = trainer.RestorationTrainer.save

    def vanishing(self):
        save(self)
        shutil.rmtree(copy, ignore_errors=self.standing.step == 4)

    monkeypatch.setattr(trainer.RestorationTrainer, "save", vanishing)
    options = options.replace(
        data=options.data.replace(folder=str(copy)),
        checkpoint_every_steps=0,
        checkpoint_every_s=1e9,
    )
    session.start(options, run, no_progress())
    assert state_of(run)["state"] == "finished"
    assert "no comparison" in (run / "log.txt").read_text()
    store = ModelStore(tmp_path / "models", load_registry())
    spec = register(RunFolder(run), "Ada", store, no_progress())
    assert "Trained by you, " in spec.good_at
    assert "an unknown number of faces" in card_markdown(model_card(RunFolder(run)))


def test_whole_photos_are_not_taken_for_faces(options, tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    for index in range(6):
        cv2.imwrite(str(folder / f"{index}.png"), np.zeros((40, 60, 3), np.uint8))
    options = options.replace(data=options.data.replace(folder=str(folder)))
    with pytest.raises(TrainingDataError, match="whole photo"):
        session.start(options, tmp_path / "run", no_progress())


def scores_of(start, yours):
    made = []
    for name, values in (("start", start), ("yours", yours)):
        for identity, niqe in values:
            figures = {"psnr": 20.0, "ssim": 0.5, "perceptual": float("nan")}
            score = Score(name, "mild", "", identity=identity, niqe=niqe, **figures)
            made.append(score)
    return made


@pytest.mark.parametrize(
    ("change", "verdict", "better", "worse"),
    [
        ((0.02, -0.5), "better", ["identity", "niqe"], []),
        ((0.02, 0.5), "mixed", ["identity"], ["niqe"]),
        ((-0.02, 0.5), "not better", [], ["identity", "niqe"]),
        ((0.0, 0.0), "not better", [], []),
        ((0.0005, 0.0), "not better", [], []),  # beyond chance, but nobody could see it
    ],
)
def test_verdicts(change, verdict, better, worse):
    start = [(0.9 + 0.01 * n, 6.0 + 0.1 * n) for n in range(8)]
    yours = [(a + change[0] * (1 + 0.01 * n), b + change[1]) for n, (a, b) in enumerate(start)]
    found = judged(scores_of(start, yours), 8)
    assert (found["verdict"], found["better"], found["worse"]) == (verdict, better, worse)
    assert "perceptual" not in found["figures"]


def test_a_gain_that_may_be_chance_is_none():
    start = [(0.9, 6.0)] * 8
    gains = (0.06, -0.05, 0.04, -0.03, 0.05, -0.04, 0.03, -0.02)  # on average 0.005
    yours = [(0.9 + gain, 6.0) for gain in gains]
    assert judged(scores_of(start, yours), 8)["verdict"] == "not better"


def test_three_faces_decide_nothing():
    start = [(0.5, 9.0)] * 3
    yours = [(0.9, 5.0)] * 3
    found = judged(scores_of(start, yours), 3)
    assert found["verdict"] == "too few faces"
    assert "too few to say" in result_sentence({"comparison": {**found, "start": "stock"}})


def test_a_result_becomes_a_model_with_its_card(options, tmp_path):
    run = tmp_path / "Ada"
    options = options.replace(
        start_model="mine", start_licence="Apache-2.0", start_commercial_use=True
    )
    session.start(options, run, no_progress())
    assert can_compare(RunFolder(run))
    assert compare(RunFolder(run), no_progress())["faces"] == 1
    store = ModelStore(tmp_path / "models", load_registry())
    spec = register(RunFolder(run), "Aunt Ada", store, no_progress())
    assert (spec.name, spec.origin, spec.licence) == ("Aunt Ada", "Trained by you", "Apache-2.0")
    assert spec.commercial_use
    assert "Trained by you on 6 faces" in spec.good_at
    assert "from mine" in spec.good_at
    assert store.spec(spec.id) == spec
    assert store.verify(spec.id).is_file()
    assert store.remove(spec.id) > 0


def test_the_start_is_recognised_by_its_contents(tmp_path):
    path = tmp_path / "renamed.safetensors"
    save_file({"x": torch.zeros(3)}, path)
    options = TrainingOptions(start_from=str(path))
    assert with_known_start(options, load_registry()).start_model == ""
    bundled = starting_from(PRESETS["finetune-quick"], None)
    known = with_known_start(bundled, load_registry())
    assert (known.start_model, known.start_commercial_use) == ("compact-512", True)
    assert known.start_shown == "Heirloom 512"
    assert options.start_shown == "renamed"
    assert known.losses.view_px == 256


def test_a_slow_computer_tells_of_itself_between_the_lines(options, tmp_path, monkeypatch):
    monkeypatch.setattr(loop, "REPORT_AT_LEAST_S", 0.0)
    session.start(options.replace(log_every=10_000), tmp_path / "run", no_progress())
    lines = [line for line in RunFolder(tmp_path / "run").read_stats() if line["kind"] == "losses"]
    assert [line["step"] for line in lines] == list(range(1, options.steps + 1))


def test_costs_are_estimated_and_measured(options):
    for name in ("finetune-quick", "finetune-normal", "finetune-thorough"):
        cost = scaled(starting_from(PRESETS[name], None))
        assert cost.basis == "scaled"
        assert cost.step_s > 0
        assert 2e9 < cost.memory_bytes < 12e9
        assert cost.disk_bytes < PRESETS[name].disk_budget_bytes
    cost = measured(options, no_progress())
    assert cost.basis == "measured"
    figures = json.loads(cost.to_json(options))
    assert figures["total_s"] >= 4 * figures["step_s"]
