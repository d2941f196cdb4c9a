"""Fréchet distance between two sets of pictures, and the network whose features define FID.

Heusel et al., "GANs trained by a two time-scale update rule converge to a local Nash equilibrium",
NeurIPS 2017, equation 6. The figure depends on the number of pictures: compare equal numbers only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import cv2
import numpy as np
import numpy.typing as npt

from core.errors import ModelFileError
from core.image import FloatImage

if TYPE_CHECKING:
    from torch import Tensor

Floats = npt.NDArray[np.float64]
INPUT_PX = 299


class FeatureNetwork(Protocol):
    """Turns pictures into vectors whose distribution is compared."""

    @property
    def name(self) -> str:
        """What it is, for the report."""
        ...

    def features(self, picture: FloatImage) -> Floats:
        """The vector of one picture (H x W x 3, [0, 1]): D values."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Gaussian:
    """Mean (D) and covariance (D x D) of the features of a set, and how many pictures it has."""

    mean: Floats
    covariance: Floats
    count: int


def fitted(features: Iterable[Floats]) -> Gaussian:
    """The Gaussian of some feature vectors.

    Raises:
        ValueError: Fewer than two vectors.
    """
    array = np.stack([np.asarray(vector, np.float64) for vector in features])
    if len(array) < 2:
        raise ValueError("a covariance needs at least two pictures")
    return Gaussian(array.mean(axis=0), np.atleast_2d(np.cov(array, rowvar=False)), len(array))


def frechet_distance(first: Gaussian, second: Gaussian) -> float:
    """|m1 - m2|^2 + tr(C1 + C2 - 2 (C1 C2)^1/2), 0 or more (equation 6).

    The trace of the root is that of the symmetric product root(C1) C2 root(C1), whose eigenvalues
    are real, so that no complex root has to be cut off.
    """
    values, vectors = np.linalg.eigh(first.covariance)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    product = root @ second.covariance @ root
    shared = np.sqrt(np.maximum(np.linalg.eigvalsh((product + product.T) / 2), 0.0)).sum()
    gap = first.mean - second.mean
    spread = np.trace(first.covariance) + np.trace(second.covariance) - 2 * shared
    return max(0.0, float(gap @ gap + spread))


class FidInception:
    """InceptionV3 as FID uses it: 2048 values after the last average pooling.

    The published weights are those of the TensorFlow network of 2015, converted for PyTorch. Its
    pooling differs from torchvision's: averages leave the border out, and the last block pools by
    the maximum.

    Args:
        path: `pt_inception-2015-12-05-6726825d.pth`.

    Raises:
        ModelFileError: The file is missing, damaged or holds another network.
    """

    name = "InceptionV3 (2015-12-05)"

    def __init__(self, path: Path) -> None:
        import torch
        from torchvision.models import Inception3

        net = Inception3(num_classes=1008, aux_logits=False, init_weights=False)
        try:
            state = torch.load(path, map_location="cpu", weights_only=True)
            net.load_state_dict(state)
        except Exception as error:
            raise ModelFileError(
                f"“{path.name}” does not hold the InceptionV3 weights that FID is defined with.",
                "Remove the file, and save it once more from its published address.",
            ) from error
        self._net = net.eval().requires_grad_(requires_grad=False)

    def features(self, picture: FloatImage) -> Floats:
        """2048 values of one picture (H x W x 3, [0, 1]), brought to 299 x 299 bilinearly."""
        import torch

        resized = cv2.resize(picture, (INPUT_PX, INPUT_PX), interpolation=cv2.INTER_LINEAR)
        x = torch.from_numpy(np.ascontiguousarray(resized.transpose(2, 0, 1)[None])) * 2 - 1
        with torch.inference_mode():
            pooled = fid_trunk(self._net, x)
        values: Floats = pooled[0].double().numpy()
        return values


def fid_trunk(net: Any, x: Tensor) -> Tensor:
    """Run a torchvision `Inception3` with the pooling of the TensorFlow network.

    Args:
        net: The network.
        x: N x 3 x 299 x 299, [-1, 1].

    Returns:
        N x 2048.
    """
    from torch.nn import functional as F

    x = net.Conv2d_2b_3x3(net.Conv2d_2a_3x3(net.Conv2d_1a_3x3(x)))
    x = net.Conv2d_4a_3x3(net.Conv2d_3b_1x1(F.max_pool2d(x, 3, stride=2)))
    x = F.max_pool2d(x, 3, stride=2)
    for block in (net.Mixed_5b, net.Mixed_5c, net.Mixed_5d):
        x = _block_a(block, x)
    x = net.Mixed_6a(x)
    for block in (net.Mixed_6b, net.Mixed_6c, net.Mixed_6d, net.Mixed_6e):
        x = _block_c(block, x)
    x = net.Mixed_7a(x)
    x = _block_e(net.Mixed_7b, x, _averaged(x))
    x = _block_e(net.Mixed_7c, x, F.max_pool2d(x, 3, stride=1, padding=1))
    pooled: Tensor = x.mean(dim=(2, 3))
    return pooled


def _averaged(y: Tensor) -> Tensor:
    """Mean of 3 x 3 neighbours, the border left out."""
    from torch.nn import functional as F

    return F.avg_pool2d(y, 3, stride=1, padding=1, count_include_pad=False)


def _block_a(block: Any, y: Tensor) -> Tensor:
    import torch

    parts = [
        block.branch1x1(y),
        block.branch5x5_2(block.branch5x5_1(y)),
        block.branch3x3dbl_3(block.branch3x3dbl_2(block.branch3x3dbl_1(y))),
        block.branch_pool(_averaged(y)),
    ]
    return torch.cat(parts, 1)


def _block_c(block: Any, y: Tensor) -> Tensor:
    import torch

    deep = block.branch7x7dbl_1(y)
    for step in (block.branch7x7dbl_2, block.branch7x7dbl_3, block.branch7x7dbl_4):
        deep = step(deep)
    parts = [
        block.branch1x1(y),
        block.branch7x7_3(block.branch7x7_2(block.branch7x7_1(y))),
        block.branch7x7dbl_5(deep),
        block.branch_pool(_averaged(y)),
    ]
    return torch.cat(parts, 1)


def _block_e(block: Any, y: Tensor, pooled: Tensor) -> Tensor:
    import torch

    wide = block.branch3x3_1(y)
    deep = block.branch3x3dbl_2(block.branch3x3dbl_1(y))
    parts = [
        block.branch1x1(y),
        block.branch3x3_2a(wide),
        block.branch3x3_2b(wide),
        block.branch3x3dbl_3a(deep),
        block.branch3x3dbl_3b(deep),
        block.branch_pool(pooled),
    ]
    return torch.cat(parts, 1)
