"""The journal: one line of JSON an outcome, written as soon as it is there.

A run that is killed leaves at most one torn last line, which is passed over. What is in the journal
is not computed again as long as nothing that it depends on has changed: that is its key.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

import msgspec

from core.evaluation.values import Case, EvaluationSettings, Outcome
from core.imageio.failures import output_errors
from core.plain_json import from_json

VERSION = 1
"""To be raised when a metric or a method's handling changes, so that old figures are not mixed."""

FILE = "journal.jsonl"


def key_of(
    case: Case, method: str, fingerprint: str, settings: EvaluationSettings, metrics: str
) -> str:
    """Hash of everything that an outcome depends on.

    Args:
        case: Inputs and truth, by their hashes.
        method: The method's name.
        fingerprint: The method's model and code.
        settings: Seed and alignment count; the rest is in the files' hashes.
        metrics: Which networks score.
    """
    parts = [
        VERSION,
        case.name,
        case.condition,
        case.input_sha256,
        case.truth_sha256,
        method,
        fingerprint,
        settings.seed,
        settings.aligned,
        metrics,
    ]
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


class Journal:
    """Outcomes by key; a context manager that keeps the file open for appending.

    Args:
        path: The file; made when the first outcome is added.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: BinaryIO | None = None
        self._outcomes = _read(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._handle is not None:
            self._handle.close()

    def get(self, key: str) -> Outcome | None:
        """An earlier outcome that is a figure, not a problem: those are tried again."""
        found = self._outcomes.get(key)
        return found if found is not None and not found.problem else None

    def add(self, outcome: Outcome) -> None:
        """Write an outcome to the disk.

        Raises:
            OutputError: It cannot be written.
        """
        with output_errors(self._path):
            if self._handle is None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                torn = self._path.exists() and not _ends_whole(self._path)
                self._handle = self._path.open("ab")
                if torn:
                    self._handle.write(b"\n")
            self._handle.write(msgspec.json.encode(outcome) + b"\n")
            self._handle.flush()
            os.fsync(self._handle.fileno())
        self._outcomes[outcome.key] = outcome


def _read(path: Path) -> dict[str, Outcome]:
    found: dict[str, Outcome] = {}
    if not path.is_file():
        return found
    with output_errors(path):
        lines = path.read_bytes().splitlines()
    for line in lines:
        try:
            outcome = from_json(line, Outcome)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue  # a line that a killed run left unfinished
        found[outcome.key] = outcome
    return found


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as handle:
        handle.seek(0, os.SEEK_END)
        if handle.tell() == 0:
            return True
        handle.seek(-1, os.SEEK_END)
        return handle.read(1) == b"\n"
