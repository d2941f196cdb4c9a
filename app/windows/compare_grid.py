"""Fills the grid of results, runs its panes, and takes the winner for the photo or for one face."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Slot

from app.jobs.grid_work import PaneResult, pane_work
from app.jobs.photo_work import PhotoWork
from app.session.candidates import (
    Candidate,
    choice_from,
    model_candidates,
    named_candidates,
    strength_candidates,
)
from app.session.document import Document
from app.session.services import Choices, Services
from app.session.troubles import Trouble
from app.views.face_overlay import FaceMark
from app.views.layer import Layer
from app.views.result_grid import ResultPane
from app.widgets.core_text import core_text
from app.windows.actions import Actions
from app.windows.differences import difference_text, likeness_text
from app.windows.parts import Parts
from app.windows.presenter import Presenter
from core.matching import same_places
from core.settings import FIRST_ADDED, RestorationSettings

_KIND = "pane"

Named = Callable[[], tuple[tuple[str, RestorationSettings], ...]]


class CompareGrid(QObject):
    """The results that are compared in one window.

    Args:
        services: The engine.
        work: Runs the jobs and holds the document.
        presenter: Takes the winner.
        parts: The widgets.
        actions: The actions.
    """

    def __init__(
        self,
        services: Services,
        work: PhotoWork,
        presenter: Presenter,
        parts: Parts,
        actions: Actions,
    ) -> None:
        super().__init__(presenter)
        self._services = services
        self._work = work
        self._presenter = presenter
        self._parts = parts
        self._actions = actions
        self._choices = Choices()
        self._candidates: tuple[Candidate, ...] = ()
        self._results: dict[int, PaneResult] = {}
        self._fill = "models"
        self._round = 0
        self._sources: dict[str, Named] = {}
        page = parts.area.grid_page
        page.fill_asked.connect(self.fill)
        page.winner_asked.connect(self.use_for_photo)
        page.face_winner_asked.connect(self.use_for_face)
        page.left.connect(self.leave)
        page.grid.chosen.connect(page.show_choice)
        page.grid.zoomed.connect(parts.view_bar.show_zoom)
        actions.compare_results.triggered.connect(self._on_asked)
        actions.original.toggled.connect(self._on_original_toggled)
        work.choices_found.connect(self._on_choices_found)
        work.opened.connect(self._on_opened)
        presenter.changed.connect(self._on_changed)
        self._on_changed()

    def set_source(self, fill: str, named: Named) -> None:
        """Say where "presets" or "versions" come from."""
        self._sources[fill] = named

    # Filling

    @Slot()
    def _on_asked(self) -> None:
        if self._parts.area.shows_grid:
            self.leave()
        else:
            self.fill(self._fill)

    @Slot(str)
    def fill(self, fill: str) -> None:
        """Show the grid with results of one kind, and compute them."""
        document = self._work.document
        if document is None or document.trace is None:
            return
        self._stop()
        self._fill = fill
        self._candidates = self._candidates_of(fill, document.settings)
        area, page = self._parts.area, self._parts.area.grid_page
        seen = area.view.viewport
        area.show_grid(shown=True)
        page.show_fill(fill)
        page.show_choice(-1, -1)
        if len(self._candidates) < 2:
            page.grid.show_message(self._why_empty(fill))
        elif area.canvas.before is not None:
            panes = [self._waiting(candidate) for candidate in self._candidates]
            page.grid.show_panes(panes, area.canvas.before, document.photo.size)
            page.grid.show_viewport(seen)
            page.grid.set_loupe(shown=self._actions.loupe.isChecked())
            self._compute(document)
        self._presenter.refresh()

    def _candidates_of(self, fill: str, present: RestorationSettings) -> tuple[Candidate, ...]:
        if fill == "models":
            return model_candidates(present, (option.id for option in self._choices.face_models))
        if fill == "strengths":
            return strength_candidates(present)
        source = self._sources.get(fill)
        return named_candidates(present, source() if source else ())

    def _compute(self, document: Document) -> None:
        count = len(self._candidates)
        for number, candidate in enumerate(self._candidates):
            work = pane_work(
                self._services, document.photo, candidate.settings, document.trace, count
            )
            title = self.tr("Comparing: {number} of {count}")
            self._work.run_beside(
                _KIND,
                title.format(number=number + 1, count=count),
                work,
                partial(self._on_result, self._round, number),
                partial(self._on_failure, self._round, number),
            )

    def _on_result(self, filling: int, number: int, result: object) -> None:
        assert isinstance(result, PaneResult)
        if filling != self._round:
            return
        self._results[number] = result
        candidate = self._candidates[number]
        marks = tuple(FaceMark(face.index, face.box, enabled=True) for face in result.faces)
        note = likeness_text([face.likeness for face in result.faces])
        if result.is_coarse:
            note = f"{note} · {self.tr('half size')}".removeprefix(" · ")
        pane = ResultPane(
            self._title(candidate), note, self._tip(candidate), Layer(result.pyramid), marks
        )
        self._parts.area.grid_page.grid.show_pane(number, pane)

    def _on_failure(self, filling: int, number: int, trouble: Trouble | None) -> None:
        if filling != self._round:
            return
        candidate = self._candidates[number]
        note = core_text(trouble.summary) if trouble else self.tr("Stopped")
        tip = f"{note} {core_text(trouble.remedy)}" if trouble else note
        pane = ResultPane(self._title(candidate), note, tip)
        self._parts.area.grid_page.grid.show_pane(number, pane)

    def _stop(self) -> None:
        """Forget the panes; what still runs for them is not shown any more."""
        self._round += 1
        self._work.cancel_kind(_KIND)
        self._results.clear()
        self._candidates = ()
        self._parts.area.grid_page.grid.clear()

    # Words

    def _waiting(self, candidate: Candidate) -> ResultPane:
        return ResultPane(self._title(candidate), self.tr("Waiting"), self._tip(candidate))

    def _title(self, candidate: Candidate) -> str:
        words = difference_text(candidate.differences, self._choices)
        now = self.tr("as it is now")
        if candidate.name:
            return f"{candidate.name}: {words or now}"
        if self._fill in ("models", "strengths"):
            own = self._own_title(candidate)
            return own if candidate.differences else f"{own} ({now})"
        if candidate.differences:
            return words
        return self.tr("As it is now")

    def _own_title(self, candidate: Candidate) -> str:
        """What a result is among the others: its model, or its strength."""
        faces = candidate.settings.faces
        if self._fill == "models":
            names = {option.id: option.title for option in self._choices.face_models}
            return core_text(names.get(faces.model, faces.model))
        return self.tr("Face strength {percent} %").format(percent=round(100 * faces.strength))

    def _tip(self, candidate: Candidate) -> str:
        words = difference_text(candidate.differences, self._choices, most=99)
        return self.tr("Different from now: {words}").format(words=words) if words else ""

    def _why_empty(self, fill: str) -> str:
        if fill == "models":
            return self.tr(
                "There is only one face model on this computer.\n"
                "Models > All models shows which others there are."
            )
        if fill == "presets":
            return self.tr(
                "You have no presets yet.\n"
                "Edit > Presets keeps the present settings under a name for other photos."
            )
        return self.tr(
            "No version of this photo is kept yet.\n"
            "Edit > Keep this version remembers the photo as it is now."
        )

    # The winner

    @Slot()
    def use_for_photo(self) -> None:
        """Give the photo the settings of the chosen result and go back to it."""
        document = self._work.document
        result = self._results.get(self._parts.area.grid_page.grid.chosen_pane)
        if document is None or result is None:
            return
        self.leave()
        self._presenter.change(result.settings, self.tr("Pick the best result"))
        if result.restored is not None and document.settings == result.settings:
            self._work.take_restored(result.restored)

    @Slot()
    def use_for_face(self) -> None:
        """Give the chosen face model and strength of the chosen result; the grid stays."""
        page = self._parts.area.grid_page
        document, index = self._work.document, page.grid.chosen_face
        result = self._results.get(page.grid.chosen_pane)
        if document is None or result is None or index < 0:
            return
        there, index = index, _number_here(document, result, index)
        if index < 0:
            page.show_hint(self.tr("With the present settings, this face is not found."))
            return
        choice = choice_from(result.settings, index, document.settings, there)
        if choice.place is None and index < FIRST_ADDED:
            choice = choice.replace(place=document.place_of(index))
        title = self.tr("Pick the best result for face {number}").format(number=index + 1)
        self._presenter.change(document.with_face(choice), title)
        done = self.tr("Face {number} now follows “{result}”. Undo takes it back.")
        page.show_hint(
            done.format(number=index + 1, result=page.grid.panes[page.grid.chosen_pane].title)
        )

    @Slot()
    def leave(self) -> None:
        """Go back to the photo, at the place that the grid showed."""
        area = self._parts.area
        if not area.shows_grid:
            return
        grid = area.grid_page.grid
        if grid.panes:
            area.canvas.show_viewport(grid.viewport)
        self._stop()
        area.show_grid(shown=False)
        self._presenter.refresh()

    # Reports of others

    @Slot(object)
    def _on_choices_found(self, choices: Choices) -> None:
        self._choices = choices

    @Slot(object)
    def _on_opened(self, opened: object) -> None:
        del opened
        self.leave()

    @Slot(bool)
    def _on_original_toggled(self, shown: bool) -> None:
        self._parts.area.grid_page.grid.set_shows_original(shown=shown)

    @Slot()
    def _on_changed(self) -> None:
        """The grid has the room to itself; what belongs to the other view rests."""
        area, document = self._parts.area, self._work.document
        if document is None and self._candidates:
            self._stop()
        has_result = document is not None and document.result is not None
        self._actions.compare_results.setEnabled(has_result)
        if area.shows_grid:
            self._parts.panel.hide()
            for action in (*self._actions.compare.actions(), self._actions.faces):
                action.setEnabled(False)


def _number_here(document: Document, result: PaneResult, there: int) -> int:
    """The number that a face of a result has in the photo as it is now; -1 where it is not there.

    Another face finder, or an earlier version, lists other faces before it.
    """
    boxes = [face.box for face in result.faces if face.index == there]
    faces = document.result.faces if document.result else ()
    pairs = same_places(boxes, [face.face.box for face in faces])
    return faces[pairs[0][1]].index if pairs else -1
