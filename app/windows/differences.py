"""Differences of settings and likeness of faces, in a few plain words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QCoreApplication

from app.session.candidates import Difference
from app.session.services import Choices
from app.widgets.core_text import core_text

_MOST = 2


def difference_text(found: Sequence[Difference], choices: Choices, *, most: int = _MOST) -> str:
    """Titles and values, as in “Face model Compact, Saturation 20 %, 3 more”."""
    translate = QCoreApplication.translate
    words = [f"{core_text(one.title)} {_value(one, choices)}".strip() for one in found[:most]]
    more = len(found) - most
    if more > 0:
        words.append(translate("Differences", "{count} more").format(count=more))
    return ", ".join(words)


def likeness_text(likenesses: Sequence[float | None]) -> str:
    """One percentage, or the range over several faces; empty where none was measured."""
    measured = sorted(round(100 * max(0.0, one)) for one in likenesses if one is not None)
    if not measured:
        return ""
    translate = QCoreApplication.translate
    low, high = measured[0], measured[-1]
    if low == high:
        return translate("Differences", "Likeness {percent} %").format(percent=low)
    return translate("Differences", "Likeness {low}–{high} %").format(low=low, high=high)


def _value(one: Difference, choices: Choices) -> str:
    translate = QCoreApplication.translate
    value: Any = one.value
    if isinstance(value, bool):
        return translate("Differences", "on") if value else translate("Differences", "off")
    if isinstance(value, float):
        return f"{round(100 * value)} %"
    if isinstance(value, tuple) or value is None:
        return ""
    options = (*choices.face_models, *choices.detectors, *choices.upscalers)
    titles = {option.id: option.title for option in options}
    return core_text(titles.get(str(value), str(value)))
