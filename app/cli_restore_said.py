"""What `heirloom restore` prints beside its results."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from core.outputs import FoundPhotos
    from core.report import FileReport


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
        print(f"  note: {sentence}", file=sys.stderr)


def print_summary(reports: list[FileReport], *, to_stderr: bool) -> None:
    """Print where the results are, with notes, and how many there are."""
    stream = sys.stderr if to_stderr else sys.stdout
    for report in reports:
        if report.status == "skipped":
            print(f"  skipped, {report.input}: {report.output} is there", file=sys.stderr)
        elif report.output:
            print(report.output, file=stream)
        for warning in report.warnings:
            print(f"  note, {report.input}: {warning}", file=sys.stderr)
    finished = sum(report.status == "done" for report in reports)
    print(f"{finished} of {len(reports)} restored.", file=sys.stderr)


def print_failures(reports: list[FileReport]) -> None:
    """Print what failed, with the reason and what can be done."""
    for report in reports:
        if report.error:
            print(
                f"failed, {report.input}: {report.error.summary} {report.error.remedy}",
                file=sys.stderr,
            )
