"""Which languages there are: one compiled file each in resources/translations."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

SYSTEM = "system"
SOURCE = "en"
"""The language that the texts in the program are written in."""

_PREFIX, _SUFFIX = "heirloom_", ".qm"


def translations_folder() -> Path:
    """Where the compiled translations lie."""
    return Path(str(files("resources").joinpath("translations")))


def installed_languages() -> tuple[str, ...]:
    """Codes such as "de", English first, then in alphabetical order."""
    folder = translations_folder()
    found = {
        path.name.removeprefix(_PREFIX).removesuffix(_SUFFIX)
        for path in folder.glob(f"{_PREFIX}*{_SUFFIX}")
    }
    return (SOURCE, *sorted(found - {SOURCE}))


def file_of(language: str) -> Path:
    """The compiled translation of a language."""
    return translations_folder() / f"{_PREFIX}{language}{_SUFFIX}"


def language_to_use(wanted: str, system: Sequence[str], installed: Sequence[str]) -> str:
    """Which language is shown.

    Args:
        wanted: "system" or a code; one that is not installed counts as "system".
        system: What the system prefers, best first: "de-AT", "bn", ...
        installed: Codes that are there.

    Returns:
        One of `installed`; English where nothing fits.
    """
    if wanted in installed:
        return wanted
    for name in system:
        parts = name.replace("_", "-").split("-")
        for length in range(len(parts), 0, -1):
            code = "_".join(parts[:length])
            if code in installed:
                return code
    return SOURCE
