"""What Heirloom knows about each model before it is there: `resources/models.toml` as values.

The registry is data. Reading it needs neither torch nor the network, so that listing models and
showing help stay quick.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote, urlsplit

import msgspec

from core.errors import ModelMissingError
from core.plain_json import reader

if TYPE_CHECKING:
    from collections.abc import Iterator

Task = Literal[
    "face-restoration",
    "upscaling",
    "denoising",
    "inpainting",
    "detection",
    "damage",
    "parsing",
    "identity",
    "landmarks",
    "prior",
    "training",
]
Source = Literal["bundled", "package", "download", "user"]

USER_PREFIX = "user/"

_ID = re.compile(r"(user/)?[a-z0-9][a-z0-9._+-]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class ModelSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One model: where it comes from, what it is, and under which terms.

    Attributes:
        id: Its name on the command line and in settings; a user's own one begins with "user/".
        name: Its name for people.
        task: What it is used for.
        architecture: The network, as `core.models.loader` names it.
        source: "bundled" (a file in `resources`), "package" (a file in an installed Python
            package), "download", or "user" (a file that the user brought).
        file: Bundled: path below `resources`. Package: path below the package. Otherwise the name
            under which the store keeps it.
        package: Name under which the Python package is imported; only for "package".
        urls: Where it can be downloaded, best first; https only.
        size_bytes: Size of the file.
        size_is_exact: False where only a rough size has been published.
        sha256: Hash of the file, 64 lower-case hexadecimal digits.
        hash_confidence: "A": the hash was found in two independent places or computed from a file
            that we ship; "B": in one.
        licence: SPDX licence expression; `LicenseRef-...` where SPDX has no name for it.
        licence_url: The terms in full.
        commercial_use: False where the terms, or doubts about them, forbid commercial use.
        origin: Who made it.
        scale: Width of the output over that of the input.
        crop_size_px: Side of the square that the network takes; 0 where it takes any size.
        good_at: What it is good at and what not, in plain words.
        note: What else one should know about its terms; may be empty.
    """

    id: str
    name: str
    task: Task
    architecture: str
    source: Source
    file: str
    sha256: str
    size_bytes: int
    licence: str
    commercial_use: bool
    origin: str
    good_at: str
    package: str = ""
    urls: tuple[str, ...] = ()
    size_is_exact: bool = True
    hash_confidence: Literal["A", "B"] = "A"
    licence_url: str = ""
    scale: int = 1
    crop_size_px: int = 0
    note: str = ""

    def __post_init__(self) -> None:
        if not _ID.fullmatch(self.id):
            raise ValueError(f"{self.id!r} cannot be the id of a model")
        if not _SHA256.fullmatch(self.sha256):
            raise ValueError(f"{self.id}: sha256 must be 64 lower-case hexadecimal digits")
        if self.size_bytes <= 0 or self.scale < 1 or self.crop_size_px < 0:
            raise ValueError(f"{self.id}: a size or scale is out of range")
        if not _is_safe_path(self.file):
            raise ValueError(f"{self.id}: {self.file!r} must be a relative path without '..'")
        if any(urlsplit(url).scheme != "https" for url in (*self.urls, *self._licence_urls)):
            raise ValueError(f"{self.id}: addresses must begin with https://")
        if (self.source == "download") != bool(self.urls):
            raise ValueError(f"{self.id}: urls and source do not go together")
        if (self.source == "package") != bool(self.package):
            raise ValueError(f"{self.id}: package and source do not go together")
        if (self.source == "user") != self.id.startswith(USER_PREFIX):
            raise ValueError(f"{self.id}: a user's own model, and only that, begins with 'user/'")

    @property
    def file_name(self) -> str:
        """The last part of `file`."""
        return PurePosixPath(self.file).name

    @property
    def known_file_names(self) -> frozenset[str]:
        """Names under which people may have this file, lower case."""
        remote = {unquote(PurePosixPath(urlsplit(url).path).name) for url in self.urls}
        return frozenset(name.lower() for name in (*remote, self.file_name))

    @property
    def _licence_urls(self) -> tuple[str, ...]:
        return (self.licence_url,) if self.licence_url else ()


@dataclass(frozen=True, slots=True)
class Registry:
    """All models that Heirloom knows, in the order in which they are shown."""

    specs: tuple[ModelSpec, ...]

    def __post_init__(self) -> None:
        ids = [spec.id for spec in self.specs]
        names = [spec.file_name for spec in self.specs if spec.source == "download"]
        for values in (ids, names):
            twice = {value for value in values if values.count(value) > 1}
            if twice:
                raise ValueError(f"more than one model is called {', '.join(sorted(twice))}")

    def __iter__(self) -> Iterator[ModelSpec]:
        return iter(self.specs)

    def __contains__(self, model_id: object) -> bool:
        return any(spec.id == model_id for spec in self.specs)

    def get(self, model_id: str) -> ModelSpec:
        """The model with this id.

        Raises:
            ModelMissingError: There is none; the remedy names similar ones.
        """
        for spec in self.specs:
            if spec.id == model_id:
                return spec
        raise unknown_model(model_id, [spec.id for spec in self.specs])

    def by_hash(self, sha256: str) -> ModelSpec | None:
        """The model whose file has this hash, or None."""
        return next((spec for spec in self.specs if spec.sha256 == sha256), None)

    def by_file_name(self, file_name: str) -> ModelSpec | None:
        """The model that is published under this file name, or None. Case does not matter."""
        wanted = file_name.lower()
        return next((spec for spec in self.specs if wanted in spec.known_file_names), None)

    def for_task(self, task: Task) -> tuple[ModelSpec, ...]:
        """All models for one task."""
        return tuple(spec for spec in self.specs if spec.task == task)


def unknown_model(model_id: str, known_ids: list[str]) -> ModelMissingError:
    """The error for an id that nothing is known about, with the nearest known ones."""
    by_lower = {known.lower(): known for known in known_ids}
    near = difflib.get_close_matches(model_id.lower(), list(by_lower), n=3, cutoff=0.5)
    hint = f"Did you mean {' or '.join(by_lower[name] for name in near)}? " if near else ""
    return ModelMissingError(
        f"There is no model called “{model_id}”.",
        f"{hint}“heirloom models list” shows all of them.",
    )


def parse_registry(text: str) -> Registry:
    """Read the registry from TOML.

    Raises:
        ValueError: An entry breaks a rule of `ModelSpec` (includes msgspec's ValidationError).
    """
    reader(_Document)
    document = msgspec.toml.decode(text, type=_Document)
    return Registry(document.models)


@cache
def load_registry() -> Registry:
    """The registry that comes with Heirloom. Read once; the same value each time."""
    return parse_registry((files("resources") / "models.toml").read_text("utf-8"))


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    models: tuple[ModelSpec, ...]


def _is_safe_path(text: str) -> bool:
    path = PurePosixPath(text)
    return bool(text) and not path.is_absolute() and ".." not in path.parts and "\\" not in text
