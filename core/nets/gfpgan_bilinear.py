"""The "bilinear" layout of GFP-GAN: equalised layers, bilinear resampling."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional as F

from core.nets import equalised
from core.nets.gfpgan import Gfpgan
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


class BilinearX2(nn.Module):
    """Doubles an image by bilinear interpolation."""

    def forward(self, image: Tensor) -> Tensor:
        """N x C x H x W to N x C x 2H x 2W."""
        return bilinear_x2(image)


class GfpganEqualised(Gfpgan):
    """What the two equalised layouts share; they differ only in how they resample."""

    halving_conv: Convolution
    doubling_conv: Convolution

    def _enlarge(self) -> nn.Module:
        return BilinearX2()

    def _first_conv(self, in_channels: int, out_channels: int) -> nn.Module:
        return equalised.activated_conv(in_channels, out_channels, 1)

    def _final_conv(self, channels: int) -> nn.Module:
        return equalised.activated_conv(channels, channels, 3)

    def _down_block(self, in_channels: int, out_channels: int) -> nn.Module:
        return equalised.DownBlock(in_channels, out_channels, type(self).halving_conv)

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
        features = self.config.num_style_feat
        doubling_conv = type(self).doubling_conv
        return StyleGan2Decoder(
            self.config,
            lambda cin, cout, upsample: equalised.EqualStyleConv(
                cin, cout, features, doubling_conv if upsample else same_size_conv
            ),
            lambda cin, _upsample: equalised.EqualToRgb(cin, features, self._enlarge()),
            equalised.equalised_mapping(features, self.config.num_mlp),
        )


class GfpganBilinear(GfpganEqualised):
    """GFP-GAN of equalised layers with bilinear resampling."""

    halving_conv = staticmethod(_halving_conv)
    doubling_conv = staticmethod(bilinear_up_conv)
