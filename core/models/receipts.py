"""Receipts of verified model files, so that a hash is computed once and not at each use.

A receipt holds size and modification time of the file at the moment when its hash was right. A file
that was put into the folder by hand, or changed later, has no valid receipt and is verified again
before anything reads it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from core.models.files import write_atomic
from core.plain_json import from_json

if TYPE_CHECKING:
    from pathlib import Path


class Receipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a file looked like when its hash was found right."""

    sha256: str
    size_bytes: int
    mtime_ns: int


class Receipts:
    """The receipts of one store, one small JSON file a model.

    Args:
        folder: Where they are kept; made when the first one is written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def is_valid(self, model_id: str, path: Path, sha256: str) -> bool:
        """True where `path` is unchanged since it was found to have this hash."""
        try:
            receipt = from_json(self._path(model_id).read_bytes(), Receipt)
            return receipt == _receipt(path, sha256)
        except (OSError, msgspec.DecodeError):
            return False

    def write(self, model_id: str, path: Path, sha256: str) -> None:
        """Remember that `path` has just been found to have this hash.

        A receipt only saves time, so a full disk or a folder that is only read leaves none.
        """
        with suppress(OSError):
            write_atomic(self._path(model_id), msgspec.json.encode(_receipt(path, sha256)))

    def forget(self, model_id: str) -> None:
        """Drop the receipt of a model, if there is one."""
        self._path(model_id).unlink(missing_ok=True)

    def _path(self, model_id: str) -> Path:
        return self._folder / f"{model_id}.json"


def _receipt(path: Path, sha256: str) -> Receipt:
    stat = path.stat()
    return Receipt(sha256, stat.st_size, stat.st_mtime_ns)
