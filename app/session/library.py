"""The photos of a batch: their order, their settings, and how far each one is. Knows no Qt."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from core.settings import RestorationSettings


class PhotoState(StrEnum):
    """How far a photo is."""

    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    WARNING = "warning"
    SKIPPED = "skipped"
    FAILED = "failed"
    CANCELLED = "cancelled"


FINISHED = frozenset({PhotoState.DONE, PhotoState.WARNING, PhotoState.SKIPPED})
"""A result lies on the disk."""

RETRIED = frozenset({PhotoState.FAILED, PhotoState.CANCELLED})
"""What “try again” is for."""


class LibraryPhoto(msgspec.Struct, frozen=True, kw_only=True):
    """One photo of the library.

    Attributes:
        id: Names it for good, also in the journal.
        path: The file, absolute.
        relative: Its place below the folder that it came with.
        state: How far it is.
        own: Settings of this photo alone, or None where it follows those for all.
        personal: Where the choices for single faces and painted marks are taken from, which never
            count for another photo; None where there are none.
        output: Its result, or what was in the way of a skipped one; empty while there is none.
        reason: Why it failed, or what should be known about the result; a sentence of the engine.
        remedy: What can be done about a failure.
        number: Its number in names that count; 0 before the first run.
        attempt: How often it was made to wait again.
    """

    id: str
    path: str
    relative: str
    state: PhotoState = PhotoState.WAITING
    own: RestorationSettings | None = None
    personal: RestorationSettings | None = None
    output: str = ""
    reason: str = ""
    remedy: str = ""
    number: int = 0
    attempt: int = 0

    @property
    def name(self) -> str:
        """The file's name."""
        return Path(self.path).name

    def replace(self, **changes: Any) -> LibraryPhoto:
        """The same photo with some fields changed."""
        return msgspec.structs.replace(self, **changes)


def new_photo(path: Path, relative: Path) -> LibraryPhoto:
    """A photo that waits."""
    return LibraryPhoto(id=uuid.uuid4().hex, path=str(path.absolute()), relative=str(relative))


class Library:
    """An ordered list of photos.

    Args:
        common: The settings that all photos follow that have none of their own.
        on_change: Called after every change with the id of the photo, or "" for several.
    """

    def __init__(
        self, common: RestorationSettings, on_change: Callable[[str], None] | None = None
    ) -> None:
        self.common = common
        self.on_change = on_change or (lambda _id: None)
        self._photos: list[LibraryPhoto] = []
        self._rows: dict[str, int] = {}
        self._counts: Counter[PhotoState] = Counter()
        self.paths: tuple[str, ...] = ()
        """The files of all photos; the same object until the list changes."""

    # Looking

    def __len__(self) -> int:
        return len(self._photos)

    @property
    def photos(self) -> Sequence[LibraryPhoto]:
        """All photos in their order."""
        return self._photos

    def photo(self, photo_id: str) -> LibraryPhoto | None:
        """The photo of this id, or None where it is gone."""
        row = self._rows.get(photo_id)
        return None if row is None else self._photos[row]

    def row(self, photo_id: str) -> int:
        """Its place from 0; -1 where it is gone."""
        return self._rows.get(photo_id, -1)

    def of_path(self, path: Path | None) -> LibraryPhoto | None:
        """The photo of a file, or None."""
        wanted = str(path.absolute()) if path else ""
        return next((photo for photo in self._photos if photo.path == wanted), None)

    def check_target(self, path: Path) -> None:
        """Refuse to write over any photo of the list.

        Raises:
            OutputError: The file is one of them, by whatever name or link.
        """
        from core.imageio import check_output  # late: imports the decoders

        check_output(path, [Path(photo.path) for photo in self._photos], overwrite=True)

    def count(self, *states: PhotoState) -> int:
        """How many photos are in one of these states."""
        return sum(self._counts[state] for state in states)

    def next_waiting(self) -> LibraryPhoto | None:
        """The first photo that waits."""
        return next((p for p in self._photos if p.state is PhotoState.WAITING), None)

    def settings_of(self, photo: LibraryPhoto) -> RestorationSettings:
        """What a photo is restored with: its own settings, or those for all with its own faces."""
        if photo.own is not None:
            return photo.own
        return with_personal(self.common, photo.personal)

    # Changing

    def add(self, found: Iterable[LibraryPhoto]) -> list[LibraryPhoto]:
        """Add photos at the end; those of a file that is there already are left out.

        Returns:
            What was added.
        """
        known = {photo.path for photo in self._photos}
        added = []
        for photo in found:
            if photo.path not in known:
                known.add(photo.path)
                added.append(photo)
        self._photos += added
        self._renumber()
        return added

    def remove(self, ids: Collection[str]) -> None:
        """Take photos from the list; their files stay."""
        self._photos = [photo for photo in self._photos if photo.id not in ids]
        self._renumber()

    def clear(self) -> None:
        """Take all photos from the list."""
        self._photos.clear()
        self._renumber()

    def move(self, ids: Collection[str], row: int) -> None:
        """Put photos, in their present order, before the one that is in `row` now."""
        before = [photo for photo in self._photos[:row] if photo.id not in ids]
        moved = [photo for photo in self._photos if photo.id in ids]
        after = [photo for photo in self._photos[row:] if photo.id not in ids]
        self._photos = [*before, *moved, *after]
        self._renumber()

    def update(self, photo_id: str, **changes: Any) -> LibraryPhoto | None:
        """Change fields of one photo.

        Returns:
            The changed photo, or None where it is gone.
        """
        row = self._rows.get(photo_id)
        if row is None:
            return None
        before, after = self._photos[row], self._photos[row].replace(**changes)
        self._photos[row] = after
        self._counts[before.state] -= 1
        self._counts[after.state] += 1
        self.on_change(photo_id)
        return after

    def cancel_waiting(self) -> None:
        """Leave out everything that waits."""
        for index, photo in enumerate(self._photos):
            if photo.state is PhotoState.WAITING:
                self._photos[index] = photo.replace(state=PhotoState.CANCELLED)
        self._renumber()

    def again(self, ids: Collection[str]) -> None:
        """Let photos wait again, whatever came of them before."""
        for index, photo in enumerate(self._photos):
            if photo.id in ids and photo.state is not PhotoState.WORKING:
                self._photos[index] = waiting(photo)
        self._renumber()

    def retry_failed(self) -> list[str]:
        """Let all that failed or were cancelled wait again; returns their ids."""
        ids = [photo.id for photo in self._photos if photo.state in RETRIED]
        self.again(ids)
        return ids

    def give_numbers(self) -> None:
        """Number the photos for names that count; a number once given stays."""
        last = max((photo.number for photo in self._photos), default=0)
        for index, photo in enumerate(self._photos):
            if not photo.number:
                last += 1
                self._photos[index] = photo.replace(number=last)

    # Settings

    def set_settings(self, photo_id: str, settings: RestorationSettings, *, for_all: bool) -> None:
        """Take what the user chose while looking at one photo.

        Args:
            photo_id: The photo.
            settings: What was chosen.
            for_all: All photos without settings of their own follow; otherwise this one alone.
        """
        row = self._rows.get(photo_id)
        if row is None:
            return
        if for_all:
            self.common = settings.for_any_photo()
            personal = None if settings == self.common else settings
            self._photos[row] = self._photos[row].replace(own=None, personal=personal)
        else:
            self._photos[row] = self._photos[row].replace(own=settings)
        self.on_change("" if for_all else photo_id)

    def apply_to_all(self, settings: RestorationSettings) -> None:
        """Make every photo follow these settings; choices for single faces stay with their photo.

        Photos that are done stay done.
        """
        self.common = settings.for_any_photo()
        for index, photo in enumerate(self._photos):
            personal = photo.own or photo.personal
            if personal is not None and personal == personal.for_any_photo():
                personal = None
            self._photos[index] = photo.replace(own=None, personal=personal)
        self.on_change("")

    def _renumber(self) -> None:
        self._rows = {photo.id: row for row, photo in enumerate(self._photos)}
        self._counts = Counter(photo.state for photo in self._photos)
        self.paths = tuple(photo.path for photo in self._photos)
        self.on_change("")


def waiting(photo: LibraryPhoto) -> LibraryPhoto:
    """The photo as if nothing had been done for it yet."""
    return photo.replace(
        state=PhotoState.WAITING, output="", reason="", remedy="", attempt=photo.attempt + 1
    )


def with_personal(
    common: RestorationSettings, personal: RestorationSettings | None
) -> RestorationSettings:
    """The settings for all, with the faces and marks that belong to one photo."""
    if personal is None:
        return common
    plain = personal.for_any_photo()
    faces = {
        name: getattr(personal.faces, name)
        for name in personal.faces.__struct_fields__
        if getattr(personal.faces, name) != getattr(plain.faces, name)
    }
    repair = {
        name: getattr(personal.repair, name)
        for name in personal.repair.__struct_fields__
        if getattr(personal.repair, name) != getattr(plain.repair, name)
    }
    return common.replace(
        faces=common.faces.replace(**faces), repair=common.repair.replace(**repair)
    )
