"""Names of results from a recipe such as “{name}-{date}”, and names that every disk can hold.

Pure text work: nothing here looks at a disk, so a window can show an example while somebody types.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from core.errors import SettingsError

PLACEHOLDERS = ("name", "date", "model", "counter")
"""What a name may hold between braces."""

MAX_NAME_BYTES = 240
"""Longest name of a result with everything beside it; file systems end at 255 bytes. The rest is
left for programs that add an ending of their own, such as a backup."""

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"^(con|prn|aux|nul|com[0-9]|lpt[0-9])$", re.IGNORECASE)
_COUNTER_DIGITS = 3
_STAND_IN = "_"


@dataclass(frozen=True, slots=True)
class NameFacts:
    """What the placeholders stand for.

    Attributes:
        name: The photo's file name without its ending.
        date: The day on which the photo was taken, or its file made; None where nobody knows.
        model: The face model; empty where faces are left alone.
        counter: The photo's number in its batch, from 1.
    """

    name: str
    date: date | None = None
    model: str = ""
    counter: int = 1


def check_name_recipe(recipe: str) -> None:
    """Refuse a recipe that cannot be followed.

    Raises:
        SettingsError: A brace without its partner, an unknown placeholder, or nothing at all.
    """
    known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    try:
        parts = list(string.Formatter().parse(recipe))
    except ValueError as error:
        raise SettingsError(
            f"The name “{recipe}” has a brace without its partner.",
            f"Write placeholders as {known}.",
        ) from error
    for _text, name, format_spec, conversion in parts:
        if name is not None and (name not in PLACEHOLDERS or format_spec or conversion):
            raise SettingsError(
                f"The name “{recipe}” holds “{{{name}}}”, which stands for nothing.",
                f"Heirloom knows {known}.",
            )
    if not recipe.strip():
        raise SettingsError("The name of the results is empty.", f"Use {known}, or any text.")


def result_stem(recipe: str, facts: NameFacts) -> str:
    """The name of a result without its ending.

    Characters that some system forbids become “_”, so that the same name works everywhere.

    Args:
        recipe: Text with placeholders.
        facts: What they stand for.

    Raises:
        SettingsError: As in `check_name_recipe`.
    """
    check_name_recipe(recipe)
    filled = recipe.format(
        name=facts.name,
        date=facts.date.isoformat() if facts.date else "undated",
        model=PurePath(facts.model).stem or "no-faces",
        counter=f"{facts.counter:0{_COUNTER_DIGITS}d}",
    )
    return safe_stem(filled)


def safe_stem(text: str) -> str:
    """The text as a file name that every system accepts; never empty, never hidden by accident."""
    clean = _FORBIDDEN.sub(_STAND_IN, text).strip().rstrip(".")
    if not clean.strip("."):
        return "photo"
    # Windows takes what stands before the first dot for a device.
    head = clean.split(".", 1)[0]
    return f"{_STAND_IN}{clean}" if _RESERVED.match(head) else clean


def fitting_name(stem: str, ending: str, beside: str = "") -> str:
    """`stem + ending`, with the stem cut so that the longest name made of it still fits.

    Args:
        stem: The name, of which the beginning is kept.
        ending: What must stay whole: "-restored-2.jpg".
        beside: What is added to the name of a file beside it: ".heirloom.json".
    """
    room = MAX_NAME_BYTES - len(ending.encode()) - len(beside.encode())
    kept = stem.encode("utf-8", "surrogateescape")
    if len(kept) > room:
        # A character of several bytes is left out whole.
        stem = kept[: max(1, room)].decode("utf-8", "ignore").rstrip() or "photo"
    return stem + ending
