"""The one colour slider of the simple view: a path through the colour presets.

0 changes nothing, one half is the automatic preset, 1 the strong one; between them every control
moves in proportion.
"""

from __future__ import annotations

from functools import cache

from core.settings import COLOUR_PRESETS, ColourSettings
from core.settings_base import field_meta

_STEPS = 100
AUTO_AMOUNT = 0.5


def _numbers(settings: ColourSettings) -> dict[str, float]:
    found = {}
    for name in field_meta(ColourSettings):
        value = getattr(settings, name)
        if isinstance(value, float):
            found[name] = value
    return found


def colour_for_amount(amount: float) -> ColourSettings:
    """The colour settings at a position of the slider in [0, 1]."""
    none, auto, strong = (COLOUR_PRESETS[name] for name in ("none", "auto", "strong"))
    if amount <= AUTO_AMOUNT:
        start, end, share = none, auto, amount / AUTO_AMOUNT
    else:
        start, end, share = auto, strong, (amount - AUTO_AMOUNT) / (1 - AUTO_AMOUNT)
    low, high = _numbers(start), _numbers(end)
    # Rounded so that the preset at each stop comes out exactly and JSON stays short.
    mixed = {name: round(low[name] + (high[name] - low[name]) * share, 4) for name in low}
    return end.replace(**mixed)


@cache
def _stops() -> tuple[dict[str, float], ...]:
    """The numbers at every position; worked out once, as each move of any slider asks for them."""
    return tuple(_numbers(colour_for_amount(step / _STEPS)) for step in range(_STEPS + 1))


def amount_of_colour(settings: ColourSettings) -> float:
    """The position of the slider in [0, 1] that comes nearest to the settings."""
    wanted = _numbers(settings)

    def distance(step: int) -> float:
        there = _stops()[step]
        return sum((there[name] - wanted[name]) ** 2 for name in wanted)

    return min(range(_STEPS + 1), key=distance) / _STEPS


def is_on_path(settings: ColourSettings) -> bool:
    """True where the one slider describes the settings exactly."""
    return colour_for_amount(amount_of_colour(settings)) == settings
