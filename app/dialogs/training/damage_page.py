"""Third step: how strongly the photos are damaged for training, shown on the user's own faces."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.dialogs.training.page import WizardPage, wrapped
from app.jobs.training_work import TrainingWork
from app.session.training_values import Damage, Pair, TrainingServices
from app.session.troubles import Trouble
from app.widgets.rows import SliderRow
from app.widgets.theme import current_colours
from core.progress import Progress

PAIRS = "pairs"
SHOWN = 3
_PANEL_PX = 250


class DamagePage(WizardPage):
    """Sliders beside pairs of input and target, drawn anew as the sliders move.

    Args:
        services: Draws the pairs.
        work: Runs the jobs.

    Signals:
        failed: (Trouble)
    """

    failed = Signal(object)

    def __init__(self, services: TrainingServices, work: TrainingWork) -> None:
        super().__init__()
        self.set_words(
            self.tr("How damaged are your old photos?"),
            self.tr(
                "The model learns by mending pictures that Heirloom damages on purpose. Make the "
                "upper row look like the photos that you want to restore."
            ),
        )
        self._services, self._work = services, work
        self._faces: Path | None = None
        self._first = 0
        self.degradation = SliderRow(
            self.tr("Blur, noise and JPEG"),
            self.tr("How soft, grainy and blocky the damaged pictures are"),
            high=2.0,
            neutral=0.0,
            default=1.0,
        )
        self.strength = SliderRow(
            self.tr("Scratches, dust, fading"),
            self.tr("How heavy scratches, dust, creases, stains and fading are"),
            high=2.0,
            neutral=0.0,
            default=1.0,
        )
        self.share = SliderRow(
            self.tr("How many have scratches"),
            self.tr("Share of the pictures that get scratches, dust or fading"),
            default=0.25,
        )
        self.others_button = QPushButton(self.tr("Show others"))
        self.others_button.setToolTip(self.tr("Draws other faces with other damage"))
        self.reset_button = QPushButton(self.tr("Recommended"))
        self.reset_button.setToolTip(self.tr("Sets the sliders back to what suits most photos"))
        self.pairs = PairGrid()
        self._lay_out()
        self._damage = Damage()
        self.degradation.edited.connect(self._on_degradation_edited)
        self.strength.edited.connect(self._on_strength_edited)
        self.share.edited.connect(self._on_share_edited)
        self.others_button.clicked.connect(self._on_others_clicked)
        self.reset_button.clicked.connect(self.reset)
        work.done.connect(self._on_done)
        work.failed.connect(self._on_failed)

    def _lay_out(self) -> None:
        panel = QWidget()
        panel.setFixedWidth(_PANEL_PX)
        column = QVBoxLayout(panel)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(16)
        for slider in (self.degradation, self.strength, self.share):
            column.addWidget(slider)
        buttons = QHBoxLayout()
        for button in (self.reset_button, self.others_button):
            button.setAutoDefault(False)
            buttons.addWidget(button)
        column.addLayout(buttons)
        column.addWidget(
            wrapped(
                self.tr(
                    "Stronger damage makes the model bolder: it mends more and invents more. A "
                    "part of the pictures always stays nearly undamaged, so that it learns to "
                    "leave good photos alone."
                ),
                "muted",
            )
        )
        column.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(24)
        row.addWidget(panel)
        row.addWidget(self.pairs, 1)
        self.body.addLayout(row, 1)

    @property
    def damage(self) -> Damage:
        """What was chosen."""
        return self._damage

    def show_faces(self, faces: Path) -> None:
        """Draw pairs of these faces."""
        self._faces = faces
        self._draw()

    @Slot()
    def reset(self) -> None:
        """Go back to the recommended strengths."""
        default = Damage()
        self.degradation.show_value(default.degradation)
        self.strength.show_value(default.damage)
        self.share.show_value(default.share)
        self._set(default)

    @Slot(object)
    def _on_degradation_edited(self, value: float) -> None:
        self._set(Damage(value, self._damage.damage, self._damage.share))

    @Slot(object)
    def _on_strength_edited(self, value: float) -> None:
        self._set(Damage(self._damage.degradation, value, self._damage.share))

    @Slot(object)
    def _on_share_edited(self, value: float) -> None:
        self._set(Damage(self._damage.degradation, self._damage.damage, value))

    @Slot()
    def _on_others_clicked(self) -> None:
        self._first += SHOWN
        self._draw()

    def _set(self, damage: Damage) -> None:
        if damage != self._damage:
            self._damage = damage
            self._draw()

    def _draw(self) -> None:
        if self._faces is None:
            return
        faces, damage, first = self._faces, self._damage, self._first

        def work(progress: Progress) -> tuple[Pair, ...]:
            return self._services.pairs(faces, damage, first, SHOWN, progress)

        self._work.submit(PAIRS, self.tr("Drawing"), work, quick=True)

    @Slot(str, object)
    def _on_done(self, kind: str, result: object) -> None:
        if kind == PAIRS and isinstance(result, tuple):
            self.pairs.show_pairs(result)

    @Slot(str, object)
    def _on_failed(self, kind: str, trouble: Trouble) -> None:
        if kind == PAIRS:
            self.failed.emit(trouble)


class PairGrid(QWidget):
    """Two rows of pictures: what the model sees, what it shall make of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pictures: list[tuple[QImage, QImage]] = []
        self.setMinimumSize(QSize(360, 240))
        self.setAccessibleName(self.tr("Damaged pictures above, their targets below"))
        self.setToolTip(self.tr("Above: what the model sees. Below: what it shall make of it."))

    @property
    def pictures(self) -> list[tuple[QImage, QImage]]:
        """What is shown: (damaged, target)."""
        return self._pictures

    def show_pairs(self, pairs: tuple[Pair, ...]) -> None:
        """Show others."""
        self._pictures = [(_image(pair.damaged), _image(pair.target)) for pair in pairs]
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """As large as fits."""
        del event
        colours = current_colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        line = self.fontMetrics().height() + 6
        count = max(1, len(self._pictures))
        side = min((self.width() - 8 * (count - 1)) / count, (self.height() - 2 * line - 12) / 2)
        for row, title in enumerate((self.tr("The model sees"), self.tr("and learns to make"))):
            top = row * (side + line + 12)
            painter.setPen(QColor(colours.muted))
            box = QRectF(0, top, self.width(), line)
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, title)
            for column, pair in enumerate(self._pictures):
                place = QRectF(column * (side + 8), top + line, side, side)
                painter.drawImage(place, pair[row])


def _image(pixels: object) -> QImage:
    import numpy as np

    array = np.ascontiguousarray(pixels, dtype=np.uint8)
    height, width = array.shape[:2]
    return QImage(array.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
