"""Runs a network so that memory never ends the job and a broken picture is never passed on.

Out of memory halves the batch, then moves to the processor. A result that holds NaN or infinity, or
is one flat colour where the input is not, is made again in full precision, then on the processor.
Each step down leaves a sentence for the report.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from core.device import Chosen
from core.engines.beside import beside, creeping
from core.engines.runtime import FloatBatch, Runtime
from core.errors import MemoryExhaustedError, RestorationError
from core.interfaces import Restored
from core.progress import Progress

RuntimeFactory = Callable[[Chosen], Runtime]

_FLAT = 1e-3
"""Largest spread in [0, 1] at which a picture counts as one flat colour."""


_REPORT_EVERY_S = 0.1

_MAKING_SHARE, _MAKING_S = 0.05, 1.0
"""What making a runtime takes of the progress of its first batch, and how long it usually takes."""

_MEMORY_PHRASES = (
    "out of memory",  # CUDA outside torch's own allocator, MPS
    "can't allocate memory",  # torch on the processor
    "not enough memory",  # the same on Windows
    "bad_alloc",  # OpenVINO
    "bad allocation",  # the same on Windows
    "alloc_failed",  # cuDNN and cuBLAS
)


@dataclass(slots=True)
class _Work:
    """One call: what goes in beside the pictures, and what was noted on the way."""

    extras: Sequence[FloatBatch]
    progress: Progress
    shrinkable: bool
    warnings: dict[str, None] = field(default_factory=dict)
    reached: float = 0.0
    reported_s: float = 0.0

    def begin(self, progress: Progress) -> None:
        """What follows has this slice of the progress."""
        self.progress, self.reached = progress, 0.0

    def rest(self) -> Progress:
        """What is left of the slice, for another attempt: progress never goes back."""
        return self.progress.part(self.reached, 1.0)

    def poll(self, fraction: float) -> None:
        """Stop here if the job was cancelled; report a few times a second, not at each layer."""
        self.progress.check()
        now = time.monotonic()
        if now - self.reported_s >= _REPORT_EVERY_S:
            self.reported_s = now
            self.reached = max(self.reached, min(1.0, fraction))
            self.progress.report(fraction)

    def warn(self, sentence: str) -> None:
        self.warnings[sentence] = None


class ResilientRunner:
    """A network with a ladder of fallbacks.

    Args:
        make: Loads the network for a device and precision.
        chosen: What to run with as long as it works.
    """

    def __init__(self, make: RuntimeFactory, chosen: Chosen) -> None:
        self._make = make
        self._chosen = chosen
        self._runtimes: dict[Chosen, Runtime] = {}

    @property
    def chosen(self) -> Chosen:
        """What runs as long as it works."""
        return self._chosen

    def run(
        self,
        images: FloatBatch,
        extras: Sequence[FloatBatch],
        *,
        batch: int,
        progress: Progress,
        shrinkable: bool = False,
    ) -> Restored:
        """Run all images, `batch` at a time.

        Args:
            images: N x 3 x H x W, [0, 1].
            extras: Further inputs of the network.
            batch: Images at a time.
            progress: Told after each batch, polled while the network runs.
            shrinkable: The caller can come again with a smaller picture, so do not move to the
                processor where one does not fit.

        Returns:
            N x 3 x H' x W', [0, 1], finite, and what was done otherwise.

        Raises:
            Cancelled: The job was stopped.
            MemoryExhaustedError: Not even one image fits on the processor, or it is shrinkable.
            RestorationError: The network gives no usable picture on any device.
        """
        work = _Work(extras, progress, shrinkable)
        done: list[FloatBatch] = []
        for start in range(0, len(images), batch):
            stop = min(len(images), start + batch)
            work.begin(progress.part(start / len(images), stop / len(images)))
            work.progress.report(0.0)
            done.append(self._attempt(self._chosen, images[start:stop], work))
        progress.report(1.0)
        return Restored(np.clip(np.concatenate(done), 0.0, 1.0), tuple(work.warnings))

    def _attempt(self, chosen: Chosen, images: FloatBatch, work: _Work) -> FloatBatch:
        """One batch on one device, or in parts on whatever works."""
        result = self._infer(chosen, images, work)
        if result is None:
            return self._in_less_memory(chosen, images, work)
        broken = [i for i in range(len(images)) if is_broken(images[i], result[i])]
        if broken:
            result = result.copy()
            redone = self._more_safely(chosen, images[broken], work)
            result[broken] = redone
        return result

    def _infer(self, chosen: Chosen, images: FloatBatch, work: _Work) -> FloatBatch | None:
        """The network's output, or None where memory ran out.

        The exception must be gone before the next attempt: its traceback holds the tensors.
        """
        import torch

        try:
            return self._runtime(chosen, work).infer(images, work.extras, work.poll)
        except (torch.OutOfMemoryError, MemoryError):
            pass
        except RuntimeError as error:
            if not tells_of_memory(str(error)):
                raise
        if chosen.device.startswith("cuda"):
            torch.cuda.empty_cache()
        return None

    def _in_less_memory(self, chosen: Chosen, images: FloatBatch, work: _Work) -> FloatBatch:
        if len(images) > 1:
            work.warn("Memory ran short, so fewer pictures were worked on at a time.")
            half, rest = len(images) // 2, work.rest()
            done: list[FloatBatch] = []
            for index, part in enumerate((images[:half], images[half:])):
                work.begin(rest.step(index, 2))
                done.append(self._attempt(chosen, part, work))
            return np.concatenate(done)
        if chosen.device != "cpu" and not work.shrinkable:
            self._runtimes.pop(chosen, None)
            work.warn("The graphics card ran out of memory, so the processor did the work.")
            work.begin(work.rest())
            return self._attempt(on_processor(chosen), images, work)
        raise MemoryExhaustedError(
            "There is not enough free memory to run this model.",
            "Close other programs, or choose a smaller model.",
        )

    def _more_safely(self, chosen: Chosen, images: FloatBatch, work: _Work) -> FloatBatch:
        safer = safer_than(chosen)
        if safer is None:
            raise RestorationError(
                "The model gave no usable picture, on any device and in full precision.",
                "Choose another model; if this one is your own, its training may have failed.",
            )
        work.warn(
            f"The model gave an empty picture in {chosen.precision} on {chosen.device} "
            f"({chosen.runtime}), so it was made again in {safer.precision} on {safer.device} "
            f"({safer.runtime})."
        )
        work.begin(work.rest())
        return self._attempt(safer, images, work)

    def _runtime(self, chosen: Chosen, work: _Work) -> Runtime:
        if chosen not in self._runtimes:
            whole = work.rest()
            work.begin(whole.part(0.0, _MAKING_SHARE))
            # It may import a library and move weights, which cannot be interrupted.
            report = creeping(work.poll, _MAKING_S)
            self._runtimes[chosen] = beside(lambda: self._make(chosen), report)
            work.begin(whole.part(_MAKING_SHARE, 1.0))
        return self._runtimes[chosen]


def tells_of_memory(message: str) -> bool:
    """True for the text of a RuntimeError by which a runtime says that memory ran out.

    Only CUDA's allocator has an exception of its own for that.
    """
    lowered = message.lower()
    return any(phrase in lowered for phrase in _MEMORY_PHRASES)


def on_processor(chosen: Chosen) -> Chosen:
    """Torch on the processor in full precision: slow, and always there."""
    return replace(chosen, device="cpu", runtime="torch", precision="fp32")


def safer_than(chosen: Chosen) -> Chosen | None:
    """The next rung down the ladder, or None from the last."""
    if chosen.precision != "fp32":
        return replace(chosen, precision="fp32")
    last = on_processor(chosen)
    return None if chosen == last else last


def is_broken(image: FloatBatch, result: FloatBatch) -> bool:
    """True where a result is not finite, or flat although the input (both C x H x W) is not."""
    if not np.isfinite(result).all():
        return True
    return _spread(result) < _FLAT <= _spread(image)


def _spread(image: FloatBatch) -> float:
    return float(image.max() - image.min())
