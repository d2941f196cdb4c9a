"""Makes the entries of a report from files: from a finished run, or from results on the disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from core.errors import RestorationError, UnreadableImageError
from core.imageio.same_file import canonical
from core.outputs import find_photos
from core.progress import Progress
from core.recipe import SUFFIX
from core.report import FileReport
from core.reports.entries import (
    PHOTO_OF_MANY_PX,
    PHOTO_PX,
    Entry,
    FailedEntry,
    entry_of_result,
    failed_entry,
)


def entries_of_run(reports: Sequence[FileReport], progress: Progress) -> list[Entry]:
    """The entries of a run that has just ended; photos that were skipped are left out.

    Raises:
        Cancelled: The job was stopped.
    """
    shown = [report for report in reports if report.status != "skipped"]
    side_px = PHOTO_PX if len(shown) == 1 else PHOTO_OF_MANY_PX
    entries: list[Entry] = []
    for number, report in enumerate(shown):
        part = progress.step(number, len(shown))
        if report.status != "done" or report.output is None:
            entries.append(failed_entry(report))
            continue
        entries.append(_entry(Path(report.output), Path(report.input), (), part, side_px))
    return entries


def entries_of_results(
    results: Sequence[Path], folders: tuple[Path, ...], progress: Progress
) -> list[Entry]:
    """The entries of results on the disk, whose recipes lie beside them.

    Args:
        results: Files that Heirloom saved.
        folders: Where their originals are looked for, besides beside them.
        progress: Polled; each result takes an equal share.

    Raises:
        Cancelled: The job was stopped.
    """
    side_px = PHOTO_PX if len(results) == 1 else PHOTO_OF_MANY_PX
    return [
        _entry(path, None, folders, progress.step(number, len(results)), side_px)
        for number, path in enumerate(results)
    ]


def entries_of_pairs(
    pairs: Sequence[tuple[Path, Path]], failures: Sequence[FailedEntry], progress: Progress
) -> list[Entry]:
    """The entries of (original, result) that are known to belong together, and of what failed.

    Raises:
        Cancelled: The job was stopped.
    """
    side_px = PHOTO_PX if len(pairs) == 1 else PHOTO_OF_MANY_PX
    entries: list[Entry] = [
        _entry(result, original, (), progress.step(number, len(pairs)), side_px)
        for number, (original, result) in enumerate(pairs)
    ]
    return [*entries, *failures]


def _entry(
    result: Path, original: Path | None, folders: tuple[Path, ...], progress: Progress, side_px: int
) -> Entry:
    """One entry; what cannot be read becomes an entry that says so, and stops nothing."""
    try:
        return entry_of_result(
            result, progress, original=original, folders=folders, side_px=side_px
        )
    except RestorationError as error:
        return FailedEntry(result.name, error.summary, error.remedy)


def find_results(
    paths: Sequence[Path], *, recursive: bool, progress: Progress | None = None
) -> list[Path]:
    """Results among files and folders: pictures with a recipe beside them, each once.

    Args:
        paths: Named files are taken as they are; folders are searched.
        recursive: Look into the folders within, too.
        progress: Polled for cancellation in each folder and every few files.

    Raises:
        Cancelled: The search was stopped.
        RestorationError: A path does not exist or cannot be read, or there is no result at all.
    """
    search = find_photos(paths, recursive=recursive, progress=progress)
    if search.problems:
        raise search.problems[0].error
    named = {canonical(path) for path in paths}
    files = [photo.path for photo in search.photos if canonical(photo.path) in named]
    found = [*files, *search.results]
    if not found:
        raise UnreadableImageError(
            "There is no result of Heirloom there.",
            f"A result has a file beside it that ends in “{SUFFIX}”.",
        )
    return found
