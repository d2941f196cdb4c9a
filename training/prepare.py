"""From folders of photographs to a folder of aligned faces that a run can train on.

Finds every face, aligns it, and leaves out what would teach nothing or something wrong: blurred,
tiny, unsure, duplicate and over-similar faces. What is left out is listed with its reason and a
thumbnail. The photographs themselves are only read.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from core.errors import OutputError, RestorationError
from core.faces import Face
from core.image import Pixels, to_uint8
from core.imageio.read import read_photo
from core.interfaces import FaceDetector
from core.outputs import FoundPhoto, FoundPhotos, find_photos
from core.progress import Progress
from training.crops import (
    CROPS_FOLDER,
    LEFT_OUT_FOLDER,
    THUMBNAILS_FOLDER,
    crop_landmarks,
    cut_face,
    fingerprint,
    sharpness,
    store_crop,
    thumbnail,
    unwritable,
    write_picture,
)
from training.holding_out import hold_some_out
from training.records import FACES_FILE, Split, TrainingDataError, split_by_name

FORMAT_VERSION = 1

REASONS = {
    "unreadable": "the photo cannot be read",
    "no face": "no face was found in the photo",
    "tiny": "the face has too few pixels",
    "blurred": "the face is not sharp enough",
    "duplicate": "the same picture of the face is there already",
    "similar": "nearly the same picture of the face is there already",
    "by hand": "you left it out",
}
"""Why something is left out, by the short name that `faces.json` has."""


@dataclass(frozen=True, slots=True)
class PrepareOptions:
    """What counts as good enough.

    Attributes:
        size_px: Largest side of the stored crops; smaller faces are stored at half of it.
        min_side_px: Side that the crop must have in the photo itself; less is "tiny".
        min_sharpness: Least `sharpness`; less is "blurred".
        min_score: Least certainty of the face finder.
        duplicate_bits: Faces whose fingerprints differ by no more bits are "duplicate".
        similar_bits: The same for "similar".
        licence: What the photographs may be used for.
        commercial_use: True only where that includes commercial use.
        persons: True where the folders below the named ones are named after persons.
        keep_empty: Write the folder also where no face is good enough, so that the left out ones
            can be looked at and chosen after all.
    """

    size_px: int = 512
    min_side_px: int = 160
    min_sharpness: float = 8.0
    min_score: float = 0.95
    duplicate_bits: int = 8
    similar_bits: int = 14
    licence: str = ""
    commercial_use: bool = False
    persons: bool = False
    keep_empty: bool = False


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A face or photo that is not used.

    Attributes:
        photo: The file.
        reason: A key of `REASONS`.
        thumbnail: Name of its small picture below the prepared folder; empty without one.
        face: What it takes to use it after all; empty where there is no face.
    """

    photo: Path
    reason: str
    thumbnail: str = ""
    face: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Prepared:
    """What came of it.

    Attributes:
        folder: The prepared folder.
        photos: How many photographs were looked at.
        faces: Entries of `faces.json`.
        left_out: What is not used, and why.
    """

    folder: Path
    photos: int = 0
    faces: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)

    def count(self, split: Split) -> int:
        """How many faces are in one half of the data."""
        return sum(face["split"] == split for face in self.faces)

    def reasons(self) -> dict[str, int]:
        """How many were left out for each reason, most frequent first."""
        return dict(Counter(item.reason for item in self.left_out).most_common())


def prepare(
    sources: Iterable[Path],
    folder: Path,
    detector: FaceDetector,
    options: PrepareOptions,
    progress: Progress,
) -> Prepared:
    """Prepare photographs for training.

    Args:
        sources: Photos and folders, searched with all folders below.
        folder: The folder to make; must be empty or missing.
        detector: Finds the faces.
        options: What counts as good enough.
        progress: Reported to and polled between photos.

    Returns:
        What was kept and what was not. Whether that is enough to train on is for the reader to
        judge: `training.loop` asks for at least four faces.

    Raises:
        TrainingDataError: There is no photo, or no face is left.
        OutputError: The folder is in use or cannot be written.
        Cancelled: Stopped. As after an error, nothing is left behind.
    """
    found = find_photos(sources, recursive=True)
    if not found.photos:
        raise _nothing_found(found)
    is_new = not folder.exists()
    _make_folder(folder)
    work = _Preparation(folder, detector, options)
    try:
        for problem in found.problems:
            work.result.left_out.append(LeftOut(problem.path, "unreadable"))
        for index, photo in enumerate(found.photos):
            part = progress.step(index, len(found.photos), f"Looking at {photo.path.name}")
            part.report(0.0)
            work.add_photo(photo, part)
        work.finish()
    except BaseException:
        _take_back(folder, is_new=is_new)
        raise
    return work.result


class _Preparation:
    """The work under way: what was kept so far, to compare new faces with."""

    def __init__(self, folder: Path, detector: FaceDetector, options: PrepareOptions) -> None:
        self.folder, self.detector, self.options = folder, detector, options
        self.result = Prepared(folder)
        self._prints: list[npt.NDArray[np.bool_]] = []

    def add_photo(self, photo: FoundPhoto, progress: Progress) -> None:
        """Take the good faces of one photo."""
        self.result.photos += 1
        try:
            pixels = read_photo(photo.path).pixels
        except RestorationError:
            self.result.left_out.append(LeftOut(photo.path, "unreadable"))
            return
        faces = self.detector.detect(
            to_uint8(pixels),
            min_size_px=20,
            min_score=self.options.min_score,
            progress=progress,
        )
        if not faces:
            self._leave_out(photo.path, "no face", to_uint8(pixels), {})
        for face in faces:
            self._add_face(photo, pixels, face)

    def _add_face(self, photo: FoundPhoto, pixels: Pixels, face: Face) -> None:
        crop, side, native_px = cut_face(pixels, face.landmarks, self.options.size_px)
        person = person_of(photo) if self.options.persons else ""
        entry = {
            "split": split_by_name(person or str(photo.relative.with_suffix(""))),
            "person": person,
            "source": photo.relative.parts[0] if len(photo.relative.parts) > 1 else "",
            "side_px": side,
            "photo": str(photo.relative),
            "path": str(photo.path.absolute()),
            "sharpness": round(sharpness(crop), 2),
        }
        reason = "tiny" if native_px < self.options.min_side_px else self._fault(crop)
        if reason:
            in_photo = [[float(x), float(y)] for x, y in face.landmarks]
            entry |= {"in_photo": in_photo, "size_px": self.options.size_px}
            self._leave_out(photo.path, reason, crop, entry)
            return
        self._prints.append(fingerprint(crop))
        number = f"{len(self.result.faces):06d}"
        store_crop(self.folder, number, crop, entry)
        entry["landmarks"] = crop_landmarks(face.landmarks, side)
        self.result.faces.append(entry)

    def _fault(self, crop: npt.NDArray[np.uint8]) -> str:
        """Why a crop is not wanted; empty where it is."""
        if sharpness(crop) < self.options.min_sharpness:
            return "blurred"
        if not self._prints:
            return ""
        mine = fingerprint(crop)
        nearest = min(int((mine != other).sum()) for other in self._prints)
        if nearest <= self.options.duplicate_bits:
            return "duplicate"
        return "similar" if nearest <= self.options.similar_bits else ""

    def _leave_out(
        self, photo: Path, reason: str, picture: npt.NDArray[np.uint8], face: dict[str, Any]
    ) -> None:
        name = f"{LEFT_OUT_FOLDER}/{len(self.result.left_out):06d}.jpg"
        write_picture(self.folder / name, thumbnail(picture))
        self.result.left_out.append(LeftOut(photo, reason, name, face))

    def finish(self) -> None:
        """See that something is held out, and write `faces.json` last: then the folder counts."""
        faces = self.result.faces
        if not faces and not self.options.keep_empty:
            raise TrainingDataError(
                f"No usable face in {_photos(self.result.photos)} ({self._why()}).",
                "Choose sharp photos in which faces are at least 160 pixels wide.",
            )
        hold_some_out(faces)
        document = {
            "version": FORMAT_VERSION,
            "licence": self.options.licence,
            "commercial_use": self.options.commercial_use,
            "photos": self.result.photos,
            "faces": faces,
            "left_out": [
                {
                    "photo": str(o.photo.absolute()),
                    "reason": o.reason,
                    "thumbnail": o.thumbnail,
                    **({"face": o.face} if o.face else {}),
                }
                for o in self.result.left_out
            ],
        }
        write_document(self.folder, document)

    def _why(self) -> str:
        found = self.result.reasons().items()
        return ", ".join(f"{REASONS[reason]}: {count}" for reason, count in found)


def write_document(folder: Path, document: dict[str, Any]) -> None:
    """Write `faces.json`, whole or not at all.

    Raises:
        OutputError: It cannot be written.
    """
    try:
        side = folder / f"{FACES_FILE}.part"
        side.write_text(json.dumps(document, indent=1, ensure_ascii=False), "utf-8")
        side.replace(folder / FACES_FILE)
    except OSError as error:
        raise unwritable(folder, error) from error


def person_of(photo: FoundPhoto) -> str:
    """Who is on a photo, where folders are named after persons; empty at the top."""
    parts = photo.relative.parts
    return parts[0] if len(parts) > 1 else ""


def _nothing_found(found: FoundPhotos) -> TrainingDataError:
    """Why there is nothing to look at: a folder that cannot be read, or one without photos."""
    if found.problems:
        error = found.problems[0].error
        return TrainingDataError(error.summary, error.remedy)
    return TrainingDataError(
        "There is no photo in the folders that were named.",
        "Choose folders with photographs of faces.",
    )


def _photos(count: int) -> str:
    return "one photo" if count == 1 else f"{count} photos"


def _make_folder(folder: Path) -> None:
    try:
        if folder.exists() and any(folder.iterdir()):
            raise OutputError(
                f"“{folder}” is not empty.", "Choose a new folder for the prepared faces."
            )
        folder.mkdir(parents=True, exist_ok=True)
        for name in _PARTS:
            (folder / name).mkdir()
    except OSError as error:
        raise unwritable(folder, error) from error


_PARTS = (CROPS_FOLDER, LEFT_OUT_FOLDER, THUMBNAILS_FOLDER)


def _take_back(folder: Path, *, is_new: bool) -> None:
    """Remove what was made, so that the same folder can be named again; best effort."""
    for name in _PARTS:
        shutil.rmtree(folder / name, ignore_errors=True)
    with contextlib.suppress(OSError):
        (folder / f"{FACES_FILE}.part").unlink(missing_ok=True)
        if is_new:
            folder.rmdir()
