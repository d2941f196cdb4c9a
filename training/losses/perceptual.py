"""Losses in the feature space of a frozen image classifier.

`features` are lists of B x C x h x w tensors, one a layer.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from core.nets.imagenet_features import normalised_distance


def gram_matrix(features: Tensor) -> Tensor:
    """G_ij = sum_xy f_i f_j / (C h w), B x C x C (Gatys et al. 2016, eq. 3)."""
    _, channels, height, width = features.shape
    flat = features.float().flatten(2)  # B x C x hw
    return flat @ flat.transpose(1, 2) / (channels * height * width)


def gram_l1(output: Tensor, target: Tensor) -> Tensor:
    """Mean absolute error of two Gram matrices."""
    return F.l1_loss(gram_matrix(output), gram_matrix(target))


def feature_l1(
    output: Sequence[Tensor], target: Sequence[Tensor], weights: Sequence[float]
) -> Tensor:
    """Weighted sum over layers of the L1 of raw features (perceptual loss of the paper, VGG19)."""
    terms = [
        w * F.l1_loss(o.float(), t.float()) for o, t, w in zip(output, target, weights, strict=True)
    ]
    return torch.stack(terms).sum()


def feature_style(
    output: Sequence[Tensor], target: Sequence[Tensor], weights: Sequence[float]
) -> Tensor:
    """Weighted sum over layers of the L1 of Gram matrices (style part of the paper's loss)."""
    terms = [w * gram_l1(o, t) for o, t, w in zip(output, target, weights, strict=True)]
    return torch.stack(terms).sum()


__all__ = ["feature_l1", "feature_style", "gram_l1", "gram_matrix", "normalised_distance"]
