"""What the window asks of the engine: the one seam between app and core, given by `app.main`.

The engine is built at first use, which is in the worker thread: that is where torch is imported,
after the window is on the screen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from app.session.library_services import LibraryServices
from app.session.training_values import TrainingServices
from core.image import Photo
from core.pipeline import Restoration, Trace
from core.progress import Progress
from core.settings import RestorationSettings

if TYPE_CHECKING:
    from core.evaluation.photo_scores import PhotoScores
    from core.geometry import Box
    from core.models.store import ModelStore
    from core.placing import PlacedFace


class RestorationEngine(Protocol):
    """Restores photos; used by one thread only."""

    def run(
        self,
        photo: Photo,
        settings: RestorationSettings,
        progress: Progress | None = None,
        previous: Trace | None = None,
    ) -> Trace:
        """Restore a photo; only what differs from `previous` runs again."""
        ...

    def place_face(
        self,
        photo: Photo,
        box: Box,
        detector: str = "auto",
        progress: Progress | None = None,
    ) -> PlacedFace:
        """Find the five points of a face in a box that the user drew."""
        ...


@dataclass(frozen=True, slots=True)
class SavedFile:
    """Where a result went.

    Attributes:
        path: The new file.
        notes: Plain sentences on what the format could not hold.
    """

    path: Path
    notes: tuple[str, ...] = ()


class SaveResult(Protocol):
    """Writes a result and its recipe."""

    def __call__(
        self,
        result: Restoration,
        settings: RestorationSettings,
        path: Path,
        *,
        overwrite: bool,
        progress: Progress,
    ) -> SavedFile:
        """Save; `overwrite` allows to replace an earlier result, never an input."""
        ...


class ScorePhoto(Protocol):
    """Measures a result; see `core.evaluation.photo_scores.score_photo`."""

    def __call__(
        self, result: Restoration, reference: Photo | None, progress: Progress
    ) -> PhotoScores:
        """Measure, against a better picture of the same photo where there is one."""
        ...


@dataclass(frozen=True, slots=True)
class ModelOption:
    """One entry of a model list.

    Attributes:
        id: What the settings hold.
        title: What the user reads.
        description: The tooltip.
    """

    id: str
    title: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Choices:
    """What can be chosen by name, and whether damage can be repaired."""

    face_models: tuple[ModelOption, ...] = ()
    detectors: tuple[ModelOption, ...] = ()
    face_masks: tuple[ModelOption, ...] = ()
    upscalers: tuple[ModelOption, ...] = ()
    fillers: tuple[ModelOption, ...] = ()
    denoisers: tuple[ModelOption, ...] = ()
    can_repair: bool = False


class LazyEngine:
    """Builds the engine when it is first needed.

    Args:
        factory: Makes the engine; slow, as it imports torch.
    """

    def __init__(self, factory: Callable[[], RestorationEngine]) -> None:
        self._factory = factory
        self._engine: RestorationEngine | None = None
        self._is_stale = False

    def forget(self) -> None:
        """Build it anew when it is next needed, as what it was made with has changed."""
        self._is_stale = True

    def get(self) -> RestorationEngine:
        """The engine. Call it in the worker thread only."""
        if self._engine is None or self._is_stale:
            self._is_stale = False
            self._engine = None  # before the next one, so that not both are in memory
            self._engine = self._factory()
        return self._engine


@dataclass(frozen=True, slots=True)
class Services:
    """All that the window needs from below.

    Attributes:
        engine: Restores.
        read_photo: Reads a file; raises `RestorationError`.
        save_result: Writes a result and its recipe.
        default_output: A new name beside the original that no file has yet.
        choices: What can be chosen by name; slow, so asked in the worker thread.
        model_store: Gives the models on this computer, or None where none are kept.
        sample: The sample photo, or None where it was not installed.
        readable_suffixes: Gives what the open dialog shows: ".jpg", ".png", ...
        writable_suffixes: Gives what the save dialog shows.
        log_folder: Where the log lies, or None where none is written.
        score_photo: Measures results, or None where nothing can.
        library: Restores many photos, or None where only one at a time is wanted.
        training: Gives what the training window needs, or None where nothing can be trained.
    """

    engine: LazyEngine
    read_photo: Callable[[Path, Progress], Photo]
    save_result: SaveResult
    default_output: Callable[[Photo], Path]
    choices: Callable[[], Choices]
    model_store: Callable[[], ModelStore] | None
    sample: Path | None
    readable_suffixes: Callable[[], tuple[str, ...]]
    writable_suffixes: Callable[[], tuple[str, ...]]
    log_folder: Path | None = None
    score_photo: ScorePhoto | None = None
    library: LibraryServices | None = None
    training: Callable[[], TrainingServices] | None = None
