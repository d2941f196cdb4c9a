"""Undo and redo over everything that the user decides about a photo: settings and versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from app.session.versions import Version, Versions
from core.settings import RestorationSettings

MAX_STEPS = 500


@dataclass(frozen=True, slots=True)
class Edit:
    """One point in the history.

    Attributes:
        settings: The settings after the edit.
        title: What was done, for "Undo ...".
        merge_key: Edits in a row with the same key become one, as a slider being dragged; empty:
            never.
        versions: The versions that are kept after the edit.
    """

    settings: RestorationSettings
    title: str = ""
    merge_key: str = ""
    versions: tuple[Version, ...] = ()


class History:
    """A line of edits with a present position.

    Args:
        settings: Where it starts.
    """

    def __init__(self, settings: RestorationSettings) -> None:
        self._edits: list[Edit] = [Edit(settings)]
        self._position = 0

    @classmethod
    def of(cls, edits: Sequence[Edit], position: int) -> History:
        """The history that was kept in a project.

        Args:
            edits: At least one; what is beyond `MAX_STEPS` at the old end is left out.
            position: Which one is the present, from 0.
        """
        history = cls(edits[0].settings)
        dropped = max(0, len(edits) - MAX_STEPS)
        history._edits = list(edits[dropped:])
        history._position = min(max(0, position - dropped), len(history._edits) - 1)
        return history

    @property
    def settings(self) -> RestorationSettings:
        """The present settings."""
        return self._edits[self._position].settings

    @property
    def versions(self) -> Versions:
        """The versions that are kept at present."""
        return self._edits[self._position].versions

    @property
    def edits(self) -> tuple[Edit, ...]:
        """All edits, oldest first, those that were undone included."""
        return tuple(self._edits)

    @property
    def position(self) -> int:
        """The number of the present edit."""
        return self._position

    @property
    def undo_title(self) -> str:
        """What `undo` would take back; empty where there is nothing."""
        return self._edits[self._position].title if self._position else ""

    @property
    def redo_title(self) -> str:
        """What `redo` would do again; empty where there is nothing."""
        following = self._position + 1
        return self._edits[following].title if following < len(self._edits) else ""

    def push(self, settings: RestorationSettings, title: str, merge_key: str = "") -> bool:
        """Record an edit; what had been undone is forgotten.

        Returns:
            False where the settings are the present ones, so that nothing was recorded.
        """
        if settings == self.settings:
            return False
        self._push(Edit(settings, title, merge_key, self.versions))
        return True

    def push_versions(self, versions: Versions, title: str) -> bool:
        """Record that a version was kept, renamed or removed.

        Returns:
            False where the versions are the present ones, so that nothing was recorded.
        """
        if versions == self.versions:
            return False
        self._push(Edit(self.settings, title, "", versions))
        return True

    def _push(self, edit: Edit) -> None:
        merges = edit.merge_key and edit.merge_key == self._edits[self._position].merge_key
        del self._edits[self._position + 1 :]
        if merges:
            self._edits[self._position] = edit
            return
        self._edits.append(edit)
        if len(self._edits) > MAX_STEPS:
            del self._edits[0]
        self._position = len(self._edits) - 1

    def finish_merging(self) -> None:
        """End a drag: the next edit is a step of its own even with the same key."""
        self._edits[self._position] = replace(self._edits[self._position], merge_key="")

    def undo(self) -> bool:
        """Step back. Returns False at the start."""
        return self.go_to(self._position - 1)

    def redo(self) -> bool:
        """Step forward. Returns False at the end."""
        return self.go_to(self._position + 1)

    def go_to(self, position: int) -> bool:
        """Go to any edit. Returns False where there is none, or it is the present one."""
        if position == self._position or not 0 <= position < len(self._edits):
            return False
        self._position = position
        self.finish_merging()
        return True
