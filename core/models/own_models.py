"""Models that the user brought or trained: a file and a card beside it that says what it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from core.models.files import write_atomic
from core.models.spec import USER_PREFIX, ModelSpec, Task
from core.plain_json import from_json

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "user"
OWN_SUFFIXES = frozenset({".pth", ".pt", ".ckpt", ".safetensors"})
UNKNOWN_LICENCE = "LicenseRef-unknown"


@dataclass(frozen=True, slots=True)
class Inspection:
    """What looking into a model file shows.

    Attributes:
        architecture: The network, as `core.models.loader` names it.
        task: What it can be used for.
        scale: Width of the output over that of the input.
        crop_size_px: Side of the square that it takes; 0 where it takes any size.
        licence: SPDX expression, where the file states one.
        commercial_use: True only where the file's stated terms allow it.
    """

    architecture: str
    task: Task
    scale: int = 1
    crop_size_px: int = 0
    licence: str = UNKNOWN_LICENCE
    commercial_use: bool = False


class OwnModels:
    """The user's own models in one store.

    Args:
        root: The store's folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def specs(self) -> tuple[ModelSpec, ...]:
        """All own models, by name. Cards that cannot be read are left out."""
        cards = sorted((self._root / FOLDER).glob("*.json"))
        return tuple(spec for card in cards if (spec := _read_card(card)) is not None)

    def new_spec(self, source: Path, sha256: str, size_bytes: int, found: Inspection) -> ModelSpec:
        """Describe a file that is about to become an own model, under a name not yet taken."""
        stem = self._free_stem(_as_id(source.stem))
        return ModelSpec(
            id=f"{USER_PREFIX}{stem}",
            name=source.stem,
            task=found.task,
            architecture=found.architecture,
            source="user",
            file=f"{FOLDER}/{stem}{source.suffix.lower()}",
            sha256=sha256,
            size_bytes=size_bytes,
            licence=found.licence,
            commercial_use=found.commercial_use,
            origin="Added by you",
            good_at="A model of your own.",
            scale=found.scale,
            crop_size_px=found.crop_size_px,
            note="" if found.commercial_use else "Its terms are not known to Heirloom.",
        )

    def write_card(self, spec: ModelSpec) -> None:
        """Keep the description beside the file.

        Raises:
            OSError: It cannot be written.
        """
        data = msgspec.json.format(msgspec.json.encode(spec), indent=2)
        write_atomic(self._card(spec), data)

    def forget(self, spec: ModelSpec) -> None:
        """Drop the description of a model, if there is one."""
        self._card(spec).unlink(missing_ok=True)

    def _card(self, spec: ModelSpec) -> Path:
        return self._root / FOLDER / f"{spec.id.removeprefix(USER_PREFIX)}.json"

    def _free_stem(self, stem: str) -> str:
        taken = {spec.id.removeprefix(USER_PREFIX) for spec in self.specs()}
        candidate, number = stem, 2
        while candidate in taken:
            candidate, number = f"{stem}-{number}", number + 1
        return candidate


def _as_id(stem: str) -> str:
    cleaned = re.sub(r"[^a-z0-9._+-]+", "-", stem.lower()).lstrip("._+-")
    return cleaned or "model"


def _read_card(card: Path) -> ModelSpec | None:
    try:
        return from_json(card.read_bytes(), ModelSpec)
    except (OSError, msgspec.DecodeError):
        return None
