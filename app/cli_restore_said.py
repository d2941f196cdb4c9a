"""What `heirloom restore` prints beside its results."""

from __future__ import annotations

import sys
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from core.outputs import FoundPhotos
    from core.report import FileReport


_STEERING = frozenset({"Cc", "Zl", "Zp"})
"""Kinds of letters (Unicode's categories) that are commands or ends of lines."""


def nothing_found(args: argparse.Namespace, found: FoundPhotos) -> str:
    """Why there is nothing to do."""
    if found.results:
        return "There are only earlier results of Heirloom here: nothing to restore."
    hint = "" if args.recursive else " Use --recursive to look into the folders within, too."
    return f"There is no photo in {', '.join(args.paths)}.{hint}"


def print_left_out(args: argparse.Namespace, found: FoundPhotos) -> None:
    """Say which pictures of a folder cannot be read, unless only failures are wanted."""
    if found.photos and args.quiet:
        return
    for sentence in found.left_out:
        _say(f"  note: {sentence}")


def print_summary(reports: list[FileReport], *, to_stderr: bool) -> None:
    """Print where the results are, with notes, and how many there are."""
    stream = sys.stderr if to_stderr else sys.stdout
    for report in reports:
        if report.status == "skipped":
            _say(f"  skipped, {report.input}: {report.output} is there")
        elif report.output:
            # A program that reads the names gets them as they are.
            print(_plain(report.output) if stream.isatty() else report.output, file=stream)
        for warning in report.warnings:
            _say(f"  note, {report.input}: {warning}")
    finished = sum(report.status == "done" for report in reports)
    print(f"{finished} of {len(reports)} restored.", file=sys.stderr)


def print_failures(reports: list[FileReport]) -> None:
    """Print what failed, with the reason and what can be done."""
    for report in reports:
        if report.error:
            _say(f"failed, {report.input}: {report.error.summary} {report.error.remedy}")


def _say(line: str) -> None:
    print(_plain(line), file=sys.stderr)


def _plain(line: str) -> str:
    """The line without what would break it or steer a terminal: a file may be called anything."""
    return "".join(
        repr(letter)[1:-1] if unicodedata.category(letter) in _STEERING else letter
        for letter in line
    )
