"""A very small U-Net that marks damaged pixels: scratches, cracks, dust.

Three resolutions, dilated convolutions at the lowest (Yu and Koltun 2016), so that a pixel is
judged by about 90 px around it: enough to tell a scratch from a strand of hair.
"""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

MULTIPLE_PX = 4
"""Height and width must be multiples of this."""

REACH_PX = 64
"""Pixels further away than this do not change a decision."""


def _block(inputs: int, outputs: int, dilation: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=dilation, dilation=dilation),
        nn.LeakyReLU(0.1, inplace=True),
    )


class DamageUNet(nn.Module):
    """N x 3 x H x W RGB in [0, 1] to N x 1 x H x W logits of "damaged"."""

    def __init__(self, widths: tuple[int, int, int] = (12, 20, 32)) -> None:
        super().__init__()
        fine, middle, coarse = widths
        self.fine_in = nn.Sequential(_block(3, fine), _block(fine, fine))
        self.middle_in = nn.Sequential(_block(fine, middle), _block(middle, middle))
        self.coarse = nn.Sequential(
            _block(middle, coarse),
            _block(coarse, coarse, 2),
            _block(coarse, coarse, 4),
            _block(coarse, coarse),
        )
        self.middle_out = _block(coarse + middle, middle)
        self.fine_out = _block(middle + fine, fine)
        self.head = nn.Conv2d(fine, 1, 1)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        """Judge every pixel."""
        # The mean is taken off, so that dark and bright photos are judged alike.
        centred = 4 * (image - image.mean(dim=(2, 3), keepdim=True))
        fine = self.fine_in(centred)  # N x F x H x W
        middle = self.middle_in(functional.avg_pool2d(fine, 2))  # N x M x H/2 x W/2
        coarse = self.coarse(functional.avg_pool2d(middle, 2))  # N x C x H/4 x W/4
        middle = self.middle_out(torch.cat([_twice(coarse), middle], dim=1))
        fine = self.fine_out(torch.cat([_twice(middle), fine], dim=1))
        logits: torch.Tensor = self.head(fine)
        return logits


def _twice(features: torch.Tensor) -> torch.Tensor:
    return functional.interpolate(features, scale_factor=2, mode="bilinear", align_corners=False)
