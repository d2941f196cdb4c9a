"""Results that the user wants on the disk: at once, once they are there, or after leaving a photo.

Whoever has pressed Save counts on the file. So a wish is kept until its result is there, and goes
with its photo, not with whatever is open by then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.jobs.works import Work, finish_work, save_work
from app.session.document import Document
from app.session.services import Services
from core.settings import RestorationSettings

Submit = Callable[[Document, Work], None]
"""Queues the writing of a photo's result."""


@dataclass(frozen=True, slots=True)
class _Wish:
    """Where a result shall go: None for a new name beside the original."""

    path: Path | None
    overwrite: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Writing:
    """The save that was queued last."""

    document: Document
    settings: RestorationSettings
    wish: _Wish


class PhotoSaves:
    """Saves results of the open photo, and of the one that is being left.

    Args:
        services: The engine and the files.
        submit: Queues a save.
        is_open: True while a queued save has not ended.
    """

    def __init__(self, services: Services, submit: Submit, is_open: Callable[[], bool]) -> None:
        self._services = services
        self._submit = submit
        self._is_open = is_open
        self._wish: _Wish | None = None
        self._writing: _Writing | None = None

    @property
    def is_wanted(self) -> bool:
        """True while a result is waited for that shall be saved."""
        return self._wish is not None

    def ask(self, document: Document, path: Path | None, *, overwrite: bool) -> None:
        """Save the result of the document's settings, now or as soon as it is there.

        Args:
            document: The open photo.
            path: The new file; None for a new name beside the original.
            overwrite: An earlier result may be replaced; the original never.
        """
        wish = _Wish(path, overwrite)
        if document.is_current:
            self._save(document, wish)
        else:
            self._wish = wish

    def on_current(self, document: Document) -> None:
        """Save what was asked for while its result was not there yet."""
        if self._wish is not None and document.is_current:
            wish, self._wish = self._wish, None
            self._save(document, wish)

    def forget(self) -> None:
        """Give up what waits for its result; what is queued goes on."""
        self._wish = None

    def finish(self, document: Document | None) -> None:
        """The photo is being left: make and save the result that was asked for, if any."""
        wish, self._wish = self._wish, None
        self._writing = None  # it would keep the photo's pixels
        if wish is None or document is None:
            return
        work = finish_work(
            self._services,
            document.photo,
            document.settings,
            document.trace,
            wish.path,
            overwrite=wish.overwrite,
        )
        self._submit(document, work)

    def _save(self, document: Document, wish: _Wish) -> None:
        if document.result is None:
            return
        if self._is_open() and self._is_writing(document, wish):
            return  # a double click means one file
        self._writing = _Writing(document, document.settings, wish)
        work = save_work(
            self._services,
            document.result,
            document.settings,
            wish.path,
            overwrite=wish.overwrite,
        )
        self._submit(document, work)

    def _is_writing(self, document: Document, wish: _Wish) -> bool:
        last = self._writing
        return (
            last is not None
            and last.document is document
            and last.settings == document.settings
            and last.wish.path == wish.path
        )
