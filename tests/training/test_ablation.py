"""The ablations end to end on drawn faces, and what their table may claim."""

import csv
import io
import math

import cv2
import msgspec
import numpy as np
import pytest
import torch

from app.cli import main
from app.cli_ablate import SCALE_NAMES
from core.api import Engine
from core.device import ComputePreference
from core.errors import Cancelled, OutputError, SettingsError
from core.evaluation.statistics import Estimate, Row
from core.progress import CancelToken, Progress, no_progress
from training import ablation_run, ablation_timing
from training.ablation import SCALES, VARIANTS, AblationPlan, Run, prior_run, scale, variant_run
from training.ablation_figure import HEADS, save
from training.ablation_run import PRIOR, Ablation, claim, prepare_faces
from training.ablation_table import (
    ALIKE,
    BETTER,
    WORSE,
    as_csv,
    as_markdown,
    as_text,
    spread_of,
    table_of,
)
from training.networks import build_generator, load_prior
from training.options import NetworkOptions
from training.records import TrainingDataError, read_records

PLAN = scale("tiny").replace(
    scale="test",
    recipe=SCALES["tiny"].recipe.replace(
        network=NetworkOptions(
            out_size_px=64, num_style_feat=16, channel_multiplier=0.25, narrow=0.03125
        ),
        data=SCALES["tiny"].recipe.data.replace(workers=0),
        losses=SCALES["tiny"].recipe.losses.replace(component_width=4, identity=0.0),
        batch=2,
        validation_faces=2,
    ),
    variants=("full", "no-prior"),
    steps=2,
    prior_steps=2,
    full_seeds=2,
    test_faces=2,
    strengths=("severe",),
)


def draw_face(index: int, side: int = 96) -> np.ndarray:
    rng = np.random.default_rng(index)
    image = np.full((side, side, 3), rng.integers(30, 120, 3), np.uint8)
    skin, eyes, mouth = (tuple(map(int, rng.integers(0, 255, 3))) for _ in range(3))
    cv2.circle(image, (side // 2, side // 2), side // 3, skin, -1)
    for x in (3, 5):
        cv2.circle(image, (side * x // 8, side * 15 // 32), side // 16, eyes, -1)
    cv2.line(image, (side * 3 // 8, side * 23 // 32), (side * 5 // 8, side * 23 // 32), mouth, 4)
    return image


@pytest.fixture(scope="module")
def faces(tmp_path_factory):
    folder = tmp_path_factory.mktemp("faces")
    rows = ["file,split"]
    for index in range(9):
        cv2.imwrite(str(folder / f"{index}.png"), draw_face(index))
        rows.append(f"{index}.png,{'val' if index >= 6 else 'train'}")
    (folder / "manifest.csv").write_text("\n".join(rows) + "\n")
    return folder


@pytest.fixture(scope="module")
def engine():
    return Engine(ComputePreference(device="cpu", runtime="torch", precision="fp32"))


def run(ablation: Ablation, engine: Engine, progress: Progress | None = None):
    return ablation_run.run_ablation(ablation, engine, progress or no_progress())


@pytest.fixture(scope="module")
def done(faces, engine, tmp_path_factory):
    """Ablations that ran through, with their result."""
    ablation = Ablation(PLAN, faces, tmp_path_factory.mktemp("done") / "out")
    return ablation, run(ablation, engine)


def test_a_run_leaves_table_figure_and_models(done):
    ablation, result = done
    table = table_of(PLAN, result)
    made = save(ablation.out_dir, PLAN, table, result, ablation.run_folder(PRIOR))
    names = [row.name for row in table.rows]
    assert names == ["full", "no-prior", "full-seed-1", "input"]
    assert {"psnr", "ssim", "niqe"} <= set(table.rows[0].figures)
    assert table.rows[-1].figures["psnr"].verdict == ""
    figure = cv2.imread(str(made.figure_png))
    columns, rows = 4, 2  # input, no prior, full, truth; one row a face
    assert figure.shape[0] > rows * 128
    assert columns * 128 < figure.shape[1] < (columns + 1) * 128 + 90
    page = made.figure_html.read_text("utf-8")
    assert page.count("<img") == columns * rows + 1  # and what the prior draws
    assert "://" not in page.split("</style>")[1]  # which no picture's base64 can hold
    assert "| severe | no prior |" in made.table_markdown.read_text("utf-8")
    (line,) = [row for row in csv.DictReader(io.StringIO(made.table_csv.read_text()))
               if row["variant"] == "no-prior"]  # fmt: skip
    assert float(line["psnr"]) == pytest.approx(table.rows[1].figures["psnr"].mean, rel=1e-5)
    assert msgspec.json.decode(made.table_json.read_bytes())["plan"]["steps"] == 2
    assert "not installed" in as_text(PLAN, table)


def test_a_stopped_run_continues_and_gives_the_same_table(done, faces, engine, tmp_path):
    finished, result = done
    ablation, token = Ablation(PLAN, faces, tmp_path / "out"), CancelToken()

    def stop_within_a_variant(_fraction: float, message: str) -> None:
        if "“no-prior”: step 1" in message:
            token.cancel()

    with pytest.raises(Cancelled):
        run(ablation, engine, Progress(stop_within_a_variant, token))
    assert ablation.model("full").is_file()
    assert not ablation.model("no-prior").is_file()
    kept = ablation.model("full").stat().st_mtime_ns
    again = run(ablation, engine)
    assert ablation.model("full").stat().st_mtime_ns == kept
    assert as_csv(table_of(PLAN, again)) == as_csv(table_of(PLAN, result))
    assert ablation.model("no-prior").read_bytes() == finished.model("no-prior").read_bytes()


def test_what_is_finished_is_not_done_again(done, engine, monkeypatch):
    ablation, result = done

    def never(*_arguments):
        raise AssertionError("trained again")

    monkeypatch.setattr(ablation_run, "train", never)
    monkeypatch.setattr(ablation_run, "resume", never)
    again = run(ablation, engine)
    assert as_csv(table_of(PLAN, again)) == as_csv(table_of(PLAN, result))


def test_the_prior_is_where_the_variants_start(done):
    ablation, _result = done
    with_prior, without_prior = (
        variant_run(PLAN, each, ablation.faces, ablation.model(PRIOR)) for each in PLAN.runs[:2]
    )
    assert with_prior.prior_from
    assert not without_prior.prior_from
    network = build_generator(PLAN.recipe.network, 0)
    before = network.stylegan_decoder.to_rgb1.modulated_conv.weight.clone()
    load_prior(network, ablation.model(PRIOR))
    assert not torch.equal(before, network.stylegan_decoder.to_rgb1.modulated_conv.weight)


def test_a_checkpoint_of_a_prior_can_be_loaded_as_it_is(faces, tmp_path):
    ablation = Ablation(PLAN.replace(prior_steps=1), faces, tmp_path / "out")
    claim(ablation)
    prepare_faces(ablation, no_progress())
    from training.loop import train

    train(prior_run(ablation.plan, ablation.faces), tmp_path / "run", no_progress())
    (checkpoint,) = (tmp_path / "run" / "checkpoints").glob("step-*.pt")
    network = build_generator(PLAN.recipe.network, 7)
    load_prior(network, checkpoint)
    state = torch.load(checkpoint, weights_only=True)["average"]
    key = "style_conv1.modulated_conv.weight"
    assert torch.equal(network.stylegan_decoder.state_dict()[key], state[f"decoder.{key}"])


def test_variants_differ_in_what_their_name_says_and_in_nothing_else(tmp_path):
    plan = scale("tiny")
    made = {
        each.variant.name: variant_run(plan, each, tmp_path, tmp_path / "prior")
        for each in plan.runs
        if not each.is_repeat
    }
    full = made["full"]
    changed = {
        name: {
            field
            for field in full.losses.__struct_fields__
            if getattr(options.losses, field) != getattr(full.losses, field)
        }
        for name, options in made.items()
    }
    assert changed == {
        "full": set(),
        "no-prior": set(),
        "no-pyramid": {"pyramid"},
        "component-none": {"component", "component_style"},
        "component-critics": {"component_style"},
        "component-matching": {"component_style", "component_matching"},
    }
    same = {(options.seed, options.steps, options.batch, options.data) for options in made.values()}
    assert len(same) == 1
    assert [name for name, options in made.items() if not options.prior_from] == ["no-prior"]
    assert all(full.losses.__getattribute__(name) for name in ("component", "component_style"))


def test_further_seeds_are_of_the_full_recipe_only():
    runs = scale("tiny").replace(full_seeds=3, seed=5).runs
    assert [run.name for run in runs if run.is_repeat] == ["full-seed-6", "full-seed-7"]
    assert {run.seed for run in runs if not run.is_repeat} == {5}
    assert set(HEADS) >= {variant.name for variant in VARIANTS}


def test_the_faces_are_brought_to_the_networks_size_once(done, faces):
    ablation, _result = done
    records = read_records(ablation.faces)
    assert [record.split for record in records].count("val") == 2
    assert [record.split for record in records].count("train") == 6
    assert cv2.imread(str(records[0].path)).shape == (64, 64, 3)


def test_too_few_faces_are_refused(tmp_path):
    folder = tmp_path / "few"
    folder.mkdir()
    cv2.imwrite(str(folder / "only.png"), draw_face(0))
    with pytest.raises(TrainingDataError, match="only"):
        prepare_faces(Ablation(PLAN, folder, tmp_path / "out"), no_progress())


def test_a_folder_belongs_to_one_plan(faces, tmp_path):
    ablation = Ablation(PLAN, faces, tmp_path / "out")
    claim(ablation)
    claim(ablation)
    with pytest.raises(OutputError, match="another plan"):
        claim(Ablation(PLAN.replace(steps=3), faces, tmp_path / "out"))
    with pytest.raises(OutputError, match="among the faces"):
        claim(Ablation(PLAN, faces, faces / "out"))
    with pytest.raises(OutputError, match="not empty"):
        claim(Ablation(PLAN, faces, tmp_path))


def test_the_spread_of_seeds_has_a_closed_form():
    spread = spread_of([1.0, 2.0, 3.0])
    # Student's t for two degrees of freedom at 97.5 %: 4.30265; the deviation is 1.
    reach = 4.30265 * math.sqrt(1 + 1 / 3)
    assert (spread.mean, spread.low, spread.high, spread.seeds) == (2, 1, 3, 3)
    assert spread.likely_low == pytest.approx(2 - reach, abs=1e-4)
    assert spread.likely_high == pytest.approx(2 + reach, abs=1e-4)
    assert spread_of([4.0]).likely_low is None


def verdicts(value: float, low: float, high: float, seeds=(20.0, 20.2, 20.4)) -> str:
    """What the table says of a PSNR whose difference to the full recipe has this interval."""

    def row(name: str, mean: float, difference: Estimate | None = None) -> Row:
        found = Estimate(mean=mean, low=mean - 1, high=mean + 1, count=9)
        differences = {"psnr": difference} if difference else {}
        return Row(
            method=f"{name}.safetensors" if name != "input" else name,
            condition="severe",
            faces=9,
            estimates={"psnr": found},
            differences=differences,
        )

    plan = PLAN.replace(full_seeds=len(seeds))
    names = ["full", *(f"full-seed-{number}" for number in range(1, len(seeds)))]
    rows = [row(name, mean) for name, mean in zip(names, seeds, strict=True)]
    gap = Estimate(mean=(low + high) / 2, low=low, high=high, count=9)
    rows += [row("no-prior", value, gap), row("input", 30.0, gap)]
    table = table_of(plan, _Result(rows))
    (made,) = [each for each in table.rows if each.name == "no-prior"]
    assert all(each.figures["psnr"].verdict == "" for each in table.rows if each is not made)
    return made.figures["psnr"].verdict


class _Result:
    """As much of an evaluation's result as the table reads."""

    class evaluation:  # noqa: N801 (an attribute of the result)
        conditions = ("severe",)
        missing: dict = {}
        cases = ()

    def __init__(self, rows) -> None:
        self.rows = rows


@pytest.fixture
def all_columns(monkeypatch):
    monkeypatch.setattr("training.ablation_table.shown_columns", lambda _result: ("psnr",))


def test_a_difference_counts_only_beyond_faces_and_seeds(all_columns):
    assert verdicts(15.0, -6.0, -4.0) == WORSE
    assert verdicts(25.0, 4.0, 6.0) == BETTER
    assert verdicts(19.5, -0.8, -0.4) == ALIKE  # another seed might give that
    assert verdicts(15.0, -6.0, 1.0) == ALIKE  # other faces might
    assert verdicts(15.0, -6.0, -4.0, seeds=(20.0,)) == ""  # nobody knows what seeds do


def test_one_seed_marks_nothing_and_says_so(done):
    _ablation, result = done
    plan = PLAN.replace(full_seeds=1)
    text = as_markdown(plan, table_of(plan, result))
    assert "no figure is marked" in text
    assert not set("▲▼") & set(text)


def test_minutes_become_steps_that_fit(faces, tmp_path, monkeypatch):
    seconds = {"prior": 1.0, "restore": 2.0}
    monkeypatch.setattr(
        ablation_timing, "_seconds_a_step", lambda options, _progress: seconds[options.task]
    )
    monkeypatch.setattr(ablation_timing, "SECONDS_A_SCORE", 1.0)
    ablation = Ablation(PLAN.replace(steps=10, prior_steps=20), faces, tmp_path / "out")
    plan = ablation_timing.fitted_plan(ablation, 10, no_progress())
    # 540 s without the spare tenth, 2 faces x 4 methods scored; a step of each run takes 3 x 2 s,
    # and its two steps of the prior 2 s.
    assert plan.steps == int((540 - 8) / 8)
    assert plan.prior_steps == 2 * plan.steps
    assert not (tmp_path / "out").exists()
    with pytest.raises(SettingsError, match="too short"):
        ablation_timing.fitted_plan(ablation, 0.01, no_progress())


def test_plans_are_files_and_wrong_ones_are_refused():
    assert AblationPlan.from_json(PLAN.to_json()) == PLAN
    assert set(SCALES) == set(SCALE_NAMES)
    with pytest.raises(ValueError, match="no variant"):
        PLAN.replace(variants=("full", "no-hope"))
    with pytest.raises(ValueError, match="full"):
        PLAN.replace(variants=("no-prior",))
    with pytest.raises(SettingsError, match="tiny, small"):
        scale("huge")
    assert Run(VARIANTS[0], 3, is_repeat=True).name == "full-seed-3"


def test_the_command_runs_a_plan_of_ones_own(done, tmp_path, capsys, faces):
    ablation, _result = done
    options = tmp_path / "plan.json"
    options.write_bytes(PLAN.to_json())
    call = ["ablate", "--faces", str(faces), "-o", str(ablation.out_dir), "-q"]
    assert main([*call, "--options", str(options)]) == 0
    printed = capsys.readouterr().out
    assert "no prior" in printed
    assert "full recipe over 2 seeds" in printed
    assert str(ablation.out_dir / "ablations.html") in printed


@pytest.mark.parametrize(
    "words", [["--minutes", "0"], ["--steps", "0"], ["--seeds", "0"], ["--options", "missing.json"]]
)
def test_wrong_calls_are_explained_and_write_nothing(faces, tmp_path, words, capsys):
    out = tmp_path / "out"
    assert main(["ablate", "--faces", str(faces), "-o", str(out), *words]) == 2
    assert "heirloom ablate:" in capsys.readouterr().err
    assert not out.exists()


def test_the_plan_can_be_printed(faces, tmp_path, capsys):
    call = ["ablate", "--faces", str(faces), "-o", str(tmp_path / "o"), "--scale", "small"]
    assert main([*call, "--steps", "40", "--print-options"]) == 0
    plan = AblationPlan.from_json(capsys.readouterr().out)
    assert (plan.scale, plan.steps, plan.prior_steps) == ("small", 40, 80)
