"""Facial components: where the eyes and the mouth are, cut out by RoIAlign, and their losses.

The five landmarks are left eye, right eye, nose, left and right mouth corner as seen by the
viewer, (x, y) in pixels of the crop.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from training.losses.perceptual import gram_l1

COMPONENTS = ("left_eye", "right_eye", "mouth")
OUTPUT_SIZE_AT_512_PX = {"left_eye": 80, "right_eye": 80, "mouth": 120}

_EYE_HALF_SIDE = 0.28
_EYE_ENLARGED = 1.4
_MOUTH_HALF_SIDE = 0.48


def component_boxes(landmarks: Tensor) -> dict[str, Tensor]:
    """Square boxes around eyes and mouth, B x 4 as (left, top, right, bottom) in pixels.

    Sides follow the distance between the eyes, so they need no more than five landmarks. A face in
    profile has its eyes close together: the distance is never taken as less than that between
    the eyes' and the mouth's centres.

    Args:
        landmarks: B x 5 x 2.
    """
    landmarks = landmarks.float()
    left, right = landmarks[:, 0], landmarks[:, 1]
    mouth = (landmarks[:, 3] + landmarks[:, 4]) / 2
    apart = (right - left).norm(dim=1)
    height = (mouth - (left + right) / 2).norm(dim=1)
    reach = torch.maximum(apart, height)[:, None]
    halves = {
        "left_eye": (left, reach * (_EYE_HALF_SIDE * _EYE_ENLARGED)),
        "right_eye": (right, reach * (_EYE_HALF_SIDE * _EYE_ENLARGED)),
        "mouth": (mouth, reach * _MOUTH_HALF_SIDE),
    }
    return {name: torch.cat([c - half, c + half], dim=1) for name, (c, half) in halves.items()}


def cut_components(images: Tensor, landmarks: Tensor) -> dict[str, Tensor]:
    """Each component as B x 3 x s x s, s in proportion to the image (80, 80, 120 px at 512).

    Args:
        images: B x 3 x S x S.
        landmarks: B x 5 x 2, pixels of these images.
    """
    from torchvision.ops import roi_align  # costs as much as torch itself

    boxes = component_boxes(landmarks)
    index = torch.arange(len(images), device=images.device, dtype=torch.float32)[:, None]
    cuts = {}
    for name in COMPONENTS:
        side = max(4, round(OUTPUT_SIZE_AT_512_PX[name] * images.shape[-1] / 512))
        rois = torch.cat([index, boxes[name].to(images.device)], dim=1)  # B x 5
        cuts[name] = roi_align(images.float(), rois, side, sampling_ratio=2, aligned=True)
    return cuts


def component_style(output: Sequence[Tensor], target: Sequence[Tensor]) -> Tensor:
    """Feature style loss of one component: half weight on the shallow features (paper, eq. 3).

    Args:
        output: Features after the discriminator's third and fifth convolution.
        target: The same for the true component.
    """
    shallow, deep = (gram_l1(o, t) for o, t in zip(output, target, strict=True))
    return 0.5 * shallow + deep


def component_matching(output: Sequence[Tensor], target: Sequence[Tensor]) -> Tensor:
    """L1 of the same features, the ablation that the paper compares with."""
    shallow, deep = (F.l1_loss(o.float(), t.float()) for o, t in zip(output, target, strict=True))
    return 0.5 * shallow + deep


def total(parts: Mapping[str, Tensor]) -> Tensor:
    """The sum over components."""
    return torch.stack(list(parts.values())).sum()
