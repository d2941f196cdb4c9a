"""Finds out what a user's own model file is, from its tensors alone. Loads torch when called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import ModelFileError
from core.models.own_models import UNKNOWN_LICENCE, Inspection

if TYPE_CHECKING:
    from pathlib import Path

    from core.engines.spandrel_network import ForeignNetwork
    from core.models.checkpoint import Checkpoint

_FOREIGN_CROP_PX = 512


def inspect_model(path: Path) -> Inspection:
    """Say what a model file is and whether its weights fit together. Executes nothing of it.

    Args:
        path: A safetensors or torch file.

    Raises:
        ModelFileError: It is damaged, unsafe, or no network that Heirloom can use.
    """
    from core.models.loader import read_state_dict

    checkpoint = read_state_dict(path)
    _refuse_broken_numbers(checkpoint)
    return _as_gfpgan(checkpoint) or _as_foreign(checkpoint)


def _refuse_broken_numbers(checkpoint: Checkpoint) -> None:
    """Refuse weights that hold NaN or infinity: every picture would come out empty."""
    for name, tensor in checkpoint.tensors.items():
        # PyTorch cannot ask numbers of one byte.
        numbers = tensor.half() if tensor.element_size() == 1 else tensor
        if tensor.is_floating_point() and not numbers.isfinite().all():
            raise ModelFileError(
                f"The weights in {checkpoint.path.name} hold values that are no numbers "
                f"(in {name}).",
                "If you trained it, take an earlier checkpoint; otherwise get the file again.",
            )


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


def _as_foreign(checkpoint: Checkpoint) -> Inspection:
    """What spandrel makes of it, with the same verdicts as when it is loaded."""
    from core.engines.spandrel_network import extra_is_installed, recognise
    from core.models.refusals import not_recognised, refuse_named, unfit

    refuse_named(checkpoint, extra_is_installed=extra_is_installed())
    try:
        foreign = recognise(checkpoint.tensors)
    except (RuntimeError, KeyError, ValueError, IndexError, AssertionError) as error:
        raise unfit(checkpoint.path, error) from error
    if foreign is None:
        raise not_recognised(checkpoint.path)
    architecture = foreign.name.lower()
    if foreign.purpose == "FaceSR" and foreign.scale == 1:
        return Inspection(architecture, "face-restoration", crop_size_px=_FOREIGN_CROP_PX)
    if foreign.purpose == "SR" and foreign.scale > 1 and foreign.channels == (3, 3):
        return Inspection(architecture, "upscaling", scale=foreign.scale)
    if foreign.purpose == "Restoration" and foreign.scale == 1 and foreign.channels == (3, 3):
        return Inspection(architecture, "denoising")
    if foreign.purpose == "Inpainting" and foreign.channels == (3, 3):
        return Inspection(architecture, "inpainting")
    raise _of_no_use(checkpoint, foreign)


def _of_no_use(checkpoint: Checkpoint, foreign: ForeignNetwork) -> ModelFileError:
    return ModelFileError(
        f"{checkpoint.path.name} is a network of the kind {foreign.name}, which does nothing for "
        "colour photos that Heirloom can use.",
        "Choose a model that restores faces, enlarges, takes noise away or fills areas.",
    )
