"""Features of frozen ImageNet classifiers, for perceptual losses, metrics and discriminators.

Input everywhere: B x 3 x H x W, RGB, [-1, 1]. The weights are files that the user supplies; none
is bundled.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from core.errors import ModelFileError

_MEAN = (0.485, 0.456, 0.406)
_STD = (0.229, 0.224, 0.225)


class _Frozen(nn.Module):
    """Runs a stack of layers and keeps the outputs of some of them."""

    def __init__(self, layers: nn.Sequential, keep: Sequence[int], channels: Sequence[int]) -> None:
        super().__init__()
        self.layers = layers[: max(keep) + 1]
        self.keep = tuple(keep)
        self.channels = tuple(channels)
        self.register_buffer("mean", torch.tensor(_MEAN).view(1, 3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(_STD).view(1, 3, 1, 1), persistent=False)
        self.requires_grad_(requires_grad=False).eval()

    def train(self, mode: bool = True) -> _Frozen:  # noqa: ARG002 - the statistics stay frozen
        """Stay in evaluation mode: batch statistics must not move."""
        return super().train(mode=False)

    def forward(self, images: Tensor) -> list[Tensor]:
        """The kept layers' outputs, B x C x h x w each, shallow to deep."""
        mean, std = self.get_buffer("mean"), self.get_buffer("std")
        x = ((images + 1) / 2 - mean) / std
        kept = []
        for index, layer in enumerate(self.layers):
            x = layer(x)
            if index in self.keep:
                kept.append(x)
        return kept


class MobileNetFeatures(_Frozen):
    """MobileNetV2 after blocks 1, 3, 6, 10 and 13: strides 2 to 16, 16 to 96 channels."""

    def __init__(self) -> None:
        from torchvision.models import mobilenet_v2  # costs as much as torch itself

        super().__init__(mobilenet_v2().features, (1, 3, 6, 10, 13), (16, 24, 32, 64, 96))


class VggFeatures(_Frozen):
    """VGG19 before the ReLU of conv1_2, 2_2, 3_4, 4_4 and 5_4: 64 to 512 channels."""

    layer_weights = (0.1, 0.1, 1.0, 1.0, 1.0)

    def __init__(self) -> None:
        from torchvision.models import vgg19

        layers = vgg19(init_weights=False).features
        for layer in layers:
            if isinstance(layer, nn.ReLU):
                layer.inplace = False  # else it would overwrite the features that are kept
        super().__init__(layers, (2, 7, 16, 25, 34), (64, 128, 256, 512, 512))


def load_imagenet_features(path: Path) -> MobileNetFeatures | VggFeatures:
    """Read MobileNetV2 or VGG19 weights as torchvision publishes them.

    Raises:
        ModelFileError: The file is missing, unsafe or holds neither network.
    """
    state = _read_state(path)
    mobile = any(key.startswith("features.18.") for key in state)
    network = MobileNetFeatures() if mobile else VggFeatures()
    wanted = network.layers.state_dict()
    found = {key.removeprefix("features."): value for key, value in state.items()}
    try:
        network.layers.load_state_dict({key: found[key] for key in wanted})
    except (KeyError, RuntimeError) as error:
        raise ModelFileError(
            f"“{path.name}” holds neither MobileNetV2 nor VGG19 ImageNet weights.",
            "Choose the file as torchvision publishes it.",
        ) from error
    return network


def _read_state(path: Path) -> dict[str, Tensor]:
    try:
        if path.suffix == ".safetensors":
            from safetensors.torch import load_file

            return load_file(path)
        state: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:
        raise ModelFileError(
            f"The ImageNet weights “{path}” cannot be read.",
            "Choose another file, or set the perceptual and projected losses to zero.",
        ) from error
    return state


def normalised_distance(first: Sequence[Tensor], second: Sequence[Tensor]) -> Tensor:
    """Distance of channel-normalised features, summed over layers, B (LPIPS, eq. 1, w = 1)."""
    total = torch.zeros(len(first[0]), device=first[0].device)
    for a, b in zip(first, second, strict=True):
        difference = F.normalize(a.float(), eps=1e-8) - F.normalize(b.float(), eps=1e-8)
        total = total + difference.square().sum(1).mean(dim=(1, 2))
    return total
