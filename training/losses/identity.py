"""Identity loss: the restored face must be recognised as the true one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from core.engines.identity import chip_transform
from core.errors import ModelFileError
from core.geometry import Matrix, inverted
from core.nets.dlib_resnet import CHIP_SIZE_PX, DlibFaceNet


class IdentityLoss(nn.Module):
    """1 - cosine of face embeddings, mean over the batch (paper, eq. 4, on dlib's network).

    The chip that the recognition network wants is cut from the aligned crop by a fixed similarity
    transform, differentiably.

    Args:
        network: Embeds N x 3 x 150 x 150 in [0, 1].
    """

    def __init__(self, network: DlibFaceNet) -> None:
        super().__init__()
        self.network = network.requires_grad_(requires_grad=False).eval()

    def embed(self, faces: Tensor) -> Tensor:
        """Unit embeddings (B x 128) of aligned crops B x 3 x S x S in [-1, 1]."""
        chips = cut_chips(faces.float())
        embedding: Tensor = self.network((chips + 1) / 2)
        return F.normalize(embedding.float())

    def forward(self, output: Tensor, target: Tensor) -> Tensor:
        """Loss in [0, 2]."""
        with torch.no_grad():
            wanted = self.embed(target)
        return (1 - (self.embed(output) * wanted).sum(1)).mean()


def cut_chips(faces: Tensor) -> Tensor:
    """Cut 150 px chips out of aligned crops by bilinear sampling.

    Args:
        faces: B x 3 x S x S.

    Returns:
        B x 3 x 150 x 150, same range.
    """
    side = faces.shape[-1]
    while side > 2 * CHIP_SIZE_PX:  # sampling alone would skip pixels
        faces, side = F.avg_pool2d(faces, 2), side // 2
    to_crop = inverted(chip_transform(side))
    theta = torch.from_numpy(_normalised(to_crop, CHIP_SIZE_PX, side)).to(faces)
    size = [len(faces), 3, CHIP_SIZE_PX, CHIP_SIZE_PX]
    grid = F.affine_grid(theta.expand(len(faces), -1, -1), size, align_corners=False)
    return F.grid_sample(faces, grid, padding_mode="reflection", align_corners=False)


def _normalised(matrix: Matrix, from_px: int, to_px: int) -> Matrix:
    """A pixel transform (2 x 3) in coordinates where each picture spans [-1, 1]."""
    enter = np.array([[from_px / 2, 0, (from_px - 1) / 2], [0, from_px / 2, (from_px - 1) / 2]])
    enter = np.vstack([enter, [0, 0, 1]])
    leave = np.array([[2 / to_px, 0, 1 / to_px - 1], [0, 2 / to_px, 1 / to_px - 1], [0, 0, 1]])
    theta: Matrix = (leave @ np.vstack([matrix, [0, 0, 1]]) @ enter)[:2]
    return theta


def load_identity_loss(path: Path) -> IdentityLoss:
    """Read the recognition network's weights (`dlib-resnet29.safetensors`).

    Raises:
        ModelFileError: The file is missing or holds another network.
    """
    network = DlibFaceNet()
    try:
        network.load_state_dict({name: value.float() for name, value in load_file(path).items()})
    except (OSError, RuntimeError, SafetensorError) as error:
        raise ModelFileError(
            f"“{path}” does not hold the face recognition network.",
            "Leave the option out to take the bundled one, or set the identity loss to zero.",
        ) from error
    return IdentityLoss(network)
