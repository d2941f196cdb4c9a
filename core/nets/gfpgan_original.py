"""The "original" layout of GFP-GAN (v1, the paper): StyleGAN2's low-pass filtered resampling.

StyleGAN2 resamples with the binomial filter (1, 3, 3, 1): it blurs before it drops pixels and after
it inserts zeros. Upstream needs a compiled operator for that; here it is a depthwise convolution.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from core.nets.gfpgan_bilinear import GfpganEqualised, Resampling

_TAPS = (1.0, 3.0, 3.0, 1.0)


def low_pass_filter(
    dtype: torch.dtype, device: torch.device | None = None, *, gain: float
) -> Tensor:
    """The 4 x 4 filter; its sum is `gain`."""
    taps = torch.tensor(_TAPS, dtype=dtype, device=device) / sum(_TAPS)
    return taps[:, None] * taps[None, :] * gain


def _depthwise_filter(x: Tensor, gain: float) -> Tensor:
    """The filter for each channel of `x`, C x 1 x 4 x 4."""
    return low_pass_filter(x.dtype, x.device, gain=gain).expand(x.shape[1], 1, 4, 4)


def _low_pass(x: Tensor, padding: int, gain: float = 1.0) -> Tensor:
    return F.conv2d(x, _depthwise_filter(x, gain), padding=padding, groups=x.shape[1])


def _halving_conv(x: Tensor, kernel: Tensor) -> Tensor:
    """Low-pass, then a convolution with stride 2: N x C x H x W to N x C' x H/2 x W/2."""
    return F.conv2d(_low_pass(x, (kernel.shape[-1] + 1) // 2), kernel, stride=2)


def _doubling_conv(x: Tensor, kernel: Tensor) -> Tensor:
    """Transposed convolution with stride 2, then low-pass: N x C x H x W to N x C' x 2H x 2W."""
    enlarged = F.conv_transpose2d(x, kernel.transpose(0, 1), stride=2)  # 2H + 1
    return _low_pass(enlarged, 1, gain=4.0)


def _double(image: Tensor) -> Tensor:
    """Zeros between the pixels, then low-pass: N x C x H x W to N x C x 2H x 2W."""
    taps = _depthwise_filter(image, 4.0)
    return F.conv_transpose2d(image, taps, stride=2, padding=1, groups=image.shape[1])


class GfpganOriginal(GfpganEqualised):
    """GFP-GAN of equalised layers with filtered resampling."""

    resampling = Resampling(_halving_conv, _doubling_conv, _double)
