"""Versions of a photo: named settings to which the user can go back."""

from __future__ import annotations

import msgspec

from core.errors import SettingsError
from core.settings import RestorationSettings

MAX_NAME_LENGTH = 60


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a photo at one time, under a name."""

    name: str
    settings: RestorationSettings


Versions = tuple[Version, ...]


def clean_name(name: str) -> str:
    """A name as it is kept: without spaces at its ends, line breaks or too many letters.

    Raises:
        SettingsError: Nothing is left of it.
    """
    cleaned = " ".join(name.split())[:MAX_NAME_LENGTH].rstrip()
    if not cleaned:
        raise SettingsError("The name is empty.", "Type a name of at least one letter.")
    return cleaned


def same_name(first: str, second: str) -> bool:
    """Whether a person would take two names for the same."""
    return first.casefold() == second.casefold()


def free_name(wanted: str, taken: tuple[str, ...]) -> str:
    """The wanted name, with a number behind it where it is taken."""
    name, number = wanted, 2
    while any(same_name(name, other) for other in taken):
        name = f"{wanted} {number}"
        number += 1
    return name


def with_version(versions: Versions, name: str, settings: RestorationSettings) -> Versions:
    """The versions with one more; one of the same name is replaced at its place.

    Raises:
        SettingsError: The name is empty.
    """
    new = Version(name=clean_name(name), settings=settings)
    if any(same_name(kept.name, new.name) for kept in versions):
        return tuple(new if same_name(kept.name, new.name) else kept for kept in versions)
    return (*versions, new)


def without_version(versions: Versions, name: str) -> Versions:
    """The versions without one."""
    return tuple(kept for kept in versions if not same_name(kept.name, name))


def with_renamed(versions: Versions, name: str, wanted: str) -> Versions:
    """The versions with one under another name.

    Raises:
        SettingsError: The new name is empty, or another version has it.
    """
    cleaned = clean_name(wanted)
    others = without_version(versions, name)
    if any(same_name(kept.name, cleaned) for kept in others):
        raise SettingsError(
            f"There is already a version called “{cleaned}”.", "Choose another name."
        )
    return tuple(
        Version(name=cleaned, settings=kept.settings) if same_name(kept.name, name) else kept
        for kept in versions
    )
