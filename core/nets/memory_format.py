"""Weight layout for speed: channels last, the order in which CPUs and tensor cores convolve."""

from __future__ import annotations

import torch
from torch import nn


@torch.no_grad()
def to_channels_last(net: nn.Module) -> nn.Module:
    """Store all convolution kernels channels last, in place; values and shapes stay.

    `Module.to(memory_format=...)` refuses the five-dimensional kernels of StyleGAN2's modulated
    convolutions, whose leading dimension of 1 is dropped before they are used.

    Args:
        net: Any network.

    Returns:
        The same network.
    """
    for parameter in net.parameters():
        if parameter.dim() == 4:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last)
        elif parameter.dim() == 5 and parameter.shape[0] == 1:
            kernel = parameter.data[0].contiguous(memory_format=torch.channels_last)
            parameter.data = kernel[None]
    return net
