"""Losses that compare pixels: L1, the pyramid restoration loss, gradients, and low frequencies.

Images are B x 3 x H x W, RGB, [-1, 1]. Every loss is a mean over the batch, so that two processes
with half the batch each give the same gradient as one with all of it.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F


def l1(output: Tensor, target: Tensor) -> Tensor:
    """Mean absolute error."""
    return F.l1_loss(output.float(), target.float())


def image_pyramid(target: Tensor, sizes_px: Sequence[int]) -> list[Tensor]:
    """The target at each size, by bilinear halving as the U-Net's own resampling does.

    Args:
        target: B x 3 x S x S.
        sizes_px: Rising powers of two up to S.
    """
    levels: dict[int, Tensor] = {target.shape[-1]: target}
    size, level = target.shape[-1], target
    while size > min(sizes_px):
        level = F.interpolate(level, scale_factor=0.5, mode="bilinear", align_corners=False)
        size //= 2
        levels[size] = level
    return [levels[size] for size in sizes_px]


def pyramid_restoration(heads: Sequence[Tensor], target: Tensor) -> Tensor:
    """Sum over the U-Net's to-RGB heads of the L1 to the target at that size (paper, sec. 3.4)."""
    levels = image_pyramid(target.float(), [head.shape[-1] for head in heads])
    return torch.stack([l1(h, t) for h, t in zip(heads, levels, strict=True)]).sum()


def gradient_l1(output: Tensor, target: Tensor) -> Tensor:
    """Mean absolute error of the differences between neighbours, horizontal plus vertical."""
    error = output.float() - target.float()
    horizontal = (error[..., :, 1:] - error[..., :, :-1]).abs().mean()
    vertical = (error[..., 1:, :] - error[..., :-1, :]).abs().mean()
    return horizontal + vertical


def low_pass_l1(output: Tensor, target: Tensor, cell_px: int = 8) -> Tensor:
    """L1 of the averages over cells of `cell_px` x `cell_px`: colour, lighting, placement."""
    error = output.float() - target.float()
    return F.avg_pool2d(error, min(cell_px, error.shape[-1])).abs().mean()
