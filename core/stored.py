"""A result that was read from the disk, as if it had just been made: for looking at it.

The recipe beside it tells what was done to each face; the pictures of the faces are cut from photo
and result. Colours and enlargement are therefore in the "after" of a face as well.
"""

from __future__ import annotations

from core.alignment import aligned_crop
from core.faces import Face, FaceResult, Landmarks, Point, crop_transform
from core.geometry import Box
from core.image import Photo
from core.pipeline import Restoration
from core.recipe import Recipe
from core.report import FaceReport

CROP_PX = 256


def stored_result(photo: Photo, result: Photo, recipe: Recipe | None) -> Restoration:
    """The record of a finished run, with everything that a recipe tells.

    Args:
        photo: The photo.
        result: Its result, of any size.
        recipe: What was done; faces are known only where it is of this very photo.
    """
    factor = result.size.width / photo.size.width
    faces: tuple[FaceResult, ...] = ()
    warnings: tuple[str, ...] = ()
    if recipe is not None and recipe.photo_sha256 == photo.source.sha256 != "":
        faces = tuple(_face(report, photo, result, factor) for report in recipe.faces)
        warnings = recipe.warnings
    scale = max(1, round(factor))
    return Restoration(photo, result, scale, faces, warnings=warnings)


def _face(report: FaceReport, photo: Photo, result: Photo, factor: float) -> FaceResult:
    before = _landmarks(report.landmarks)
    after = _landmarks(tuple(_scaled(point, factor) for point in report.landmarks))
    to_crop = crop_transform(before, CROP_PX)
    restored = None
    if report.restored:
        restored = aligned_crop(result.pixels, crop_transform(after, CROP_PX), CROP_PX)
    found = report.found_landmarks
    return FaceResult(
        report.index,
        Face(Box(*report.box), before, report.score),
        to_crop,
        aligned_crop(photo.pixels, to_crop, CROP_PX),
        restored,
        skipped=report.note,
        strength=report.strength,
        whole=report.mask == "whole",
        identity=report.identity,
        kept_back=report.kept_back,
        detail_kept=report.detail_kept,
        finished=report.finished,
        model=report.model,
        removed=report.removed,
        found=None if found is None else _landmarks(found),
        likeness=report.likeness,
    )


def _landmarks(points: tuple[Point, ...]) -> Landmarks:
    left_eye, right_eye, nose, mouth_left, mouth_right = points
    return left_eye, right_eye, nose, mouth_left, mouth_right


def _scaled(point: Point, factor: float) -> Point:
    """The same place in a picture `factor` times as large; pixels are counted from their middle."""
    return (point[0] + 0.5) * factor - 0.5, (point[1] + 0.5) * factor - 0.5
