"""The "clean" layout of GFP-GAN (v1.2 to 1.4, and ours): plain layers, bilinear resampling."""

from __future__ import annotations

import math
from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional as F

from core.nets.gfpgan import Gfpgan
from core.nets.gfpgan_config import GfpganConfig
from core.nets.stylegan2 import (
    LEAKY_SLOPE,
    Convolution,
    ModulatedConv2d,
    NormStyleCode,
    StyleGan2Decoder,
    bilinear_up_conv,
    bilinear_x2,
    same_size_conv,
)


def _leaky(x: Tensor) -> Tensor:
    return F.leaky_relu(x, LEAKY_SLOPE)


def _modulation(num_style_feat: int, channels: int) -> nn.Linear:
    """Latent code to style; starts around the neutral style 1."""
    layer = nn.Linear(num_style_feat, channels)
    nn.init.kaiming_normal_(layer.weight, nonlinearity="linear")
    nn.init.ones_(layer.bias)
    return layer


class DownBlock(nn.Module):
    """Residual block that halves the size."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, in_channels, 3, padding=1)
        self.conv2 = nn.Conv2d(in_channels, out_channels, 3, padding=1)
        self.skip = nn.Conv2d(in_channels, out_channels, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """N x C x H x W to N x C' x H/2 x W/2."""
        # Bilinear halving with aligned outer edges is the mean of 2 x 2 pixels.
        y = F.avg_pool2d(_leaky(self.conv1(x)), 2)
        y = _leaky(self.conv2(y))
        skip: Tensor = self.skip(F.avg_pool2d(x, 2))
        return y + skip


class UpBlock(nn.Module):
    """Residual block that doubles the size."""

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, in_channels, 3, padding=1)
        self.conv2 = nn.Conv2d(in_channels, out_channels, 3, padding=1)
        self.skip = nn.Conv2d(in_channels, out_channels, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """N x C x H x W to N x C' x 2H x 2W."""
        y = bilinear_x2(_leaky(self.conv1(x)))
        y = _leaky(self.conv2(y))
        # A 1 x 1 convolution and an interpolation commute; this order costs a quarter.
        return y + bilinear_x2(self.skip(x))


class StyleConv(nn.Module):
    """Modulated convolution, noise, bias, leaky ReLU."""

    def __init__(
        self, in_channels: int, out_channels: int, num_style_feat: int, *, upsample: bool
    ) -> None:
        super().__init__()
        convolve: Convolution = bilinear_up_conv if upsample else same_size_conv
        self.modulated_conv = ModulatedConv2d(
            in_channels,
            out_channels,
            3,
            _modulation(num_style_feat, in_channels),
            demodulate=True,
            convolve=convolve,
        )
        self.weight = nn.Parameter(self.modulated_conv.weight.new_zeros(1))
        self.bias = nn.Parameter(self.modulated_conv.weight.new_zeros(1, out_channels, 1, 1))

    def forward(self, x: Tensor, latent: Tensor, noise: Tensor) -> Tensor:
        """N x C x H x W, N x F, N x 1 x H' x W' to N x C' x H' x W'."""
        y = self.modulated_conv(x, latent) * math.sqrt(2)
        return _leaky(y + self.weight * noise + self.bias)


class ToRgb(nn.Module):
    """Modulated 1 x 1 convolution to RGB, added to the enlarged image so far."""

    def __init__(self, in_channels: int, num_style_feat: int) -> None:
        super().__init__()
        self.modulated_conv = ModulatedConv2d(
            in_channels, 3, 1, _modulation(num_style_feat, in_channels), demodulate=False
        )
        self.bias = nn.Parameter(self.modulated_conv.weight.new_zeros(1, 3, 1, 1))

    def forward(self, x: Tensor, latent: Tensor, image: Tensor | None) -> Tensor:
        """N x C x H x W, N x F, N x 3 x H/2 x W/2 or None to N x 3 x H x W."""
        rgb: Tensor = self.modulated_conv(x, latent) + self.bias
        return rgb if image is None else rgb + bilinear_x2(image)


@dataclass(frozen=True, slots=True)
class PlainDecoderLayers:
    """The generator's layers, plain."""

    config: GfpganConfig

    def style_conv(self, in_channels: int, out_channels: int, *, upsample: bool) -> nn.Module:
        """See `DecoderLayers`."""
        features = self.config.num_style_feat
        return StyleConv(in_channels, out_channels, features, upsample=upsample)

    def to_rgb(self, in_channels: int) -> nn.Module:
        """See `DecoderLayers`."""
        return ToRgb(in_channels, self.config.num_style_feat)

    def style_mlp(self) -> nn.Sequential:
        """See `DecoderLayers`."""
        features = self.config.num_style_feat
        layers: list[nn.Module] = [NormStyleCode()]
        for _ in range(self.config.num_mlp):
            layers += [nn.Linear(features, features), nn.LeakyReLU(LEAKY_SLOPE)]
        return nn.Sequential(*layers)


class GfpganClean(Gfpgan):
    """GFP-GAN of plain layers."""

    def _first_conv(self, in_channels: int, out_channels: int) -> nn.Module:
        return nn.Conv2d(in_channels, out_channels, 1)

    def _final_conv(self, channels: int) -> nn.Module:
        return nn.Conv2d(channels, channels, 3, padding=1)

    def _down_block(self, in_channels: int, out_channels: int) -> nn.Module:
        return DownBlock(in_channels, out_channels)

    def _up_block(self, in_channels: int, out_channels: int) -> nn.Module:
        return UpBlock(in_channels, out_channels)

    def _rgb_head(self, channels: int) -> nn.Module:
        return nn.Conv2d(channels, 3, 1)

    def _linear(self, in_features: int, out_features: int) -> nn.Module:
        return nn.Linear(in_features, out_features)

    def _condition(self, in_channels: int, out_channels: int, *, bias: float) -> nn.Module:
        """SFT branch that starts neutral: scale 1 exactly, shift near 0.

        A random scale drowns the generator's features for the first hundred steps of training.
        """
        last = nn.Conv2d(in_channels, out_channels, 3, padding=1)
        if bias:
            nn.init.zeros_(last.weight)
        else:
            nn.init.normal_(last.weight, std=0.02)
        nn.init.constant_(last.bias, bias)  # type: ignore[arg-type]
        first = nn.Conv2d(in_channels, in_channels, 3, padding=1)
        return nn.Sequential(first, nn.LeakyReLU(LEAKY_SLOPE), last)

    def _decoder(self) -> StyleGan2Decoder:
        return StyleGan2Decoder(self.config, PlainDecoderLayers(self.config))

    def activated(self, x: Tensor) -> Tensor:
        """Leaky ReLU; see `Gfpgan.activated`."""
        return _leaky(x)
