"""Checkpoints: everything a run needs to go on, in one file that is either whole or not there."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from core.errors import ModelFileError, OutputError

KEEP_LAST = 2
BEST_FILE = "best.pt"
CHECKPOINT_SUFFIX = ".pt"
_PREFIX = "step-"
FORMAT_VERSION = 1


@dataclass(slots=True)
class Standing:
    """How far a run has come.

    Attributes:
        step: Steps done.
        seconds: Time spent training, over all sessions.
        best_score: Lowest validation score so far.
        best_step: Where that was.
        stale: Validations since then.
        measure: What the score is made of: "niqe" where that is a part of it.
    """

    step: int = 0
    seconds: float = 0.0
    best_score: float = float("inf")
    best_step: int = 0
    stale: int = 0
    measure: str = ""

    def to_dict(self) -> dict[str, float | str]:
        """Plain values for the checkpoint."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """The objects whose state is saved.

    Attributes:
        generator: The network that is trained.
        average: Its exponential moving average, the one that is shipped.
        discriminators: All critics, perhaps none.
        optimisers: By name.
    """

    generator: nn.Module
    average: nn.Module
    discriminators: nn.Module
    optimisers: dict[str, torch.optim.Optimizer] = field(default_factory=dict)


def save_checkpoint(path: Path, parts: Parts, standing: Standing) -> None:
    """Write a checkpoint: to a side file first, then renamed, so that no half file ever counts.

    Raises:
        OutputError: The disk is full or the folder cannot be written; the old files are untouched.
    """
    state = {
        "version": FORMAT_VERSION,
        "standing": standing.to_dict(),
        "generator": parts.generator.state_dict(),
        "average": parts.average.state_dict(),
        "discriminators": parts.discriminators.state_dict(),
        "optimisers": {name: o.state_dict() for name, o in parts.optimisers.items()},
    }
    side = path.with_name(path.name + ".part")
    try:
        with side.open("wb") as file:
            torch.save(state, file)
            file.flush()
            os.fsync(file.fileno())
        side.replace(path)
    except (OSError, RuntimeError) as error:
        side.unlink(missing_ok=True)
        raise OutputError(
            f"The checkpoint “{path.name}” cannot be saved: {error}.",
            "Free some space on the disk and resume the run; earlier checkpoints are kept.",
        ) from error


def load_checkpoint(path: Path, parts: Parts) -> Standing:
    """Put a run back to where it was.

    Raises:
        ModelFileError: The file is damaged or was made with other options.
    """
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        parts.generator.load_state_dict(state["generator"])
        parts.average.load_state_dict(state["average"])
        parts.discriminators.load_state_dict(state["discriminators"])
        for name, optimiser in parts.optimisers.items():
            optimiser.load_state_dict(state["optimisers"][name])
        return Standing(**state["standing"])
    except Exception as error:
        raise ModelFileError(
            f"The checkpoint “{path.name}” cannot be used: {error}.",
            "Resume from an earlier checkpoint of the run.",
        ) from error


def read_average(path: Path) -> tuple[dict[str, Tensor], Standing]:
    """The averaged weights of a checkpoint, and how far it had come.

    Raises:
        ModelFileError: The file is damaged.
    """
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
        return state["average"], Standing(**state["standing"])
    except Exception as error:
        raise ModelFileError(
            f"The checkpoint “{path.name}” cannot be read: {error}.",
            "Export an earlier checkpoint of the run.",
        ) from error


def checkpoint_path(folder: Path, step: int) -> Path:
    """Name of the checkpoint after `step` steps."""
    return folder / f"{_PREFIX}{step:08d}{CHECKPOINT_SUFFIX}"


def list_checkpoints(folder: Path) -> list[Path]:
    """All regular checkpoints, oldest first."""
    return sorted(folder.glob(f"{_PREFIX}*{CHECKPOINT_SUFFIX}"))


def prune_checkpoints(folder: Path, keep: int = KEEP_LAST) -> None:
    """Remove all but the newest `keep` regular checkpoints; the best one has its own file."""
    for path in list_checkpoints(folder)[:-keep]:
        path.unlink(missing_ok=True)
