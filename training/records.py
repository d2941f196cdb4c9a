"""What faces a folder holds: prepared by Heirloom, described by a manifest, paired, or plain.

Four kinds of folder are read:

- `faces.json`, written by `heirloom train prepare`: files, landmarks, persons, split.
- `manifest.csv` with columns `file`, `split` and perhaps `person`, `source`, `px`: aligned crops.
- `color/` and `gray/` with the same file names: target and grey, damaged input.
- any other folder: every picture is taken as one aligned crop.
"""

from __future__ import annotations

import csv
import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from PIL import Image

from core.errors import RestorationError
from core.faces import FFHQ_TEMPLATE_512

FACES_FILE = "faces.json"
MANIFEST_FILE = "manifest.csv"
PICTURE_SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"})
VALIDATION_SHARE = 0.05

Split = Literal["train", "val"]


class TrainingDataError(RestorationError):
    """The training photographs cannot be used: too few, missing or unreadable."""


@dataclass(frozen=True, slots=True, eq=False)
class FaceRecord:
    """One aligned face.

    Attributes:
        path: The crop, a square picture.
        landmarks: Five points as shares of the crop's side, 5 x 2, outer edges at 0 and 1.
        split: Which half of the data it belongs to.
        person: Who it is, where known.
        source: Where it is from; scores are reported by it.
        side_px: Side of the stored crop; 0 where it is not known.
        gray_path: The damaged grey input of a paired folder.
    """

    path: Path
    landmarks: npt.NDArray[np.float64]
    split: Split
    person: str = ""
    source: str = ""
    side_px: int = 0
    gray_path: Path | None = None


def template_shares() -> npt.NDArray[np.float64]:
    """The FFHQ template as shares of the crop's side."""
    shares: npt.NDArray[np.float64] = (FFHQ_TEMPLATE_512 + 0.5) / 512
    return shares


def read_records(folder: Path) -> tuple[FaceRecord, ...]:
    """All faces of a folder, in a fixed order.

    Raises:
        TrainingDataError: The folder is missing, unreadable or empty.
    """
    try:
        records = _read(folder)
    except (OSError, KeyError, ValueError, csv.Error) as error:
        raise TrainingDataError(
            f"The training folder “{folder}” cannot be read: {error}.",
            "Check the folder, or prepare it again with “heirloom train prepare”.",
        ) from error
    if not records:
        raise TrainingDataError(
            f"There is no picture in “{folder}”.",
            "Choose a folder with photographs, and prepare it first.",
        )
    return records


def _read(folder: Path) -> tuple[FaceRecord, ...]:
    if not folder.is_dir():
        raise TrainingDataError(
            f"The training folder “{folder}” does not exist.", "Choose another folder."
        )
    if (folder / FACES_FILE).is_file():
        return _from_faces_json(folder)
    if (folder / MANIFEST_FILE).is_file():
        return _from_manifest(folder)
    if (folder / "color").is_dir() and (folder / "gray").is_dir():
        return _from_pairs(folder)
    return _from_plain_folder(folder)


def _from_faces_json(folder: Path) -> tuple[FaceRecord, ...]:
    document: dict[str, Any] = json.loads((folder / FACES_FILE).read_text("utf-8"))
    return tuple(
        FaceRecord(
            folder / face["file"],
            np.asarray(face["landmarks"], dtype=np.float64),
            "val" if face["split"] == "val" else "train",
            face.get("person", ""),
            face.get("source", ""),
            int(face.get("side_px", 0)),
        )
        for face in document["faces"]
    )


def licence_of(folder: Path) -> tuple[str, bool]:
    """What the photographs of a prepared folder may be used for, and whether also commercially.

    Empty and False where nobody said so.
    """
    try:
        document: dict[str, Any] = json.loads((folder / FACES_FILE).read_text("utf-8"))
        return str(document.get("licence", "")), bool(document.get("commercial_use", False))
    except (OSError, ValueError):
        return "", False


def _from_manifest(folder: Path) -> tuple[FaceRecord, ...]:
    with (folder / MANIFEST_FILE).open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return tuple(
        FaceRecord(
            folder / row["file"],
            template_shares(),
            "val" if row["split"] == "val" else "train",
            row.get("person") or "",
            row.get("source") or "",
            int(row.get("px") or 0),
        )
        for row in rows
    )


def _from_pairs(folder: Path) -> tuple[FaceRecord, ...]:
    gray = {path.stem: path for path in _pictures(folder / "gray")}
    return tuple(
        FaceRecord(
            path,
            template_shares(),
            split_by_name(path.stem),
            gray_path=gray[path.stem],
            source="pairs",
        )
        for path in _pictures(folder / "color")
        if path.stem in gray
    )


def _from_plain_folder(folder: Path) -> tuple[FaceRecord, ...]:
    pictures = _pictures(folder)
    if pictures:
        _require_crops(pictures[0])
    return tuple(
        FaceRecord(path, template_shares(), split_by_name(path.stem), source=path.parent.name)
        for path in pictures
    )


def _require_crops(path: Path) -> None:
    """Whole photographs would be squeezed into squares and teach nonsense."""
    with Image.open(path) as image:
        width, height = image.size
    if width != height:
        raise TrainingDataError(
            f"“{path.name}” is a whole photo, not a face that was cut out ({width} x {height}).",
            "Prepare the folder first with “heirloom train prepare”, and name the result.",
        )


def _pictures(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if p.suffix.lower() in PICTURE_SUFFIXES)


def split_by_name(name: str, share: float = VALIDATION_SHARE) -> Split:
    """A split that depends on the name alone, so that it survives adding and removing faces."""
    return "val" if zlib.crc32(name.encode()) % 10_000 < share * 10_000 else "train"
