"""The grid of results with what fills it above and what is done with the chosen one."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from app.views.result_grid import ResultGrid
from app.widgets.mode_switch import ModeSwitch


class GridPage(QWidget):
    """Compares results; takes the place of the before/after view.

    Signals:
        fill_asked: ("models", "strengths", "presets" or "versions")
        winner_asked: The chosen result shall become the photo's.
        face_winner_asked: The chosen result shall become that of the chosen face.
        left: The user wants to go back.
    """

    fill_asked = Signal(str)
    winner_asked = Signal()
    face_winner_asked = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.grid = ResultGrid()
        self._fills = ModeSwitch(
            (
                ("models", self.tr("Face models"), self.tr("Restores the faces with each model")),
                (
                    "strengths",
                    self.tr("Strengths"),
                    self.tr("Shows the faces at 25, 50, 75 and 100 %"),
                ),
                (
                    "presets",
                    self.tr("Presets"),
                    self.tr("Shows the photo with each of your presets"),
                ),
                ("versions", self.tr("Versions"), self.tr("Shows the versions that you kept")),
            )
        )
        self._fills.chosen.connect(self.fill_asked)
        self._hint = QLabel()
        self._hint.setProperty("role", "muted")
        self._hint.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._winner = QPushButton(self.tr("Use for the photo"))
        self._winner.setProperty("primary", "true")
        self._winner.setToolTip(self.tr("The photo gets the settings of the chosen result (Enter)"))
        self._face_winner = QPushButton()
        self._back = QPushButton(self.tr("Back"))
        self._back.setToolTip(self.tr("Goes back to the photo and changes nothing (Esc)"))
        self._winner.clicked.connect(self.winner_asked)
        self._face_winner.clicked.connect(self.face_winner_asked)
        self._back.clicked.connect(self.left)
        self.grid.picked.connect(self.winner_asked)
        self.grid.face_picked.connect(self.face_winner_asked)
        self.grid.left.connect(self.left)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._make_fill_bar())
        layout.addWidget(self.grid, 1)
        self._foot = self._make_pick_bar()
        layout.addWidget(self._foot)
        self.show_choice(-1, -1)

    def _make_fill_bar(self) -> QFrame:
        bar = QFrame()
        bar.setObjectName("headerBar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(16, 7, 14, 7)
        row.setSpacing(8)
        row.addWidget(QLabel(self.tr("Compare")))
        row.addWidget(self._fills)
        row.addStretch()
        row.addWidget(self._back)
        return bar

    def _make_pick_bar(self) -> QFrame:
        bar = QFrame()
        bar.setObjectName("viewBar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(16, 7, 14, 7)
        row.setSpacing(8)
        row.addWidget(self._hint, 1)
        row.addWidget(self._face_winner)
        row.addWidget(self._winner)
        return bar

    @property
    def foot_height_px(self) -> int:
        """Height of the bar below the results, which nothing should cover."""
        return self._foot.sizeHint().height()

    def show_fill(self, fill: str) -> None:
        """Show what fills the grid."""
        self._fills.show_state(fill)

    def show_choice(self, pane: int, face: int) -> None:
        """Show what is chosen: a pane or -1, a face in it or -1."""
        self._winner.setEnabled(pane >= 0)
        self._face_winner.setEnabled(pane >= 0 and face >= 0)
        if face >= 0:
            text = self.tr("Use for face {number}").format(number=face + 1)
        else:
            text = self.tr("Use for one face")
        self._face_winner.setText(text)
        self._face_winner.setAccessibleName(text)
        self._face_winner.setToolTip(
            self.tr("Only the chosen face gets model and strength of this result (Shift+Enter)")
        )
        if pane < 0:
            self._hint.setText(self.tr("Click the result that you like best, or a face in it."))
        else:
            self._hint.setText(self.grid.panes[pane].title)

    def show_hint(self, text: str) -> None:
        """Say what happened."""
        self._hint.setText(text)
