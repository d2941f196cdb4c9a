"""Asks about an unsaved result before anything could lose it, and goes on once it is safe."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot

from app.dialogs.unsaved import UnsavedAnswer
from app.jobs.photo_work import PhotoWork


class Leaving(QObject):
    """Holds what is to follow when the open photo has been saved.

    Args:
        work: Holds the document and saves it.
        ask: Asks what to do with the unsaved result of the photo of this name.
        parent: Owner.
    """

    def __init__(
        self, work: PhotoWork, ask: Callable[[str], UnsavedAnswer], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._work = work
        self._ask = ask
        self._then: Callable[[], object] | None = None
        self._waiting: Callable[[], object] | None = None

    def watch(self) -> None:
        """Listen to the work; after all others, who must see a saved photo before it goes."""
        self._work.saved.connect(self._on_saved)
        self._work.failed.connect(self._on_failed)
        self._work.ended.connect(self._on_ended)

    def when_saved(self, then: Callable[[], object]) -> None:
        """Go on once nothing can be lost, or not at all where the user wants to stay.

        A save that is under way is waited for, so that nobody is asked about it and it is not lost.
        """
        if self._work.is_saving:
            self._waiting = then
            return
        document = self._work.document
        if document is None or not document.is_unsaved:
            then()
            return
        answer = self._ask(document.name)
        if answer is UnsavedAnswer.DISCARD:
            document.discard()
            then()
        elif answer is UnsavedAnswer.SAVE:
            self._then = then
            self._work.save(None)

    @Slot(object)
    def _on_saved(self, _saved: object) -> None:
        then, self._then = self._then, None
        if then is not None:
            then()
        self._go_on()

    @Slot(object)
    def _on_failed(self, _trouble: object) -> None:
        self._then = self._waiting = None

    @Slot()
    def _on_ended(self) -> None:
        """The save may have been cancelled: a later one must not close the window."""
        if not self._work.is_busy:
            self._then = None
        self._go_on()

    def _go_on(self) -> None:
        """What was waiting for a save asks once more."""
        if self._waiting is not None and not self._work.is_saving:
            then, self._waiting = self._waiting, None
            self.when_saved(then)
