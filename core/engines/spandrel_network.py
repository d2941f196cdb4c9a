"""Networks that spandrel reads: RestoreFormer, SwinIR, HAT, older ESRGAN files and many more."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

from core.device import Chosen, Precision
from core.engines.torch_runtime import TorchRuntime

if TYPE_CHECKING:
    from collections.abc import Mapping

EXTRA_PACKAGE = "spandrel_extra_arches"
"""Networks under terms that forbid commercial use, CodeFormer among them."""


@dataclass(frozen=True, slots=True, eq=False)
class ForeignNetwork:
    """A network that spandrel recognised.

    Attributes:
        module: Takes N x C x H x W in [0, 1], fp32; one that fills areas takes one channel more,
            which is 1 where the picture is unknown.
        name: Name of its architecture.
        purpose: "SR", "FaceSR", "Restoration" or "Inpainting".
        scale: How many times larger the output is.
        channels: Colour channels of input and output.
        precisions: What it can calculate in.
    """

    module: nn.Module
    name: str
    purpose: str
    scale: int
    channels: tuple[int, int]
    precisions: tuple[Precision, ...]

    def load(self, chosen: Chosen) -> TorchRuntime:
        """Load it on a device."""
        return TorchRuntime(self.module, chosen)


class _DescribedModule(nn.Module):
    """A spandrel descriptor as a module, so that it moves between devices like any other."""

    def __init__(self, descriptor: Any) -> None:
        super().__init__()
        self.model = descriptor.model
        self._descriptor = descriptor

    def forward(self, images: Tensor) -> Tensor:
        """N x 3 x H x W in [0, 1], fp32, to the same of its scale."""
        precision = next(self.model.parameters()).dtype
        output: Tensor = self._descriptor(images.to(precision))
        return output


class _MaskedModule(nn.Module):
    """A spandrel descriptor that fills areas, as a module with one input."""

    def __init__(self, descriptor: Any) -> None:
        super().__init__()
        self.model = descriptor.model
        self._descriptor = descriptor

    def forward(self, images: Tensor) -> Tensor:
        """1 x (C + 1) x H x W in [0, 1], fp32, the last one the mask, to 1 x C x H x W."""
        precision = next(self.model.parameters()).dtype
        known = images.to(precision)
        output: Tensor = self._descriptor(known[:, :-1].contiguous(), known[:, -1:].contiguous())
        return output


def recognise(tensors: Mapping[str, Tensor]) -> ForeignNetwork | None:
    """Build and load the network that a checkpoint's tensors belong to; None where unknown.

    Raises:
        RuntimeError: The tensors are those of a known network but do not fit together.
    """
    from spandrel import (
        ImageModelDescriptor,
        MaskedImageModelDescriptor,
        ModelLoader,
        UnsupportedModelError,
    )

    try:
        descriptor = ModelLoader(device="cpu", registry=_registry()).load_from_state_dict(
            dict(tensors)
        )
    except UnsupportedModelError:
        return None
    module: nn.Module
    if isinstance(descriptor, MaskedImageModelDescriptor):
        module = _MaskedModule(descriptor)
    elif isinstance(descriptor, ImageModelDescriptor):
        module = _DescribedModule(descriptor)
    else:
        return None
    precisions: list[Precision] = ["fp32"]
    if descriptor.supports_half:
        precisions.append("fp16")
    if descriptor.supports_bfloat16:
        precisions.append("bf16")
    return ForeignNetwork(
        module=module.eval(),
        name=str(descriptor.architecture.name),
        purpose=descriptor.purpose,
        scale=descriptor.scale,
        channels=(descriptor.input_channels, descriptor.output_channels),
        precisions=tuple(precisions),
    )


def extra_is_installed() -> bool:
    """True where the package for CodeFormer and others is there."""
    return find_spec(EXTRA_PACKAGE) is not None


def _registry() -> Any:
    """Spandrel's networks, with the extra ones where they are installed."""
    from spandrel import MAIN_REGISTRY

    if not extra_is_installed():
        return MAIN_REGISTRY
    registry = MAIN_REGISTRY.copy()
    registry.add(*import_module(EXTRA_PACKAGE).EXTRA_REGISTRY)
    return registry
