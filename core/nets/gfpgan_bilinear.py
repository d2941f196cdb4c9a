"""The "bilinear" layout of GFP-GAN: equalised layers, bilinear resampling."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor, nn
from torch.nn import functional as F

from core.nets import equalised
from core.nets.gfpgan import Gfpgan
from core.nets.gfpgan_config import GfpganConfig
from core.nets.stylegan2 import (
    Convolution,
    StyleGan2Decoder,
    bilinear_up_conv,
    bilinear_x2,
    same_size_conv,
)


def _halving_conv(x: Tensor, kernel: Tensor) -> Tensor:
    """Bilinear halving, which is the mean of 2 x 2 pixels, then a convolution."""
    return same_size_conv(F.avg_pool2d(x, 2), kernel)


@dataclass(frozen=True, slots=True)
class Resampling:
    """How a layout changes sizes.

    Attributes:
        halving_conv: Halves and convolves.
        doubling_conv: Doubles and convolves.
        double: Doubles the image so far, N x 3 x H x W.
    """

    halving_conv: Convolution
    doubling_conv: Convolution
    double: Callable[[Tensor], Tensor]


@dataclass(frozen=True, slots=True)
class EqualDecoderLayers:
    """The generator's layers, equalised."""

    config: GfpganConfig
    resampling: Resampling

    def style_conv(self, in_channels: int, out_channels: int, *, upsample: bool) -> nn.Module:
        """See `DecoderLayers`."""
        convolve = self.resampling.doubling_conv if upsample else same_size_conv
        return equalised.EqualStyleConv(
            in_channels, out_channels, self.config.num_style_feat, convolve
        )

    def to_rgb(self, in_channels: int) -> nn.Module:
        """See `DecoderLayers`."""
        return equalised.EqualToRgb(in_channels, self.config.num_style_feat, self.resampling.double)

    def style_mlp(self) -> nn.Sequential:
        """See `DecoderLayers`."""
        return equalised.equalised_mapping(self.config.num_style_feat, self.config.num_mlp)


class GfpganEqualised(Gfpgan):
    """What the two equalised layouts share; they differ only in how they resample."""

    resampling: ClassVar[Resampling]

    def _first_conv(self, in_channels: int, out_channels: int) -> nn.Module:
        return equalised.activated_conv(in_channels, out_channels, 1)

    def _final_conv(self, channels: int) -> nn.Module:
        return equalised.activated_conv(channels, channels, 3)

    def _down_block(self, in_channels: int, out_channels: int) -> nn.Module:
        return equalised.DownBlock(in_channels, out_channels, self.resampling.halving_conv)

    def _up_block(self, in_channels: int, out_channels: int) -> nn.Module:
        return equalised.UpBlock(in_channels, out_channels)

    def _rgb_head(self, channels: int) -> nn.Module:
        return equalised.EqualConv2d(channels, 3, 1, bias=0.0)

    def _linear(self, in_features: int, out_features: int) -> nn.Module:
        return equalised.EqualLinear(in_features, out_features)

    def _condition(self, in_channels: int, out_channels: int, *, bias: float) -> nn.Module:
        last = equalised.EqualConv2d(in_channels, out_channels, 3, bias=bias)
        # Starts neutral: scale 1 exactly, shift near 0 (the clean layout says why).
        nn.init.normal_(last.weight, std=0.0 if bias else 0.02 / last.gain)
        return nn.Sequential(
            equalised.EqualConv2d(in_channels, in_channels, 3, bias=0.0),
            equalised.ScaledLeakyRelu(),
            last,
        )

    def _decoder(self) -> StyleGan2Decoder:
        return StyleGan2Decoder(self.config, EqualDecoderLayers(self.config, self.resampling))


class GfpganBilinear(GfpganEqualised):
    """GFP-GAN of equalised layers with bilinear resampling."""

    resampling = Resampling(_halving_conv, bilinear_up_conv, bilinear_x2)
