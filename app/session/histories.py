"""The steps of photos that are not open at present, so that they can be undone on coming back.

Only steps and settings are kept, no pixels, and no more than a fixed amount of them: photos that
were left longest ago are forgotten first.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from app.session.history import History

MOST_BYTES = 64_000_000
_STEP_BYTES = 4_000
"""What a step takes without painted marks, generously."""


@dataclass(frozen=True, slots=True)
class LeftPhoto:
    """What is known of a photo that was open.

    Attributes:
        history: Its steps.
        output: The result that it had on the disk, or an empty string.
        project: Its project file, or None.
    """

    history: History
    output: str = ""
    project: Path | None = None


class Histories:
    """Keeps the steps of photos by their names.

    Args:
        most_bytes: How much is kept of all photos together, about.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes = most_bytes
        self._left: dict[str, LeftPhoto] = {}

    def keep(self, name: str, left: LeftPhoto) -> None:
        """Remember a photo that is left; one with nothing to undo or redo is not worth it."""
        self._left.pop(name, None)
        if len(left.history.edits) > 1:
            self._left[name] = left
        sizes = {kept: size_bytes(photo.history) for kept, photo in self._left.items()}
        while self._left and sum(sizes.values()) > self._most_bytes:
            longest_ago = next(iter(self._left))
            del self._left[longest_ago], sizes[longest_ago]

    def take(self, name: str) -> LeftPhoto | None:
        """What is known of a photo that is opened again; None for one that was not open."""
        return self._left.pop(name, None)

    def take_over(self, other: Histories) -> None:
        """Take everything that another one keeps."""
        self._left = {**other._left, **self._left}


def size_bytes(history: History) -> int:
    """About how much memory the steps take; what several steps share counts once."""
    marks = {
        id(step.settings.repair.edits): len(step.settings.repair.edits.added)
        + len(step.settings.repair.edits.erased)
        for step in history.edits
        if step.settings.repair.edits is not None
    }
    return _STEP_BYTES * len(history.edits) + sum(marks.values())
