"""The training loop, top to bottom: build, go on from the last checkpoint, step, save, report.

Everything random comes from (seed, step): the samples from `training.data`, the generator's noise
from `_noises`, fresh weights from the seed alone. So a run that was stopped, even killed, goes on
from its last checkpoint exactly as if it had not been.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from core.errors import Cancelled, RestorationError
from core.nets.gfpgan import Gfpgan
from core.nets.memory_format import to_channels_last
from core.progress import Progress
from training import validation
from training.checkpoint import (
    BEST_FILE,
    Parts,
    Standing,
    checkpoint_path,
    load_checkpoint,
    prune_checkpoints,
    save_checkpoint,
)
from training.data import Batch, FaceSamples, Place, batches, to_network
from training.distributed import (
    World,
    any_process,
    average_gradients,
    averaged,
    join_world,
    leave_world,
)
from training.networks import build_generator, load_generator, load_prior
from training.objective import Objective
from training.options import TrainingOptions
from training.records import TrainingDataError, read_records
from training.runfolder import RunFolder
from training.schedule import ema_decay, rate_factor, set_rates, update_ema

_NOISE_STREAM = 2
MIN_FACES = 4


class TrainingDivergedError(RestorationError):
    """The losses are no longer numbers."""


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


class Trainer:
    """One run in memory: networks, losses, optimisers, and how far they are.

    Args:
        options: The run.
        folder: Where it is written; made already.
        world: This process among its peers.
    """

    def __init__(self, options: TrainingOptions, folder: RunFolder, world: World) -> None:
        self.options, self.folder, self.world = options, folder, world
        self.device = _device(world)
        self.generator = self._start_weights().to(self.device)
        self.objective = Objective(options).to(self.device)
        if options.channels_last:
            to_channels_last(self.generator)
            to_channels_last(self.objective)
        self.average: Gfpgan = deepcopy(self.generator).requires_grad_(requires_grad=False).eval()
        self.trained = [p for p in self.generator.parameters() if p.requires_grad]
        self.optimisers = self._make_optimisers()
        self.standing = Standing()

    def _start_weights(self) -> Gfpgan:
        options = self.options
        generator = build_generator(options.network, options.seed)
        if options.start_from:
            load_generator(generator, Path(options.start_from))
        if options.prior_from:
            load_prior(generator, Path(options.prior_from))
        if not options.train_prior:
            generator.stylegan_decoder.requires_grad_(requires_grad=False)
        generator.stylegan_decoder.style_mlp.requires_grad_(requires_grad=False)
        return generator

    def _make_optimisers(self) -> dict[str, torch.optim.Optimizer]:
        o = self.options.optimiser
        made: dict[str, torch.optim.Optimizer] = {
            "generator": torch.optim.Adam(
                self.trained, o.generator_rate, (o.generator_beta1, o.beta2)
            )
        }
        critics = list(self.objective.discriminators.parameters())
        if critics:
            made["discriminators"] = torch.optim.Adam(
                critics, o.discriminator_rate, (o.discriminator_beta1, o.beta2)
            )
        for optimiser in made.values():
            for group in optimiser.param_groups:
                group["initial_lr"] = group["lr"]
        return made

    @property
    def parts(self) -> Parts:
        """What a checkpoint holds."""
        return Parts(self.generator, self.average, self.objective.discriminators, self.optimisers)

    def step(self, batch: Batch) -> dict[str, float]:
        """Update generator, average and discriminators once; the unweighted losses.

        Raises:
            TrainingDivergedError: A loss or gradient is not a number. Nothing was updated by it.
        """
        options, step = self.options, self.standing.step
        set_rates(self.optimisers.values(), rate_factor(step, options.steps, options.optimiser))
        inputs, targets = (
            to_network(batch[key], self.device, channels_last=options.channels_last)
            for key in ("input", "target")
        )
        landmarks = batch["landmarks"].to(self.device)
        with self._autocast():
            output, pyramid = self._restore(inputs)
            seen = self.objective.see(output, pyramid, targets, landmarks, step)
            loss, parts = self.objective.generator_loss(seen, step)
        self._update_generator(loss)
        if "discriminators" in self.optimisers:
            with self._autocast():
                critic_loss, critic_parts = self.objective.discriminator_loss(seen, step)
            self._update_discriminators(critic_loss)
            parts |= critic_parts
        self.standing.step += 1
        return {name: float(value.detach()) for name, value in parts.items()}

    def _autocast(self) -> torch.autocast:
        enabled = self.options.precision == "bf16"
        return torch.autocast(self.device.type, torch.bfloat16, enabled=enabled)

    def _restore(self, inputs: Tensor) -> tuple[Tensor, Sequence[Tensor]]:
        noises = self._noises(len(inputs)) if self.options.random_noise else None
        if self.objective.needs_pyramid:
            return self.generator(inputs, noises, return_rgb=True)
        return self.generator(inputs, noises), ()

    def _noises(self, batch: int) -> tuple[Tensor, ...]:
        """This process' share of the step's noise, which does not depend on how it is shared."""
        seed = (self.options.seed * 1_000_003 + self.standing.step) * 7 + _NOISE_STREAM
        source = torch.Generator().manual_seed(seed % 2**63)
        planes = self.generator.drawn_noises(source, batch * self.world.size)
        first = self.world.rank * batch
        return tuple(plane[first : first + batch] for plane in planes)

    def _update_generator(self, loss: Tensor) -> None:
        optimiser, options = self.optimisers["generator"], self.options.optimiser
        self._require_finite(loss, "The loss of the restoring network")
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        average_gradients([self.generator], self.world)
        largest = options.clip or math.inf
        norm = torch.nn.utils.clip_grad_norm_(self.trained, largest)
        self._require_finite(norm, "The gradient of the restoring network")
        optimiser.step()
        decay = ema_decay(self.standing.step, options.ema_decay)
        update_ema(self.average, self.generator, decay)

    def _update_discriminators(self, loss: Tensor) -> None:
        optimiser = self.optimisers["discriminators"]
        self._require_finite(loss, "The loss of the discriminators")
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        average_gradients([self.objective.discriminators], self.world)
        optimiser.step()

    def _require_finite(self, value: Tensor, what: str) -> None:
        if not math.isfinite(float(averaged(value.detach(), self.world))):
            raise TrainingDivergedError(
                f"{what} is no longer a number at step {self.standing.step}.",
                "Resume from the last checkpoint with a lower learning rate, or in fp32.",
            )

    def save(self) -> None:
        """Write a checkpoint and drop the ones that are no longer wanted."""
        if not self.world.leads:
            return
        size = sum(p.numel() * p.element_size() for p in self.generator.parameters())
        self.folder.require_space(5 * size, self.options.disk_budget_bytes)
        path = checkpoint_path(self.folder.checkpoints, self.standing.step)
        save_checkpoint(path, self.parts, self.standing)
        prune_checkpoints(self.folder.checkpoints)
        self.folder.log(f"saved {path.name}")

    def validate(self, faces: validation.ValidationSet) -> None:
        """Score the average, draw a preview, and keep the best checkpoint apart."""
        standing = self.standing
        bf16 = self.options.precision == "bf16"
        outputs = validation.restored(self.average, faces.inputs, self.device, bf16=bf16)
        values = validation.scores(self.objective, faces, outputs, self.device)
        count = self.options.preview_faces
        sheet = validation.contact_sheet(
            faces.inputs[:count], outputs[:count], faces.targets[:count]
        )
        self.folder.save_preview(f"step-{standing.step:08d}", sheet)
        self.folder.add_stats("validation", {"step": standing.step, **values})
        shown = ", ".join(f"{name} {value:.4f}" for name, value in values.items())
        self.folder.log(f"step {standing.step}: validation {shown}")
        if values["score"] < standing.best_score:
            standing.best_score, standing.best_step = values["score"], standing.step
            standing.stale = 0
            save_checkpoint(self.folder.checkpoints / BEST_FILE, self.parts, standing)
        else:
            standing.stale += 1


def _device(world: World) -> torch.device:
    if torch.cuda.is_available():
        return torch.device("cuda", world.local_rank)
    return torch.device("cpu")


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
    smallest = options.data.min_side_px
    records = [r for r in read_records(Path(options.data.folder)) if r.side_px >= smallest]
    training = [record for record in records if record.split == "train"]
    held_out = [record for record in records if record.split == "val"]
    if len(training) < MIN_FACES:
        raise TrainingDataError(
            f"There are only {len(training)} faces to train on.",
            f"At least {MIN_FACES} are needed; some hundred are advisable.",
        )
    size_px = options.network.out_size_px
    faces = validation.make_validation_set(held_out, options.validation_faces, size_px)
    trainer = Trainer(options, folder, world)
    newest = folder.newest_checkpoint()
    if newest is not None:
        trainer.standing = load_checkpoint(newest, trainer.parts)
    folder.clear_stop()
    first = trainer.standing.step
    folder.log(f"{'resumed' if first else 'started'} at step {first} of {options.steps}, ")
    folder.log(f"{len(training)} faces, {len(held_out)} held out, on {trainer.device}")
    place = Place(options.batch, world.rank, world.size)
    samples = FaceSamples(training, options.data, size_px, options.seed, place)
    try:
        _steps(trainer, batches(samples, first, options.steps), faces, progress)
    finally:
        leave_world(world)
    return trainer.standing


def _steps(
    trainer: Trainer,
    loaded: Iterator[Batch],
    faces: validation.ValidationSet,
    progress: Progress,
) -> None:
    options, folder, standing = trainer.options, trainer.folder, trainer.standing
    tally, saved, validated = _Tally(), time.monotonic(), time.monotonic()
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
        if standing.step % options.log_every == 0 or standing.step == options.steps:
            _report(trainer, tally)
            tally = _Tally()
        if options.validate_every_s <= now - validated and len(faces) and folder.writes:
            trainer.validate(faces)
            validated = time.monotonic()
        every = options.checkpoint_every_steps
        if now - saved >= options.checkpoint_every_s or (every and standing.step % every == 0):
            trainer.save()
            saved = time.monotonic()
        if _stops(trainer, progress):
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
