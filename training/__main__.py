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
        _note(parsed.folder, str(error))
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

    from training.loop import resume, train
    from training.options import TrainingOptions

    if parsed.threads:
        torch.set_num_threads(parsed.threads)
    if parsed.action == "resume":
        resume(parsed.folder, progress)
        return
    if parsed.options is None:
        raise RestorationError("“start” needs --options.", "Name the options file of the run.")
    train(TrainingOptions.from_json(parsed.options.read_bytes()), parsed.folder, progress)


def _note(folder: Path, message: str) -> None:
    """Leave the reason in the log, where the window looks for it."""
    from training.runfolder import RunFolder

    if folder.is_dir():
        RunFolder(folder).log(f"error: {message}")


if __name__ == "__main__":
    sys.exit(main())
