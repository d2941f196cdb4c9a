"""What the program remembers between two runs, as one small JSON file."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import Any, Literal

import msgspec

FILE_NAME = "preferences.json"
MAX_RECENT = 10

Theme = Literal["system", "light", "dark"]
ViewMode = Literal["simple", "studio"]


class Preferences(msgspec.Struct, frozen=True, kw_only=True):
    """All remembered choices; unknown keys of a newer version are ignored.

    Attributes:
        theme: Colours of the window.
        mode: How many controls are shown.
        first_run_note_seen: The note about invented detail was read and closed.
        show_faces: Outlines of all faces are drawn on the photo.
        recent: Files that were opened last, newest first.
        last_folder: Where the file dialog starts.
        window: Qt's own description of size and place, hexadecimal.
    """

    theme: Theme = "system"
    mode: ViewMode = "simple"
    first_run_note_seen: bool = False
    show_faces: bool = False
    recent: tuple[str, ...] = ()
    last_folder: str = ""
    window: str = ""

    def replace(self, **changes: Any) -> Preferences:
        """The same preferences with some fields changed."""
        return msgspec.structs.replace(self, **changes)

    def with_recent(self, path: Path) -> Preferences:
        """The same preferences with one more recent file at the front."""
        name = str(path)
        kept = [other for other in self.recent if other != name]
        return self.replace(recent=(name, *kept)[:MAX_RECENT], last_folder=str(path.parent))


class PreferencesStore:
    """Reads and writes the preferences of one folder.

    Args:
        folder: Where the file lies; made at the first save.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME

    def load(self) -> Preferences:
        """The saved preferences; the defaults where there are none or they cannot be read."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Preferences)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return Preferences()

    def save(self, preferences: Preferences) -> bool:
        """Write the file in one step, so that a crash leaves the old or the new one.

        Returns:
            False where the folder cannot be written: preferences are then simply not kept.
        """
        data = msgspec.json.format(msgspec.json.encode(preferences), indent=2) + b"\n"
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self._path.parent, prefix=f".{FILE_NAME}.")
        except OSError:
            return False
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
            Path(temporary).replace(self._path)
        except OSError:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
            return False
        return True
