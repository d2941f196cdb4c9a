"""Faces at any multiple of 90 degrees, from a detector that knows only upright ones.

The picture is turned four times and searched each time. A face that lies on its side is often found
in the wrong turn as well, with landmarks that make no sense there, so the findings of all turns are
gathered face by face and the turn in which the face is surest wins.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from core.faces import Face
from core.geometry import Box, Matrix, transformed
from core.interfaces import Uint8Image
from core.matching import same_face
from core.progress import Progress

QUARTERS = (0, 1, 3, 2)
"""Quarter turns to the left, likeliest first."""

CERTAIN = 0.97
"""Score that a face needs whose direction is not that of the photo's other faces: nearly all
findings below it are patterns that look like a face only when turned."""

FindUpright = Callable[[Uint8Image, Progress], Sequence[Face]]
"""Finds upright faces in a picture; coordinates in that picture's pixels."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A face and the turn of the picture in which it was found.

    Attributes:
        face: The face in pixels of the picture as it was.
        quarters: Quarter turns to the left that made it upright.
    """

    face: Face
    quarters: int


def turned(pixels: Uint8Image, quarters: int) -> Uint8Image:
    """The picture turned to the left by a number of quarters."""
    return np.ascontiguousarray(np.rot90(pixels, quarters))


def turn_back(width: int, height: int, quarters: int) -> Matrix:
    """The transform from pixels of the turned picture to pixels of the picture as it was.

    Args:
        width: Width of the picture as it was.
        height: Its height.
        quarters: How far it was turned to the left.
    """
    right, bottom = width - 1.0, height - 1.0
    return np.array(
        (
            [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]],
            [[0.0, -1.0, right], [1.0, 0.0, 0.0]],
            [[-1.0, 0.0, right], [0.0, -1.0, bottom]],
            [[0.0, 1.0, 0.0], [-1.0, 0.0, bottom]],
        )[quarters % 4]
    )


def sweep(
    pixels: Uint8Image,
    find_upright: FindUpright,
    progress: Progress,
    quarters: Sequence[int] = QUARTERS,
) -> list[Finding]:
    """Search a picture in several orientations.

    Returns:
        All findings in pixels of `pixels`; the landmarks keep the order that they have on the
        upright face. The same face may be among them several times (see `distinct`).
    """
    height, width = pixels.shape[:2]
    found: list[Finding] = []
    for step, turn in enumerate(quarters):
        part = progress.step(step, len(quarters))
        back = turn_back(width, height, turn)
        faces = find_upright(turned(pixels, turn), part)
        found += [Finding(moved(face, back), turn) for face in faces]
        part.report(1.0)
    return found


def moved(face: Face, transform: Matrix) -> Face:
    """The same face in another picture, which a similarity transform leads to."""
    box = face.box
    corners = [(box.left, box.top), (box.right, box.top)]
    corners += [(box.left, box.bottom), (box.right, box.bottom)]
    ends = transformed(transform, corners)
    low, high = ends.min(axis=0), ends.max(axis=0)
    points = [(float(x), float(y)) for x, y in transformed(transform, face.landmarks)]
    return Face(
        Box(float(low[0]), float(low[1]), float(high[0]), float(high[1])),
        (points[0], points[1], points[2], points[3], points[4]),
        face.score,
    )


def main_turn(found: Iterable[Finding]) -> int:
    """The turn that the findings speak for, weighed by their log odds; 0 if there are none."""
    weight = dict.fromkeys(QUARTERS, 0.0)
    for finding in found:
        weight[finding.quarters] -= math.log(max(1.0 - finding.face.score, 1e-12))
    return max(QUARTERS, key=lambda turn: weight[turn])


def credible(found: Iterable[Finding]) -> list[Face]:
    """Each face once, surest first, without doubtful faces that lie across all others."""
    single = distinct(found)
    main = main_turn(single)
    return [item.face for item in single if item.quarters == main or item.face.score >= CERTAIN]


def distinct(found: Iterable[Finding]) -> list[Finding]:
    """Each face once: of findings that are the same face, the surest one; surest first."""
    kept: list[Finding] = []
    for item in sorted(found, key=lambda item: (-item.face.score, item.face.box.top)):
        if not any(same_face(item.face, other.face) for other in kept):
            kept.append(item)
    return kept


def in_reading_order(faces: Iterable[Face]) -> tuple[Face, ...]:
    """From top to bottom, then from left to right."""
    return tuple(sorted(faces, key=lambda face: (face.box.top, face.box.left)))
