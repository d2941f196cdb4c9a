"""Non-maximum suppression: of boxes that overlap, the surest one stays."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

Boxes = npt.NDArray[np.float64]
"""N x 4: left, top, right, bottom."""

Measure = Literal["union", "smaller"]


def areas_px(boxes: Boxes) -> npt.NDArray[np.float64]:
    """Areas of N boxes in square pixels, never negative."""
    width = np.maximum(0.0, boxes[:, 2] - boxes[:, 0])
    height = np.maximum(0.0, boxes[:, 3] - boxes[:, 1])
    product: npt.NDArray[np.float64] = width * height
    return product


def overlaps(box: npt.NDArray[np.float64], others: Boxes, measure: Measure) -> Boxes:
    """Shared area of one box (4) with N others, as a share of their union or of the smaller one."""
    corner = np.maximum(box[:2], others[:, :2])
    shared = np.prod(np.maximum(0.0, np.minimum(box[2:], others[:, 2:]) - corner), axis=1)
    own, theirs = areas_px(box[None])[0], areas_px(others)
    whole = own + theirs - shared if measure == "union" else np.minimum(own, theirs)
    ratio: Boxes = shared / np.maximum(whole, 1e-9)
    return ratio


def kept_indices(
    boxes: Boxes,
    scores: npt.NDArray[np.float64],
    threshold: float,
    measure: Measure = "union",
    limit: int | None = None,
) -> npt.NDArray[np.intp]:
    """Greedy non-maximum suppression.

    Args:
        boxes: N x 4.
        scores: N, higher is surer; equal ones keep their order, for determinism.
        threshold: Of two boxes that overlap by more than this share, the less sure one goes.
        measure: What the shared area is compared with.
        limit: The most boxes to keep, or None for all.

    Returns:
        Indices of the boxes that stay, surest first.
    """
    order = np.argsort(-scores, kind="stable")
    kept: list[int] = []
    while order.size and (limit is None or len(kept) < limit):
        first, rest = order[0], order[1:]
        kept.append(int(first))
        order = rest[overlaps(boxes[first], boxes[rest], measure) <= threshold]
    return np.asarray(kept, dtype=np.intp)
