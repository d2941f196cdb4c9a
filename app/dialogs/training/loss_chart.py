"""A small line chart, painted by hand: QtCharts is not part of PySide6-Essentials."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from app.widgets.theme import current_colours

_LEFT_PX, _RIGHT_PX, _TOP_PX, _BOTTOM_PX = 46, 10, 10, 24
_VALUE_GAP_PX = 8
_SHARES = (0.0, 0.5, 1.0)
_MOST_POINTS = 600
_SMOOTHING = 0.08
"""Weight of a new value in the smoothed curve; the raw one is drawn thin behind it."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Values over steps.

    Attributes:
        title: What they are.
        points: (step, value), by step.
        is_smoothed: They are noisy: draw a smooth line, and the values themselves faintly.
        marked: A step to mark with a dot, such as the best one; None for none.
    """

    title: str
    points: tuple[tuple[float, float], ...]
    is_smoothed: bool = False
    marked: int | None = None


class LossChart(QWidget):
    """Shows one curve; the axis of values fits what is shown. Its title stands elsewhere.

    Args:
        empty_text: Shown while there is nothing to draw.
        parent: Owner.
    """

    def __init__(self, empty_text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._curve = Curve("", ())
        self._steps = 1
        self._empty_text = empty_text
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(120)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Wide and low."""
        return QSize(320, 150)

    @property
    def curve(self) -> Curve:
        """What is shown."""
        return self._curve

    def show_curve(self, curve: Curve, steps: int) -> None:
        """Show values.

        Args:
            curve: The values.
            steps: Where the axis of steps ends.
        """
        self._curve, self._steps = curve, max(1, steps)
        self.setAccessibleName(curve.title)
        if curve.points:
            first, last = curve.points[0][1], curve.points[-1][1]
            self.setAccessibleDescription(
                self.tr("From {first} to {last} over {count} values").format(
                    first=f"{first:.4g}", last=f"{last:.4g}", count=len(curve.points)
                )
            )
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        """Axes and curve."""
        del event
        colours = current_colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(self.rect()).adjusted(_LEFT_PX, _TOP_PX, -_RIGHT_PX, -_BOTTOM_PX)
        points = thinned([p for p in self._curve.points if math.isfinite(p[1])], _MOST_POINTS)
        if not points:
            painter.setPen(QColor(colours.muted))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, self._empty_text)
            return
        low, high = value_range([value for _, value in points])
        values = self._values_shown(low, high)
        area.setLeft(self._room_for(values))
        self._paint_axes(painter, area, values)
        place = _Place(area, self._steps, low, high)
        accent = QColor(colours.accent)
        if self._curve.is_smoothed and len(points) > 8:
            faint = QColor(accent)
            faint.setAlpha(70)
            painter.setPen(QPen(faint, 1))
            painter.drawPath(_path(points, place))
            points = smoothed(points)
        painter.setPen(QPen(accent, 2))
        painter.drawPath(_path(points, place))
        painter.setBrush(accent)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(place.of(*points[-1]), 3, 3)
        self._paint_mark(painter, place, points)

    def _values_shown(self, low: float, high: float) -> tuple[str, str, str]:
        """What stands at the axis, from below."""
        digits = _digits(high - low)
        first, middle, last = (
            self.locale().toString(low + share * (high - low), "f", digits) for share in _SHARES
        )
        return first, middle, last

    def _room_for(self, values: Sequence[str]) -> float:
        """Where the curve begins, so that all values have room before it."""
        widest = max(self.fontMetrics().horizontalAdvance(text) for text in values)
        return float(max(_LEFT_PX, widest + _VALUE_GAP_PX + 2))

    def _paint_axes(self, painter: QPainter, area: QRectF, values: Sequence[str]) -> None:
        colours = current_colours()
        metrics = QFontMetrics(painter.font())
        for share, text in zip(_SHARES, values, strict=True):
            y = area.bottom() - share * area.height()
            painter.setPen(QPen(QColor(colours.border), 1))
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(QColor(colours.muted))
            room = area.left() - _VALUE_GAP_PX
            place = QRectF(0, y - metrics.height() / 2, room, metrics.height())
            alignment = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            painter.drawText(place, alignment, text)
        below = QRectF(area.left(), area.bottom() + 4, area.width(), _BOTTOM_PX - 4)
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, "0")
        end = self.tr("step {step}").format(step=self.locale().toString(self._steps))
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, end)

    def _paint_mark(
        self, painter: QPainter, place: _Place, points: Sequence[tuple[float, float]]
    ) -> None:
        marked = [point for point in points if point[0] == self._curve.marked]
        if marked:
            colours = current_colours()
            painter.setBrush(QColor(colours.surface))
            painter.setPen(QPen(QColor(colours.accent), 2))
            painter.drawEllipse(place.of(*marked[0]), 5, 5)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value lies on the screen."""

    area: QRectF
    steps: int
    low: float
    high: float

    def of(self, step: float, value: float) -> QPointF:
        x = self.area.left() + step / self.steps * self.area.width()
        share = (value - self.low) / (self.high - self.low)
        return QPointF(x, self.area.bottom() - share * self.area.height())


def _path(points: Sequence[tuple[float, float]], place: _Place) -> QPainterPath:
    path = QPainterPath(place.of(*points[0]))
    for point in points[1:]:
        path.lineTo(place.of(*point))
    return path


def value_range(values: Sequence[float]) -> tuple[float, float]:
    """A range that holds all but wild outliers at the beginning, never empty."""
    ordered = sorted(values)
    low = ordered[0]
    high = ordered[-1] if len(ordered) < 50 else ordered[int(0.99 * (len(ordered) - 1))]
    room = (high - low) * 0.05 or max(abs(high) * 0.05, 1e-6)
    return low - room, high + room


def thinned(points: Sequence[tuple[float, float]], most: int) -> list[tuple[float, float]]:
    """At most so many points: means of equal stretches; the last one stays as it is."""
    if len(points) <= most:
        return list(points)
    size = math.ceil(len(points) / most)
    kept = []
    for first in range(0, len(points), size):
        stretch = points[first : first + size]
        step = math.fsum(p[0] for p in stretch) / len(stretch)
        kept.append((step, math.fsum(p[1] for p in stretch) / len(stretch)))
    kept[-1] = points[-1]
    return kept


def smoothed(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """An exponential mean that does not lag at the start."""
    done, mean, weight = [], 0.0, 0.0
    for step, value in points:
        mean = (1 - _SMOOTHING) * mean + _SMOOTHING * value
        weight = (1 - _SMOOTHING) * weight + _SMOOTHING
        done.append((step, mean / weight))
    return done


def _digits(span: float) -> int:
    """Digits behind the point that tell values of a range apart."""
    return max(0, min(4, 2 - math.floor(math.log10(span)))) if span > 0 else 3
