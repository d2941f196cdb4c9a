"""Named presets: settings for any photo, each in a file of its own that can be given away."""

from __future__ import annotations

import contextlib
import hashlib
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import msgspec

from app.session.json_file import FORMAT, encode, read
from app.session.versions import clean_name, free_name, same_name
from core import __version__
from core.errors import OutputError, SettingsError
from core.plain_json import from_json
from core.settings import RestorationSettings

SUFFIX = ".heirloom-preset.json"
FOLDER = "presets"
_DEFAULT_FILE = "default.json"
_SLUG_LENGTH = 40


class PresetFile(msgspec.Struct, frozen=True, kw_only=True):
    """The content of a preset's file.

    Attributes:
        kind: "preset".
        format: Version of this layout.
        heirloom: Version of the program.
        name: What the user called it.
        settings: The settings, without what belongs to single faces of one photo.
    """

    kind: str = "preset"
    format: int = FORMAT
    heirloom: str = __version__
    name: str
    settings: RestorationSettings


class _Default(msgspec.Struct, frozen=True):
    name: str = ""


@dataclass(frozen=True, slots=True)
class Preset:
    """One preset.

    Attributes:
        name: What the user called it.
        settings: What it does.
        path: Its file.
    """

    name: str
    settings: RestorationSettings
    path: Path


@dataclass(frozen=True, slots=True)
class Presets:
    """What a folder holds.

    Attributes:
        all: Those that can be used, in the order of their names.
        damaged: For each file that cannot be used, what is wrong.
    """

    all: tuple[Preset, ...]
    damaged: tuple[SettingsError, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names, in order."""
        return tuple(preset.name for preset in self.all)

    def named(self, name: str) -> Preset | None:
        """The preset of a name, or None."""
        return next((preset for preset in self.all if same_name(preset.name, name)), None)


def is_preset_file(path: Path) -> bool:
    """True for a file that a preset was shared as."""
    return path.name.endswith(SUFFIX)


class PresetStore:
    """The presets of one folder.

    Args:
        folder: Where they lie; made when the first one is saved.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def load(self) -> Presets:
        """Read all presets; damaged files hide none of the others."""
        found: list[Preset] = []
        damaged: list[SettingsError] = []
        for path in sorted(self._folder.glob(f"*{SUFFIX}")):
            try:
                found.append(read_preset(path))
            except SettingsError as error:
                damaged.append(error)
        found.sort(key=lambda preset: (preset.name.casefold(), preset.path.name))
        return Presets(tuple(found), tuple(damaged))

    def save(self, name: str, settings: RestorationSettings, *, replaces: bool = False) -> Preset:
        """Keep settings under a name.

        Raises:
            SettingsError: The name is empty, or taken and may not be replaced.
            OutputError: The folder cannot be written.
        """
        cleaned = clean_name(name)
        old = self.load().named(cleaned)
        if old is not None and not replaces:
            raise SettingsError(
                f"There is already a preset called “{cleaned}”.", "Choose another name."
            )
        kept = settings.for_any_photo()
        path = old.path if old is not None else self._folder / _file_name(cleaned)
        _write(path, PresetFile(name=cleaned, settings=kept))
        return Preset(cleaned, kept, path)

    def rename(self, preset: Preset, name: str) -> Preset:
        """Give a preset another name; it stays the default where it was.

        Raises:
            SettingsError: The name is empty or taken.
            OutputError: The folder cannot be written.
        """
        cleaned = clean_name(name)
        other = self.load().named(cleaned)
        if other is not None and other.path != preset.path:
            raise SettingsError(
                f"There is already a preset called “{cleaned}”.", "Choose another name."
            )
        was_default = same_name(self.default_name, preset.name)
        path = self._folder / _file_name(cleaned)
        _write(path, PresetFile(name=cleaned, settings=preset.settings))
        if path != preset.path:
            with contextlib.suppress(OSError):
                preset.path.unlink()
        if was_default:
            self.set_default(cleaned)
        return Preset(cleaned, preset.settings, path)

    def delete(self, preset: Preset) -> None:
        """Remove a preset; `save` with the same name and settings brings it back.

        Raises:
            OutputError: The file cannot be removed.
        """
        try:
            preset.path.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(
                f"The preset “{preset.name}” cannot be removed: {error.strerror or error}.",
                "Check that you may change the folder of presets.",
            ) from error
        if same_name(self.default_name, preset.name):
            self.set_default("")

    def export(self, preset: Preset, path: Path) -> Path:
        """Write a preset where the user wants it, to give it away.

        Returns:
            The file; it has the suffix by which it is recognised.

        Raises:
            OutputError: It cannot be written there.
        """
        name = path.name if path.name.endswith(SUFFIX) else path.name + SUFFIX
        target = path.with_name(name)
        _write(target, PresetFile(name=preset.name, settings=preset.settings))
        return target

    def take_in(self, path: Path) -> Preset:
        """Add a preset from a file; under a name with a number where its own is taken.

        Raises:
            SettingsError: The file is damaged or no preset.
            OutputError: The folder cannot be written.
        """
        given = read_preset(path)
        present = self.load()
        old = present.named(given.name)
        if old is not None and old.settings == given.settings:
            return old
        return self.save(free_name(given.name, present.names), given.settings)

    @property
    def default_name(self) -> str:
        """The preset that fresh photos start with; empty: the automatic settings."""
        try:
            data = (self._folder / _DEFAULT_FILE).read_bytes()
            return from_json(data, _Default).name
        except (OSError, msgspec.DecodeError, UnicodeDecodeError):
            return ""

    @property
    def default(self) -> Preset | None:
        """The preset that fresh photos start with, or None."""
        name = self.default_name
        return self.load().named(name) if name else None

    def set_default(self, name: str) -> None:
        """Choose what fresh photos start with; empty: the automatic settings.

        Raises:
            OutputError: The folder cannot be written.
        """
        _write(self._folder / _DEFAULT_FILE, _Default(name))


def read_preset(path: Path) -> Preset:
    """Read one file.

    Raises:
        SettingsError: It is damaged, no preset, or of a newer program.
    """
    content = read(path, "preset", PresetFile)
    return Preset(clean_name(content.name), content.settings.for_any_photo(), path)


def applied(preset: RestorationSettings, present: RestorationSettings) -> RestorationSettings:
    """What a preset makes of a photo: what belongs to its own faces stays."""
    own = present.faces
    faces = preset.faces.replace(choices=own.choices, added=own.added)
    return preset.replace(faces=faces)


def _file_name(name: str) -> str:
    """A file name on every system; the hash keeps names apart that look alike without accents."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_SLUG_LENGTH].rstrip("-")
    digest = hashlib.sha256(name.casefold().encode()).hexdigest()[:8]
    return f"{slug or 'preset'}-{digest}{SUFFIX}"


def _write(path: Path, content: msgspec.Struct) -> None:
    from core.imageio.atomic import write_atomic  # with Pillow, which the first frame must not load
    from core.imageio.failures import output_errors

    with output_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, encode(content), overwrite=True)
