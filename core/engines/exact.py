"""Which part of GFP-GAN stays in fp32 where the rest is calculated in bf16.

Everything at 16 px and below: U-Net, latent codes, conditions, generator. That is 1.6 % of the
multiplications of the 512 px network, and takes a third off the error of the whole, because what is
rounded there bends all finer levels.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn

from core.nets.gfpgan import Gfpgan

EXACT_PX = 16


def exact_layers(net: Gfpgan, exact_px: int = EXACT_PX) -> Iterator[nn.Module]:
    """The layers that work on maps of at most `exact_px`."""
    decoder, sizes = net.stylegan_decoder, net.config.sizes[1:]
    yield from (net.final_conv, net.final_linear, decoder.style_conv1, decoder.to_rgb1)
    yield decoder.constant_input
    for level, size in enumerate(sizes):
        if size > exact_px:
            break
        yield net.conv_body_down[len(sizes) - 1 - level]
        yield net.conv_body_up[level]
        yield net.condition_scale[level]
        yield net.condition_shift[level]
        yield from decoder.style_convs[2 * level : 2 * level + 2]
        yield decoder.to_rgbs[level]


def to_bf16(net: Gfpgan) -> None:
    """Round all weights but those of `exact_layers`, in place, and let each layer take any input.

    The picture is summed up in fp32 over all levels.
    """
    exact = {id(parameter) for layer in exact_layers(net) for parameter in layer.parameters()}
    for parameter in net.parameters():
        if id(parameter) not in exact:
            parameter.data = parameter.data.to(torch.bfloat16)
    decoder = net.stylegan_decoder
    for to_rgb in (decoder.to_rgb1, *decoder.to_rgbs):
        to_rgb.register_forward_pre_hook(_cast_but_image)
    for layer in _other_layers(net):
        layer.register_forward_pre_hook(_cast)


def _other_layers(net: Gfpgan) -> Iterator[nn.Module]:
    decoder = net.stylegan_decoder
    yield from (net.conv_body_first, net.final_conv, net.final_linear, decoder.style_conv1)
    for layers in (
        net.conv_body_down,
        net.conv_body_up,
        net.condition_scale,
        net.condition_shift,
        decoder.style_convs,
    ):
        yield from layers


def _cast(layer: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    precision = next(layer.parameters()).dtype
    return tuple(x.to(precision) if isinstance(x, Tensor) else x for x in inputs)


def _cast_but_image(layer: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
    x, latent, image = inputs
    return (*_cast(layer, (x, latent)), image)
