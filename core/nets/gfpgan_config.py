"""What a GFP-GAN network looks like, and how to read that off the tensors of a checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Layout = Literal["clean", "bilinear", "original"]
Shapes = Mapping[str, tuple[int, ...]]
"""Key and shape of each tensor of a checkpoint."""

_FULL_WIDTH_SIZES = (4, 8, 16, 32)
_WIDTHS_ABOVE = {64: 256, 128: 128, 256: 64, 512: 32, 1024: 16, 2048: 8}


class UnknownLayoutError(ValueError):
    """The tensors are not those of a GFP-GAN network of any of the three layouts."""


@dataclass(frozen=True, slots=True)
class GfpganConfig:
    """The shape of one network.

    Attributes:
        layout: "clean" (v1.2 to 1.4), "bilinear" or "original" (v1, the paper).
        out_size: Side of input and output in pixels, a power of two from 8 to 2048.
        num_style_feat: Length of the latent code of one layer.
        channel_multiplier: Widens the generator from 64 px upwards.
        narrow: Widens all layers; 1 in the published files.
        num_mlp: Layers of StyleGAN2's mapping network, kept for the checkpoint's sake.
        sft_half: True where half the channels pass the spatial feature transform untouched
            (channel-split SFT, paper section 3.3).
        different_w: True where each generator layer has its own latent code.
    """

    layout: Layout = "clean"
    out_size: int = 512
    num_style_feat: int = 512
    channel_multiplier: float = 2.0
    narrow: float = 1.0
    num_mlp: int = 8
    sft_half: bool = True
    different_w: bool = True

    def __post_init__(self) -> None:
        sizes = (*_FULL_WIDTH_SIZES[1:], *_WIDTHS_ABOVE)
        if self.out_size not in sizes:
            raise ValueError(f"out_size must be one of {sizes}, not {self.out_size}")
        if self.num_style_feat < 1 or self.narrow <= 0 or self.channel_multiplier <= 0:
            raise ValueError("widths must be positive")

    @property
    def levels(self) -> int:
        """Resolutions above 4 px, which is also the number of U-Net down- and upsamplings."""
        return self.out_size.bit_length() - 3

    @property
    def sizes(self) -> tuple[int, ...]:
        """Resolutions of the generator: 4, 8, ..., out_size."""
        return tuple(2 ** (i + 2) for i in range(self.levels + 1))

    @property
    def num_latent(self) -> int:
        """Latent codes that the generator takes: log2(out_size) * 2 - 2."""
        return self.levels * 2 + 2

    @property
    def num_noises(self) -> int:
        """Noise planes that the generator takes: one a style convolution."""
        return self.levels * 2 + 1

    def noise_size(self, index: int) -> int:
        """Side in pixels of the `index`-th noise plane."""
        return int(2 ** ((index + 5) // 2))

    def width(self, size: int) -> int:
        """Channels of the generator at `size` px."""
        return self._width(size, self.narrow)

    def unet_width(self, size: int) -> int:
        """Channels of the U-Net at `size` px: half the generator's."""
        return self._width(size, self.narrow * 0.5)

    def _width(self, size: int, narrow: float) -> int:
        if size in _FULL_WIDTH_SIZES:
            return int(512 * narrow)
        return int(_WIDTHS_ABOVE[size] * self.channel_multiplier * narrow)


def deduce_config(shapes: Shapes, layout: Layout | None = None) -> GfpganConfig:
    """Read layout and widths off the keys and shapes of a checkpoint.

    "bilinear" and "original" have the same tensors and differ only in how they resample. Where
    `layout` does not say which it is, channel multiplier 1 (as in the published v1) is taken for
    "original", any other for "bilinear".

    Args:
        shapes: Key and shape of each tensor, upstream names, without a wrapper's prefix.
        layout: What the file or the registry says, or None.

    Returns:
        The configuration. That *all* tensors fit it is checked by the strict load.

    Raises:
        UnknownLayoutError: A tensor that every layout has is missing or has an odd shape.
    """
    try:
        return _deduce(shapes, layout)
    except (KeyError, IndexError, ValueError, ZeroDivisionError) as error:
        raise UnknownLayoutError(f"not a GFP-GAN checkpoint: {error}") from error


def _deduce(shapes: Shapes, layout: Layout | None) -> GfpganConfig:
    decoder = "stylegan_decoder."
    down_blocks = {key.split(".")[1] for key in shapes if key.startswith("conv_body_down.")}
    out_size = 2 ** (len(down_blocks) + 2)
    width = shapes[decoder + "constant_input.weight"][1]
    num_style_feat = shapes[decoder + "style_conv1.modulated_conv.modulation.weight"][1]
    narrow = width / 512
    multiplier = 1.0
    if out_size >= 64:
        # style_convs.8 is the first convolution at 64 px.
        at_64 = shapes[decoder + f"style_convs.{_first_conv_at(64)}.modulated_conv.weight"][1]
        multiplier = at_64 / (256 * narrow)
    scale_in, scale_out = (shapes[f"condition_scale.0.{i}.weight"][0] for i in (0, 2))
    return GfpganConfig(
        layout=_layout(shapes, multiplier, layout),
        out_size=out_size,
        num_style_feat=num_style_feat,
        channel_multiplier=multiplier,
        narrow=narrow,
        num_mlp=sum(
            key.startswith(decoder + "style_mlp.") and key.endswith(".weight") for key in shapes
        ),
        sft_half=scale_in == scale_out,
        different_w=shapes["final_linear.weight"][0] != num_style_feat,
    )


def _first_conv_at(size: int) -> int:
    return (size.bit_length() - 4) * 2


def _layout(shapes: Shapes, multiplier: float, stated: Layout | None) -> Layout:
    if "conv_body_first.weight" in shapes:
        return "clean"
    if "conv_body_first.0.weight" not in shapes:
        raise KeyError("conv_body_first")
    if stated in ("bilinear", "original"):
        return stated
    return "original" if multiplier == 1 else "bilinear"
