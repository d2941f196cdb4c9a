"""From the name that a user gives to the file that is loaded: an id, an alias or a path."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.errors import ModelMissingError
from core.models.files import hash_file
from core.models.spec import Task
from core.models.store import ModelStore
from core.progress import Progress, no_progress

ALIASES = {"sharp": "realesrgan-x4plus-embedded"}
"""Plain names for models that come with Heirloom."""

MODEL_SUFFIXES = frozenset({".pth", ".safetensors", ".pt", ".ckpt"})

TASK_NAMES: dict[Task, str] = {
    "face-restoration": "face model",
    "upscaling": "enlarging model",
    "denoising": "model against noise",
    "inpainting": "model that fills areas",
    "detection": "face finder",
    "damage": "scratch finder",
    "identity": "identity model",
    "parsing": "model of face outlines",
}


@dataclass(frozen=True, slots=True)
class ResolvedModel:
    """A model file that is there.

    Attributes:
        id: Its id, or the file name of a user's own file.
        path: The file.
        sha256: Its hash, hexadecimal.
        licence: SPDX expression; empty for a user's own file.
        architecture: As the registry names it; empty for a user's own file.
    """

    id: str
    path: Path
    sha256: str
    licence: str = ""
    architecture: str = ""


def resolve(
    store: ModelStore, name: str, task: Task, progress: Progress | None = None
) -> ResolvedModel:
    """Find the file of a model for one task.

    Args:
        store: The models on this computer.
        name: A model's id, an alias such as "sharp", or the path of a checkpoint.
        task: What it must be able to do.
        progress: Polled while a file is verified.

    Raises:
        ModelMissingError: Unknown, not installed, or made for another task.
        ModelFileError: The installed file is damaged.
        Cancelled: The job was stopped.
    """
    progress = progress or no_progress()
    path = Path(name)
    if _is_path(name) and path.is_file():
        return ResolvedModel(path.name, path, hash_file(path, progress))
    if is_model_file(path):
        raise ModelMissingError(
            f"There is no model file “{name}”.", "Check its name and folder, then try again."
        )
    spec = store.spec(ALIASES.get(name, name))
    if spec.task != task:
        raise ModelMissingError(
            f"“{spec.name}” is not a {TASK_NAMES.get(task, task)}.",
            "“heirloom models list” shows what each model is for.",
        )
    return ResolvedModel(
        spec.id, store.path_of(spec.id, progress), spec.sha256, spec.licence, spec.architecture
    )


def is_model_file(path: Path) -> bool:
    """True where a name ends like that of a file of weights."""
    return path.suffix.lower() in MODEL_SUFFIXES


def _is_path(name: str) -> bool:
    """True where a name can only be a file, so that an id never reads a stray file by accident."""
    return "/" in name or "\\" in name or is_model_file(Path(name))
