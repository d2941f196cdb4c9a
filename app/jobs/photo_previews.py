"""Small stand-ins for the result, while a slider or a brush moves."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from app.jobs.orders import OnSuccess
from app.jobs.stroke_preview import is_stroke, stroke_work
from app.jobs.works import Preview, Work, needs_networks, preview_work
from app.session.document import Document
from app.session.pyramid import Pyramid
from app.session.services import Services
from core.pipeline import Trace
from core.settings import RestorationSettings
from core.stages.choose import keeps_numbers


class Previews:
    """Makes previews of the open photo; while one is made, only the latest wish is kept.

    Args:
        services: The engine.
        submit: Queues the making of a preview.
        is_open: True while one is being made.
        shown: Gets the preview.

    Attributes:
        stand_in: What previews start from: a run on the photo made small; None where there is none.
    """

    def __init__(
        self,
        services: Services,
        submit: Callable[[Work, OnSuccess], None],
        is_open: Callable[[], bool],
        shown: Callable[[Pyramid], object],
    ) -> None:
        self._services = services
        self._submit = submit
        self._is_open = is_open
        self._shown = shown
        self._is_wanted = False
        self._photo_count = 0
        self.stand_in: Trace | None = None

    def forget(self) -> None:
        """The photo is being left."""
        self._is_wanted = False
        self._photo_count += 1
        self.stand_in = None

    def show(self, document: Document) -> None:
        """Show what the document's settings make of its photo, where that is quick to do."""
        if document.result_settings is None or self.stand_in is None:
            return
        is_painted = is_stroke(document.result_settings, document.settings)
        if needs_networks_again(document) and not is_painted:
            return
        if self._is_open():
            self._is_wanted = True
            return
        self._is_wanted = False
        if is_painted and document.trace is not None:
            work = stroke_work(self._services, document.trace, document.settings)
            shown = partial(self._on_stroke_shown, document, document.settings, self._photo_count)
        else:
            work = preview_work(self._services, self.stand_in, document.settings)
            shown = partial(self._on_previewed, document, self._photo_count)
        self._submit(work, shown)

    def go_on(self, document: Document) -> None:
        """One preview has ended: make the one that was wished for meanwhile."""
        if self._is_wanted:
            self.show(document)

    def _on_previewed(self, document: Document, photo_count: int, result: object) -> None:
        assert isinstance(result, Preview)
        if photo_count != self._photo_count:
            return  # the photo was left meanwhile
        self.stand_in = result.trace
        if document.result_settings != document.settings:
            self._shown(result.pyramid)

    def _on_stroke_shown(
        self,
        document: Document,
        settings: RestorationSettings,
        photo_count: int,
        pyramid: object,
    ) -> None:
        is_wanted = photo_count == self._photo_count and settings == document.settings
        if isinstance(pyramid, Pyramid) and is_wanted and not document.is_current:
            self._shown(pyramid)


def needs_networks_again(document: Document) -> bool:
    """True where no stand-in can show the change: networks must run, or faces be numbered anew."""
    trace, settings = document.trace, document.result_settings
    if trace is None or settings is None:
        return False
    if needs_networks(settings, document.settings):
        return True
    return not keeps_numbers(trace, document.settings.faces)
