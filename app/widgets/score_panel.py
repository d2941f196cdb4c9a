"""The panel with the scores of the open photo."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.widgets.line_break import show_breakable
from app.widgets.score_lines import (
    ScoreBlock,
    ScoreLine,
    blocks_as_csv,
    blocks_as_text,
    line_text,
    verdict_text,
)
from app.widgets.theme import icon

WIDTH_PX = 320


class ScorePanel(QFrame):
    """Figures before and after, what each means, and a reference picture by choice.

    Signals:
        measure_asked: The user wants figures.
        reference_asked: The user wants to choose a reference picture.
        reference_removed: The user wants none.
        closed: The user wants the panel gone.
    """

    measure_asked = Signal()
    reference_asked = Signal()
    reference_removed = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("scorePanel")
        self.setFixedWidth(WIDTH_PX)
        self.blocks: tuple[ScoreBlock, ...] = ()
        self._name = ""
        self._title = QLabel(self.tr("Scores"))
        self._title.setProperty("role", "heading")
        self._close = QToolButton()
        self._close.setAccessibleName(self.tr("Close the scores"))
        self._close.setToolTip(self.tr("Hides the scores; the photo stays as it is"))
        self._close.clicked.connect(self.closed)
        self.measure = QPushButton(self.tr("Measure"))
        self.measure.setToolTip(
            self.tr("Measures the photo before and after; it changes nothing in the picture")
        )
        self.measure.clicked.connect(self.measure_asked)
        self.state = _wrapped("muted")
        self._make_reference()
        self._make_copying()
        self._lay_out()
        self.refresh_icons()
        self.show_no_scores("")

    def _make_reference(self) -> None:
        self.choose_reference = QPushButton(self.tr("Compare with a picture…"))
        self.choose_reference.setToolTip(
            self.tr(
                "Chooses a better picture of the same photo, for instance a new scan: then you "
                "see how close the result comes to it"
            )
        )
        self.choose_reference.clicked.connect(self.reference_asked)
        self.reference = _wrapped("muted")
        self.remove_reference = QToolButton()
        self.remove_reference.setAccessibleName(self.tr("Remove the reference picture"))
        self.remove_reference.setToolTip(self.tr("Measures without a reference picture again"))
        self.remove_reference.clicked.connect(self.reference_removed)
        self._reference_row = QWidget()
        row = QHBoxLayout(self._reference_row)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.reference, 1)
        row.addWidget(self.remove_reference, 0, Qt.AlignmentFlag.AlignTop)
        self._reference_row.hide()

    def _make_copying(self) -> None:
        self.copy_text = QPushButton(self.tr("Copy as text"))
        self.copy_text.setToolTip(self.tr("Copies all figures with what they mean"))
        self.copy_text.clicked.connect(self._on_copy_text)
        self.copy_csv = QPushButton(self.tr("Copy as CSV"))
        self.copy_csv.setToolTip(self.tr("Copies all figures as a table for a spreadsheet"))
        self.copy_csv.clicked.connect(self._on_copy_csv)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(16, 12, 8, 6)
        head.addWidget(self._title, 1)
        head.addWidget(self._close)
        top = QVBoxLayout()
        top.setContentsMargins(16, 0, 16, 8)
        top.setSpacing(8)
        top.addWidget(self.measure)
        top.addWidget(self.choose_reference)
        top.addWidget(self._reference_row)
        top.addWidget(self.state)
        self._body = QWidget()
        self._rows = QVBoxLayout(self._body)
        self._rows.setContentsMargins(16, 12, 16, 12)
        self._rows.setSpacing(16)
        self._scroll = QScrollArea()
        self._scroll.setObjectName("panelScroll")
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._body)
        self._scroll.setAccessibleName(self.tr("Figures of the photo"))
        self._foot = QFrame()
        self._foot.setObjectName("panelFoot")
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(12, 10, 12, 10)
        foot.addWidget(self.copy_text)
        foot.addWidget(self.copy_csv)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(1, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(head)
        layout.addLayout(top)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(self._foot)

    # What the window shows

    def show_scores(self, name: str, blocks: Sequence[ScoreBlock], note: str) -> None:
        """Show figures.

        Args:
            name: The photo's name, for what is copied.
            blocks: The figures.
            note: At which size they were measured.
        """
        self._name = name
        self._fill(blocks)
        self._say(note)
        self.measure.setText(self.tr("Measure again"))

    def show_no_scores(self, why: str) -> None:
        """Show no figures, and why."""
        self._fill(())
        self._say(why)
        self.measure.setText(self.tr("Measure"))

    def show_outdated(self) -> None:
        """Say that the picture has changed since it was measured."""
        if self.blocks:
            self._say(self.tr("The picture has changed since. Measure again to see how."))

    def show_trouble(self, text: str) -> None:
        """Say why nothing could be measured."""
        self._fill(())
        self._say(text, role="error")

    def show_reference(self, name: str) -> None:
        """Show which reference is chosen; an empty name for none."""
        text = self.tr("Reference: {name}").format(name=name) if name else ""
        show_breakable(self.reference, text)
        self._reference_row.setVisible(bool(name))
        self.choose_reference.setText(
            self.tr("Choose another picture…") if name else self.tr("Compare with a picture…")
        )

    def set_can_measure(self, *, possible: bool) -> None:
        """Allow measuring, or not while there is no result."""
        self.measure.setEnabled(possible)
        self.choose_reference.setEnabled(possible)

    def refresh_icons(self) -> None:
        """Draw signs in the colours of the present theme."""
        for button in (self._close, self.remove_reference):
            button.setIcon(icon("close"))

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802
        """Follow the theme."""
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_rows"):
            self.refresh_icons()
        super().changeEvent(event)

    def _say(self, text: str, role: str = "muted") -> None:
        self.state.setProperty("role", role)
        self.state.style().unpolish(self.state)
        self.state.style().polish(self.state)
        self.state.setText(text)
        self.state.setVisible(bool(text))

    def _fill(self, blocks: Sequence[ScoreBlock]) -> None:
        self.blocks = tuple(blocks)
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for block in self.blocks:
            self._rows.addWidget(_BlockView(block))
        self._rows.addStretch(1)
        self._foot.setVisible(bool(blocks))

    @Slot()
    def _on_copy_text(self) -> None:
        QGuiApplication.clipboard().setText(blocks_as_text(self._name, self.blocks))

    @Slot()
    def _on_copy_csv(self) -> None:
        QGuiApplication.clipboard().setText(blocks_as_csv(self.blocks))


class _BlockView(QWidget):
    """One figure, or one figure of each face, with its explanation."""

    def __init__(self, block: ScoreBlock) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        title = _wrapped("heading")
        title.setText(block.title)
        layout.addWidget(title)
        for line in block.lines:
            layout.addWidget(_line_view(line, is_named=line.title != block.title))
            if line.note:
                layout.addWidget(_install_note(line.note))
        meaning = _wrapped("muted")
        meaning.setText(block.meaning)
        layout.addWidget(meaning)


def _line_view(line: ScoreLine, *, is_named: bool) -> QWidget:
    """Before, after, and whether that is better."""
    view = QWidget()
    view.setAccessibleName(line_text(line))
    row = QHBoxLayout(view)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    if is_named:
        row.addWidget(QLabel(line.title))
    if line.before:
        row.addWidget(_plain(line.before, "muted"))
        row.addWidget(_plain("→", "muted"))
    row.addWidget(_plain(line.after, "muted" if line.note else "heading"))
    row.addStretch(1)
    roles = {"better": "heading", "worse": "error"}
    row.addWidget(_plain(verdict_text(line.verdict), roles.get(line.verdict, "muted")))
    return view


def _install_note(command: str) -> QLabel:
    """How a missing figure is installed, to be selected and copied."""
    label = _wrapped("muted")
    label.setText(command)
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse
        | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return label


def _plain(text: str, role: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("role", role)
    return label


def _wrapped(role: str) -> QLabel:
    label = QLabel()
    label.setProperty("role", role)
    label.setWordWrap(True)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    return label
