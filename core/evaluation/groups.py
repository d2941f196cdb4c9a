"""Group names from a CSV: the bias check asks whether a method serves every group alike."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from core.errors import SettingsError, UnreadableImageError
from core.evaluation.values import Trouble


@dataclass(frozen=True, slots=True)
class Groups:
    """Column to value by face name, and the names that fit no face."""

    by_face: dict[str, dict[str, str]]
    troubles: tuple[Trouble, ...] = ()


def read_groups(path: Path, names: Collection[str]) -> Groups:
    """Read a CSV whose first column names faces, and each further one a group ("age", "sex").

    Args:
        path: UTF-8, comma or semicolon, with a header.
        names: The faces of the evaluation.

    Raises:
        SettingsError: There is no header, no group column, or a face is named twice.
        UnreadableImageError: The file cannot be read.
    """
    rows = _rows(path)
    header = [cell.strip() for cell in rows[0]] if rows else []
    if len(header) < 2:
        raise SettingsError(
            f"“{path.name}” names no groups.",
            "Its first line must name the columns: the face first, then for instance age, sex.",
        )
    found: dict[str, dict[str, str]] = {}
    strangers = []
    for row in rows[1:]:
        name = _face_name(row[0], names)
        if name is None:
            strangers.append(row[0].strip())
            continue
        if name in found:
            raise SettingsError(f"“{path.name}” names the face “{name}” twice.", "Remove one line.")
        cells = (cell.strip() for cell in row[1:])
        found[name] = {
            column: cell for column, cell in zip(header[1:], cells, strict=False) if cell
        }
    troubles = tuple(
        Trouble(kind="extra", where=path.name, name=name, text="No face has this name.")
        for name in strangers
    )
    return Groups(found, troubles)


def _rows(path: Path) -> list[list[str]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableImageError(
            f"The groups in “{path}” cannot be read.", "Save them as CSV in UTF-8."
        ) from error
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    return [row for row in reader if row and any(cell.strip() for cell in row)]


def _face_name(cell: str, names: Collection[str]) -> str | None:
    """The face that a cell names, with or without folder and ending; None where there is none."""
    given = PurePosixPath(cell.strip().replace("\\", "/"))
    candidates = (str(given), str(given.with_suffix("")) if given.name else "", given.stem)
    return next((name for name in candidates if name in names), None)
