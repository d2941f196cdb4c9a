"""Turns whatever went wrong into two plain sentences, and into details that a bug report needs."""

from __future__ import annotations

import platform
import traceback
from dataclasses import dataclass
from pathlib import Path

from core import __version__
from core.errors import RestorationError

UNEXPECTED_SUMMARY = "Something went wrong that Heirloom did not expect."
UNEXPECTED_REMEDY = (
    "Your original photo is untouched. Please try again; if it happens again, copy the details "
    "and report it."
)


@dataclass(frozen=True, slots=True)
class Trouble:
    """What the error banner shows.

    Attributes:
        summary: What is wrong, one sentence.
        remedy: What the user can do, one sentence.
        details: For a bug report: versions and the place in the program; no private folder names.
    """

    summary: str
    remedy: str
    details: str


def trouble_of(error: BaseException) -> Trouble:
    """Explain an error."""
    details = details_of(error)
    if isinstance(error, RestorationError):
        return Trouble(error.summary, error.remedy, details)
    return Trouble(UNEXPECTED_SUMMARY, UNEXPECTED_REMEDY, details)


def details_of(error: BaseException) -> str:
    """Versions and traceback, with the home folder taken out of every path."""
    lines = traceback.format_exception(type(error), error, error.__traceback__)
    text = "".join(lines).replace(str(Path.home()), "~")
    system = f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    return f"Heirloom {__version__}\n{system}\n\n{text}"
