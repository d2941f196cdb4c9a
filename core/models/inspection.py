"""Finds out what a user's own model file is, from its tensors alone. Loads torch when called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from core.errors import ModelFileError
from core.models.own_models import UNKNOWN_LICENCE, Inspection

if TYPE_CHECKING:
    from pathlib import Path

    from core.models.checkpoint import Checkpoint
    from core.models.spec import Task

# Purposes in spandrel's words; a "Restoration" network of scale 1 enlarges nothing.
_TASK_OF_PURPOSE: dict[str, Task] = {"SR": "upscaling", "FaceSR": "face-restoration"}
_SPANDREL_FACE_CROP_PX = 512


def inspect_model(path: Path) -> Inspection:
    """Say what a model file is and whether its weights fit together. Executes nothing of it.

    Args:
        path: A safetensors or torch file.

    Raises:
        ModelFileError: It is damaged, unsafe, or no network that Heirloom can use.
    """
    from core.models.loader import read_state_dict

    checkpoint = read_state_dict(path)
    return _as_gfpgan(checkpoint) or _as_spandrel(checkpoint)


def _as_gfpgan(checkpoint: Checkpoint) -> Inspection | None:
    from core.models.loader import load_gfpgan
    from core.nets.gfpgan_config import UnknownLayoutError, deduce_config

    try:
        deduce_config(checkpoint.shapes)
    except UnknownLayoutError:
        return None
    config = load_gfpgan(checkpoint).config
    return Inspection(
        architecture=f"gfpgan-{config.layout}",
        task="face-restoration",
        crop_size_px=config.out_size,
        licence=checkpoint.metadata.get("licence", UNKNOWN_LICENCE),
        commercial_use=checkpoint.metadata.get("commercial_use") == "true",
    )


def _as_spandrel(checkpoint: Checkpoint) -> Inspection:
    from spandrel import MAIN_REGISTRY, UnsupportedModelError

    try:
        descriptor: Any = MAIN_REGISTRY.load(dict(checkpoint.tensors))
    except UnsupportedModelError as error:
        raise _of_no_use(checkpoint) from error
    except (RuntimeError, ValueError, KeyError, IndexError, AssertionError) as error:
        raise ModelFileError(
            f"The weights in {checkpoint.path.name} do not fit together.",
            "Get the file again from where it was published, and compare its size and hash.",
        ) from error
    task = _TASK_OF_PURPOSE.get(descriptor.purpose)
    if task is None or (task == "upscaling" and descriptor.scale not in {2, 4}):
        raise _of_no_use(checkpoint)
    return Inspection(
        architecture=str(descriptor.architecture.id).lower(),
        task=task,
        scale=descriptor.scale if task == "upscaling" else 1,
        crop_size_px=_SPANDREL_FACE_CROP_PX if task == "face-restoration" else 0,
    )


def _of_no_use(checkpoint: Checkpoint) -> ModelFileError:
    return ModelFileError(
        f"{checkpoint.path.name} holds weights, but of no network that Heirloom can use.",
        "It looked for GFP-GAN in its three layouts, for RestoreFormer, and for networks that "
        "enlarge twice or four times, such as Real-ESRGAN.",
    )
