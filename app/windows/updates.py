"""Looks for a newer Heirloom where the user asks, and says in a sentence what came of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QTimer, Slot

from app.jobs.job import Job
from app.jobs.queue import JobQueue
from app.session.preferences import Preferences
from app.session.troubles import trouble_of
from app.session.updates import UpdateAnswer, UpdateError, check_for_update, published_address
from app.widgets.banner import Banner
from app.widgets.core_text import core_text
from core import __version__


class UpdateCheck(QObject):
    """Asks in a thread of its own, so that a slow network keeps no photo waiting.

    Args:
        preferences: Gives the preferences of this moment.
        banner: Where the answer is shown.
        parent: Owner. Where the preferences say so, it looks as soon as the window is there.
    """

    def __init__(
        self, preferences: Callable[[], Preferences], banner: Banner, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._preferences = preferences
        self._banner = banner
        self._queue: JobQueue | None = None
        self._quiet = False
        if preferences().check_updates:
            QTimer.singleShot(0, self, self.ask_quietly)

    @property
    def is_busy(self) -> bool:
        """True while an answer is awaited."""
        return self._queue is not None and self._queue.is_busy

    @Slot()
    def ask(self) -> None:
        """Look now, and say what came of it in any case."""
        self._banner.show_note(self.tr("Looking for a newer version…"))
        self._ask(quiet=False)

    @Slot()
    def ask_quietly(self) -> None:
        """Look now, and say something only where there is a newer version."""
        self._ask(quiet=True)

    def stop(self) -> None:
        """End the thread; call it once, before the program ends."""
        if self._queue is not None:
            self._queue.stop()
            self._queue = None

    def _ask(self, *, quiet: bool) -> None:
        self._quiet = quiet
        if self.is_busy:
            return
        if self._queue is None:
            self._queue = JobQueue(self)
            self._queue.succeeded.connect(self._on_answered)
            self._queue.failed.connect(self._on_failed)
        address = self._preferences().update_address or published_address()
        work = partial(check_for_update, address, __version__)
        self._queue.submit(Job(self.tr("Looking for updates"), work))

    @Slot(int, object)
    def _on_answered(self, _job_id: int, answer: UpdateAnswer) -> None:
        if answer.is_newer:
            self._banner.show_note(
                self.tr("Heirloom {version} is available; you have {current}.").format(
                    version=answer.version, current=__version__
                ),
                self.tr("You can get it at {page}").format(page=answer.page) if answer.page else "",
            )
        elif not self._quiet:
            self._banner.show_note(
                self.tr("You have the newest version, {current}.").format(current=__version__)
            )

    @Slot(int, object)
    def _on_failed(self, _job_id: int, error: Exception) -> None:
        if self._quiet:
            return
        if isinstance(error, UpdateError):  # no defect of the program, so nothing to report
            self._banner.show_note(core_text(error.summary), core_text(error.remedy))
        else:
            self._banner.show_trouble(trouble_of(error))
