"""What is in the same place: two findings of one face, and pairs of two lists of boxes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from core.faces import Face
    from core.geometry import Box

SAME_IOU = 0.4
SAME_CONTAINED = 0.7
SAME_CENTRE = 0.25
"""Shares of the boxes, and of the larger face's width, from which two findings are one face."""

SAME_PLACE = 0.3
"""Intersection over union from which two boxes are one place in the scene."""


def same_face(one: Face, other: Face) -> bool:
    """True where two findings cannot be two people.

    They overlap strongly, or one lies almost wholly inside the other (a nose taken for a face), or
    their landmarks have nearly the same centre.
    """
    if one.box.iou(other.box) > SAME_IOU:
        return True
    smaller = min(one.box.area_px, other.box.area_px)
    if one.box.intersection_px(other.box) > SAME_CONTAINED * smaller:
        return True
    gap = np.subtract(np.mean(one.landmarks, axis=0), np.mean(other.landmarks, axis=0))
    width = max(one.box.width, other.box.width)
    return float(np.hypot(gap[0], gap[1])) < SAME_CENTRE * width


def same_places(first: Sequence[Box], second: Sequence[Box]) -> list[tuple[int, int]]:
    """Pairs of boxes in the same place, as their numbers in both lists, most alike first.

    Args:
        first: Boxes.
        second: Other boxes, in the same units.
    """
    overlaps = (
        (one.iou(two), number, other)
        for number, one in enumerate(first)
        for other, two in enumerate(second)
    )
    return greedy_pairs(scored for scored in overlaps if scored[0] >= SAME_PLACE)


def greedy_pairs(scored: Iterable[tuple[float, int, int]]) -> list[tuple[int, int]]:
    """The best pair, then the best of what is left, and so on.

    Args:
        scored: How well a pair fits, and its two numbers; of equal ones, lower numbers go first.
    """
    pairs: list[tuple[int, int]] = []
    for _, first, second in sorted(scored, key=lambda item: (-item[0], item[1], item[2])):
        if all(first != one and second != two for one, two in pairs):
            pairs.append((first, second))
    return pairs
