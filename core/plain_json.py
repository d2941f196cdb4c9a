"""JSON of whatever a disk holds: names of files need not be text."""

from __future__ import annotations

import msgspec


def to_json(value: object) -> bytes:
    """The value as JSON, UTF-8.

    A file's name may hold bytes that are no text (old archives in Latin-1); Python keeps them as
    lone surrogates, which no encoder takes. They become “?”, so that a report, a recipe or a
    journal is written all the same.
    """
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return msgspec.json.encode(_as_text(msgspec.to_builtins(value)))


def _as_text(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {_as_text(key): _as_text(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_as_text(item) for item in value]
    return value
