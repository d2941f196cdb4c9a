"""Many photos, one after the other: one bad file never stops the others."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from core.api import Engine, restore
from core.errors import Cancelled, MemoryExhaustedError, RestorationError
from core.imageio import WriteOptions
from core.outputs import plan_output
from core.progress import Progress
from core.recipe import Recipe
from core.report import FileReport, failed
from core.settings import RestorationSettings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Task:
    """One photo of a batch.

    Attributes:
        source: The photo.
        relative: Its path inside the output folder, before a suffix or another extension.
    """

    source: Path
    relative: Path


@dataclass(frozen=True, slots=True)
class Batch:
    """What to do with a list of photos.

    Attributes:
        tasks: The photos; all of them are protected from being overwritten.
        out_dir: Where the results go.
        settings: Used for each.
        options: Format, quality, metadata, overwriting.
        recipe: Where it is of one of the photos, that photo gets its faces.
    """

    tasks: Sequence[Task]
    out_dir: Path
    settings: RestorationSettings
    options: WriteOptions
    recipe: Recipe | None = None

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
        protected = [task.source for task in self.tasks]
        taken: set[Path] = set()
        reports: list[FileReport] = []
        for index, task in enumerate(self.tasks):
            part = progress.step(index, len(self.tasks))
            report = self._one(engine, task, protected, taken, part)
            reports.append(report)
            if on_report is not None:
                on_report(report)
        return reports

    def _one(
        self,
        engine: Engine,
        task: Task,
        protected: Sequence[Path],
        taken: set[Path],
        progress: Progress,
    ) -> FileReport:
        began = time.perf_counter()
        name = str(task.source)
        if progress.token.is_cancelled:
            return FileReport(input=name, status="cancelled")
        try:
            report = self._restore(engine, task, protected, taken, progress)
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

    def _restore(
        self,
        engine: Engine,
        task: Task,
        protected: Sequence[Path],
        taken: set[Path],
        progress: Progress,
    ) -> FileReport:
        target = plan_output(
            task.source,
            task.relative,
            self.out_dir,
            format=self.options.format,
            taken=taken,
            inputs=protected,
            overwrite=self.options.overwrite,
        )
        report = restore(
            task.source,
            target,
            self.settings,
            engine=engine,
            options=self.options,
            protected=protected,
            recipe=self.recipe,
            progress=progress,
        )
        taken.add(Path(report.output or target))
        return report


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
