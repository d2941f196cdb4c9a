"""LPIPS: distance of deep features, weighted as people weigh them. Smaller is closer.

Zhang et al., "The unreasonable effectiveness of deep features as a perceptual metric", CVPR 2018,
equation 1, version 0.1 with VGG16: the variant that face restoration papers report. The small
linear weights come with Heirloom; the network is a file that the user saves once.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from core.errors import ModelFileError
from core.image import FloatImage

if TYPE_CHECKING:
    from torch import Tensor, nn

TAPS = (3, 8, 15, 22, 29)
"""Layers of torchvision's VGG16 after which features are compared: relu1_2, 2_2, 3_3, 4_3, 5_3."""

_SHIFT = (-0.030, -0.088, -0.188)
_SCALE = (0.458, 0.448, 0.450)
_EPSILON = 1e-10


@cache
def _heads() -> tuple[Tensor, ...]:
    """The published weight of each channel, layer by layer: 64, 128, 256, 512, 512 values."""
    import torch

    with (
        as_file(files("resources") / "metrics" / "lpips_vgg_heads.npz") as path,
        np.load(path) as data,
    ):
        return tuple(torch.from_numpy(data[f"lin{i}"].copy()) for i in range(len(TAPS)))


class Lpips:
    """LPIPS 0.1 with VGG16.

    Args:
        layers: `features` of torchvision's VGG16; kept as it is.
    """

    name = "VGG16, LPIPS 0.1"

    def __init__(self, layers: nn.Sequential) -> None:
        self._layers = layers[: TAPS[-1] + 1].eval().requires_grad_(requires_grad=False)

    @classmethod
    def from_file(cls, path: Path) -> Lpips:
        """Load `vgg16-397923af.pth` as torchvision publishes it.

        Raises:
            ModelFileError: The file is missing, damaged or holds another network.
        """
        import torch
        from torchvision.models import vgg16

        layers = vgg16(init_weights=False).features
        try:
            state = torch.load(path, map_location="cpu", weights_only=True)
            wanted = layers.state_dict()
            layers.load_state_dict({key: state[f"features.{key}"] for key in wanted})
        except Exception as error:
            raise ModelFileError(
                f"“{path.name}” does not hold the VGG16 weights that LPIPS is defined with.",
                "Remove the file, and save it once more from its published address.",
            ) from error
        return cls(layers)

    def distance(self, picture: FloatImage, reference: FloatImage) -> float:
        """LPIPS of two pictures, H x W x 3, [0, 1], of one size; 0 or more.

        Raises:
            ValueError: The shapes differ.
        """
        import torch

        if picture.shape != reference.shape:
            raise ValueError(f"the pictures differ in shape: {picture.shape}, {reference.shape}")
        with torch.inference_mode():
            pair = zip(self._features(picture), self._features(reference), strict=True)
            total = 0.0
            for (a, b), head in zip(pair, _heads(), strict=True):
                weighted = (a - b).square() * head.view(1, -1, 1, 1)
                total += float(weighted.sum(dim=1).mean())
        return total

    def _features(self, picture: FloatImage) -> list[Tensor]:
        """Channel-normalised features at the taps, each 1 x C x h x w."""
        import torch

        x = torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1)[None])) * 2 - 1
        shift, scale = (torch.tensor(values).view(1, 3, 1, 1) for values in (_SHIFT, _SCALE))
        x = (x - shift) / scale
        kept = []
        for index, layer in enumerate(self._layers):
            x = layer(x)
            if index in TAPS:
                norm = x.square().sum(dim=1, keepdim=True).sqrt()
                kept.append(x / (norm + _EPSILON))
        return kept
