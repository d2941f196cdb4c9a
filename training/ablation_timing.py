"""How many steps fit into a time: a few steps are timed before the ablations begin.

The number is written into the plan, so that a run that continues, or is repeated with that plan,
does the same work on any computer.
"""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from pathlib import Path

from core.errors import SettingsError
from core.progress import Progress
from training.ablation import FULL, AblationPlan, Run, prior_run, variant_run
from training.ablation_run import Ablation, prepare_faces
from training.data import FaceSamples, Place, batches
from training.distributed import World
from training.options import TrainingOptions
from training.prior import PriorTrainer
from training.records import read_records
from training.runfolder import RunFolder
from training.trainer import RestorationTrainer

WARM_UP_STEPS = 2
TIMED_STEPS = 8
SECONDS_A_SCORE = 0.7
"""One face, one method: landmarks, identity and NIQE at 512 px on one core."""

SPARE_SHARE = 0.1
LEAST_TRAINING_SHARE = 0.2


def fitted_plan(ablation: Ablation, minutes: float, progress: Progress) -> AblationPlan:
    """The plan with as many steps as the time allows.

    Args:
        ablation: Plan and folder of faces; nothing is written into its output folder.
        minutes: For everything: prior, variants and scores.
        progress: Polled between steps.

    Raises:
        SettingsError: The time is too short for a single step of each run.
        TrainingDataError: There are too few faces.
        Cancelled: The job was stopped.
    """
    plan, budget_s = ablation.plan, minutes * 60
    with tempfile.TemporaryDirectory(prefix="heirloom-ablation-") as folder:
        trial = replace(ablation, out_dir=Path(folder))
        small = replace(trial, plan=plan.replace(test_faces=2))
        prepare_faces(small, progress, WARM_UP_STEPS + TIMED_STEPS)
        prior_s = _seconds_a_step(prior_run(plan, trial.faces), progress)
        full = next(run for run in plan.runs if run.variant.name == FULL)
        step_s = _seconds_a_step(_without_prior(plan, full, trial.faces), progress)
    scores = plan.test_faces * len(plan.strengths) * (len(plan.runs) + 1)
    left_s = budget_s * (1 - SPARE_SHARE) - scores * SECONDS_A_SCORE
    left_s = max(left_s, budget_s * LEAST_TRAINING_SHARE)
    ratio = plan.prior_steps / plan.steps
    steps = int(left_s / (len(plan.runs) * step_s + ratio * prior_s))
    if steps < 1:
        raise SettingsError(
            f"{minutes:g} minutes are too short: one step takes {step_s:.1f} seconds here.",
            "Allow more time, or choose a smaller scale.",
        )
    return plan.replace(steps=steps, prior_steps=max(1, round(steps * ratio)))


def _without_prior(plan: AblationPlan, run: Run, faces: Path) -> TrainingOptions:
    """The run on random weights, which cost the same time."""
    return variant_run(plan, run, faces, Path()).replace(prior_from="")


def _seconds_a_step(options: TrainingOptions, progress: Progress) -> float:
    """Mean time of a step, of a few after the first ones."""
    # Loading in this process: what the loading process does meanwhile is not waited for anyway.
    data = options.data.replace(workers=0)
    records = [record for record in read_records(Path(data.folder)) if record.split == "train"]
    size_px = options.network.out_size_px
    samples = FaceSamples(records, data, size_px, options.seed, Place(options.batch))
    kind = PriorTrainer if options.task == "prior" else RestorationTrainer
    trainer = kind(options, RunFolder(Path(data.folder)), World())
    loaded = list(batches(samples, 0, WARM_UP_STEPS + TIMED_STEPS))
    began = 0.0
    for index, batch in enumerate(loaded):
        progress.check()
        if index == WARM_UP_STEPS:
            began = time.monotonic()
        trainer.step(batch)
    return (time.monotonic() - began) / TIMED_STEPS
