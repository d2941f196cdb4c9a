"""Training of a network's finest levels alone, on windows of its output.

A level that was just grown needs no gradient through the body below it, and its convolutions see
only a few pixels around each point. So the body runs once, without gradient, on the whole face;
the finest levels then run on a window, with a margin in which the window's borders would show.
A step costs a third of one through the whole network.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.nets.gfpgan import Gfpgan

MARGIN_PX = 16
"""Output pixels around the window that are computed and thrown away."""


@dataclass(frozen=True, slots=True)
class Window:
    """A square of the output: rows [top, top + side) and columns [left, left + side), pixels."""

    top: int
    left: int
    side: int

    def of(self, images: Tensor) -> Tensor:
        """The window of N x C x S x S."""
        rows = slice(self.top, self.top + self.side)
        return images[..., rows, self.left : self.left + self.side]


def place_window(side_px: int, window_px: int, cell_px: int, shares: Sequence[float]) -> Window:
    """A window at two random shares in [0, 1), on a grid of `cell_px`, margin inside the image."""
    free = (side_px - window_px - 2 * MARGIN_PX) // cell_px + 1
    top, left = (MARGIN_PX + int(share * free) * cell_px for share in shares)
    return Window(top, left, window_px)


def finest_levels(network: Gfpgan, levels: int) -> list[nn.Module]:
    """The modules of the `levels` finest levels, U-Net decoder, conditions and generator."""
    decoder, first = network.stylegan_decoder, network.config.levels - levels
    found: list[nn.Module] = []
    for level in range(first, network.config.levels):
        found += [network.conv_body_up[level]]
        found += [network.condition_scale[level], network.condition_shift[level]]
        found += [decoder.style_convs[2 * level], decoder.style_convs[2 * level + 1]]
        found += [decoder.to_rgbs[level]]
    return found


def restore_window(
    network: Gfpgan, images: Tensor, noises: Sequence[Tensor], levels: int, window: Window
) -> Tensor:
    """What `network(images, noises)` gives inside the window, with gradient to the finest levels.

    Args:
        network: Any layout.
        images: N x 3 x S x S, [-1, 1].
        noises: The noise planes of the whole image.
        levels: How many of the finest levels are trained.
        window: Position and side are multiples of 2^levels.

    Returns:
        N x 3 x side x side.
    """
    config, decoder = network.config, network.stylegan_decoder
    first = config.levels - levels
    with torch.no_grad():
        feature, latent, skips, conditions = _encode_body(network, images, first)
        x, image = _decode_body(network, latent, conditions, noises)
    outer = Window(window.top - MARGIN_PX, window.left - MARGIN_PX, window.side + 2 * MARGIN_PX)
    shrink = config.out_size // feature.shape[-1]
    base = Window(outer.top // shrink, outer.left // shrink, outer.side // shrink)
    feature, x, image = base.of(feature), base.of(x), base.of(image)
    for level in range(first, config.levels):
        at = _at_size(outer, config.out_size, config.sizes[level])
        feature = network.conv_body_up[level](feature + at.of(skips[-1 - level]))
        condition = (
            network.condition_scale[level](feature),
            network.condition_shift[level](feature),
        )
        here = _at_size(outer, config.out_size, config.sizes[level + 1])
        code = 2 * level + 1
        x = decoder.style_convs[2 * level](x, latent[:, code], here.of(noises[code]))
        x = decoder.transform(x, condition)
        x = decoder.style_convs[2 * level + 1](x, latent[:, code + 1], here.of(noises[code + 1]))
        image = decoder.to_rgbs[level](x, latent[:, code + 2], image)
    return Window(MARGIN_PX, MARGIN_PX, window.side).of(image)


def _at_size(window: Window, out_size: int, size: int) -> Window:
    shrink = out_size // size
    return Window(window.top // shrink, window.left // shrink, window.side // shrink)


def _encode_body(
    network: Gfpgan, images: Tensor, levels: int
) -> tuple[Tensor, Tensor, list[Tensor], list[tuple[Tensor, Tensor]]]:
    """The U-Net up to the `levels` coarsest levels: feature, latent code, skips, conditions."""
    feature = network.activated(network.conv_body_first(images))
    skips: list[Tensor] = []
    for block in network.conv_body_down:
        feature = block(feature)
        skips.append(feature)
    feature = network.activated(network.final_conv(feature))
    latent = network.final_linear(feature.flatten(1))  # N x (L * F)
    latent = latent.unflatten(1, (-1, network.config.num_style_feat))
    latent = latent.expand(-1, network.config.num_latent, -1)
    conditions = []
    for level in range(levels):
        feature = network.conv_body_up[level](feature + skips[-1 - level])
        conditions.append(
            (network.condition_scale[level](feature), network.condition_shift[level](feature))
        )
    return feature, latent, skips, conditions


def _decode_body(
    network: Gfpgan,
    latent: Tensor,
    conditions: Sequence[tuple[Tensor, Tensor]],
    noises: Sequence[Tensor],
) -> tuple[Tensor, Tensor]:
    """The generator over as many levels as there are conditions: features and image so far."""
    decoder = network.stylegan_decoder
    x = decoder.style_conv1(decoder.constant_input(), latent[:, 0], noises[0])
    image: Tensor = decoder.to_rgb1(x, latent[:, 1], None)
    for level, condition in enumerate(conditions):
        code = 2 * level + 1
        x = decoder.style_convs[2 * level](x, latent[:, code], noises[code])
        x = decoder.transform(x, condition)
        x = decoder.style_convs[2 * level + 1](x, latent[:, code + 1], noises[code + 1])
        image = decoder.to_rgbs[level](x, latent[:, code + 2], image)
    return x, image
