"""Runs the ablations: faces, prior, variants, scores. What is finished is not done again.

OUT/plan.json     the plan, as it was started
OUT/faces/        all faces at the network's size, with `faces.json`
OUT/runs/NAME/    a run folder for the prior and for each variant
OUT/models/       their weights
OUT/evaluation/   as `heirloom evaluate` makes it
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2

from core.errors import OutputError
from core.evaluation.datasets import FaceSet
from core.evaluation.start import Request, evaluation_of, prepared, save
from core.evaluation.values import EvaluationSettings
from core.imageio.atomic import write_atomic
from core.imageio.failures import output_errors
from core.progress import Progress
from training.ablation import AblationPlan, Run, prior_run, variant_run
from training.checkpoint import list_checkpoints, read_average
from training.data import read_face
from training.loop import MIN_FACES, resume, train
from training.networks import decoder_of
from training.options import TrainingOptions
from training.records import FACES_FILE, FaceRecord, TrainingDataError, read_records
from training.runfolder import RunFolder
from training.validation import spread

if TYPE_CHECKING:
    from core.api import Engine
    from core.evaluation.run import Result

PLAN_FILE = "plan.json"
PRIOR = "prior"
INPUT = "input"
FEWEST_TEST_FACES = 2

_PREPARING, _SCORING = 0.02, 0.15
"""Shares of the progress bar; training has the rest."""


@dataclass(frozen=True, slots=True)
class Ablation:
    """Ablations in a folder.

    Attributes:
        plan: What to train and score.
        source: Folder of faces, as `training.records` reads it.
        out_dir: Where everything goes.
    """

    plan: AblationPlan
    source: Path
    out_dir: Path

    @property
    def faces(self) -> Path:
        """Folder of the faces at the network's size."""
        return self.out_dir / "faces"

    def run_folder(self, name: str) -> Path:
        """Folder of one training."""
        return self.out_dir / "runs" / name

    def model(self, name: str) -> Path:
        """Weights that a training left."""
        return self.out_dir / "models" / f"{name}.safetensors"


def run_ablation(ablation: Ablation, engine: Engine, progress: Progress) -> Result:
    """Train and score every variant, or what an earlier call left to do.

    Args:
        ablation: Plan and folders.
        engine: Where the metrics' networks come from; runs the trained models.
        progress: Reported to and polled. A stopped call continues where it was.

    Raises:
        OutputError: The folder holds something else, or cannot be written.
        TrainingDataError: There are too few faces.
        Cancelled: The job was stopped.
    """
    claim(ablation)
    prepare_faces(ablation, progress.part(0.0, _PREPARING, "Preparing the faces"))
    train_all(ablation, progress.part(_PREPARING, 1 - _SCORING))
    return evaluate(ablation, engine, progress.part(1 - _SCORING, 1.0, "Scoring"))


def claim(ablation: Ablation) -> None:
    """Make the folder, or make sure that it holds these very ablations.

    Raises:
        OutputError: It holds something else, or cannot be written.
    """
    folder = ablation.out_dir
    document = {
        "faces": str(ablation.source.resolve()),
        "plan": ablation.plan.to_builtins(),
    }
    data = json.dumps(document, indent=2, sort_keys=True).encode() + b"\n"
    known = folder / PLAN_FILE
    if folder.resolve().is_relative_to(ablation.source.resolve()):
        raise OutputError(
            "The folder for the results lies among the faces.", "Choose a folder outside of them."
        )
    with output_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        if known.is_file():
            if known.read_bytes() != data:
                raise OutputError(
                    f"“{folder}” holds ablations with another plan or of other faces.",
                    "Choose a new folder, or leave the options as they were to continue.",
                )
            return
        if any(folder.iterdir()):
            raise OutputError(f"“{folder}” is not empty.", "Choose a new or an empty folder.")
    write_atomic(known, data, overwrite=False)


def stored_plan(folder: Path) -> AblationPlan | None:
    """The plan of ablations that were started in a folder, or None.

    Raises:
        SettingsError: It is damaged.
    """
    path = folder / PLAN_FILE
    if not path.is_file():
        return None
    with output_errors(path):
        document = json.loads(path.read_bytes())
    return AblationPlan.from_builtins(document["plan"])


def prepare_faces(ablation: Ablation, progress: Progress, most_training: int = 0) -> None:
    """Bring all faces to the network's size once, so that no step has to shrink large pictures.

    Args:
        ablation: Plan and folders.
        progress: Reported to and polled.
        most_training: Only so many faces to train on; 0: all.

    Raises:
        TrainingDataError: There are too few faces, or one cannot be read.
        OutputError: They cannot be saved.
        Cancelled: The job was stopped.
    """
    folder = ablation.faces
    if (folder / FACES_FILE).is_file():
        return
    size_px, records = ablation.plan.recipe.network.out_size_px, read_records(ablation.source)
    chosen = _usable(records, ablation.plan, most_training)
    entries = []
    with output_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for index, record in enumerate(chosen):
            progress.report(index / len(chosen))
            # Numbered, because pictures of several folders may share a name.
            file = f"{record.split}-{index:05d}.png"
            pixels = cv2.cvtColor(read_face(record, size_px), cv2.COLOR_RGB2BGR)
            written, data = cv2.imencode(".png", pixels)
            assert written
            (folder / file).write_bytes(data.tobytes())
            entries.append(_entry(record, file, size_px))
    document = json.dumps({"faces": entries}, indent=1).encode() + b"\n"
    write_atomic(folder / FACES_FILE, document, overwrite=True)


def _usable(
    records: Sequence[FaceRecord], plan: AblationPlan, most_training: int
) -> list[FaceRecord]:
    training = [record for record in records if record.split == "train"]
    held_out = [record for record in records if record.split == "val"]
    if len(training) < MIN_FACES or len(held_out) < FEWEST_TEST_FACES:
        raise TrainingDataError(
            f"There are only {len(training)} faces to train on and {len(held_out)} to score.",
            f"At least {MIN_FACES} and {FEWEST_TEST_FACES} are needed; some hundred are advisable.",
        )
    training = spread(training, most_training or len(training))
    return [*training, *spread(held_out, plan.test_faces)]


def _entry(record: FaceRecord, file: str, size_px: int) -> dict[str, Any]:
    return {
        "file": file,
        "landmarks": record.landmarks.tolist(),
        "split": record.split,
        "person": record.person,
        "source": record.source,
        "original": record.path.name,
        "side_px": size_px,
    }


def train_all(ablation: Ablation, progress: Progress) -> None:
    """Train the prior, then each variant.

    Raises:
        RestorationError: See `training.loop.train`.
        Cancelled: The job was stopped; each run has saved a checkpoint.
    """
    plan = ablation.plan
    total = plan.prior_steps + plan.steps * len(plan.runs)
    done = plan.prior_steps / total
    _train_prior(ablation, progress.part(0.0, done, "Training the prior"))
    share = plan.steps / total
    for run in plan.runs:
        part = progress.part(done, done + share, f"Training “{run.name}”")
        _train_variant(ablation, run, part)
        done += share


def _train_prior(ablation: Ablation, progress: Progress) -> None:
    target = ablation.model(PRIOR)
    if not target.is_file():
        folder = _trained(prior_run(ablation.plan, ablation.faces), ablation, PRIOR, progress)
        weights = _average(folder)
        _save_weights(target, decoder_of(weights))
        _forget_optimisers(folder)
    progress.report(1.0)


def _train_variant(ablation: Ablation, run: Run, progress: Progress) -> None:
    target = ablation.model(run.name)
    if not target.is_file():
        options = variant_run(ablation.plan, run, ablation.faces, ablation.model(PRIOR))
        folder = _trained(options, ablation, run.name, progress)
        _save_weights(target, _average(folder))
        _forget_optimisers(folder)
    progress.report(1.0)


def _trained(
    options: TrainingOptions, ablation: Ablation, name: str, progress: Progress
) -> RunFolder:
    """Train to the end, going on from the last checkpoint where there is one."""
    folder = RunFolder(ablation.run_folder(name))

    def tell(fraction: float, message: str) -> None:
        progress.report(fraction, f"{progress.message}: {message.lower()}")

    inner = Progress(tell, progress.token)
    if folder.newest_checkpoint() is None:
        train(options, folder.path, inner)
    else:
        resume(folder.path, inner)
    return folder


def _average(folder: RunFolder) -> dict[str, Any]:
    newest = folder.newest_checkpoint()
    assert newest is not None  # a run that has ended has saved one
    return read_average(newest)[0]


def _save_weights(target: Path, weights: dict[str, Any]) -> None:
    from safetensors.torch import save as to_bytes

    data = to_bytes({name: value.float().contiguous() for name, value in weights.items()})
    with output_errors(target):
        target.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(target, data, overwrite=True)


def _forget_optimisers(folder: RunFolder) -> None:
    """Remove checkpoints of a finished run: the model, the log and the figures stay."""
    for path in [*list_checkpoints(folder.checkpoints), folder.checkpoints / "best.pt"]:
        path.unlink(missing_ok=True)


def evaluate(ablation: Ablation, engine: Engine, progress: Progress) -> Result:
    """Score the input and every trained model on the held-out faces, and save those tables.

    Raises:
        RestorationError: See `core.evaluation.start`.
        Cancelled: The job was stopped; what is scored is kept.
    """
    plan = ablation.plan
    records = [record for record in read_records(ablation.faces) if record.split == "val"]
    truths = {record.path.stem: record.path for record in records}
    settings = EvaluationSettings(strengths=plan.strengths, seed=plan.seed, aligned=True)
    request = Request(
        faces=FaceSet("ablation", truths=truths),
        source=ablation.faces,
        settings=settings,
        out_dir=ablation.out_dir / "evaluation",
        names=tuple(truths),
        methods=(*(str(ablation.model(run.name)) for run in plan.runs), INPUT),
    )
    inputs = prepared(request, progress.part(0.0, 0.05))
    evaluation = evaluation_of(request, inputs, engine, progress.part(0.05, 0.06))
    result = evaluation.run(progress.part(0.06, 0.97, "Scoring"))
    save(result, progress.part(0.97, 1.0, "Writing the report"))
    return result
