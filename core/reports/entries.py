"""One photo of a report: small pictures, what was done, and how each face scores."""

from __future__ import annotations

import glob
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.errors import ImageSizeError, RestorationError, UnreadableImageError
from core.faces import Landmarks
from core.image import FloatImage, Photo, to_stored, to_uint8
from core.imageio import read_photo
from core.imageio.same_file import canonical
from core.metrics.niqe import niqe
from core.progress import Progress
from core.recipe import Recipe, load, path_beside
from core.report import FaceReport, FileReport
from core.reports.pictures import face_crop, photo_jpeg, thumbnail_jpeg

PHOTO_PX = 1400
"""Longer side of the pictures that the divider compares, where the report is of one photo."""

PHOTO_OF_MANY_PX = 900
FACE_SHOWN_PX = 208
QUALITY = 86

_NO_FOLDER: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class FaceEntry:
    """One face.

    Attributes:
        report: What was done to it.
        before: JPEG of the aligned face in the photo.
        after: JPEG of the same place in the result.
        niqe_before: NIQE of the face in the photo, smaller is better; None where it has none.
        niqe_after: The same in the result.
    """

    report: FaceReport
    before: bytes
    after: bytes
    niqe_before: float | None
    niqe_after: float | None


@dataclass(frozen=True, slots=True, eq=False)
class PhotoEntry:
    """One photo that was restored.

    Attributes:
        recipe: What was done.
        result: File name of the result; empty where it is not saved.
        size: Width and height of the photo, pixels.
        result_size: Width and height of the result, pixels.
        before: JPEG of the photo.
        after: JPEG of the result, with the same number of pixels.
        faces: Its faces.
    """

    recipe: Recipe
    result: str
    size: tuple[int, int]
    result_size: tuple[int, int]
    before: bytes
    after: bytes
    faces: tuple[FaceEntry, ...]

    @property
    def name(self) -> str:
        """What the photo is called in the report."""
        return self.recipe.photo or self.result


@dataclass(frozen=True, slots=True, eq=False)
class FailedEntry:
    """One photo that could not be restored, with the two sentences that say why."""

    name: str
    summary: str
    remedy: str


Entry = PhotoEntry | FailedEntry


def photo_entry(
    before: Photo,
    after: Photo,
    recipe: Recipe,
    result: str,
    progress: Progress,
    *,
    side_px: int = PHOTO_PX,
) -> PhotoEntry:
    """Make the entry of a photo and its result.

    Args:
        before: The photo.
        after: Its result, any number of times as large.
        recipe: What was done.
        result: File name of the result, or empty.
        progress: Polled for each face.
        side_px: Longer side of the pictures.

    Raises:
        Cancelled: The job was stopped.
    """
    scale = after.size.width / before.size.width
    faces = []
    for number, report in enumerate(recipe.faces):
        progress.report(0.2 + 0.8 * number / len(recipe.faces))
        if not report.removed:
            faces.append(_face_entry(before, after, report, scale))
    progress.report(1.0)
    return PhotoEntry(
        recipe,
        result,
        (before.size.width, before.size.height),
        (after.size.width, after.size.height),
        photo_jpeg(before, side_px, QUALITY),
        photo_jpeg(after, side_px, QUALITY),
        tuple(faces),
    )


def _face_entry(before: Photo, after: Photo, report: FaceReport, scale: float) -> FaceEntry:
    left_eye, right_eye, nose, mouth_left, mouth_right = report.landmarks
    points: Landmarks = (left_eye, right_eye, nose, mouth_left, mouth_right)
    whole = report.mask == "whole"
    old = face_crop(before, points, 1.0, whole=whole)
    new = face_crop(after, points, scale, whole=whole)
    return FaceEntry(
        report,
        thumbnail_jpeg(old, FACE_SHOWN_PX, QUALITY, before.metadata.icc),
        thumbnail_jpeg(new, FACE_SHOWN_PX, QUALITY, after.metadata.icc),
        _quality(old),
        _quality(new),
    )


def _quality(crop: FloatImage) -> float | None:
    """NIQE of a face crop as 8 bits, or None where its statistics cannot be taken."""
    with warnings.catch_warnings():
        # A face without any structure has no statistics: numpy warns, and the value is no number.
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            value = niqe(to_uint8(to_stored(crop, np.uint8)))
        except (ImageSizeError, np.linalg.LinAlgError):
            return None
    return round(value, 3) if np.isfinite(value) else None


def entry_of_result(
    result: Path,
    progress: Progress,
    *,
    original: Path | None = None,
    folders: tuple[Path, ...] = _NO_FOLDER,
    side_px: int = PHOTO_PX,
) -> PhotoEntry:
    """Make the entry of a result on the disk, from the recipe beside it and its original.

    Args:
        result: A file that Heirloom saved.
        progress: Polled.
        original: Its original, where it is known.
        folders: Where else originals are looked for, besides the result's own folder.
        side_px: Longer side of the pictures.

    Raises:
        SettingsError: There is no recipe beside it.
        RestorationError: One of the two pictures cannot be read, or the original is not found.
        Cancelled: The job was stopped.
    """
    recipe = load(path_beside(result))
    places = (result.parent, *folders)
    after = read_photo(result, progress.part(0.0, 0.2))
    if original is not None:
        before = read_photo(original, progress.part(0.2, 0.4))
    else:
        before = _original(recipe, result, places, progress.part(0.2, 0.4))
    entry_progress = progress.part(0.4, 1.0)
    return photo_entry(before, after, recipe, result.name, entry_progress, side_px=side_px)


def _original(recipe: Recipe, result: Path, folders: tuple[Path, ...], progress: Progress) -> Photo:
    """The photo with the hash that the recipe names; its name is tried first."""
    for path in _candidates(recipe.photo, result, folders):
        progress.check()
        try:
            photo = read_photo(path, progress)
        except RestorationError:
            continue
        if photo.source.sha256 == recipe.photo_sha256:
            return photo
    raise UnreadableImageError(
        f"The original of “{result.name}” was not found.",
        "Name the folder in which it lies with --originals.",
    )


def _candidates(name: str, result: Path, folders: tuple[Path, ...]) -> list[Path]:
    """Files of this name: those right in the folders first, then those further below."""
    if not name:
        return []
    beside = [folder / name for folder in folders if (folder / name).is_file()]
    below = [path for folder in folders[1:] for path in sorted(folder.rglob(glob.escape(name)))]
    itself = canonical(result)
    return [path for path in dict.fromkeys([*beside, *below]) if canonical(path) != itself]


def failed_entry(report: FileReport) -> FailedEntry:
    """The entry of a photo that could not be restored."""
    name = Path(report.input).name
    if report.error is None:
        return FailedEntry(name, "It was stopped before it was done.", "Start it again.")
    return FailedEntry(name, report.error.summary, report.error.remedy)
