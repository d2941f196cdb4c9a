"""Words and signs can be told from what they stand on, in both themes (WCAG 2.2, AA)."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from PySide6.QtGui import QColor

from app.widgets.theme import Colours, colours

TEXT, SIGN = 4.5, 3.0

GROUNDS = (
    "window", "surface", "canvas", "control", "control_hover", "accent_soft", "error_soft",
    "note_soft",
)  # fmt: skip

PAIRS = [
    *[("text", ground, TEXT) for ground in GROUNDS],
    # Secondary words: on panes, in the empty state, beside the progress, in coloured boxes.
    *[("muted", ground, TEXT) for ground in ("window", "surface", "canvas", "note_soft")],
    ("muted", "error_soft", TEXT),
    # The words of flat buttons and of links.
    *[("accent", ground, TEXT) for ground in ("window", "surface", "note_soft")],
    *[("error", ground, TEXT) for ground in ("window", "surface", "error_soft")],
    ("accent_text", "accent", TEXT),
    ("accent_text", "accent_hover", TEXT),
    # The ring around what has the focus, checked switches, progress.
    *[("accent", ground, SIGN) for ground in (*GROUNDS, "groove")],
    # The frames of empty boxes.
    ("muted", "surface", SIGN),
    ("muted", "window", SIGN),
]
"""What is drawn with one colour on another: (drawn, ground, least ratio)."""


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it, [0, 1]."""
    found = QColor(colour)
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (found.redF(), found.greenF(), found.blueF())
    ]
    return sum(share * value for share, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_is_the_one_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("dark", [False, True])
def test_words_and_signs_stand_out(dark):
    theme = colours(dark=dark)
    weak = [
        f"{drawn} on {ground}: {ratio:.2f}, not {least}"
        for drawn, ground, least in PAIRS
        if (ratio := contrast(getattr(theme, drawn), getattr(theme, ground))) < least
    ]
    assert not weak, "\n" + "\n".join(weak)


@pytest.mark.parametrize("dark", [False, True])
def test_every_rule_of_the_style_sheet_that_names_both_colours_is_readable(dark):
    sheet = files("resources").joinpath("styles", "base.qss").read_text("utf-8")
    theme, weak = colours(dark=dark), []
    for selector, body in re.findall(r"([^{}]+)\{([^{}]*)\}", sheet):
        drawn = re.search(r"(?<![\w-])color:\s*@(\w+)", body)
        ground = re.search(r"background(?:-color)?:\s*@(\w+)", body)
        # What cannot be used is pale on purpose; the standard leaves it out.
        if drawn is None or ground is None or ":disabled" in selector:
            continue
        ratio = contrast(getattr(theme, drawn[1]), getattr(theme, ground[1]))
        if ratio < TEXT:
            weak.append(f"{selector.strip()}: {drawn[1]} on {ground[1]}, {ratio:.2f}")
    assert not weak, "\n" + "\n".join(weak)


def test_all_colours_of_the_sheet_are_colours_of_the_themes():
    sheet = files("resources").joinpath("styles", "base.qss").read_text("utf-8")
    names = set(re.findall(r"@(\w+)", re.sub(r"/\*.*?\*/", "", sheet)))
    assert names - {"icons"} <= set(Colours.__dataclass_fields__)
