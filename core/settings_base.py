"""What all settings have in common: frozen, range-checked, with metadata, exact JSON round trip."""

from __future__ import annotations

import math
from functools import cache
from typing import Annotated, Any, Self, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta

from core.errors import SettingsError
from core.plain_json import convert, from_json


@cache
def field_meta(cls: type[msgspec.Struct]) -> dict[str, Meta]:
    """The metadata of each annotated field of a settings class, by field name."""
    found: dict[str, Meta] = {}
    for name, hint in get_type_hints(cls, include_extras=True).items():
        if get_origin(hint) is Annotated:
            found[name] = next(item for item in get_args(hint)[1:] if isinstance(item, Meta))
    return found


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all settings: immutable, range-checked when made, exact JSON round trip."""

    def __post_init__(self) -> None:
        for name, meta in field_meta(type(self)).items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                continue
            if not math.isfinite(value):
                raise ValueError(f"{name} must be a number, not {value}")
            if meta.ge is not None and value < meta.ge:
                raise ValueError(f"{name} must be at least {meta.ge:g}, not {value:g}")
            if meta.le is not None and value > meta.le:
                raise ValueError(f"{name} must be at most {meta.le:g}, not {value:g}")

    def replace(self, **changes: Any) -> Self:
        """The same settings with some fields changed.

        Raises:
            ValueError: A value is out of range.
        """
        return msgspec.structs.replace(self, **changes)

    def to_json(self) -> bytes:
        """Readable JSON, UTF-8, stable key order."""
        return msgspec.json.format(msgspec.json.encode(self, order="deterministic"), indent=2)

    def to_builtins(self) -> dict[str, Any]:
        """Plain dictionaries and lists, for embedding in a larger JSON document."""
        plain: dict[str, Any] = msgspec.to_builtins(self)
        return plain

    @classmethod
    def from_json(cls, data: bytes | str) -> Self:
        """Read settings written by `to_json`.

        Raises:
            SettingsError: Not JSON, an unknown field, a wrong type or a value out of range.
        """
        try:
            return from_json(data, cls)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise _settings_error(error) from error

    @classmethod
    def from_builtins(cls, data: Any) -> Self:
        """Read settings from plain dictionaries, as `from_json` does."""
        try:
            return convert(data, cls)
        except msgspec.ValidationError as error:
            raise _settings_error(error) from error


def _settings_error(error: Exception) -> SettingsError:
    return SettingsError(
        f"The settings cannot be used: {error}.",
        "Correct the value, or leave it out to get the default.",
    )
