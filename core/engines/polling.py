"""Cancellation inside a running torch network: something is asked before each layer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from torch import nn


@contextmanager
def asking_before_layers(layers: Iterable[nn.Module], ask: Callable[[], None]) -> Iterator[None]:
    """Call `ask` before each layer runs, so that a cancel need not wait for the whole network.

    Args:
        layers: The layers to ask before.
        ask: Raises to stop the network.
    """

    def hook(_module: nn.Module, _inputs: Any) -> None:
        ask()

    handles = [layer.register_forward_pre_hook(hook) for layer in layers]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()
