"""Networks on torch: CUDA, Apple graphics and the processor."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any

import numpy as np
import torch
from torch import nn

from core.device import Chosen, Precision
from core.engines.runtime import FloatBatch, Poll
from core.nets.memory_format import to_channels_last

_DTYPES: dict[Precision, torch.dtype] = {
    "fp32": torch.float32,
    "fp16": torch.float16,
    "bf16": torch.bfloat16,
}


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
        own = own.to(self._device, self._dtype).eval().requires_grad_(False)
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

    @contextmanager
    def _polling(self, poll: Poll) -> Iterator[None]:
        """Poll before each layer, so that a cancel need not wait for the end of a slow network."""
        total = len(self._watched)
        started = count()

        def hook(_module: nn.Module, _inputs: Any) -> None:
            poll(min(1.0, next(started) / total))

        handles = [module.register_forward_pre_hook(hook) for module in self._watched]
        try:
            yield
        finally:
            for handle in handles:
                handle.remove()
