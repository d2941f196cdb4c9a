"""The training loop, top to bottom: build, go on from the last checkpoint, step, save, report.

Sample and noise of a step depend on (seed, step) alone. So a run that was stopped, even killed,
goes on from its last checkpoint exactly as if it had not been.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import Cancelled
from core.progress import Progress
from training import validation
from training.checkpoint import Standing, load_checkpoint
from training.data import Batch, FaceSamples, Place, batches
from training.distributed import World, any_process, join_world, leave_world
from training.options import TrainingOptions
from training.prior import PriorTrainer
from training.records import FaceRecord, TrainingDataError, read_records
from training.runfolder import RunFolder
from training.trainer import RestorationTrainer, Trainer

MIN_FACES = 4

REPORT_AT_LEAST_S = 30.0
"""On a slow computer `log_every` steps are many minutes, in which nobody would see it go on."""


@dataclass(slots=True)
class _Tally:
    """What is averaged between two lines of the log."""

    sums: dict[str, float] = field(default_factory=dict)
    steps: int = 0
    seconds: float = 0.0
    waiting_s: float = 0.0

    def add(self, values: dict[str, float], seconds: float, waiting_s: float) -> None:
        for name, value in values.items():
            self.sums[name] = self.sums.get(name, 0.0) + value
        self.steps += 1
        self.seconds += seconds
        self.waiting_s += waiting_s

    def means(self) -> dict[str, float]:
        return {name: total / self.steps for name, total in self.sums.items()}


def train(options: TrainingOptions, path: Path, progress: Progress) -> Standing:
    """Start a new run in an empty folder, and train to its end.

    Args:
        options: What to train.
        path: The run's folder; made if missing.
        progress: Reported to after each step; cancelling saves a checkpoint first.

    Returns:
        How far the run came.

    Raises:
        Cancelled: The run was stopped by `progress`.
        RestorationError: The data, the options or the disk do not allow to go on.
    """
    world = join_world()
    folder = RunFolder(path, writes=world.leads)
    folder.create(options)
    return _run(options, folder, world, progress)


def resume(path: Path, progress: Progress) -> Standing:
    """Go on with a run from its newest checkpoint; see `train`."""
    world = join_world()
    folder = RunFolder(path, writes=world.leads)
    return _run(folder.read_options(), folder, world, progress)


def _run(options: TrainingOptions, folder: RunFolder, world: World, progress: Progress) -> Standing:
    training, held_out = faces_of(options)
    size_px = options.network.out_size_px
    faces = validation.make_validation_set(held_out, options.validation_faces, size_px)
    kind = PriorTrainer if options.task == "prior" else RestorationTrainer
    trainer = kind(options, folder, world)
    newest = folder.newest_checkpoint()
    if newest is not None:
        trainer.standing = load_checkpoint(newest, trainer.parts)
    trainer.require_space()  # now, not after the first ten minutes
    folder.clear_stop()
    first = trainer.standing.step
    folder.log(
        f"{'resumed' if first else 'started'} at step {first} of {options.steps}, "
        f"{len(training)} faces, {len(held_out)} held out, on {trainer.device} in "
        f"{'bf16' if trainer.bf16 else 'fp32'}"
    )
    place = Place(options.batch, world.rank, world.size)
    samples = FaceSamples(training, options.data, size_px, options.seed, place)
    try:
        _steps(trainer, batches(samples, first, options.steps), faces, progress)
    finally:
        leave_world(world)
    return trainer.standing


def faces_of(options: TrainingOptions) -> tuple[list[FaceRecord], list[FaceRecord]]:
    """The faces of a run: to train on, and held out to measure with.

    Raises:
        TrainingDataError: The folder cannot be read, or holds too few to train on.
    """
    smallest = options.data.min_side_px
    records = [r for r in read_records(Path(options.data.folder)) if r.side_px >= smallest]
    training = [record for record in records if record.split == "train"]
    held_out = [record for record in records if record.split == "val"]
    _require_enough(training, held_out, options)
    return training, held_out


def _require_enough(
    training: list[FaceRecord], held_out: list[FaceRecord], options: TrainingOptions
) -> None:
    """Refuse to learn a handful of pictures by heart, and say where the others went."""
    count = len(training)
    if count >= MIN_FACES:
        return
    found = len(read_records(Path(options.data.folder)))
    asides = []
    if held_out:
        asides.append(f"{len(held_out)} held out to measure with")
    if found > count + len(held_out):
        smallest = options.data.min_side_px
        asides.append(f"{found - count - len(held_out)} under {smallest} pixels")
    aside = f" ({found} in all, {', '.join(asides)})" if asides else ""
    raise TrainingDataError(
        f"There {_faces(count)} to train on{aside}.",
        f"At least {MIN_FACES} are needed; a hundred or more are advisable.",
    )


def _faces(count: int) -> str:
    if count == 0:
        return "is no face"
    return "is only one face" if count == 1 else f"are only {count} faces"


def _steps(
    trainer: Trainer,
    loaded: Iterator[Batch],
    faces: validation.ValidationSet,
    progress: Progress,
) -> None:
    options, folder, standing = trainer.options, trainer.folder, trainer.standing
    tally, saved, validated = _Tally(), time.monotonic(), time.monotonic()
    reported = saved
    if standing.step == 0 and len(faces) and folder.writes:
        trainer.validate(faces)  # how good the start is
    while standing.step < options.steps:
        began = time.monotonic()
        batch = next(loaded)
        ready = time.monotonic()
        losses = trainer.step(batch)
        now = time.monotonic()
        standing.seconds += now - began
        tally.add(losses, now - began, ready - began)
        is_due = standing.step % options.log_every == 0 or now - reported >= REPORT_AT_LEAST_S
        if is_due or standing.step == options.steps:
            _report(trainer, tally)
            tally, reported = _Tally(), now
        if options.validate_every_s <= now - validated and len(faces) and folder.writes:
            trainer.validate(faces)
            validated = time.monotonic()
        every = options.checkpoint_every_steps
        if now - saved >= options.checkpoint_every_s or (every and standing.step % every == 0):
            trainer.save()
            saved = time.monotonic()
        if _stops(trainer, progress):
            if folder.finish_requested():
                folder.log(f"ends at step {standing.step} because it was asked to")
                break
            trainer.save()
            folder.log(f"stopped at step {standing.step} because it was asked to")
            raise Cancelled
        if options.patience and standing.stale >= options.patience:
            folder.log(f"no better score in {standing.stale} validations: the run ends early")
            break
    if len(faces) and folder.writes:
        trainer.validate(faces)
    trainer.save()
    folder.log(f"finished at step {standing.step}")


def _stops(trainer: Trainer, progress: Progress) -> bool:
    """True in every process once one of them was asked to stop; reports progress on the way."""
    asked = trainer.folder.stop_requested()
    try:
        done = trainer.standing.step / trainer.options.steps
        progress.report(done, f"Step {trainer.standing.step} of {trainer.options.steps}")
    except Cancelled:
        asked = True
    return any_process(asked, trainer.world, trainer.device)


def _report(trainer: Trainer, tally: _Tally) -> None:
    options, step = trainer.options, trainer.standing.step
    rate = tally.steps * options.batch * trainer.world.size / max(tally.seconds, 1e-9)
    waiting = tally.waiting_s / max(tally.seconds, 1e-9)
    means = tally.means()
    group = trainer.optimisers["generator"].param_groups[0]
    figures = {"step": step, **means, "rate": group["lr"]}
    figures |= {"images_a_second": rate, "waiting_share": waiting}
    trainer.folder.add_stats("losses", figures)
    shown = " ".join(f"{name} {value:.4f}" for name, value in means.items())
    trainer.folder.log(f"step {step} {shown} | {rate:.2f} images/s, data {waiting:.0%}")
