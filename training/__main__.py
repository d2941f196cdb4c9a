"""Runs one training as its own process: `python -m training start|resume RUN_FOLDER`.

The window and `heirloom train` both start this; they follow it through the run folder. SIGTERM and
SIGINT, or a file named `stop` in the folder, save a checkpoint and end it.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from core.errors import Cancelled, RestorationError
from core.progress import CancelToken, Progress


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; 0: finished, 3: stopped on request, 1: an error that is explained on stderr."""
    parsed = _parser().parse_args(arguments)
    token = CancelToken()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: token.cancel())
    progress = Progress(token=token)
    try:
        _go(parsed, progress)
    except Cancelled:
        return 3
    except RestorationError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    parser.add_argument("action", choices=("start", "resume"))
    parser.add_argument("folder", type=Path, help="the run's folder")
    parser.add_argument("--options", type=Path, help="options.json of the run, for “start”")
    parser.add_argument("--threads", type=int, default=0, help="processor threads; 0: all")
    parser.add_argument("--run-name", default="", help="only shows in the list of processes")
    return parser


def _go(parsed: argparse.Namespace, progress: Progress) -> None:
    import torch

    from training.options import TrainingOptions
    from training.session import go_on, start

    if parsed.threads:
        torch.set_num_threads(parsed.threads)
    if parsed.action == "resume":
        go_on(parsed.folder, progress)
        return
    if parsed.options is None:
        raise RestorationError("“start” needs --options.", "Name the options file of the run.")
    start(TrainingOptions.from_json(parsed.options.read_bytes()), parsed.folder, progress)


if __name__ == "__main__":
    sys.exit(main())
