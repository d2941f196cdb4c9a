"""Building a network without drawing random weights that a checkpoint replaces at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

_DRAWN_IN_PLACE = {
    torch.Tensor.normal_,
    torch.Tensor.uniform_,
    torch.nn.init.normal_,
    torch.nn.init.uniform_,
    torch.nn.init.kaiming_normal_,
    torch.nn.init.kaiming_uniform_,
}


class NoRandomInit(TorchFunctionMode):
    """Inside `with NoRandomInit():` layers are made with undefined values.

    Building under `torch.device("meta")` would do as well, but loads a second of Python code.
    """

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Replace random draws; pass everything else on."""
        if func in _DRAWN_IN_PLACE:
            return args[0] if args else (kwargs or {})["tensor"]
        if func is torch.randn:
            return torch.empty(*args, **(kwargs or {}))
        return func(*args, **(kwargs or {}))
