"""Translates sentences that come from the engine: titles of settings, stages, errors.

They arrive as finished English text. One without values is looked up as it is; one with values is
recognised by its template, whose translation then gets the same values. The templates are listed by
`python -m app.i18n_update`, which finds them in the sources.
"""

from __future__ import annotations

import json
import re
from functools import cache

from PySide6.QtCore import QCoreApplication

from app.session.languages import translations_folder

CONTEXT = "Core"
TEMPLATES = "core_templates.json"
_VALUE = re.compile(r"\{(\w+)\}")


def core_text(text: str) -> str:
    """The sentence in the user's language; the English one where it has no translation."""
    if not text:
        return ""
    translated: str = QCoreApplication.translate(CONTEXT, text)
    if translated != text:
        return translated
    for template, beginning, pattern in _patterns():
        # Most sentences begin like no template, which is seen sooner than that none fits.
        found = pattern.fullmatch(text) if text.startswith(beginning) else None
        if found is None:
            continue
        translated = QCoreApplication.translate(CONTEXT, template)
        if translated != template:
            return _filled(translated, found.groupdict())
    return text


def _filled(template: str, values: dict[str, str]) -> str:
    """The template with values; those that are sentences themselves are translated, too."""
    return _VALUE.sub(lambda found: _value(values.get(f"v{found[1]}", found[0])), template)


def _value(text: str) -> str:
    return core_text(text) if " " in text else text


@cache
def _patterns() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    """Templates, how each begins, what recognises it; those first that say most themselves."""
    path = translations_folder() / TEMPLATES
    templates: list[str] = json.loads(path.read_text("utf-8")) if path.is_file() else []
    templates.sort(key=lambda template: (-len(_VALUE.sub("", template)), template))
    return tuple((text, _VALUE.split(text)[0], _pattern(text)) for text in templates)


def _pattern(template: str) -> re.Pattern[str]:
    parts = _VALUE.split(template)
    # re.split gives text, name, text, name, ..., text.
    pieces = [
        f"(?P<v{part}>.*?)" if number % 2 else re.escape(part) for number, part in enumerate(parts)
    ]
    return re.compile("".join(pieces), re.DOTALL)
