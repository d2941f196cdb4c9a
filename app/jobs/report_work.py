"""Makes a report on the open photo. Runs in the worker thread."""

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


def report_work(order: ReportOrder) -> Callable[[Progress], WrittenReport]:
    """Write a report under a name that is free."""

    def work(progress: Progress) -> WrittenReport:
        # They import OpenCV and Pillow.
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
            target, [entry], progress.part(0.8, 1.0), say=order.say, language=order.language
        )

    return work
