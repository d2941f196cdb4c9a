"""GFP-GAN (Wang et al. 2021): what its three layouts share.

A U-Net takes the damage away and gives a latent code and spatial features; a StyleGAN2 generator
makes the face from the code, and the features bend it, resolution by resolution, towards this one.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, overload

import torch
from torch import Tensor, nn

from core.nets.gfpgan_config import GfpganConfig
from core.nets.stylegan2 import Condition, StyleGan2Decoder


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """What the degradation removal module gives (paper 3.2).

    Attributes:
        latent: N x L x F, one latent code a generator layer.
        conditions: Scale and shift for 8 px and up, coarse to fine.
        rgbs: Restored image pyramid, 8 px to out_size; empty unless it was asked for.
    """

    latent: Tensor
    conditions: list[Condition]
    rgbs: list[Tensor]


class Gfpgan(nn.Module, ABC):
    """The network of one layout; subclasses say what their layers are made of.

    Args:
        config: Shape of the network.
    """

    stylegan_decoder: StyleGan2Decoder

    def __init__(self, config: GfpganConfig) -> None:
        super().__init__()
        self.config = config
        sizes = config.sizes
        self.conv_body_first = self._first_conv(3, config.unet_width(config.out_size))
        self.conv_body_down = nn.ModuleList(
            self._down_block(config.unet_width(size), config.unet_width(size // 2))
            for size in reversed(sizes[1:])
        )
        self.final_conv = self._final_conv(config.unet_width(4))
        self.conv_body_up = nn.ModuleList(
            self._up_block(config.unet_width(size // 2), config.unet_width(size))
            for size in sizes[1:]
        )
        self.toRGB = nn.ModuleList(self._rgb_head(config.unet_width(s)) for s in sizes[1:])
        codes = config.num_latent if config.different_w else 1
        self.final_linear = self._linear(config.unet_width(4) * 16, codes * config.num_style_feat)
        self.stylegan_decoder = self._decoder()
        self.condition_scale = nn.ModuleList()
        self.condition_shift = nn.ModuleList()
        for size in sizes[1:]:
            width = config.unet_width(size)
            out = config.width(size) // 2 if config.sft_half else config.width(size)
            self.condition_scale.append(self._condition(width, out, bias=1.0))
            self.condition_shift.append(self._condition(width, out, bias=0.0))

    @abstractmethod
    def _first_conv(self, in_channels: int, out_channels: int) -> nn.Module:
        """1 x 1 convolution from RGB, activated by `activated`."""

    @abstractmethod
    def _final_conv(self, channels: int) -> nn.Module:
        """3 x 3 convolution at 4 px, activated by `activated`."""

    @abstractmethod
    def _down_block(self, in_channels: int, out_channels: int) -> nn.Module:
        """Residual block that halves the size."""

    @abstractmethod
    def _up_block(self, in_channels: int, out_channels: int) -> nn.Module:
        """Residual block that doubles the size."""

    @abstractmethod
    def _rgb_head(self, channels: int) -> nn.Module:
        """1 x 1 convolution to RGB."""

    @abstractmethod
    def _linear(self, in_features: int, out_features: int) -> nn.Module:
        """Linear layer with bias."""

    @abstractmethod
    def _condition(self, in_channels: int, out_channels: int, *, bias: float) -> nn.Module:
        """Two 3 x 3 convolutions; the second starts near the constant `bias`."""

    @abstractmethod
    def _decoder(self) -> StyleGan2Decoder:
        """The generator of this layout."""

    def activated(self, x: Tensor) -> Tensor:
        """What follows the first and the final convolution."""
        return x

    def encode(self, x: Tensor, *, with_rgbs: bool = False) -> Encoded:
        """Run the degradation removal module.

        Args:
            x: N x 3 x S x S, RGB, [-1, 1], S = `config.out_size`.
            with_rgbs: Also give the image pyramid for the pyramid restoration loss.
        """
        feature = self.activated(self.conv_body_first(x))
        skips: list[Tensor] = []
        for block in self.conv_body_down:
            feature = block(feature)
            skips.append(feature)
        feature = self.activated(self.final_conv(feature))
        latent = self.final_linear(feature.flatten(1))  # N x (L * F), or N x F
        latent = latent.unflatten(1, (-1, self.config.num_style_feat))  # N x (L or 1) x F
        latent = latent.expand(-1, self.config.num_latent, -1)
        conditions: list[Condition] = []
        rgbs: list[Tensor] = []
        for level, block in enumerate(self.conv_body_up):
            feature = block(feature + skips[-1 - level])
            conditions.append(
                (self.condition_scale[level](feature), self.condition_shift[level](feature))
            )
            if with_rgbs:
                rgbs.append(self.toRGB[level](feature))
        return Encoded(latent, conditions, rgbs)

    def decode(self, encoded: Encoded, noises: Sequence[Tensor] | None = None) -> Tensor:
        """Make the face from latent code and spatial features: N x 3 x S x S."""
        planes = self.stored_noises() if noises is None else noises
        image: Tensor = self.stylegan_decoder(encoded.latent, encoded.conditions, planes)
        return image

    def stored_noises(self) -> tuple[Tensor, ...]:
        """The noise planes of the checkpoint, coarse to fine."""
        return self.stylegan_decoder.noises.planes()

    def drawn_noises(self, generator: torch.Generator, batch: int = 1) -> tuple[Tensor, ...]:
        """Fresh noise planes, drawn on the CPU so that every device gets the same.

        Args:
            generator: A CPU generator.
            batch: Planes a resolution; 1 serves a whole batch alike.

        Returns:
            Planes batch x 1 x H x H on the network's device and dtype.
        """
        return tuple(
            torch.randn((batch, 1, *plane.shape[2:]), generator=generator).to(plane)
            for plane in self.stored_noises()
        )

    @overload
    def forward(
        self,
        x: Tensor,
        noises: Sequence[Tensor] | None = None,
        *,
        return_rgb: Literal[False] = False,
    ) -> Tensor: ...

    @overload
    def forward(
        self, x: Tensor, noises: Sequence[Tensor] | None = None, *, return_rgb: Literal[True]
    ) -> tuple[Tensor, list[Tensor]]: ...

    def forward(
        self,
        x: Tensor,
        noises: Sequence[Tensor] | None = None,
        *,
        return_rgb: bool = False,
    ) -> Tensor | tuple[Tensor, list[Tensor]]:
        """Restore aligned faces.

        Args:
            x: N x 3 x S x S, RGB, [-1, 1], S = `config.out_size`.
            noises: Noise planes; None takes the stored ones.
            return_rgb: Also give the image pyramid of the U-Net.

        Returns:
            The faces, shaped as `x`, about [-1, 1]; with `return_rgb` also the pyramid, 8 px to S.
        """
        encoded = self.encode(x, with_rgbs=return_rgb)
        image = self.decode(encoded, noises)
        return (image, encoded.rgbs) if return_rgb else image
