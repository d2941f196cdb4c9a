"""How a report puts settings and figures into words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from core.report import FaceReport
from core.settings import RestorationSettings
from core.settings_base import field_meta

Say = Callable[[str], str]
"""Gives a sentence in the reader's language; the window gives its own, the command line none."""

SHORT_HASH = 12


def plain(text: str) -> str:
    """The sentence as it is: English."""
    return text


def changed_settings(settings: RestorationSettings, say: Say) -> list[tuple[str, str]]:
    """Title and value of each setting that is not the default, in the order of the settings."""
    return _changed(settings, RestorationSettings(), say)


def _changed(settings: msgspec.Struct, usual: msgspec.Struct, say: Say) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    metas = field_meta(type(settings))
    for name in settings.__struct_fields__:
        value, default = getattr(settings, name), getattr(usual, name)
        if value == default:
            continue
        if isinstance(value, msgspec.Struct) and isinstance(default, type(value)):
            found += _changed(value, default, say)
            continue
        meta = metas.get(name)
        title = say(meta.title) if meta is not None and meta.title else name.replace("_", " ")
        found.append((title, value_text(value, say)))
    return found


def value_text(value: Any, say: Say) -> str:
    """A setting's value for people."""
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, (tuple, list)):
        return str(len(value)) if value and isinstance(value[0], msgspec.Struct) else str(value)
    return str(value)


def likeness_text(face: FaceReport, say: Say) -> str:
    """How alike the face is before and after, as a percentage, with what that means."""
    if face.identity is None or not face.restored:
        return "–"
    words = {
        "same": say("same person"),
        "pulled_back": say("taken back until alike"),
        "given_up": say("left as it was"),
        "doubtful": say("look closely"),
    }
    percent = f"{max(0.0, face.identity):.0%}".replace("%", " %")
    meaning = words.get(face.likeness, "")
    return f"{percent}, {meaning}" if meaning else percent


def niqe_text(value: float | None) -> str:
    """A NIQE score."""
    return "–" if value is None else f"{value:.2f}"
