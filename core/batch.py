"""Many photos, one after the other: one bad file never stops the others."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from core.api import Engine, restore
from core.errors import Cancelled, MemoryExhaustedError, RestorationError
from core.export import Conflict
from core.imageio import WriteOptions
from core.imageio.atomic import tidy
from core.imageio.taken import date_taken
from core.naming import NameFacts, result_stem
from core.outputs import Planned, plan_output
from core.progress import Progress
from core.recipe import Recipe
from core.report import FileReport, failed
from core.settings import RestorationSettings

log = logging.getLogger(__name__)

AS_NAMED = "{name}"
"""The recipe for names that changes nothing."""


@dataclass(frozen=True, slots=True)
class Task:
    """One photo of a batch.

    Attributes:
        source: The photo.
        relative: Its path inside the output folder, before a suffix or another extension.
        number: Its place in the batch, from 1, for names that count.
    """

    source: Path
    relative: Path
    number: int = 1


@dataclass(frozen=True, slots=True)
class Delivery:
    """How the results of a batch are written.

    Attributes:
        out_dir: Where they go; None for the folder of each photo.
        options: Format, quality, metadata, size.
        name: The recipe for their names.
        conflict: What happens where a name is taken.
        protected: Files that are never replaced: all photos of the batch.
        taken: Results of this batch; filled as it goes.
    """

    out_dir: Path | None
    options: WriteOptions
    name: str = AS_NAMED
    conflict: Conflict = "suffix"
    protected: Sequence[Path] = ()
    taken: set[Path] = field(default_factory=set)

    def plan(
        self, task: Task, settings: RestorationSettings, progress: Progress | None = None
    ) -> Planned:
        """Where the result of a photo goes.

        Raises:
            RestorationError: The name or the format makes no sense.
            Cancelled: The job was stopped while a large earlier result was looked at.
        """
        relative = task.relative if self.out_dir else Path(task.source.name)
        stem = None
        if self.name != AS_NAMED:
            stem = result_stem(self.name, facts(task, settings, self.name))
        return plan_output(
            task.source,
            relative,
            self.out_dir or task.source.absolute().parent,
            format=self.options.format,
            stem=stem,
            taken=self.taken,
            inputs=self.protected,
            conflict="replace" if self.options.overwrite else self.conflict,
            progress=None if progress is None else progress.part(0.0, 0.0),
        )


def facts(task: Task, settings: RestorationSettings, recipe: str) -> NameFacts:
    """What the placeholders of a name stand for; reads the photo's file only for a date."""
    model = settings.faces.model if settings.faces.enabled else ""
    day = date_taken(task.source) if "{date}" in recipe else None
    return NameFacts(task.source.stem, day, model, task.number)


@dataclass(frozen=True, slots=True)
class Batch:
    """What to do with a list of photos.

    Attributes:
        tasks: The photos; all of them are protected from being overwritten.
        out_dir: Where the results go.
        settings: Used for each.
        options: Format, quality, metadata, overwriting.
        recipe: Where it is of one of the photos, that photo gets its faces.
        name: The recipe for the results' names.
        conflict: What happens where a name is taken.
    """

    tasks: Sequence[Task]
    out_dir: Path
    settings: RestorationSettings
    options: WriteOptions
    recipe: Recipe | None = None
    name: str = AS_NAMED
    conflict: Conflict = "suffix"

    def run(
        self,
        engine: Engine,
        progress: Progress,
        on_report: Callable[[FileReport], None] | None = None,
    ) -> list[FileReport]:
        """Restore all photos.

        Args:
            engine: Used for all of them.
            progress: Each photo takes an equal share of it.
            on_report: Called after each photo.

        Returns:
            One report a photo, in order. After a cancel, those not reached are "cancelled".
        """
        delivery = Delivery(
            self.out_dir,
            self.options,
            self.name,
            self.conflict,
            [task.source for task in self.tasks],
        )
        reports: list[FileReport] = []
        for index, task in enumerate(self.tasks):
            part = progress.step(index, len(self.tasks))
            report = restore_task(engine, task, self.settings, delivery, part, recipe=self.recipe)
            reports.append(report)
            if on_report is not None:
                on_report(report)
        return reports


def restore_task(
    engine: Engine,
    task: Task,
    settings: RestorationSettings,
    delivery: Delivery,
    progress: Progress,
    *,
    recipe: Recipe | None = None,
    on_planned: Callable[[Planned], None] | None = None,
) -> FileReport:
    """Restore one photo of a batch. Whatever goes wrong is in the report; nothing is raised.

    Args:
        engine: Does it.
        task: The photo.
        settings: What to do.
        delivery: Where to and how.
        progress: Reported to and polled for cancellation.
        recipe: Where it is of this very photo, its faces are taken from it.
        on_planned: Told where the result will be, before the work begins.
    """
    began = time.perf_counter()
    name = str(task.source)
    try:
        progress.check()
        planned = delivery.plan(task, settings, progress)
        if planned.is_skipped:
            tidy(planned.path.parent, progress)  # nothing else may be written there any more
            return FileReport(input=name, status="skipped", output=str(planned.path))
        if on_planned is not None:
            on_planned(planned)
        report = restore(
            task.source,
            planned.path,
            settings,
            engine=engine,
            options=replace(delivery.options, overwrite=planned.replaces),
            protected=delivery.protected,
            recipe=recipe,
            progress=progress,
        )
        delivery.taken.add(Path(report.output or planned.path))
    except Cancelled:
        return FileReport(input=name, status="cancelled", seconds=_since(began))
    except RestorationError as error:
        return failed(name, error, _since(began))
    except MemoryError:
        return failed(name, _no_memory(), _since(began))
    except Exception as error:
        # The batch is the worker of the command line: a defect in one photo's path must not
        # take the other photos with it. The traceback goes to the log.
        log.exception("unexpected error on %s", name)
        return failed(name, _defect(error), _since(began))
    return msgspec.structs.replace(report, seconds=_since(began))


def _since(began: float) -> float:
    return round(time.perf_counter() - began, 3)


def _no_memory() -> MemoryExhaustedError:
    return MemoryExhaustedError(
        "There is not enough memory for this photo.",
        "Close other programs, choose a smaller enlargement, or make the photo smaller.",
    )


def _defect(error: Exception) -> RestorationError:
    return RestorationError(
        f"Something went wrong inside Heirloom ({type(error).__name__}: {error}).",
        "The original is untouched. Run again with --debug and report what it prints.",
    )
