"""Starts training as a process that outlives the window."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QProcess

from app.session.training_runs import note_starting, will_tell
from core.errors import RestorationError


def start_training(command: Sequence[str], run: Path, working_folder: Path | None) -> int:
    """Start a training process, detached: it goes on when the window is closed.

    Args:
        command: Program and arguments.
        run: The run's folder.
        working_folder: Where it runs; None for here.

    Returns:
        The process number.

    Raises:
        RestorationError: It cannot be started.
    """
    place = "" if working_folder is None else str(working_folder)
    # Only this form tells the number of the process. It prints to a file of its own accord.
    started, pid = QProcess.startDetached(command[0], list(command[1:]), place)
    if not started:
        raise RestorationError(
            "The training process could not be started.",
            "Check that the disk is not full and Heirloom is installed completely.",
        )
    note_starting(run, int(pid))
    will_tell(run.parent)
    return int(pid)
