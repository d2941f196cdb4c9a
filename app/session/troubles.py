"""Turns whatever went wrong into two plain sentences, and into details that a bug report needs."""

from __future__ import annotations

from dataclasses import dataclass

from app.session.bug_report import versions
from app.session.log_file import safe_traceback
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
        details: For a bug report: versions and the place in the program; no names of files.
        is_expected: True for what is explained, False for a defect of the program.
    """

    summary: str
    remedy: str
    details: str
    is_expected: bool = True


def trouble_of(error: BaseException) -> Trouble:
    """Explain an error."""
    details = details_of(error)
    if isinstance(error, RestorationError):
        return Trouble(error.summary, error.remedy, details)
    return Trouble(UNEXPECTED_SUMMARY, UNEXPECTED_REMEDY, details, is_expected=False)


def details_of(error: BaseException) -> str:
    """Versions and the places that the error went through, without anything private."""
    return f"{versions()}\n\n{safe_traceback(error)}"
