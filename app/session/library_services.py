"""What the library asks of the engine and of the disk, given by `app.library_files`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt

from app.session.library import LibraryPhoto
from core.export import ExportSettings
from core.image import Photo
from core.naming import NameFacts
from core.pipeline import Restoration
from core.progress import Progress
from core.report import FileReport
from core.settings import RestorationSettings

if TYPE_CHECKING:
    from app.session.services import SavedFile
    from core.outputs import FoundPhotos


@dataclass(frozen=True, slots=True)
class PhotoOrder:
    """One photo of a batch, with everything that its work needs.

    Attributes:
        photo: The photo.
        settings: What it is restored with.
        export: How its result is written.
        protected: Paths of files that are never replaced.
        taken: Paths of the results of the other photos of the batch.
    """

    photo: LibraryPhoto
    settings: RestorationSettings
    export: ExportSettings
    protected: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()


OnPlanned = Callable[[Path, bool], None]
"""Told the path of a result before the work, and whether nothing is there yet."""


class RestoreFile(Protocol):
    """Restores a file into a file."""

    def __call__(self, order: PhotoOrder, on_planned: OnPlanned, progress: Progress) -> FileReport:
        """Do it; whatever goes wrong is in the report."""
        ...


class ExportResult(Protocol):
    """Writes the result of the open photo."""

    def __call__(
        self,
        result: Restoration,
        settings: RestorationSettings,
        export: ExportSettings,
        progress: Progress,
    ) -> SavedFile | None:
        """Write it; None where something has its name and is to be left."""
        ...


@dataclass(frozen=True, slots=True)
class LibraryServices:
    """All that the library needs from below. Everything here is slow: call it in a worker thread.

    Attributes:
        find: The photos behind files and folders, those in folders below too.
        thumbnail: (path, longest side in pixels, progress) a small picture, H x W x 3, sRGB.
        restore: Restores one photo of a batch.
        export: Writes the result of the open photo.
        facts: What the placeholders of a name stand for.
        stored: A result that was read from the disk as a finished run, with the settings that it
            made with, or None where nobody knows them any more; None where it is the result of
            another photo, which lay in the place of this one.
        tidy: Removes what a killed process left half written in a folder.
        journal_folder: Where the queue is written down; None to keep no journal.
    """

    find: Callable[[Sequence[Path], Progress], FoundPhotos]
    thumbnail: Callable[[Path, int, Progress], npt.NDArray[np.uint8]]
    restore: RestoreFile
    export: ExportResult
    facts: Callable[[LibraryPhoto, RestorationSettings], NameFacts]
    stored: Callable[[Photo, Photo, Path], tuple[Restoration, RestorationSettings | None] | None]
    tidy: Callable[[Path], object]
    journal_folder: Path | None
