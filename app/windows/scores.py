"""The scores of the open photo, measured in the background; for Studio only."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from app.dialogs.score_reference import ask_reference
from app.jobs.photo_work import PhotoWork
from app.jobs.score_work import Scored, score_work
from app.session.services import Services
from app.session.troubles import Trouble
from app.widgets.core_text import core_text
from app.widgets.score_lines import score_blocks
from app.widgets.score_panel import ScorePanel
from app.windows.actions import Actions
from app.windows.presenter import Presenter

if TYPE_CHECKING:
    from core.evaluation.photo_scores import PhotoScores

KIND = "score"

_ROOM_FOR_BOTH_PX = 1060
"""A narrower window has no room for photo, controls and scores beside each other."""


class Scores(QObject):
    """Shows the panel, measures, and forgets what belongs to another photo.

    Args:
        services: Measures and reads the reference.
        work: Runs the jobs and holds the document.
        presenter: Tells what changed.
        actions: The action that shows the panel, and the one of Studio.
        window: Gets the panel at its right side.
    """

    def __init__(
        self,
        services: Services,
        work: PhotoWork,
        presenter: Presenter,
        actions: Actions,
        window: QMainWindow,
    ) -> None:
        super().__init__(presenter)
        self._services = services
        self._work = work
        self._actions = actions
        self._window = window
        self._is_measured = False
        self._is_measuring = False
        self._round = 0
        self._reference: Path | None = None
        self._controls: QWidget | None = None
        self._takes_place = False
        self.panel = ScorePanel()
        self.dock = self._make_dock()
        window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.dock)
        self.dock.hide()
        self.panel.measure_asked.connect(self.measure)
        self.panel.reference_asked.connect(self._on_reference_asked)
        self.panel.reference_removed.connect(self._on_reference_removed)
        self.panel.closed.connect(self._on_panel_closed)
        actions.scores.toggled.connect(self._on_toggled)
        actions.studio.toggled.connect(self._on_studio_toggled)
        work.opened.connect(self._on_opened)
        work.restored.connect(self._on_restored)
        presenter.changed.connect(self.refresh)
        self._on_studio_toggled(actions.studio.isChecked())

    def _make_dock(self) -> QDockWidget:
        dock = QDockWidget(self.tr("Scores"), self._window)
        dock.setObjectName("scoreDock")
        dock.setFeatures(QDockWidget.DockWidgetFeature.NoDockWidgetFeatures)
        dock.setTitleBarWidget(QWidget())  # the panel has a heading of its own
        dock.setWidget(self.panel)
        return dock

    # Orders of the user

    @Slot()
    def measure(self) -> None:
        """Measure the present result."""
        document = self._work.document
        if document is None or document.trace is None or self._services.score_photo is None:
            return
        self._round += 1
        self._work.cancel_kind(KIND)
        self._is_measuring = True
        self.panel.show_no_scores(self.tr("Measuring…"))
        work = score_work(self._services, document.trace, self._reference)
        not_scored = partial(self._on_not_scored, self._round)
        self._work.run_beside(KIND, self.tr("Measuring"), work, self._on_scored, not_scored)
        self.refresh()

    @Slot()
    def _on_reference_asked(self) -> None:
        document = self._work.document
        if document is None:
            return
        source = document.photo.source.path
        folder = str(source.parent) if source else ""
        path = ask_reference(self._window, folder, self._services.readable_suffixes())
        if path is not None:
            self._take_reference(path)

    @Slot()
    def _on_reference_removed(self) -> None:
        self._take_reference(None)

    def _take_reference(self, path: Path | None) -> None:
        self._reference = path
        self.panel.show_reference(path.name if path else "")
        self.measure()

    # What the work reports

    def _on_scored(self, result: object) -> None:
        assert isinstance(result, Scored)
        self._is_measuring = False
        document = self._work.document
        if document is not None:
            self._is_measured = True
            note = self._size_note(result.scores)
            self.panel.show_scores(document.name, score_blocks(result.scores), note)
            if result.trace is not document.trace:
                self.panel.show_outdated()
        self.refresh()

    def _size_note(self, scores: PhotoScores) -> str:
        sizes = [scores.size]
        if scores.compared_size not in (None, scores.size):
            text = self.tr(
                "Before → after. Measured at {width} × {height} pixels, compared at {w2} × {h2}."
            )
            sizes.append(scores.compared_size)
        else:
            text = self.tr("Before → after. Measured at {width} × {height} pixels.")
        values = {"width": sizes[0].width, "height": sizes[0].height}
        return text.format(**values, w2=sizes[-1].width, h2=sizes[-1].height)

    def _on_not_scored(self, number: int, trouble: Trouble | None) -> None:
        if number != self._round:
            return  # the measuring that took its place is on
        self._is_measuring = False
        if trouble is None:
            self.panel.show_no_scores(self.tr("Stopped."))
        else:
            text = f"{core_text(trouble.summary)} {core_text(trouble.remedy)}"
            self.panel.show_trouble(text.strip())
        self.refresh()

    @Slot(object)
    def _on_opened(self, opened: object) -> None:
        """Another photo: nothing that was measured or chosen belongs to it."""
        del opened
        self._is_measured = False
        self._reference = None
        self.panel.show_reference("")
        self.panel.show_no_scores("")
        self.refresh()

    @Slot(object)
    def _on_restored(self, restored: object) -> None:
        """The figures are of another result; the first result is measured without being asked."""
        del restored
        self.panel.show_outdated()
        if self.dock.isVisible() and not self._is_measured:
            self.measure()

    @Slot()
    def refresh(self) -> None:
        """Bring the panel in line with the document."""
        document = self._work.document
        trace = document.trace if document else None
        self._actions.scores.setEnabled(document is not None)
        self.panel.set_can_measure(possible=trace is not None and not self._is_measuring)
        if document is None:
            self.dock.hide()
        elif self._actions.scores.isChecked() and self._actions.studio.isChecked():
            self.dock.show()
        if trace is None and not self._is_measuring:
            self.panel.show_no_scores(self.tr("There is no result to measure yet."))
        self._share_room()

    # Visibility

    def take_place_of(self, controls: QWidget) -> None:
        """In a narrow window, show the scores in place of these controls; call it once."""
        self._controls = controls
        self._window.installEventFilter(self)
        self.dock.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        """Follow the width of the window, and the panel."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide):
            self._share_room()
        return super().eventFilter(watched, event)

    def _share_room(self) -> None:
        """Only what was hidden here comes back from here: the grid of results hides them, too."""
        if self._controls is None:
            return
        is_narrow = self._window.width() < _ROOM_FOR_BOTH_PX
        takes = is_narrow and not self.dock.isHidden()
        if takes and not self._controls.isHidden():
            self._controls.hide()
            self._takes_place = True
        elif self._takes_place and not takes:
            self._takes_place = False
            self._controls.setVisible(self._work.document is not None)

    @Slot(bool)
    def _on_toggled(self, shown: bool) -> None:
        self.dock.setVisible(shown and self._work.document is not None)
        if shown and not self._is_measured:
            self.measure()

    @Slot()
    def _on_panel_closed(self) -> None:
        self._actions.scores.setChecked(False)

    @Slot(bool)
    def _on_studio_toggled(self, is_studio: bool) -> None:
        """In Simple, nobody is bothered with figures."""
        can = self._services.score_photo is not None
        self._actions.scores.setVisible(is_studio and can)
        if not is_studio:
            self._actions.scores.setChecked(False)
