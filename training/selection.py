"""Correcting the data check by hand: use what was left out, leave out what was to be used."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import RestorationError
from core.image import Pixels
from core.imageio.read import read_photo
from core.progress import Progress
from training.crops import crop_landmarks, cut_face, sharpness, store_crop
from training.holding_out import hold_some_out
from training.prepare import write_document
from training.records import FACES_FILE, TrainingDataError

BY_HAND = "by hand"


def read_document(folder: Path) -> dict[str, Any]:
    """What `faces.json` of a prepared folder says.

    Raises:
        TrainingDataError: It is missing or damaged.
    """
    try:
        document: dict[str, Any] = json.loads((folder / FACES_FILE).read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise TrainingDataError(
            f"The prepared faces in “{folder}” cannot be read: {error}.",
            "Check the photos again.",
        ) from error
    return document


def choose_faces(
    folder: Path,
    progress: Progress,
    *,
    use: Collection[str] = (),
    leave_out: Collection[str] = (),
) -> dict[str, Any]:
    """Move faces between the used and the left out ones; the photographs are only read.

    Args:
        folder: A prepared folder.
        progress: Reported to and polled between faces.
        use: Thumbnails of left out faces that shall be used after all.
        leave_out: Thumbnails of used faces that shall not be used.

    Returns:
        The new document, as it was written.

    Raises:
        TrainingDataError: The folder cannot be read, or a photo is gone.
        OutputError: The folder cannot be written.
        Cancelled: Stopped; nothing was changed.
    """
    document = read_document(folder)
    faces, left_out = document["faces"], document["left_out"]
    dropped = [face for face in faces if face.get("thumbnail") in leave_out]
    taken = [item for item in left_out if item["thumbnail"] in use and item.get("face")]
    added, photos = [], _Photos()
    for index, item in enumerate(taken):
        part = progress.step(index, len(taken))
        part.report(0.0, f"Cutting out {Path(item['photo']).name}")
        added.append(_used(folder, item, photos, part))
    progress.check()
    document["faces"] = [face for face in faces if face not in dropped] + added
    document["left_out"] = [item for item in left_out if item not in taken]
    document["left_out"] += [_unused(face) for face in dropped]
    hold_some_out(document["faces"])
    write_document(folder, document)
    return document


def set_licence(folder: Path, licence: str, *, commercial_use: bool) -> None:
    """Note what the photographs may be used for.

    Raises:
        TrainingDataError: The folder cannot be read.
        OutputError: It cannot be written.
    """
    document = read_document(folder)
    document |= {"licence": licence, "commercial_use": commercial_use}
    write_document(folder, document)


def _unused(face: dict[str, Any]) -> dict[str, Any]:
    """A used face among the left out ones; its crop stays, so that this can be undone."""
    return {
        "photo": face.get("path", face["photo"]),
        "reason": BY_HAND,
        "thumbnail": face["thumbnail"],
        "face": face,
    }


class _Photos:
    """Reads photographs and keeps the last one, as the faces of a group follow each other."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._pixels: Pixels | None = None

    def pixels(self, path: Path, progress: Progress) -> Pixels:
        """The photograph, H x W x 3, as `read_photo` gives it.

        Raises:
            TrainingDataError: It cannot be read any more.
            Cancelled: The job was stopped.
        """
        if self._pixels is None or path != self._path:
            try:
                self._pixels = read_photo(path, progress).pixels
            except RestorationError as error:
                raise TrainingDataError(error.summary, error.remedy) from error
            self._path = path
        return self._pixels


def _used(
    folder: Path, item: dict[str, Any], photos: _Photos, progress: Progress
) -> dict[str, Any]:
    """The entry of a face that was left out, cut out of its photo where it has no crop yet."""
    entry: dict[str, Any] = dict(item["face"])
    if "file" in entry:
        return entry
    pixels = photos.pixels(Path(item["photo"]), progress)
    landmarks, size_px = entry.pop("in_photo"), entry.pop("size_px")
    crop, side, _ = cut_face(pixels, landmarks, size_px)
    store_crop(folder, f"chosen-{Path(item['thumbnail']).stem}", crop, entry)
    entry |= {"side_px": side, "sharpness": round(sharpness(np.asarray(crop)), 2)}
    entry["landmarks"] = crop_landmarks(landmarks, side)
    return entry
