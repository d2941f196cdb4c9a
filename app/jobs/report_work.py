"""Makes reports on the open photo and on the list of photos. Runs in the worker thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.pipeline import Restoration
from core.progress import Progress
from core.settings import RestorationSettings

if TYPE_CHECKING:
    from core.reports.write import WrittenReport


@dataclass(frozen=True, slots=True, eq=False)
class ReportOrder:
    """What a report is about and where it goes.

    Attributes:
        result: The finished restoration.
        settings: What it was made with.
        saved: Where the result is saved, or None where it is not.
        folder: Gives where the report goes; may look at the disk.
        say: Gives each sentence in the user's language; may be called in any thread.
        language: Its code.
    """

    result: Restoration
    settings: RestorationSettings
    saved: Path | None
    folder: Callable[[], Path]
    say: Callable[[str], str]
    language: str


@dataclass(frozen=True, slots=True, eq=False)
class ListReportOrder:
    """A report on several photos whose results are saved.

    Attributes:
        pairs: The original and the result of each, both with their recipe beside the result.
        failures: Name, summary and remedy of each photo that failed.
        folder: Where the report goes.
        name: What it is called, without an ending.
        say: As in `ReportOrder`.
        language: Its code.
    """

    pairs: tuple[tuple[Path, Path], ...]
    failures: tuple[tuple[str, str, str], ...]
    folder: Path
    name: str
    say: Callable[[str], str]
    language: str


def list_report_work(order: ListReportOrder) -> Callable[[Progress], WrittenReport]:
    """Write one report on all photos under a name that is free."""

    def work(progress: Progress) -> WrittenReport:
        from app.jobs.lettering import qt_lettering
        from core.reports.collect import entries_of_pairs
        from core.reports.entries import FailedEntry
        from core.reports.write import free_report_path, write_report

        failures = [FailedEntry(*words) for words in order.failures]
        entries = entries_of_pairs(order.pairs, failures, progress.part(0.0, 0.8))
        target = free_report_path(order.folder, order.name)
        part = progress.part(0.8, 1.0)
        return write_report(
            target,
            entries,
            part,
            say=order.say,
            language=order.language,
            lettering=qt_lettering,
        )

    return work


def report_work(order: ReportOrder) -> Callable[[Progress], WrittenReport]:
    """Write a report under a name that is free."""

    def work(progress: Progress) -> WrittenReport:
        # They import OpenCV and Pillow.
        from app.jobs.lettering import qt_lettering
        from core.recipe import recipe_of
        from core.reports.entries import photo_entry
        from core.reports.write import free_report_path, write_report

        recipe = recipe_of(order.result, order.settings)
        name = order.saved.name if order.saved else ""
        entry = photo_entry(
            order.result.original, order.result.photo, recipe, name, progress.part(0.0, 0.8)
        )
        target = free_report_path(order.folder(), Path(recipe.photo or "picture").stem)
        return write_report(
            target,
            [entry],
            progress.part(0.8, 1.0),
            say=order.say,
            language=order.language,
            lettering=qt_lettering,
        )

    return work
