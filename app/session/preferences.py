"""What the program remembers between two runs, as one small JSON file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from app.session.small_file import write_small
from core.export import ExportSettings
from core.plain_json import from_exact_json, to_exact_json

FILE_NAME = "preferences.json"
MAX_RECENT = 10

Theme = Literal["system", "light", "dark"]
ViewMode = Literal["simple", "studio"]
Device = Literal["auto", "cpu", "cuda", "mps"]


class Preferences(msgspec.Struct, frozen=True, kw_only=True):
    """All remembered choices; unknown keys of a newer version are ignored.

    Those with a title are shown in the preferences dialog, in the group that they name.

    Attributes:
        language: A code such as "de", or "system".
        theme: Colours of the window.
        save_folder: Where results go; empty: beside the photo.
        face_model: The face model that a fresh photo starts with; empty: the best built-in one.
        device: Where networks run.
        memory_limit_mb: Most memory for enlarging; 0: what is free.
        models_folder: Where models lie; empty: in the user's data folder.
        check_updates: A newer version is looked for at each start.
        update_address: Where, https; empty: where the publisher of this copy says.
        mode: How many controls are shown.
        first_run_note_seen: The note about invented detail was read and closed.
        show_faces: Outlines of all faces are drawn on the photo.
        recent: Files that were opened last, newest first.
        last_folder: Where the file dialog starts.
        window: Qt's own description of size and place, hexadecimal.
        export: How results of several photos are written.
    """

    language: Annotated[
        str,
        Meta(
            title="Language",
            description="The language of the window. It changes at once.",
            extra={"group": "window"},
        ),
    ] = "system"
    theme: Annotated[
        Theme,
        Meta(
            title="Colours of the window",
            description="Light or dark; “As the system” follows the desktop.",
            extra={"group": "window"},
        ),
    ] = "system"
    save_folder: Annotated[
        str,
        Meta(
            title="Folder for results",
            description="Where “Save a copy” puts results. Empty: beside the photo.",
            extra={"group": "photos", "kind": "folder", "empty": "Beside the photo"},
        ),
    ] = ""
    face_model: Annotated[
        str,
        Meta(
            title="Face model for new photos",
            description="The model that a photo starts with when you open it.",
            extra={"group": "photos"},
        ),
    ] = ""
    device: Annotated[
        Device,
        Meta(
            title="Calculate on",
            description="Automatic takes the graphics card where one can be used. "
            "The next restoration uses the new choice.",
            extra={"group": "computer"},
        ),
    ] = "auto"
    memory_limit_mb: Annotated[
        int,
        Meta(
            ge=0,
            le=1_000_000,
            title="Memory limit",
            description="Most memory that enlarging a photo may take at a time. 0: what is free.",
            extra={"group": "computer", "unit": " MB", "zero": "No limit"},
        ),
    ] = 0
    models_folder: Annotated[
        str,
        Meta(
            title="Folder of models",
            description="Where installed models lie. Used from the next start on.",
            extra={"group": "computer", "kind": "folder", "empty": "In your own data folder"},
        ),
    ] = ""
    check_updates: Annotated[
        bool,
        Meta(
            title="Look for a newer version at each start",
            description="Reads one small file from the publisher of Heirloom. Nothing about you, "
            "your photos or this computer is sent.",
            extra={"group": "computer"},
        ),
    ] = False
    update_address: str = ""
    mode: ViewMode = "simple"
    first_run_note_seen: bool = False
    show_faces: bool = False
    recent: tuple[str, ...] = ()
    last_folder: str = ""
    window: str = ""
    export: ExportSettings = ExportSettings()

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

    @property
    def folder(self) -> Path:
        """The folder of the program's own files."""
        return self._path.parent

    def load(self) -> Preferences:
        """The saved preferences; the defaults where there are none or they cannot be read."""
        try:
            loaded: Preferences = from_exact_json(self._path.read_bytes(), Preferences)
        except (OSError, msgspec.DecodeError):
            return Preferences()
        return loaded

    def save(self, preferences: Preferences) -> bool:
        """Write the file in one step, so that a crash leaves the old or the new one.

        Returns:
            False where the folder cannot be written: preferences are then simply not kept.
        """
        data = msgspec.json.format(to_exact_json(preferences), indent=2) + b"\n"
        return write_small(self._path, data)
