"""Where eyes, nose and mouth are inside a box that the user drew around a face.

A face that no finder reported is often one that it was not sure of, so it is asked again about this
place alone, more gently. A finder that can be asked about a box directly is asked next. Where
nobody knows, the points go where they mostly are in such a box, for the user to drag.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np

from core.faces import Face, Landmarks, template
from core.geometry import Box, Region, Size, transformed
from core.interfaces import FaceDetector, Uint8Image
from core.progress import Progress

AROUND = 0.6
"""How far around the box is searched, as a share of its longer side: finders want surroundings."""

LEAST_SCORE = 0.5
LEAST_OVERLAP = 0.25
"""Certainty and intersection over union from which a finding is the face that was meant."""

LEAST_FACE = 0.3
"""Narrower faces than this share of the box's shorter side are not what was meant."""

SMALLEST_SEARCH_PX = 8

WIDTH_TO_HEIGHT = 0.80
EYES_TO_WIDTH = 0.458
MIDDLE_Y = 0.585
"""Medians over 68 upright faces: a finder's box, the distance of the eyes as a share of its width,
and how far down the middle of the five points lies."""


@dataclass(frozen=True, slots=True)
class PlacedFace:
    """A face in a box that the user drew.

    Attributes:
        box: The finder's box, or the one that was drawn.
        landmarks: Its five points.
        is_found: False where the points are only where they mostly are.
    """

    box: Box
    landmarks: Landmarks
    is_found: bool


@runtime_checkable
class BoxReader(Protocol):
    """A face finder that can be asked about one box, whatever it thinks of it."""

    def face_in(self, pixels: Uint8Image, box: Box, progress: Progress) -> Face | None:
        """The face that fills a box, or None where it looks like none.

        Args:
            pixels: H x W x 3, RGB, uint8.
            box: Where, in pixels.
            progress: Polled for cancellation.

        Raises:
            Cancelled: The job was stopped.
        """
        ...


def place_face(
    pixels: Uint8Image, box: Box, finders: Sequence[FaceDetector], progress: Progress
) -> PlacedFace:
    """Find the five points of the face in a box.

    Args:
        pixels: The upright photo, H x W x 3, RGB, uint8.
        box: What was drawn; may reach over the photo's border.
        finders: Who is asked, the best one first.
        progress: Reported to and polled for cancellation.

    Raises:
        Cancelled: The job was stopped.
    """
    progress.check()
    for number, finder in enumerate(finders):
        face = _found_near(pixels, box, finder, progress.step(number, len(finders)))
        if face is not None:
            return PlacedFace(face.box, face.landmarks, is_found=True)
    for finder in finders:
        if isinstance(finder, BoxReader):
            face = finder.face_in(pixels, box, progress)
            if face is not None and _is_usable(face):
                return PlacedFace(box, face.landmarks, is_found=True)
    return PlacedFace(box, usual_landmarks(box), is_found=False)


def usual_landmarks(box: Box) -> Landmarks:
    """Where the five points of an upright face mostly are in its box."""
    width = math.sqrt(max(1.0, box.area_px) * WIDTH_TO_HEIGHT)  # whatever shape was drawn
    points = template(512)
    scale = EYES_TO_WIDTH * width / float(points[1, 0] - points[0, 0])
    middle = points.mean(axis=0)
    x, y = box.centre[0], box.top + MIDDLE_Y * box.height
    move = np.array([[scale, 0.0, x - scale * middle[0]], [0.0, scale, y - scale * middle[1]]])
    five = [(float(px), float(py)) for px, py in transformed(move, points)]
    return five[0], five[1], five[2], five[3], five[4]


def _found_near(
    pixels: Uint8Image, box: Box, finder: FaceDetector, progress: Progress
) -> Face | None:
    """What a finder sees at this place when it need not be sure."""
    reach = math.ceil(AROUND * max(box.width, box.height))
    around = Region(
        math.floor(box.left), math.floor(box.top), math.ceil(box.right), math.ceil(box.bottom)
    )
    part = around.grown(reach).clipped(Size(pixels.shape[1], pixels.shape[0]))
    if part.size.width < SMALLEST_SEARCH_PX or part.size.height < SMALLEST_SEARCH_PX:
        return None
    least_px = max(SMALLEST_SEARCH_PX, round(LEAST_FACE * min(box.width, box.height)))
    found = finder.detect(
        np.ascontiguousarray(pixels[part.slices]),
        min_size_px=least_px,
        min_score=LEAST_SCORE,
        progress=progress,
    )
    faces = [_shifted(face, part.left, part.top) for face in found]
    near = [f for f in faces if f.box.iou(box) >= LEAST_OVERLAP and _is_usable(f)]
    return max(near, key=lambda face: face.box.iou(box), default=None)


def _shifted(face: Face, x: float, y: float) -> Face:
    """The same face in a picture whose origin lies elsewhere."""
    box = face.box
    five = [(px + x, py + y) for px, py in face.landmarks]
    return Face(
        Box(box.left + x, box.top + y, box.right + x, box.bottom + y),
        (five[0], five[1], five[2], five[3], five[4]),
        face.score,
    )


def _is_usable(face: Face) -> bool:
    return len(set(face.landmarks)) > 1
