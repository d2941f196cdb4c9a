"""The command `heirloom report`, and `--report` of `heirloom restore`.

Both write a page with before and after (HTML), a contact sheet (PNG) and the scores (CSV).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Self

from app.exit_codes import EXIT_DONE, EXIT_FAILED
from app.stopping import stops_on_signals
from core.errors import OutputError
from core.progress import CancelToken, Progress

if TYPE_CHECKING:
    from PIL.Image import Image

    from core.report import FileReport

STEPS = 1000
_EXAMPLES = """examples:
  heirloom report restored                      a report on a folder of results
  heirloom report restored --originals scans    where the originals lie elsewhere
  heirloom restore scans -o restored --report restored/report.html
"""


def add_report_command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser], shared: argparse.ArgumentParser
) -> None:
    """Add `heirloom report`."""
    parser = commands.add_parser(
        "report",
        parents=[shared],
        help="make a report on results: before and after, settings, models, scores",
        description="Makes a report on results of Heirloom: a page with before and after, "
        "settings, models and scores (HTML), a contact sheet (PNG) and the scores (CSV).",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("results", nargs="+", metavar="RESULT", help="results, or folders of them")
    parser.add_argument(
        "-o",
        "--out",
        type=Path,
        default=Path("heirloom-report.html"),
        metavar="FILE",
        help="the page (default heirloom-report.html); the others get its name",
    )
    parser.add_argument(
        "--originals",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="where originals lie that are not beside their results; may be given several times",
    )
    parser.add_argument("-r", "--recursive", action="store_true", help="folders within, too")
    parser.add_argument("--overwrite", action="store_true", help="replace an earlier report")
    parser.add_argument("-q", "--quiet", action="store_true", help="print only what failed")
    parser.set_defaults(run=run_report)


def run_report(args: argparse.Namespace) -> int:
    """Do what `heirloom report` was asked to do."""
    from core.reports.collect import entries_of_results, find_results
    from core.reports.entries import FailedEntry
    from core.reports.write import write_report

    check_free(args.out, overwrite=args.overwrite)
    token = CancelToken()
    with stops_on_signals(token), _Bar(token, quiet=args.quiet) as bar:
        named = [Path(path) for path in args.results]
        search = bar.progress.part(0.0, 0.05)
        results = find_results(named, recursive=args.recursive, progress=search)
        folders = tuple(args.originals)
        entries = entries_of_results(results, folders, bar.progress.part(0.05, 0.9))
        rest = bar.progress.part(0.9, 1.0)
        written = write_report(
            args.out, entries, rest, overwrite=args.overwrite, lettering=lettering
        )
    failed = [entry for entry in entries if isinstance(entry, FailedEntry)]
    for entry in failed:
        print(f"failed, {entry.name}: {entry.summary} {entry.remedy}", file=sys.stderr)
    _print_written(written.page, quiet=args.quiet)
    return EXIT_FAILED if failed else EXIT_DONE


def add_report_option(group: argparse._ArgumentGroup) -> None:
    """Add `--report` to the command that restores."""
    group.add_argument(
        "--report",
        type=Path,
        metavar="FILE",
        help="write a page with before and after, settings and scores, a contact sheet and a CSV",
    )


def report_on_run(
    target: Path, reports: Sequence[FileReport], *, overwrite: bool, quiet: bool
) -> None:
    """Write the report of a run that has just ended.

    Raises:
        OutputError: It cannot be written.
        Cancelled: It was stopped.
    """
    from core.reports.collect import entries_of_run
    from core.reports.write import write_report

    token = CancelToken()
    with stops_on_signals(token), _Bar(token, quiet=quiet) as bar:
        entries = entries_of_run(reports, bar.progress.part(0.0, 0.9))
        rest = bar.progress.part(0.9, 1.0)
        written = write_report(target, entries, rest, overwrite=overwrite, lettering=lettering)
    _print_written(written.page, quiet=quiet)


def check_free(target: Path, *, overwrite: bool) -> None:
    """Find out before the work that the report cannot be written after it.

    Raises:
        OutputError: There is such a file already, or the folder cannot be used.
    """
    from core.imageio.folders import check_folder

    if target.exists() and not overwrite:
        raise OutputError(
            f"“{target.name}” already exists.",
            "Choose another name for the report, or add --overwrite.",
        )
    check_folder(target.absolute().parent)


def _print_written(page: Path, *, quiet: bool) -> None:
    if not quiet:
        print(f"Report: {page}", file=sys.stderr)


def lettering(text: str, size_px: int, colour: str, room_px: int) -> Image | None:
    """Draw with Pillow's font, and with Qt where that has not all letters and Qt can be loaded."""
    from core.reports.lettering import pillow_lettering

    line = pillow_lettering(text, size_px, colour, room_px)
    if line is not None:
        return line
    try:
        from app.jobs.lettering import qt_lettering
    except ImportError:  # a server without the libraries that Qt needs
        return None
    return qt_lettering(text, size_px, colour, room_px)


class _Bar:
    """A progress bar on the terminal for as long as the block runs."""

    def __init__(self, token: CancelToken, *, quiet: bool) -> None:
        from tqdm import tqdm

        self._bar = tqdm(
            total=STEPS,
            disable=quiet,
            file=sys.stderr,
            leave=False,
            bar_format="{percentage:3.0f}% |{bar:24}| {elapsed}, {remaining} left  report",
        )
        self.progress = Progress(self._show, token)

    def _show(self, fraction: float, _message: str) -> None:
        self._bar.update(round(fraction * STEPS) - self._bar.n)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._bar.close()
