"""The command `heirloom`: picks the command to run, and nothing else.

`heirloom` alone, or with only pictures, opens the window. Every other command works without a
screen and never imports Qt; help and listings import no torch either.

Exit codes: 0 all done, 1 some failed, 2 the command was called wrongly, 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import argparse
import io
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from app import (
    cli_ablate,
    cli_evaluate,
    cli_info,
    cli_models,
    cli_report,
    cli_restore,
    cli_train,
)
from app.exit_codes import EXIT_FAILED, EXIT_STOPPED
from app.screen import NO_SCREEN, has_screen
from app.self_test import SelfTestAction
from app.stopping import leave
from core import __version__
from core.errors import Cancelled, RestorationError


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: Arguments without the program's name; those of the process by default.

    Returns:
        The exit code.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    parser, commands = build_parser()
    has_window = opens_window(arguments, commands)
    code = _run(arguments, parser, has_window=has_window)
    if argv is None and (has_window or code == EXIT_STOPPED):
        leave(code)
    return code


def _run(arguments: list[str], parser: argparse.ArgumentParser, *, has_window: bool) -> int:
    _print_any_name()
    if has_window:
        unknown = [word for word in arguments if not _may_be_file(word)]
        if unknown:
            parser.error(f"“{unknown[0]}” is neither a command nor a file")
        if not has_screen(sys.platform, os.environ):
            print(NO_SCREEN, file=sys.stderr)
            return EXIT_FAILED
        return _run_window(arguments)
    parsed = parser.parse_args(arguments)
    logging.basicConfig(
        level=logging.DEBUG if parsed.debug else logging.CRITICAL, format="%(message)s"
    )
    try:
        code: int = parsed.run(parsed)
    except RestorationError as error:
        print(f"heirloom: {error}", file=sys.stderr)
        return EXIT_FAILED
    except (Cancelled, KeyboardInterrupt):
        print("heirloom: stopped.", file=sys.stderr)
        return EXIT_STOPPED
    except BrokenPipeError:  # the reader of a pipe, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_FAILED
    return code


def opens_window(arguments: Sequence[str], commands: frozenset[str]) -> bool:
    """True for no arguments at all, or for names that are neither a command nor an option."""
    return all(not word.startswith("-") for word in arguments) and (
        not arguments or arguments[0] not in commands
    )


def _print_any_name() -> None:
    """Let names through that the terminal's encoding has no characters for.

    On Linux and macOS their bytes come out as they lie on the disk, so that a pipe finds the file.
    """
    stream = sys.stdout
    if isinstance(stream, io.TextIOWrapper) and stream.errors == "strict":
        is_utf8 = stream.encoding.lower().replace("-", "") == "utf8"
        stream.reconfigure(errors="surrogateescape" if is_utf8 else "backslashreplace")


def _may_be_file(word: str) -> bool:
    """True for what is there or is called like a file, so that the window says what is wrong."""
    path = Path(word)
    return bool(path.suffix) or (word != "" and path.exists())


def build_parser() -> tuple[argparse.ArgumentParser, frozenset[str]]:
    """The parser, and the names of its commands."""
    parser = argparse.ArgumentParser(
        prog="heirloom",
        description="Restores faces and colour in old photographs, on this computer alone. "
        "Without a command it opens the window: heirloom [PHOTO ...]",
        epilog="Exit codes: 0 all done, 1 some failed, 2 wrong call, 130 stopped.",
    )
    parser.add_argument("--version", action="version", version=f"Heirloom {__version__}")
    parser.add_argument(
        "--self-test",
        action=SelfTestAction,
        nargs=0,
        help="restore the sample photo step by step, and say what works on this computer",
    )
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--debug", action="store_true", help="print what happens inside")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    cli_restore.add_restore_command(commands, shared)
    cli_info.add_info_command(commands, shared)
    cli_models.add_models_commands(commands)
    cli_evaluate.add_evaluate_command(commands, shared)
    cli_report.add_report_command(commands, shared)
    cli_ablate.add_ablate_command(commands, shared)
    cli_train.add_train_commands(commands)
    parser.set_defaults(debug=False)
    return parser, frozenset(commands.choices)


def _run_window(paths: Sequence[str]) -> int:
    from app.main import run_window

    return run_window(list(paths))


if __name__ == "__main__":
    sys.exit(main())
