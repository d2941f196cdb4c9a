"""A small stand-in for a finished run, so that a slider answers while it is being dragged.

Compositing and colour on 50 megapixels take seconds; on half a megapixel, milliseconds. The
stand-in is the same run with every picture and every coordinate made smaller: the pipeline then
runs its last stages on it as it would on the photo, and the networks stay out of it.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from core.faces import Face, FaceResult, Landmarks
from core.geometry import Size, composed, enlarging
from core.image import Photo
from core.pipeline import Restoration, Trace

PREVIEW_AREA_PX = 600_000


def preview_factor(photo: Photo) -> float:
    """How much smaller the stand-in of a photo is; 1 where the photo is small enough itself."""
    return min(1.0, math.sqrt(PREVIEW_AREA_PX / photo.size.area_px))


def preview_trace(trace: Trace, factor: float) -> Trace:
    """The same run on a photo `factor` times as large (`factor` < 1)."""
    size = trace.original.size.scaled(factor)
    original = _smaller(trace.original, size)
    shrunk: dict[int, Photo] = {id(trace.original): original}
    steps = []
    for stage, record in trace.steps:
        # Stages that change nothing hand on the very photo they got; so does the stand-in.
        if id(record.photo) not in shrunk:
            enlarged = Size(size.width * record.scale, size.height * record.scale)
            shrunk[id(record.photo)] = _smaller(record.photo, enlarged)
        smaller = _smaller_record(record, original, shrunk[id(record.photo)], factor)
        steps.append((stage, smaller))
    return Trace(original, tuple(steps))


def _smaller(photo: Photo, size: Size) -> Photo:
    import cv2

    pixels = cv2.resize(photo.pixels, (size.width, size.height), interpolation=cv2.INTER_AREA)
    alpha = None
    if photo.alpha is not None:
        alpha = cv2.resize(photo.alpha, (size.width, size.height), interpolation=cv2.INTER_AREA)
    return replace(photo, pixels=np.ascontiguousarray(pixels), alpha=alpha)


def _smaller_record(
    record: Restoration, original: Photo, photo: Photo, factor: float
) -> Restoration:
    faces = tuple(_smaller_face(face, factor) for face in record.faces)
    return replace(record, original=original, photo=photo, faces=faces)


def _smaller_face(result: FaceResult, factor: float) -> FaceResult:
    def moved(point: tuple[float, float]) -> tuple[float, float]:
        return (point[0] + 0.5) * factor - 0.5, (point[1] + 0.5) * factor - 0.5

    left_eye, right_eye, nose, mouth_left, mouth_right = map(moved, result.face.landmarks)
    landmarks: Landmarks = (left_eye, right_eye, nose, mouth_left, mouth_right)
    face = Face(result.face.box.scaled(factor), landmarks, result.face.score)
    return replace(result, face=face, to_crop=composed(result.to_crop, enlarging(1 / factor)))
