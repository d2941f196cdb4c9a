"""What one step of a run does: networks, losses and optimisers in memory.

Everything random comes from (seed, step): the generator's noise from `_noises`, fresh weights from
the seed alone. `training.prior` has the other kind of trainer.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from core.device import has_bf16
from core.errors import RestorationError
from core.nets.gfpgan import Gfpgan
from core.nets.memory_format import to_channels_last
from training import validation
from training.checkpoint import (
    BEST_FILE,
    Parts,
    Standing,
    checkpoint_path,
    prune_checkpoints,
    save_checkpoint,
)
from training.data import Batch, to_network
from training.distributed import World, average_gradients, averaged
from training.judges import judges_of
from training.networks import build_generator, load_generator, load_prior
from training.objective import Objective
from training.options import TrainingOptions
from training.runfolder import RunFolder
from training.schedule import ema_decay, rate_factor, set_rates, update_ema
from training.tail import finest_levels, place_window, restore_window

_NOISE_STREAM = 2
_WINDOW_STREAM = 4


class TrainingDivergedError(RestorationError):
    """The losses are no longer numbers."""


class Trainer(ABC):
    """One run in memory, and how far it is.

    Args:
        options: The run.
        folder: Where it is written; made already.
        world: This process among its peers.
        generator: The network that is trained.
        discriminators: Its critics, perhaps none.
    """

    def __init__(
        self,
        options: TrainingOptions,
        folder: RunFolder,
        world: World,
        generator: nn.Module,
        discriminators: nn.ModuleDict,
    ) -> None:
        self.options, self.folder, self.world = options, folder, world
        self.device = device_of(world)
        self.bf16 = options.precision == "bf16" and has_bf16(str(self.device))
        self.generator = generator.to(self.device)
        self.discriminators = discriminators.to(self.device)
        if options.channels_last:
            to_channels_last(self.generator)
            to_channels_last(self.discriminators)
        self.average = deepcopy(self.generator).requires_grad_(requires_grad=False).eval()
        self.trained = [p for p in self.generator.parameters() if p.requires_grad]
        self.optimisers = self._make_optimisers()
        self.standing = Standing()

    def _make_optimisers(self) -> dict[str, torch.optim.Optimizer]:
        o = self.options.optimiser
        made: dict[str, torch.optim.Optimizer] = {
            "generator": torch.optim.Adam(
                self.trained, o.generator_rate, (o.generator_beta1, o.beta2)
            )
        }
        critics = list(self.discriminators.parameters())
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
        return Parts(self.generator, self.average, self.discriminators, self.optimisers)

    @abstractmethod
    def _losses(self, batch: Batch) -> Mapping[str, Tensor]:
        """Update everything once and give the unweighted losses."""

    @abstractmethod
    def validate(self, faces: validation.ValidationSet) -> None:
        """Score the average, draw a preview, and keep the best checkpoint apart."""

    def step(self, batch: Batch) -> dict[str, float]:
        """Update generator, average and discriminators once; the unweighted losses.

        Raises:
            TrainingDivergedError: A loss or gradient is not a number. It updated nothing.
        """
        factor = rate_factor(self.standing.step, self.options.steps, self.options.optimiser)
        set_rates(self.optimisers.values(), factor)
        losses = self._losses(batch)
        self.standing.step += 1
        return {name: float(value.detach()) for name, value in losses.items()}

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16)

    def _update_generator(self, loss: Tensor) -> None:
        optimiser, options = self.optimisers["generator"], self.options.optimiser
        self._require_finite(loss, "The loss of the restoring network")
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        average_gradients([self.generator], self.world)
        norm = torch.nn.utils.clip_grad_norm_(self.trained, options.clip or math.inf)
        self._require_finite(norm, "The gradient of the restoring network")
        optimiser.step()
        decay = ema_decay(self.standing.step, options.ema_decay)
        update_ema(self.average, self.generator, decay)

    def _update_discriminators(self, loss: Tensor) -> None:
        optimiser = self.optimisers["discriminators"]
        self._require_finite(loss, "The loss of the discriminators")
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        average_gradients([self.discriminators], self.world)
        gradients = [p.grad for p in self.discriminators.parameters() if p.grad is not None]
        norm = torch.nn.utils.get_total_norm(gradients)
        self._require_finite(norm, "The gradient of the discriminators")
        optimiser.step()

    def _require_finite(self, value: Tensor, what: str) -> None:
        if not math.isfinite(float(averaged(value.detach(), self.world))):
            raise TrainingDivergedError(
                f"{what} is no longer a number at step {self.standing.step}.",
                "The last good checkpoint is kept. Go on from there more gently: with half the "
                "learning rate and in full precision.",
            )

    def save(self) -> None:
        """Write a checkpoint and drop the ones that are no longer wanted."""
        if not self.world.leads:
            return
        self.require_space()
        path = checkpoint_path(self.folder.checkpoints, self.standing.step)
        save_checkpoint(path, self.parts, self.standing)
        prune_checkpoints(self.folder.checkpoints)
        self.folder.log(f"saved {path.name}")

    def require_space(self) -> None:
        """See that a checkpoint would fit.

        Raises:
            OutputError: It would not.
        """
        if not self.world.leads:
            return
        size = checkpoint_bytes(self.generator, self.discriminators)
        self.folder.require_space(size, self.options.disk_budget_bytes)


class RestorationTrainer(Trainer):
    """Trains GFP-GAN: degraded face in, true face out."""

    generator: Gfpgan
    average: Gfpgan

    def __init__(self, options: TrainingOptions, folder: RunFolder, world: World) -> None:
        objective = Objective(options)
        super().__init__(options, folder, world, start_weights(options), objective.discriminators)
        self.objective = objective.to(self.device)
        self._stock: Tensor | None = None
        if options.channels_last:
            to_channels_last(self.objective)

    def _losses(self, batch: Batch) -> Mapping[str, Tensor]:
        options, step = self.options, self.standing.step
        inputs, targets = (
            to_network(images, self.device, channels_last=options.channels_last)
            for images in (batch["input"], batch["target"])
        )
        landmarks = batch["landmarks"].to(self.device)
        with self._autocast():
            if options.trained_levels:
                output, pyramid, targets = self._restore_window(inputs, targets)
            else:
                output, pyramid = self._restore(inputs)
            seen = self.objective.see(output, pyramid, targets, landmarks, step)
            loss, parts = self.objective.generator_loss(seen, step)
        self._update_generator(loss)
        if "discriminators" in self.optimisers:
            with self._autocast():
                critic_loss, critic_parts = self.objective.discriminator_loss(seen, step)
            self._update_discriminators(critic_loss)
            parts |= critic_parts
        return parts

    def _restore(self, inputs: Tensor) -> tuple[Tensor, Sequence[Tensor]]:
        noises = self._noises(len(inputs)) if self.options.random_noise else None
        if self.objective.needs_pyramid:
            output, pyramid = self.generator(inputs, noises, return_rgb=True)
            return output, pyramid
        return self.generator(inputs, noises), ()

    def _restore_window(
        self, inputs: Tensor, targets: Tensor
    ) -> tuple[Tensor, Sequence[Tensor], Tensor]:
        options, levels = self.options, self.options.trained_levels
        rng = np.random.default_rng((options.seed, _WINDOW_STREAM, self.standing.step))
        size = options.network.out_size_px
        window = place_window(size, options.window_px, 2**levels, rng.random(2).tolist())
        noises = self._noises(len(inputs))
        output = restore_window(self.generator, inputs, noises, levels, window)
        return output, (), window.of(targets)

    def _noises(self, batch: int) -> tuple[Tensor, ...]:
        """This process' share of the step's noise, which does not depend on how it is shared."""
        source = step_generator(self.options.seed, self.standing.step)
        planes = self.generator.drawn_noises(source, batch * self.world.size)
        first = self.world.rank * batch
        return tuple(plane[first : first + batch] for plane in planes)

    def validate(self, faces: validation.ValidationSet) -> None:
        """Score the average, draw a preview, and keep the best checkpoint apart."""
        standing = self.standing
        outputs = validation.restored(self.average, faces.inputs, self.device, bf16=self.bf16)
        values = validation.scores(self.objective, faces, outputs, self.device)
        self._save_preview(faces, outputs)
        self.folder.add_stats("validation", {"step": standing.step, **values})
        shown = ", ".join(f"{name} {value:.4f}" for name, value in values.items())
        self.folder.log(f"step {standing.step}: validation {shown}")
        if standing.step == 0:  # the start is what the run is compared with, never its result
            self._say_judges(values)
            return
        measure = "niqe" if "niqe" in values else ""
        if standing.measure != measure:  # begun by an earlier Heirloom: scores of another kind
            standing.best_score, standing.measure = math.inf, measure
        if values["score"] < standing.best_score:
            standing.best_score, standing.best_step = values["score"], standing.step
            standing.stale = 0
            self.require_space()
            save_checkpoint(self.folder.checkpoints / BEST_FILE, self.parts, standing)
        else:
            standing.stale += 1

    def _say_judges(self, values: Mapping[str, float]) -> None:
        judges = " and ".join(judges_of(values))
        without = "" if "perceptual" in values else "; no ImageNet weights, so no loss sees detail"
        self.folder.log(f"the best state is chosen by {judges}{without}")

    def _save_preview(self, faces: validation.ValidationSet, outputs: Tensor) -> None:
        """Rows of input, start, average and target; no start where the run began with nothing."""
        count = self.options.preview_faces
        inputs, targets = faces.inputs[:count], faces.targets[:count]
        stock = self._stock_outputs(inputs)
        rows = {"input": inputs, "start": stock, "yours": outputs[:count], "target": targets}
        shown = {name: images for name, images in rows.items() if len(images)}
        sheet = validation.contact_sheet(*shown.values())
        self.folder.write_layout(list(shown), len(inputs))
        self.folder.save_preview(f"step-{self.standing.step:08d}", sheet)

    def _stock_outputs(self, inputs: Tensor) -> Tensor:
        """What the weights that the run started from make of some faces; computed once."""
        if not self.options.start_from or not Path(self.options.start_from).is_file():
            return torch.empty(0)
        if self._stock is None or len(self._stock) != len(inputs):
            network = start_weights(self.options).to(self.device).eval()
            self._stock = validation.restored(network, inputs, self.device, bf16=self.bf16)
        return self._stock


def start_weights(options: TrainingOptions) -> Gfpgan:
    """The generator as a run starts it: random, from a checkpoint, or on a prior.

    Raises:
        ModelFileError: A weights file is missing or does not fit.
    """
    generator = build_generator(options.network, options.seed)
    if options.start_from:
        load_generator(generator, Path(options.start_from))
    if options.prior_from:
        load_prior(generator, Path(options.prior_from))
    if not options.train_prior:
        generator.stylegan_decoder.requires_grad_(requires_grad=False)
    if options.trained_levels:
        generator.requires_grad_(requires_grad=False)
        for module in finest_levels(generator, options.trained_levels):
            module.requires_grad_(requires_grad=True)
    # The mapping network is only used to pre-train the prior.
    generator.stylegan_decoder.style_mlp.requires_grad_(requires_grad=False)
    return generator


def checkpoint_bytes(generator: nn.Module, discriminators: nn.Module) -> int:
    """Size of a checkpoint: weights, average, and two figures a weight of each optimiser."""
    made, critics = (
        sum(p.numel() * p.element_size() for p in module.parameters())
        for module in (generator, discriminators)
    )
    return 4 * made + 3 * critics


def step_generator(seed: int, step: int) -> torch.Generator:
    """The source of a step's noise, on the CPU."""
    mixed = (seed * 1_000_003 + step) * 7 + _NOISE_STREAM
    return torch.Generator().manual_seed(mixed % 2**63)


def device_of(world: World) -> torch.device:
    """The graphics card of this process, or the processor."""
    if torch.cuda.is_available():
        return torch.device("cuda", world.local_rank)
    return torch.device("cpu")
