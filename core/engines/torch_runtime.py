"""Networks on torch: CUDA, Apple graphics and the processor."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from contextlib import AbstractContextManager
from itertools import count
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from torch import nn

from core.device import Chosen, Precision
from core.engines.polling import asking_before_layers
from core.engines.runtime import FloatBatch, Poll
from core.nets.memory_format import to_channels_last

_DTYPES: dict[Precision, torch.dtype] = {
    "fp32": torch.float32,
    "fp16": torch.float16,
    "bf16": torch.bfloat16,
}


@runtime_checkable
class RoundsItself(Protocol):
    """A module that knows which of its layers bf16 would harm."""

    def round_to_bf16(self) -> None:
        """Round the weights of the other layers, in place, and calculate in both from now on."""
        ...


class TorchRuntime:
    """A module on one device in one precision.

    Args:
        module: Takes N x 3 x H x W in [0, 1] (and extras), always fp32, which it rounds itself to
            the precision of its weights; gives N x 3 x H' x W'. Not changed; its weights are
            shared where device and precision allow it.
        chosen: Where and how precisely to run.
    """

    def __init__(self, module: nn.Module, chosen: Chosen) -> None:
        self._chosen = chosen
        self._device = torch.device(chosen.device)
        self._dtype = _DTYPES[chosen.precision]
        own = copy.deepcopy(module) if self._must_copy(module) else module
        own = own.to(self._device).eval().requires_grad_(False)
        if self._dtype == torch.bfloat16 and isinstance(own, RoundsItself):
            own.round_to_bf16()
        else:
            own = own.to(self._dtype)
        self._module = to_channels_last(own)
        self._watched = [m for m in own.modules() if any(True for _ in m.parameters(recurse=False))]

    @property
    def chosen(self) -> Chosen:
        """Device, runtime and precision."""
        return self._chosen

    def infer(self, images: FloatBatch, extras: Sequence[FloatBatch], poll: Poll) -> FloatBatch:
        """Run the network once; see `Runtime.infer`."""
        with torch.inference_mode(), self._polling(poll):
            output = self._module(self._tensor(images), *(self._tensor(e) for e in extras))
            result: FloatBatch = output.float().cpu().contiguous().numpy()
        return result

    def _must_copy(self, module: nn.Module) -> bool:
        """Moving or rounding the weights must not change the module that others share."""
        return any(p.device != self._device or p.dtype != self._dtype for p in module.parameters())

    def _tensor(self, array: FloatBatch) -> torch.Tensor:
        tensor = torch.from_numpy(np.ascontiguousarray(array))
        tensor = tensor.contiguous(memory_format=torch.channels_last)
        return tensor.to(self._device)

    def _polling(self, poll: Poll) -> AbstractContextManager[None]:
        """Report to `poll` before each layer."""
        total = len(self._watched)
        started = count()
        return asking_before_layers(self._watched, lambda: poll(min(1.0, next(started) / total)))
