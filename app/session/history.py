"""Undo and redo over immutable settings."""

from __future__ import annotations

from dataclasses import dataclass

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
    """

    settings: RestorationSettings
    title: str = ""
    merge_key: str = ""


class History:
    """A line of edits with a present position.

    Args:
        settings: Where it starts.
    """

    def __init__(self, settings: RestorationSettings) -> None:
        self._edits: list[Edit] = [Edit(settings)]
        self._position = 0

    @property
    def settings(self) -> RestorationSettings:
        """The present settings."""
        return self._edits[self._position].settings

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
        present = self._edits[self._position]
        if settings == present.settings:
            return False
        del self._edits[self._position + 1 :]
        if merge_key and merge_key == present.merge_key:
            self._edits[self._position] = Edit(settings, title, merge_key)
            return True
        self._edits.append(Edit(settings, title, merge_key))
        if len(self._edits) > MAX_STEPS:
            del self._edits[0]
        self._position = len(self._edits) - 1
        return True

    def finish_merging(self) -> None:
        """End a drag: the next edit is a step of its own even with the same key."""
        present = self._edits[self._position]
        self._edits[self._position] = Edit(present.settings, present.title)

    def undo(self) -> bool:
        """Step back. Returns False at the start."""
        if not self._position:
            return False
        self._position -= 1
        self.finish_merging()
        return True

    def redo(self) -> bool:
        """Step forward. Returns False at the end."""
        if self._position + 1 >= len(self._edits):
            return False
        self._position += 1
        self.finish_merging()
        return True
