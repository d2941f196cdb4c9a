"""Makes up for saves that an earlier run of the program did not get to. Runs in the worker thread.

The program may have ended between the last byte of a result and the note about it. So it is looked
for first, by its recipe, and nothing is saved twice.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from app.jobs.works import Saved, Work, finish_work
from app.session.document import Document
from app.session.recovery import WantedSave
from app.session.services import SavedFile, Services
from core.errors import SettingsError
from core.image import Photo
from core.progress import Progress
from core.recipe import SUFFIX, load, path_beside


@dataclass(frozen=True, slots=True, eq=False)
class MadeUp:
    """A result that is on the disk now.

    Attributes:
        document: Its photo.
        saved: The file.
    """

    document: Document
    saved: Saved


def look_work(services: Services, photo: Photo, wanted: WantedSave) -> Work:
    """Look for the result; gives its path, or None where it is not there."""

    def work(progress: Progress) -> Path | None:
        progress.report(0.0)
        return _found(services, photo, wanted, progress)

    return work


def made_up_work(services: Services, wanted: WantedSave) -> Work:
    """Restore a photo as it was to be, and save it, unless that was done.

    Nothing is replaced: where its file is taken by something else now, it gets a new name.
    """

    def work(progress: Progress) -> MadeUp:
        photo = services.read_photo(Path(wanted.photo), progress.part(0.0, 0.1))
        document = Document(photo, wanted.settings)
        there = _found(services, photo, wanted, progress.part(0.1, 0.1))
        if there is not None:
            return MadeUp(document, Saved(SavedFile(there), wanted.settings))
        path = free_path(wanted)
        finish = finish_work(services, photo, wanted.settings, None, path, overwrite=False)
        return MadeUp(document, cast("Saved", finish(progress.part(0.1, 1.0))))

    return work


def free_path(wanted: WantedSave) -> Path | None:
    """Where the result can lie without replacing anything; None for a new name."""
    is_free = wanted.path and not os.path.lexists(wanted.path)
    return Path(wanted.path) if is_free else None


def _found(services: Services, photo: Photo, wanted: WantedSave, progress: Progress) -> Path | None:
    """The result that was to be saved, where it is on the disk with its recipe."""
    for recipe_path in _recipes(services, photo, wanted, progress):
        result = recipe_path.with_name(recipe_path.name.removesuffix(SUFFIX))
        try:
            recipe = load(recipe_path)
        except SettingsError:
            continue
        is_same = recipe.settings == wanted.settings and recipe.photo_sha256 == photo.source.sha256
        if is_same and result.is_file():
            return result
    return None


def _recipes(
    services: Services, photo: Photo, wanted: WantedSave, progress: Progress
) -> Iterable[Path]:
    if wanted.path:
        return (path_beside(Path(wanted.path)),)
    folder, stem = services.default_output(photo).parent, Path(wanted.photo).stem
    names = []
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:  # a large folder on a network takes a while
            progress.check()
            if entry.name.startswith(stem) and entry.name.endswith(SUFFIX):
                names.append(entry.name)
    return [folder / name for name in sorted(names)]
