"""What the library needs of the engine and of the disk; composed here, used through its services.

All of it runs in a worker thread, which is where Pillow, OpenCV and torch are imported.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

from app.session.library_services import LibraryServices, OnPlanned, PhotoOrder
from app.session.services import LazyEngine, SavedFile

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from app.session.library import LibraryPhoto
    from core.api import Engine
    from core.batch import Delivery, Task
    from core.export import ExportSettings
    from core.image import Photo
    from core.naming import NameFacts
    from core.outputs import FoundPhotos, Planned
    from core.pipeline import Restoration
    from core.progress import Progress
    from core.report import FileReport
    from core.settings import RestorationSettings


def make_library_services(
    engine: LazyEngine,
    journal_folder: Path | None,
    prepare: Callable[[], object] = lambda: None,
) -> LibraryServices:
    """The library's services.

    Args:
        engine: Restores; used in the thread that restores.
        journal_folder: Where the queue is written down.
        prepare: Imports OpenCV in the way that Qt needs; called before OpenCV is used.
    """

    def restore(order: PhotoOrder, on_planned: OnPlanned, progress: Progress) -> FileReport:
        # The engine of the window is `core.api.Engine`, known here by the little that it needs.
        return _restore(cast("Engine", engine.get()), order, on_planned, progress)

    def thumbnail(path: Path, side_px: int, progress: Progress) -> npt.NDArray[np.uint8]:
        prepare()
        from core.imageio.thumbnail import read_thumbnail

        return read_thumbnail(path, side_px, progress)

    return LibraryServices(
        find=_find,
        thumbnail=thumbnail,
        restore=restore,
        export=_export,
        facts=_facts,
        stored=_stored,
        tidy=_tidy,
        journal_folder=journal_folder,
    )


def _find(paths: Sequence[Path], progress: Progress) -> FoundPhotos:
    from core.outputs import find_photos

    return find_photos(paths, recursive=True, progress=progress)


def _restore(
    engine: Engine, order: PhotoOrder, on_planned: OnPlanned, progress: Progress
) -> FileReport:
    from core.batch import restore_task

    def planned(plan: Planned) -> None:
        on_planned(plan.path, not plan.replaces)

    task = _task(order.photo)
    delivery = _delivery(order.export, order.protected, order.taken)
    return restore_task(engine, task, order.settings, delivery, progress, on_planned=planned)


def _export(
    result: Restoration,
    settings: RestorationSettings,
    export: ExportSettings,
    progress: Progress,
) -> SavedFile | None:
    from dataclasses import replace

    from core.api import save_photo
    from core.batch import Task

    source = result.original.source.path
    if source is None:
        pictures = Path.home() / "Pictures"
        source = (pictures if pictures.is_dir() else Path.home()) / "pasted.png"
    delivery = _delivery(export)
    planned = delivery.plan(Task(source, Path(source.name)), settings, progress)
    if planned.is_skipped:
        return None
    options = replace(delivery.options, overwrite=planned.replaces)
    saved = save_photo(result, settings, planned.path, options, progress=progress)
    return SavedFile(saved.path, saved.notes)


def _facts(photo: LibraryPhoto, settings: RestorationSettings) -> NameFacts:
    from core.batch import facts

    return facts(_task(photo), settings, "{date}")


def _stored(
    photo: Photo, result: Photo, path: Path
) -> tuple[Restoration, RestorationSettings | None] | None:
    from core.errors import SettingsError
    from core.recipe import load, path_beside
    from core.stored import stored_result

    try:
        recipe = load(path_beside(path))
    except SettingsError:
        return (stored_result(photo, result, None), None) if _alike(photo, result) else None
    if recipe.photo_sha256 != photo.source.sha256:
        return None
    return stored_result(photo, result, recipe), recipe.settings


def _alike(photo: Photo, result: Photo) -> bool:
    """True where a result has the proportions of a photo, up to rounding."""
    factor = result.size.width / photo.size.width
    return abs(photo.size.height * factor - result.size.height) <= 1 + factor


def _tidy(folder: Path) -> None:
    from core.imageio.atomic import tidy

    tidy(folder)


def _task(photo: LibraryPhoto) -> Task:
    from core.batch import Task

    return Task(Path(photo.path), Path(photo.relative), max(1, photo.number))


@lru_cache(maxsize=1)
def _paths(names: tuple[str, ...]) -> tuple[Path, ...]:
    """The same thousands of names come with each photo of a batch."""
    return tuple(Path(name) for name in names)


def _delivery(
    export: ExportSettings,
    protected: tuple[str, ...] = (),
    taken: Sequence[str] = (),
) -> Delivery:
    from core.batch import Delivery

    return Delivery(
        Path(export.folder) if export.folder else None,
        export.write_options(),
        export.name,
        export.conflict,
        _paths(protected),
        {Path(path) for path in taken},
    )
