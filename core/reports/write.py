"""Writes a report: the page, the contact sheet and the scores, side by side under one name."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.errors import OutputError
from core.imageio.atomic import write_atomic
from core.imageio.failures import output_errors
from core.progress import Progress
from core.reports.contact_sheet import SHEET_MARK, contact_sheets
from core.reports.entries import Entry
from core.reports.lettering import Lettering, pillow_lettering
from core.reports.photos_html import photos_html
from core.reports.scores_csv import COLUMNS, scores_csv
from core.reports.words import Say, plain

PAGE_SUFFIX = ".html"
_MAX_TRIES = 10_000
_HEAD_BYTES = 4096
_MARKS = {
    PAGE_SUFFIX: b'<meta name="generator" content="Heirloom">',
    ".png": SHEET_MARK.encode(),
    ".csv": ",".join(COLUMNS).encode(),
}
"""What each file of a report has near its beginning."""


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """Where a report is.

    Attributes:
        page: The HTML file.
        scores: The CSV file.
        sheets: The contact sheets; none where no photo was restored.
    """

    page: Path
    scores: Path
    sheets: tuple[Path, ...]


def write_report(
    target: Path,
    entries: Sequence[Entry],
    progress: Progress,
    *,
    overwrite: bool = False,
    say: Say = plain,
    language: str = "en",
    lettering: Lettering = pillow_lettering,
) -> WrittenReport:
    """Write all files of a report.

    Args:
        target: The HTML file; the others get its name with other endings.
        entries: The photos in order.
        progress: Polled for each photo.
        overwrite: Earlier reports of this name are replaced; anything else never is.
        say: Gives each sentence in the reader's language.
        language: Its code.
        lettering: Draws the captions of the contact sheet.

    Raises:
        OutputError: A file cannot be written, or is there already.
        Cancelled: The job was stopped; nothing was written.
    """
    page = target if target.suffix.lower() in {".html", ".htm"} else _named(target, PAGE_SUFFIX)
    sheets = contact_sheets(entries, progress.part(0.0, 0.9), say, lettering)
    endings = [".png" if n == 0 else f"-{n + 1}.png" for n in range(len(sheets))]
    files = [(_named(page, ending), data) for ending, data in zip(endings, sheets, strict=True)]
    files.append((_named(page, ".csv"), scores_csv(entries)))
    files.append((page, photos_html(entries, say, language)))
    progress.report(0.95)
    with output_errors(page):
        page.parent.mkdir(parents=True, exist_ok=True)
    for path, _data in files:
        if os.path.lexists(path):
            _check_replaceable(path, overwrite=overwrite)
    for path, data in files:
        write_atomic(path, data, overwrite=overwrite)
    paths = [path for path, _data in files]
    return WrittenReport(page, paths[-2], tuple(paths[:-2]))


def _check_replaceable(path: Path, *, overwrite: bool) -> None:
    """Refuse to replace what is no part of an earlier report, such as a photo of that name."""
    if not overwrite:
        raise OutputError(
            f"“{path.name}” already exists.", "Choose another name, or allow it to be replaced."
        )
    with output_errors(path), path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    mark = _MARKS.get(path.suffix.lower(), _MARKS[PAGE_SUFFIX])
    if mark not in head:
        raise OutputError(
            f"“{path.name}” exists and is no part of a report, so it is not replaced.",
            "Choose another name for the report.",
        )


def _named(path: Path, ending: str) -> Path:
    stem = path.stem if path.suffix.lower() in {".html", ".htm"} else path.name
    return path.with_name(stem + ending)


def free_report_path(folder: Path, name: str) -> Path:
    """A name for a report that no file of one has yet: "anna-report.html", "anna-report-2.html"."""
    for number in range(1, _MAX_TRIES):
        page = folder / f"{name}-report{'' if number == 1 else f'-{number}'}{PAGE_SUFFIX}"
        if not any(_named(page, ending).exists() for ending in (".html", ".csv", ".png")):
            return page
    raise OutputError(
        f"There are too many reports in “{folder}”.", "Move some of them to another folder."
    )
