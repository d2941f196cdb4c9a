"""Licences that forbid commercial use are shown and accepted once; this remembers which."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from core.models.files import write_atomic
from core.plain_json import from_json

if TYPE_CHECKING:
    from pathlib import Path

    from core.models.spec import ModelSpec


class AcceptedLicences:
    """The licences that the user of this computer has accepted.

    Args:
        path: The JSON file that holds them; made when the first one is accepted.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def needs_acceptance(self, spec: ModelSpec) -> bool:
        """True where the terms forbid commercial use and have not been accepted yet."""
        return (
            spec.source == "download"
            and not spec.commercial_use
            and _terms(spec) not in self._accepted()
        )

    def accept(self, spec: ModelSpec) -> None:
        """Remember that the terms of this model were accepted; other models may share them.

        Raises:
            OSError: It cannot be written.
        """
        accepted = sorted({*self._accepted(), _terms(spec)})
        write_atomic(self._path, msgspec.json.format(msgspec.json.encode(accepted), indent=2))

    def _accepted(self) -> frozenset[str]:
        try:
            return from_json(self._path.read_bytes(), frozenset[str])
        except (OSError, msgspec.DecodeError):
            return frozenset()


def _terms(spec: ModelSpec) -> str:
    return f"{spec.licence} {spec.licence_url}"
