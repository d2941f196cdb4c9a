"""The pane with all photos of a batch: the list, whom settings are for, and the batch itself."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.widgets.elided_label import ElidedLabel
from app.widgets.fitting_row import FittingRow
from app.widgets.library_view import LibraryView
from app.widgets.mode_switch import ModeSwitch
from app.widgets.theme import icon

PANE_WIDTH_PX = 256
_MOST_WIDTH_PX = 304
"""So wide where the user's font, or a language, needs it to say where results go."""
_SIDE_PX = 16
_SLACK_PX = 2
"""The border, and what rounding takes from the width of words."""
_STEPS = 1000


class LibraryPane(QFrame):
    """Shows the library and passes on what the user wants.

    Signals:
        start_asked: Begin, go on, or pause: what the button says.
        stop_search_asked: Look for photos no longer.
        stop_asked: Leave out everything that waits.
        retry_asked: Try those that failed again.
        export_asked: Choose how results are written.
        resume_asked: Go on with the batch that was left over.
        discard_asked: Forget the batch that was left over.
        close_asked: Hide the pane.
        scope_chosen: ("all" or "one") whom the controls are for.
        apply_asked: Give the settings of the open photo to all photos.
    """

    start_asked = Signal()
    stop_search_asked = Signal()
    stop_asked = Signal()
    retry_asked = Signal()
    export_asked = Signal()
    resume_asked = Signal()
    discard_asked = Signal()
    close_asked = Signal()
    scope_chosen = Signal(str)
    apply_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("libraryPane")
        self.setFixedWidth(PANE_WIDTH_PX)
        self.view = LibraryView()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 1, 0)
        layout.setSpacing(0)
        layout.addWidget(self._make_head())
        layout.addWidget(self._make_search())
        layout.addWidget(self._make_offer())
        layout.addWidget(self.view, 1)
        layout.addWidget(self._make_scope())
        layout.addWidget(self._make_foot())
        self.hide()

    # Parts

    def _make_head(self) -> QWidget:
        self._title = QLabel(self.tr("Photos"))
        self._title.setProperty("role", "heading")
        self._count = _muted("")
        self._close = QToolButton()
        self._close.setAccessibleName(self.tr("Close the list of photos"))
        self._close.setToolTip(self.tr("Hides the list. The photos stay in it."))
        self._close.clicked.connect(self.close_asked)
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(16, 8, 8, 6)
        row.setSpacing(8)
        row.addWidget(self._title)
        row.addWidget(self._count, 1)
        row.addWidget(self._close)
        return head

    def _make_search(self) -> QWidget:
        """What is shown while folders are searched."""
        self._search = QFrame()
        self._search.setObjectName("librarySearch")
        self._search_text = ElidedLabel("muted")
        self.stop_search = QPushButton(self.tr("Stop"))
        self.stop_search.setProperty("flat", "true")
        self.stop_search.setAccessibleName(self.tr("Stop looking for photos"))
        self.stop_search.setToolTip(self.tr("Stops looking for photos; none of them is added"))
        self.stop_search.clicked.connect(self.stop_search_asked)
        row = QHBoxLayout(self._search)
        row.setContentsMargins(16, 4, 12, 4)
        row.addWidget(self._search_text, 1)
        row.addWidget(self.stop_search)
        self._search.hide()
        return self._search

    def _make_offer(self) -> QWidget:
        """What is shown after a crash."""
        self._offer = QFrame()
        self._offer.setObjectName("libraryOffer")
        self._offer_text = QLabel()
        self._offer_text.setWordWrap(True)
        self._resume = QPushButton(self.tr("Go on"))
        self._resume.setProperty("primary", "true")
        self._resume.setToolTip(self.tr("Restores those that are left. Finished ones stay."))
        self._discard = QPushButton(self.tr("Forget them"))
        self._discard.setProperty("flat", "true")
        self._discard.setToolTip(self.tr("Empties the list. No file is deleted."))
        self._resume.clicked.connect(self.resume_asked)
        self._discard.clicked.connect(self.discard_asked)
        buttons = QHBoxLayout()
        buttons.addWidget(self._resume)
        buttons.addWidget(self._discard)
        buttons.addStretch()
        column = QVBoxLayout(self._offer)
        column.setContentsMargins(16, 10, 12, 10)
        column.setSpacing(8)
        column.addWidget(self._offer_text)
        column.addLayout(buttons)
        self._offer.hide()
        return self._offer

    def _make_scope(self) -> QWidget:
        """Whom the controls on the right are for."""
        self._scope = QFrame()
        self._scope.setObjectName("libraryScope")
        heading = _muted(self.tr("Settings are for"))
        self._switch = ModeSwitch(
            (
                (
                    "all",
                    self.tr("All photos"),
                    self.tr("What you change here changes every photo without its own settings"),
                ),
                (
                    "one",
                    self.tr("Only this one"),
                    self.tr("What you change here changes the photo that is shown, and no other"),
                ),
            ),
            is_compact=True,
        )
        self._switch.chosen.connect(self.scope_chosen)
        self._apply = QPushButton(self.tr("Apply to all"))
        self._apply.setProperty("flat", "true")
        self._apply.setToolTip(
            self.tr(
                "Gives the settings of this photo to all of them. Chosen faces stay as they are."
            )
        )
        self._apply.clicked.connect(self.apply_asked)
        head = QHBoxLayout()
        head.addWidget(heading, 1)
        head.addWidget(self._apply)
        head.setContentsMargins(0, 0, 0, 0)
        column = QVBoxLayout(self._scope)
        column.setContentsMargins(16, 8, 16, 10)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self._switch)
        self._scope.hide()
        return self._scope

    def _make_foot(self) -> QWidget:
        self._status = QLabel()
        self._left = _muted("")
        self._bar = QProgressBar()
        self._bar.setRange(0, _STEPS)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(self.tr("Progress of all photos"))
        self.start = QPushButton()
        self.start.setProperty("primary", "true")
        self.start.clicked.connect(self.start_asked)
        self.stop = QPushButton(self.tr("Cancel all"))
        self.stop.setToolTip(self.tr("Stops now. What is done stays; the rest is left out."))
        self.stop.clicked.connect(self.stop_asked)
        self.retry = QPushButton(self.tr("Try again"))
        self.retry.setToolTip(self.tr("Restores those that failed or were cancelled once more"))
        self.retry.clicked.connect(self.retry_asked)
        self.export = QPushButton(self.tr("Change…"))
        self.export.setProperty("flat", "true")
        self.export.setAccessibleName(self.tr("Where and how to save"))
        self.export.setToolTip(self.tr("Folder, name, format, size and photo data of the results"))
        self.export.clicked.connect(self.export_asked)
        self._target = ElidedLabel("muted")
        self._target_row = QHBoxLayout()
        self._target_row.addWidget(self._target, 1)
        self._target_row.addWidget(self.export)
        foot = QFrame()
        foot.setObjectName("libraryFoot")
        column = QVBoxLayout(foot)
        column.setContentsMargins(_SIDE_PX, 8, _SIDE_PX, 18)
        column.setSpacing(6)
        column.addWidget(self._status)
        column.addWidget(self._bar)
        column.addWidget(self._left)
        column.addLayout(self._target_row)
        column.addWidget(FittingRow((self.stop, self.retry, self.start)))
        return foot

    # What is shown

    def add_list_actions(self, actions: list[QAction]) -> None:
        """Offer these in the list's context menu, with their keys."""
        self.view.addActions(actions)

    def refresh_icons(self) -> None:
        """Take the colours of the present theme."""
        self._close.setIcon(icon("close"))
        self.view.viewport().update()

    def show_count(self, text: str) -> None:
        """Show how many photos there are."""
        self._count.setText(text)

    def show_search(self, text: str) -> None:
        """Show how the search goes, with a button that stops it; an empty text: there is none."""
        self._search_text.show_text(text)
        self._search.setVisible(bool(text))

    @property
    def search_words(self) -> str:
        """How the search goes; empty where none is shown."""
        return self._search_text.whole if self._search.isVisibleTo(self) else ""

    def show_status(self, text: str, left: str, fraction: float | None) -> None:
        """Show how the batch stands; no bar where the fraction is None."""
        self._status.setText(text)
        self._status.setVisible(bool(text))
        self._left.setText(left)
        self._left.setVisible(bool(left))
        self._bar.setVisible(fraction is not None)
        self._bar.setValue(round((fraction or 0.0) * _STEPS))

    def show_target(self, text: str, tip: str) -> None:
        """Show where results go."""
        self._target.show_text(text)
        self._target.setToolTip(tip)
        self._fit_width()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """The font is known now."""
        super().showEvent(event)
        self._fit_width()

    def _fit_width(self) -> None:
        words = self._target.fontMetrics().horizontalAdvance(self._target.whole)
        beside = (
            self.export.sizeHint().width() + self._target_row.spacing() + 2 * _SIDE_PX + _SLACK_PX
        )
        self.setFixedWidth(max(PANE_WIDTH_PX, min(words + beside, _MOST_WIDTH_PX)))

    def show_start(self, text: str, tip: str, *, possible: bool) -> None:
        """Show what the main button does; it is gone where there is nothing to do."""
        self.start.setVisible(possible)
        self.start.setText(text)
        self.start.setToolTip(tip)
        self.start.setEnabled(possible)

    def show_scope(self, scope: str | None) -> None:
        """Show whom the settings are for; None where no photo of the list is open."""
        self._scope.setVisible(scope is not None)
        if scope is not None:
            self._switch.show_state(scope)
            self._apply.setVisible(scope == "one")

    def show_offer(self, text: str) -> None:
        """Offer to go on after a crash; an empty text takes the offer away."""
        self._offer_text.setText(text)
        self._offer.setVisible(bool(text))

    @property
    def offer(self) -> str:
        """What is offered; empty for nothing."""
        return self._offer_text.text() if self._offer.isVisibleTo(self) else ""

    def sizeHint(self) -> QSize:  # noqa: N802
        """A fixed width, any height."""
        return QSize(PANE_WIDTH_PX, 400)


def _muted(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", "muted")
    return label
