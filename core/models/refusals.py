"""Why a checkpoint cannot be used, in words."""

from __future__ import annotations

from pathlib import Path

from core.errors import ModelFileError
from core.models.checkpoint import Checkpoint

_GET_AGAIN = "Get the file again from where it was published, and compare its size and hash."


def not_recognised(path: Path) -> ModelFileError:
    """Weights of no network that we know."""
    return ModelFileError(
        f"{path.name} holds weights, but of no network that Heirloom knows.",
        "It looked for GFP-GAN (clean, bilinear, original), RestoreFormer, ESRGAN and Real-ESRGAN, "
        "and the other networks that spandrel reads.",
    )


def unfit(path: Path, error: Exception) -> ModelFileError:
    """Weights of a known network that do not fit together."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    detail = " ".join(lines[1:3] or lines)[:200].rstrip(". ")
    return ModelFileError(f"The weights in {path.name} do not fit together: {detail}.", _GET_AGAIN)


def wrong_task(path: Path, name: str, wanted: str) -> ModelFileError:
    """A network made for something else."""
    return ModelFileError(
        f"{path.name} is a network of the kind {name}, which does not {wanted}.",
        "Choose another model for this.",
    )


def refuse_named(checkpoint: Checkpoint, *, extra_is_installed: bool) -> None:
    """Refuse two networks that people will try, by their name.

    Raises:
        ModelFileError: It is RestoreFormer++, or CodeFormer without the package that it needs.
    """
    names = checkpoint.tensors.keys()
    if any(name.startswith("vqvae.") for name in names):
        raise ModelFileError(
            f"{checkpoint.path.name} is RestoreFormer++, which Heirloom cannot run yet.",
            "Use RestoreFormer or GFP-GAN instead.",
        )
    if {"position_emb", "idx_pred_layer.1.weight"} <= names and not extra_is_installed:
        raise ModelFileError(
            f"{checkpoint.path.name} is CodeFormer, whose network is not installed: its terms "
            "forbid commercial use.",
            "If you accept them, install the package spandrel_extra_arches into Heirloom's "
            "environment.",
        )
