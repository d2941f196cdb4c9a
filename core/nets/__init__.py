"""Pure network modules, shared by inference and training."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from core.nets.gfpgan import Gfpgan
    from core.nets.gfpgan_config import GfpganConfig

__all__ = ["build_gfpgan"]


def build_gfpgan(config: GfpganConfig) -> Gfpgan:
    """Make the network that `config.layout` names, with random weights.

    Build it under `torch.device("meta")` where a checkpoint is assigned right after.
    """
    from core.nets.gfpgan_bilinear import GfpganBilinear
    from core.nets.gfpgan_clean import GfpganClean
    from core.nets.gfpgan_original import GfpganOriginal

    layouts: dict[str, Callable[[GfpganConfig], Gfpgan]] = {
        "clean": GfpganClean,
        "bilinear": GfpganBilinear,
        "original": GfpganOriginal,
    }
    return layouts[config.layout](config)
