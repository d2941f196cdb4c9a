"""StyleGAN2's generator, as GFP-GAN uses it: one latent code a layer, changed by spatial features.

Modulation works on activations: the input is scaled by the style, convolved with weights that never
change, and the output is scaled by the demodulation factor. That equals a kernel for each sample
(StyleGAN2, section 2.2) at the cost of an ordinary convolution, and gives a static graph.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.nets.gfpgan_config import GfpganConfig

Condition = tuple[Tensor, Tensor]
"""Scale and shift of one resolution, each N x C x H x W."""

LEAKY_SLOPE = 0.2
_EPSILON = 1e-8

Convolution = Callable[[Tensor, Tensor], Tensor]
"""Convolves N x C_in x H x W with a kernel C_out x C_in x K x K, resampling on the way."""


def bilinear_x2(x: Tensor) -> Tensor:
    """Twice the height and width, bilinear, outer edges aligned."""
    return F.interpolate(x, scale_factor=2.0, mode="bilinear", align_corners=False)


def same_size_conv(x: Tensor, kernel: Tensor) -> Tensor:
    """Plain convolution that keeps the size."""
    return F.conv2d(x, kernel, padding=kernel.shape[-1] // 2)


def bilinear_up_conv(x: Tensor, kernel: Tensor) -> Tensor:
    """Bilinear enlargement by two, then a convolution that keeps the size."""
    return same_size_conv(bilinear_x2(x), kernel)


class NormStyleCode(nn.Module):
    """Scales each latent code z to unit mean square (StyleGAN2's pixel norm)."""

    def forward(self, z: Tensor) -> Tensor:
        """N x F to N x F."""
        return z * torch.rsqrt(z.square().mean(dim=1, keepdim=True) + _EPSILON)


class ModulatedConv2d(nn.Module):
    """Convolution whose input channels are scaled by a style.

    Args:
        in_channels: Channels of the input.
        out_channels: Channels of the output.
        kernel_size: 1 or 3.
        modulation: Maps a latent code N x F to a style N x in_channels.
        demodulate: Bring each output channel to unit variance (StyleGAN2, equation 3).
        convolve: The convolution, with its resampling.
        gain: Factor on all weights (equalised learning rate); 1 for plain layers.
    """

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: int,
        modulation: nn.Module,
        *,
        demodulate: bool,
        convolve: Convolution = same_size_conv,
        gain: float = 1.0,
    ) -> None:
        super().__init__()
        fan_in = in_channels * kernel_size**2
        self.demodulate = demodulate
        self.gain = gain
        self.modulation = modulation
        self._convolve = convolve
        # Unit variance of weight * gain * sqrt(fan_in), whatever the layout.
        deviation = 1.0 / (gain * fan_in**0.5)
        self.weight = nn.Parameter(
            torch.randn(1, out_channels, in_channels, kernel_size, kernel_size) * deviation
        )

    def forward(self, x: Tensor, latent: Tensor) -> Tensor:
        """Modulate and convolve.

        Args:
            x: N x C_in x H x W; N may be 1 where one input serves all latent codes.
            latent: N x F.

        Returns:
            N x C_out x H' x W'.
        """
        kernel = self.weight[0]
        style = self.modulation(latent).float() * self.gain
        demodulation = self._demodulation(style, kernel) if self.demodulate else None
        if x.dtype == torch.float16:
            style, demodulation = _in_half_range(style, demodulation)
        y = self._convolve(x * style.to(x.dtype)[:, :, None, None], kernel)
        if demodulation is None:
            return y
        return y * demodulation.to(y.dtype)[:, :, None, None]

    def _demodulation(self, style: Tensor, kernel: Tensor) -> Tensor:
        """1 / norm of each output channel's modulated kernel, N x C_out, always fp32.

        Written without a matrix product, which autocast would do in half precision.
        """
        power = kernel.float().square().sum(dim=(2, 3))  # C_out x C_in
        energy = (power[None] * style.square()[:, None]).sum(dim=2)  # N x C_out
        return torch.rsqrt(energy + _EPSILON)


def _in_half_range(style: Tensor, demodulation: Tensor | None) -> tuple[Tensor, Tensor | None]:
    """Move the style's magnitude behind the convolution, where fp16 cannot overflow."""
    if demodulation is None:
        return style, None
    peak = style.detach().abs().amax(dim=1, keepdim=True).clamp_min(_EPSILON)
    return style / peak, demodulation * peak


class ConstantInput(nn.Module):
    """The learned 4 x 4 start of the generator."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(1, channels, 4, 4))

    def forward(self) -> Tensor:
        """1 x C x 4 x 4."""
        return self.weight


class Noises(nn.Module):
    """The stored noise planes, as buffers `noise0`, `noise1`, ..."""

    def __init__(self, config: GfpganConfig) -> None:
        super().__init__()
        for index in range(config.num_noises):
            size = config.noise_size(index)
            self.register_buffer(f"noise{index}", torch.randn(1, 1, size, size))

    def planes(self) -> tuple[Tensor, ...]:
        """All planes, coarse to fine, each 1 x 1 x H x H."""
        return tuple(self.buffers())


class DecoderLayers(Protocol):
    """Makes the layers of one layout's generator."""

    def style_conv(self, in_channels: int, out_channels: int, *, upsample: bool) -> nn.Module:
        """Takes (x, latent code, noise); doubles the size where `upsample`."""
        ...

    def to_rgb(self, in_channels: int) -> nn.Module:
        """Takes (x, latent code, image so far or None)."""
        ...

    def style_mlp(self) -> nn.Sequential:
        """The mapping network from z to w.

        GFP-GAN gives w directly, so it does not run; it is kept because every checkpoint has it
        and pre-training needs it.
        """
        ...


class StyleGan2Decoder(nn.Module):
    """The generative facial prior with channel-split spatial feature transform (paper 3.3).

    Args:
        config: Shape of the network.
        layers: Makes the layout's layers.
    """

    def __init__(self, config: GfpganConfig, layers: DecoderLayers) -> None:
        super().__init__()
        self.config = config
        self.style_mlp = layers.style_mlp()
        width = config.width(4)
        self.constant_input = ConstantInput(width)
        self.style_conv1 = layers.style_conv(width, width, upsample=False)
        self.to_rgb1 = layers.to_rgb(width)
        self.style_convs = nn.ModuleList()
        self.to_rgbs = nn.ModuleList()
        self.noises = Noises(config)
        for size in config.sizes[1:]:
            wider = config.width(size)
            self.style_convs.append(layers.style_conv(width, wider, upsample=True))
            self.style_convs.append(layers.style_conv(wider, wider, upsample=False))
            self.to_rgbs.append(layers.to_rgb(wider))
            width = wider

    def forward(
        self, latent: Tensor, conditions: Sequence[Condition], noises: Sequence[Tensor]
    ) -> Tensor:
        """Make the image.

        Args:
            latent: N x L x F, one code a layer, L = `config.num_latent`.
            conditions: Scale and shift for 8 px and up, coarse to fine; may be empty, which gives
                the bare prior.
            noises: `config.num_noises` planes, each 1 or N x 1 x H x H.

        Returns:
            N x 3 x out_size x out_size, about [-1, 1].
        """
        x = self.style_conv1(self.constant_input(), latent[:, 0], noises[0])
        image: Tensor = self.to_rgb1(x, latent[:, 1], None)
        for level, to_rgb in enumerate(self.to_rgbs):
            first = 2 * level + 1
            x = self.style_convs[2 * level](x, latent[:, first], noises[first])
            if conditions:
                x = self.transform(x, conditions[level])
            x = self.style_convs[2 * level + 1](x, latent[:, first + 1], noises[first + 1])
            image = to_rgb(x, latent[:, first + 2], image)
        return image

    def transform(self, x: Tensor, condition: Condition) -> Tensor:
        """SFT on all channels, or on the second half of them."""
        scale, shift = condition
        if not self.config.sft_half:
            return x * scale + shift
        untouched, changed = x.chunk(2, dim=1)
        return torch.cat([untouched, changed * scale + shift], dim=1)
