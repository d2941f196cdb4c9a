"""JSON of whatever a disk holds: names of files need not be text."""

from __future__ import annotations

import json
import threading
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")

_guard = threading.Lock()
_readers: dict[Any, msgspec.json.Decoder[Any]] = {}


def reader(kind: Any) -> msgspec.json.Decoder[Any]:
    """What reads JSON of a kind; one thread at a time makes it, any may use it.

    msgspec learns a kind when it is first read, and a thread that comes while another one is at
    that ends the program in a crash. So nothing is read or converted but after this.
    """
    found = _readers.get(kind)
    if found is None:
        with _guard:
            found = _readers[kind] = msgspec.json.Decoder(kind)
    return found


def from_json(data: bytes | str, kind: type[T]) -> T:
    """What JSON holds, as a type that msgspec knows.

    Raises:
        msgspec.DecodeError: It is no JSON, or not of this kind.
    """
    value: T = reader(kind).decode(data)
    return value


def convert(data: object, kind: type[T], *, from_attributes: bool = False) -> T:
    """Plain values as a type that msgspec knows; see `msgspec.convert`.

    Raises:
        msgspec.ValidationError: They are not of this kind.
    """
    reader(kind)
    return msgspec.convert(data, type=kind, from_attributes=from_attributes)


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


def to_exact_json(value: object) -> bytes:
    """The value as JSON that `from_exact_json` reads back to the last byte of every name.

    For files that the program itself must find its photos by. Bytes that are no text are written as
    the escapes of lone surrogates, which readers other than ours may refuse.
    """
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(value), separators=(",", ":")).encode("ascii")


def from_exact_json(data: bytes, kind: Any) -> Any:
    """What `to_exact_json` wrote, or any other JSON, as a type that msgspec knows.

    Raises:
        msgspec.DecodeError: It is no JSON, or not of this kind.
    """
    try:
        return reader(kind).decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        try:
            return msgspec.convert(json.loads(data), type=kind)
        except (ValueError, RecursionError):
            raise msgspec.DecodeError(str(error)) from error


def _as_text(value: object) -> object:
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {_as_text(key): _as_text(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_as_text(item) for item in value]
    return value
