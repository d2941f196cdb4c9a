"""What a run will cost on this computer: seconds a step, memory, disk.

measured    a few real steps in a process of their own, which also shows the memory
scaled      known figures of one core, in proportion to pixels, weights and processor cores
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import torch

from core.device import has_bf16
from core.evaluation.memory import PeakMemory
from core.progress import Progress
from training import validation
from training.data import FaceSamples, Place
from training.distributed import World
from training.networks import build_generator
from training.options import TrainingOptions
from training.records import TrainingDataError, read_records
from training.runfolder import RunFolder
from training.trainer import RestorationTrainer, checkpoint_bytes, device_of

MEASURED_STEPS = 2
KEPT_CHECKPOINTS = 4
"""Best, last two, and the one that is being written."""

_KNOWN_STEP_CORE_S = {"bf16": 2.2, "fp32": 4.4}
"""Seconds of a step of four faces at 256 px with 16.7 million weights on one Xeon core with AMX; at
512 px it is 3.7 and 7.3."""

_CORES_EXPONENT = 0.7
"""More cores help, but not all of a step can be shared."""

_SIDE_EXPONENT = 0.8
"""Finer levels have few channels: 512 px cost 1.3 to 1.8 times what 256 px do."""

_KNOWN_FACES, _KNOWN_SIDE_PX, _KNOWN_WEIGHTS = 4, 256, 16.7e6
_BASE_BYTES = 1.1e9
_BYTES_A_LINE = 0.91e6
"""Activations of a step, a pixel of the side and face (2.3 GB in all at 256 px, 3.2 at 512)."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a run takes.

    Attributes:
        basis: "measured" or "scaled".
        step_s: Seconds of one step.
        validation_s: Seconds of one validation.
        memory_bytes: Most memory of the process; None where the system does not tell.
        disk_bytes: Most disk space of the run's folder.
    """

    basis: str
    step_s: float
    validation_s: float
    memory_bytes: int | None
    disk_bytes: int

    def total_s(self, options: TrainingOptions) -> float:
        """Seconds of a whole run, validations included; early stopping makes it shorter."""
        training = self.step_s * options.steps
        validations = 2 + training / max(options.validate_every_s, self.step_s)
        return training + validations * self.validation_s

    def to_json(self, options: TrainingOptions) -> str:
        """For the window and for scripts."""
        return json.dumps({**asdict(self), "total_s": self.total_s(options)})


def scaled(options: TrainingOptions) -> Cost:
    """An estimate from known figures, at once and without loading any weights."""
    with torch.device("meta"):
        network = build_generator(options.network, 0)
    weights = sum(p.numel() for p in network.parameters())
    larger = (options.network.out_size_px / _KNOWN_SIDE_PX) ** _SIDE_EXPONENT
    heavier = max(0.1, weights / _KNOWN_WEIGHTS) ** 0.5
    work = options.batch / _KNOWN_FACES * larger * heavier
    bf16 = options.precision == "bf16" and has_bf16(str(device_of(World())))
    cores = max(1, (os.cpu_count() or 1) - 1)  # one is left to the user
    step_s = _KNOWN_STEP_CORE_S["bf16" if bf16 else "fp32"] * work / cores**_CORES_EXPONENT
    bytes_each = 4 * weights * 4
    activations = options.batch * options.network.out_size_px * _BYTES_A_LINE
    return Cost(
        "scaled",
        step_s,
        step_s * options.validation_faces / options.batch / 4,
        round(_BASE_BYTES + bytes_each + activations),
        _disk(options, bytes_each),
    )


def measured(options: TrainingOptions, progress: Progress) -> Cost:
    """Time a few real steps on the run's own faces. Nothing of it is kept.

    Raises:
        RestorationError: The run could not be started either.
        Cancelled: Stopped.
    """
    memory = PeakMemory()
    memory.start()
    records = read_records(Path(options.data.folder))
    training = [record for record in records if record.split == "train"]
    if not training:
        raise TrainingDataError("There is no face to train on.", "Choose more photos.")
    options = options.replace(data=options.data.replace(workers=0))
    size_px = options.network.out_size_px
    with tempfile.TemporaryDirectory(prefix="heirloom-measure-") as folder:
        trainer = RestorationTrainer(options, RunFolder(Path(folder), writes=False), World())
        samples = FaceSamples(training, options.data, size_px, options.seed, Place(options.batch))
        seconds = []
        for index in range(1 + MEASURED_STEPS):
            progress.report(index / (2 + MEASURED_STEPS), "Timing a few steps")
            began = time.perf_counter()
            trainer.step(samples[index])
            seconds.append(time.perf_counter() - began)
        progress.report((1 + MEASURED_STEPS) / (2 + MEASURED_STEPS), "Timing a validation")
        faces = validation.make_validation_set(training[:1], 1, size_px)
        began = time.perf_counter()
        validation.restored(trainer.average, faces.inputs, trainer.device, bf16=trainer.bf16)
        validation_s = (time.perf_counter() - began) * options.validation_faces
    size = checkpoint_bytes(trainer.generator, trainer.discriminators)
    peak = memory.peak_bytes()
    return Cost("measured", min(seconds[1:]), validation_s, peak, _disk(options, size))


def _disk(options: TrainingOptions, checkpoint: int) -> int:
    side = options.network.out_size_px
    previews = 40 * 4 * options.preview_faces * side * side * 2
    return KEPT_CHECKPOINTS * checkpoint + previews
