"""How Heirloom starts itself as another process, from source or as a bundle."""

from __future__ import annotations

import sys
from pathlib import Path

_WINDOWS_CONSOLE = "heirloom-cli.exe"


def own_command() -> tuple[str, ...]:
    """The words that start the command line; `train run ...` may follow them.

    In a bundle there is no Python to call: the program itself is its own command line. On Windows
    the program with the window has no console, so the one beside it is taken.
    """
    program = Path(sys.executable)
    if not getattr(sys, "frozen", False):
        return str(program), "-m", "app.cli"
    beside = program.with_name(_WINDOWS_CONSOLE)
    return (str(beside if beside.is_file() else program),)
