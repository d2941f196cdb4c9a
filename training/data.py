"""Training samples: a target face, its damaged input, and the landmarks.

Sample number `n` of a run is a pure function of (seed, n): which face, whether mirrored, and all
its damage. So a run can stop and go on anywhere, with any number of loading processes, and see
the same samples.
"""

from __future__ import annotations

import atexit
import multiprocessing
import signal
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from typing import TypedDict

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, Sampler

from core.errors import RestorationError
from training.degrade import Degrader
from training.options import DataOptions
from training.records import FaceRecord, TrainingDataError

Uint8Image = npt.NDArray[np.uint8]

_EPOCH_STREAM, _SAMPLE_STREAM = 0, 1
_MIRRORED = [1, 0, 2, 4, 3]


class Batch(TypedDict):
    """What one step sees: uint8 B x 3 x S x S twice, and B x 5 x 2 pixels."""

    input: Tensor
    target: Tensor
    landmarks: Tensor


@dataclass(frozen=True, slots=True)
class Place:
    """Which samples a process takes: process `rank` of `world`, `batch` faces a step."""

    batch: int
    rank: int = 0
    world: int = 1

    def numbers(self, step: int) -> range:
        """Numbers of the samples that this process takes at `step`."""
        first = (step * self.world + self.rank) * self.batch
        return range(first, first + self.batch)


def record_index(seed: int, number: int, count: int) -> int:
    """Which of `count` faces sample `number` shows: each once an epoch, in a random order."""
    epoch, position = divmod(number, count)
    order = np.random.default_rng((seed, _EPOCH_STREAM, epoch)).permutation(count)
    return int(order[position])


def read_face(record: FaceRecord, size_px: int) -> Uint8Image:
    """The crop as size_px x size_px x 3, RGB; shrunk by area averaging, enlarged by cubic.

    Raises:
        TrainingDataError: The file cannot be read.
    """
    return read_square(str(record.path), size_px)


def read_square(path: str, size_px: int) -> Uint8Image:
    """A square picture at the wanted size, RGB."""
    image = cv2.imread(path, cv2.IMREAD_COLOR)
    if image is None:
        raise TrainingDataError(
            f"The face “{path}” cannot be read.", "Remove the file, or prepare the folder again."
        )
    image = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
    if image.shape[:2] != (size_px, size_px):
        shrinks = image.shape[0] > size_px
        method = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
        image = cv2.resize(image, (size_px, size_px), interpolation=method)
    return np.ascontiguousarray(image, dtype=np.uint8)


class FaceSamples(Dataset[Batch]):
    """The endless numbered samples of a run.

    Args:
        records: The training faces, at least one.
        options: Shares of damage, grey, mirrored, ...
        size_px: Side of input and target.
        seed: The run's seed.
        place: Which batches this process takes; item `step` is a whole batch.
    """

    def __init__(
        self,
        records: Sequence[FaceRecord],
        options: DataOptions,
        size_px: int,
        seed: int,
        place: Place,
    ) -> None:
        self.records = tuple(records)
        self.options = options
        self.size_px = size_px
        self.seed = seed
        self.place = place
        self.degrader = Degrader(options)

    def __getitem__(self, step: int) -> Batch:
        """The batch of one step."""
        samples = [self.sample(number) for number in self.place.numbers(step)]
        inputs, targets, landmarks = zip(*samples, strict=True)
        return Batch(
            input=_stacked(inputs),
            target=_stacked(targets),
            landmarks=torch.from_numpy(np.stack(landmarks)).float(),
        )

    def sample(self, number: int) -> tuple[Uint8Image, Uint8Image, npt.NDArray[np.float64]]:
        """Input and target (S x S x 3 each) and landmarks (5 x 2, pixels) of one sample."""
        record = self.records[record_index(self.seed, number, len(self.records))]
        rng = np.random.default_rng((self.seed, _SAMPLE_STREAM, number))
        target = read_face(record, self.size_px)
        points = record.landmarks * self.size_px - 0.5
        mirrored = rng.random() < self.options.flip_share
        if mirrored:
            target = np.ascontiguousarray(target[:, ::-1])
            points = points[_MIRRORED] * [-1, 1] + [self.size_px - 1, 0]
        if record.gray_path is None:
            degraded, target = self.degrader(target, rng)
        else:
            degraded = read_square(str(record.gray_path), self.size_px)
            degraded = degraded[:, ::-1] if mirrored else degraded
        return degraded, target, points


def _stacked(images: Sequence[Uint8Image]) -> Tensor:
    array = np.stack(images).transpose(0, 3, 1, 2)  # B x 3 x S x S
    return torch.from_numpy(np.ascontiguousarray(array))


class _Steps(Sampler[int]):
    """Steps from `first` to the end of the run."""

    def __init__(self, first: int, end: int) -> None:
        self.first, self.end = first, end

    def __iter__(self) -> Iterator[int]:
        return iter(range(self.first, self.end))

    def __len__(self) -> int:
        return max(0, self.end - self.first)


def batches(samples: FaceSamples, first_step: int, end_step: int) -> Iterator[Batch]:
    """The batches of the steps [first_step, end_step), loaded ahead by worker processes.

    No timeout is set on the workers: a run may be paused for as long as one likes.

    Raises:
        TrainingDataError: While iterating: a face cannot be read any more.
    """
    workers = samples.options.workers
    if workers:
        # A worker is forked: OpenCV's idle threads are missing there, and it would wait for them.
        cv2.setNumThreads(0)
    loader = DataLoader(
        _Told(samples),
        batch_size=None,
        sampler=_Steps(first_step, end_step),
        num_workers=workers,
        prefetch_factor=4 if workers else None,
        worker_init_fn=_prepare_worker if workers else None,
    )
    earlier = set(multiprocessing.active_children())
    iterator = iter(loader)
    atexit.register(_end, set(multiprocessing.active_children()) - earlier)
    return _raising(iterator)


class _Told(Dataset[Batch | RestorationError]):
    """The samples, or why one cannot be made: torch would wrap an error of a worker in a report."""

    def __init__(self, samples: FaceSamples) -> None:
        self._samples = samples

    def __getitem__(self, index: int) -> Batch | RestorationError:
        try:
            return self._samples[index]
        except RestorationError as error:
            return error


def _raising(loaded: Iterator[Batch | RestorationError]) -> Iterator[Batch]:
    for batch in loaded:
        if isinstance(batch, RestorationError):
            raise batch
        yield batch


def _end(workers: Iterable[BaseProcess]) -> None:
    """End what still loads when an error ends the program.

    Python itself sends SIGTERM, which workers do not hear, and would wait for them forever.
    """
    for worker in workers:
        worker.kill()


def _prepare_worker(_worker: int) -> None:
    """One thread each; signals are for the training process, which ends its workers itself."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    torch.set_num_threads(1)


def to_network(images: Tensor, device: torch.device, *, channels_last: bool) -> Tensor:
    """uint8 B x 3 x S x S to float32 [-1, 1] on the device."""
    floats = images.to(device, non_blocking=True).float().div_(127.5).sub_(1)
    return floats.contiguous(memory_format=torch.channels_last) if channels_last else floats
