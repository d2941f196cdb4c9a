"""Opens a photo of the library with the result that it has already. Runs in the worker thread."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from app.jobs.works import Work
from app.session.document import Document
from app.session.library_services import LibraryServices
from app.session.services import Services
from core.pipeline import Restoration, Trace
from core.progress import Progress
from core.settings import RestorationSettings


@dataclass(frozen=True)
class StoredStage:
    """Stands in a trace for the run that made a result which was read from the disk.

    It equals no stage of a pipeline, so that a change of the settings runs everything.
    """

    output: Path
    name: str = "Opening"
    cost: float = 1.0

    def run(self, state: Restoration, progress: Progress) -> Restoration:
        """Never called: a pipeline only compares it."""
        raise NotImplementedError


def stored_work(
    services: Services,
    library: LibraryServices,
    path: Path,
    output: Path,
    settings: RestorationSettings,
) -> Work:
    """Read a photo and its result; gives None where the result is not of this photo any more.

    Args:
        services: Reads files.
        library: Knows what a result was made with.
        path: The photo.
        output: Its result.
        settings: What it was made with, where its recipe is gone.
    """

    def work(progress: Progress) -> Document | None:
        photo = services.read_photo(path, progress.part(0.0, 0.5))
        result = services.read_photo(output, progress.part(0.5, 1.0))
        shown = replace(result, source=photo.source, notes=())
        stored = library.stored(photo, shown, output)
        if stored is None:
            return None
        record, known = stored
        used = known or settings
        document = Document(photo, used)
        document.set_trace(Trace(photo, ((StoredStage(output), record),)), used)
        document.set_saved(used, output)
        return document

    return work
