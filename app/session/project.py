"""A project file: which photo, what was done to it step by step, and its versions.

The photo is named relative to the project, so that a folder with both can be moved.
"""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

import msgspec

from app.session.history import Edit, History
from app.session.json_file import FORMAT, encode, read
from app.session.versions import Version
from core import __version__
from core.errors import SettingsError, UnreadableImageError
from core.settings import RestorationSettings

SUFFIX = ".heirloom"


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One step of the history.

    Attributes:
        title: What was done.
        settings: The settings after it.
        versions: Which versions were kept after it: their numbers in the project's list.
    """

    title: str = ""
    settings: RestorationSettings
    versions: tuple[int, ...] = ()


class Project(msgspec.Struct, frozen=True, kw_only=True):
    """The content of a project file.

    Attributes:
        kind: "project".
        format: Version of this layout.
        heirloom: Version of the program.
        photo: Where the photo is, relative to the project where it can be, with forward slashes.
        photo_sha256: Hash of the photo's file, hexadecimal; empty where not known.
        versions: Every version that a step names.
        steps: The history, oldest first; at least one step.
        position: The number of the present step.
    """

    kind: str = "project"
    format: int = FORMAT
    heirloom: str = __version__
    photo: str
    photo_sha256: str = ""
    versions: tuple[Version, ...] = ()
    steps: tuple[Step, ...]
    position: int = 0

    def history(self) -> History:
        """The history as it was."""
        edits = [
            Edit(
                step.settings,
                step.title,
                "",
                tuple(self.versions[number] for number in step.versions),
            )
            for step in self.steps
        ]
        return History.of(edits, self.position)


def project_of(photo: Path, sha256: str, history: History, path: Path) -> Project:
    """What a project file at `path` says of a photo and its history."""
    versions: list[Version] = []
    steps = []
    for edit in history.edits:
        for version in edit.versions:
            if version not in versions:
                versions.append(version)
        numbers = tuple(versions.index(version) for version in edit.versions)
        steps.append(Step(title=edit.title, settings=edit.settings, versions=numbers))
    return Project(
        photo=_relative(photo.absolute(), path.absolute().parent),
        photo_sha256=sha256,
        versions=tuple(versions),
        steps=tuple(steps),
        position=history.position,
    )


def save_project(project: Project, path: Path) -> None:
    """Write a project whole or not at all; meant for the worker thread.

    Raises:
        OutputError: It cannot be written there.
    """
    from core.imageio.atomic import write_atomic  # with Pillow, which the first frame must not load

    write_atomic(path, encode(project), overwrite=True)


def load_project(path: Path) -> Project:
    """Read a project.

    Raises:
        SettingsError: It is damaged, no project, or of a newer program.
    """
    project = read(path, "project", Project)
    count = len(project.versions)
    known = all(0 <= number < count for step in project.steps for number in step.versions)
    if not project.steps or not known:
        raise SettingsError(
            f"“{path.name}” is damaged: its history is incomplete.",
            "Take a copy of the file from a backup, or open the photo itself.",
        )
    return project


def photo_of_project(project: Project, path: Path) -> Path:
    """Where the photo of a project is: at its place, or beside the project.

    Raises:
        UnreadableImageError: It is at neither.
    """
    name = PurePosixPath(project.photo).name
    for place in (path.absolute().parent / project.photo, path.absolute().parent / name):
        if place.is_file():
            return Path(os.path.normpath(place))
    raise UnreadableImageError(
        f"The photo “{name}” of this project is not where it was.",
        "Put the photo beside the project file, then open the project again.",
    )


def is_project_file(path: Path) -> bool:
    """True for a file that a project was saved as."""
    return path.suffix.lower() == SUFFIX


def _relative(photo: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(photo, folder)).as_posix()
    except ValueError:  # on another drive
        return photo.as_posix()
