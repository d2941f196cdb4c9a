"""A training run as a process: one at a time in a folder, its state on disk, its end explained.

`state.json` is what the window knows of the process: its state, number and step and, after a
failure, two plain sentences. As long as the process lives it holds a lock on the folder; the system
lets go of it also when the process is killed or the computer loses power. So "running" with a free
lock means "interrupted", and nobody has to trust a process number.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from core.errors import (
    Cancelled,
    MemoryExhaustedError,
    ModelFileError,
    OutputError,
    RestorationError,
)
from core.progress import Progress
from training.checkpoint import Standing
from training.options import TrainingOptions
from training.runfolder import LOCK_FILE, RunFolder

State = Literal["running", "comparing", "paused", "finished", "failed"]

LOCK_PATIENCE_S = 3.0
"""Whoever only looks whether a run is alive holds the lock for an instant."""


def start(options: TrainingOptions, path: Path, progress: Progress) -> Standing:
    """Start a run in a new folder and train to its end; see `go_on`.

    Without enough faces, or with weights that are not there, no folder is made.
    """
    from training.distributed import join_world
    from training.loop import faces_of, train

    faces_of(options)
    _require_files(options)
    RunFolder(path, writes=join_world().leads).create(options)
    return _held(path, progress, lambda: train(options, path, progress))


def go_on(path: Path, progress: Progress, *, gentler: bool = False) -> Standing:
    """Train to the end of a run, from its last checkpoint or from the start; then compare.

    Args:
        path: The run's folder.
        progress: Reported to after each step; cancelling saves a checkpoint first.
        gentler: From now on with half the learning rates and in full precision: for runs whose
            losses were no longer numbers.

    Raises:
        Cancelled: It was paused.
        OutputError: Another process trains this run already.
        RestorationError: Whatever else keeps it from going on; noted in the folder as well.
    """
    from training.loop import resume

    RunFolder(path).read_options()

    def work() -> Standing:
        if gentler:
            _make_gentler(RunFolder(path))
        return resume(path, progress)

    return _held(path, progress, work)


def _require_files(options: TrainingOptions) -> None:
    """See that all weights are there that the options name."""
    named = (
        options.start_from,
        options.prior_from,
        options.perceptual_weights,
        options.identity_weights,
    )
    missing = [name for name in named if name and not Path(name).is_file()]
    if missing:
        raise ModelFileError(
            f"There is no file “{missing[0]}”.", "Check the name of the weights and try again."
        )


def _make_gentler(folder: RunFolder) -> None:
    options = folder.read_options()
    optimiser = options.optimiser.replace(
        generator_rate=options.optimiser.generator_rate / 2,
        discriminator_rate=options.optimiser.discriminator_rate / 2,
    )
    folder.write_options(options.replace(optimiser=optimiser, precision="fp32"))
    folder.log("goes on more gently: half the learning rates, full precision")


def _held(path: Path, progress: Progress, work: Callable[[], Standing]) -> Standing:
    from training.distributed import join_world

    folder = RunFolder(path, writes=join_world().leads)
    if not folder.writes:
        return work()
    with _only_one(folder), _noted(folder):
        write_state(folder, "running")
        standing = work()
        write_state(folder, "comparing", standing.step)
        compare_if_possible(folder, progress)
        write_state(folder, "finished", standing.step)
    return standing


def write_state(
    folder: RunFolder, state: State, step: int | None = None, error: RestorationError | None = None
) -> None:
    """Tell other processes what this one does."""
    values: dict[str, Any] = {"state": state, "pid": os.getpid(), "time": round(time.time(), 1)}
    if step is not None:
        values["step"] = step
    if error is not None:
        values |= {
            "summary": error.summary,
            "remedy": error.remedy,
            "kind": type(error).__name__,
        }
    folder.write_state(values)


def compare_if_possible(folder: RunFolder, progress: Progress) -> None:
    """Compare with the start; a comparison that fails is logged and does not fail the run."""
    from training.compare import can_compare, compare

    try:
        if not can_compare(folder):
            return
        comparison = compare(folder, progress)
    except RestorationError as error:
        folder.log(f"no comparison: {error}")
        return
    folder.write_comparison(comparison)
    folder.log(f"compared with the start: {comparison['verdict']}")


@contextmanager
def _only_one(folder: RunFolder) -> Iterator[None]:
    lock = FileLock(folder.path / LOCK_FILE)
    try:
        lock.acquire(timeout=LOCK_PATIENCE_S)
    except Timeout as error:
        raise OutputError(
            f"The run “{folder.path}” is being trained already.",
            "Wait until it ends, or pause it first.",
        ) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _noted(folder: RunFolder) -> Iterator[None]:
    """Leave the reason of every end in state.json and log.txt, where the window looks for it."""
    try:
        yield
    except Cancelled:
        write_state(folder, "paused")
        raise
    except RestorationError as error:
        _note(folder, error)
        raise
    except MemoryError as error:
        explained = _out_of_memory()
        _note(folder, explained)
        raise explained from error
    except Exception as error:
        import torch

        if isinstance(error, torch.OutOfMemoryError):
            explained = _out_of_memory()
            _note(folder, explained)
            raise explained from error
        _note(
            folder,
            RestorationError(
                f"Training ended unexpectedly: {type(error).__name__}: {error}.",
                "Resume it; if it happens again, report it with the file log.txt.",
            ),
        )
        raise


def _out_of_memory() -> MemoryExhaustedError:
    return MemoryExhaustedError(
        "There is not enough memory to train this model.",
        "Close other programs, or start again with the smaller start model.",
    )


def _note(folder: RunFolder, error: RestorationError) -> None:
    """Best effort: on a full disk there may be no room for the reason either."""
    with contextlib.suppress(OSError, RestorationError):
        write_state(folder, "failed", error=error)
    with contextlib.suppress(OSError):
        folder.log(f"error: {error}")
