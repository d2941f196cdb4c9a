"""How the tests of a built bundle start its program."""

from __future__ import annotations

import os
from pathlib import Path


def program_of(folder: Path) -> Path:
    """The program inside a bundle that has a console."""
    if folder.suffix == ".app":
        return folder / "Contents" / "MacOS" / "heirloom"
    return folder / ("heirloom-cli.exe" if os.name == "nt" else "heirloom")


def clean_environment(home: Path) -> dict[str, str]:
    """Next to nothing: what a desktop gives a program that it starts."""
    kept = ("SYSTEMROOT", "WINDIR", "TEMP", "TMP", "LANG")
    folders = ("HOME", "USERPROFILE", "LOCALAPPDATA", "APPDATA")
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        **dict.fromkeys(folders, str(home)),
        "PATH": os.environ.get("SYSTEMROOT", "") if os.name == "nt" else "/nowhere",
        "QT_QPA_PLATFORM": "offscreen",
    }
