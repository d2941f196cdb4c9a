"""Starts training as a process that outlives the window."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QProcess

from app.session.training_runs import PROCESS_OUTPUT, note_starting
from core.errors import RestorationError


def start_training(command: Sequence[str], run: Path, working_folder: Path | None) -> int:
    """Start a training process, detached: it goes on when the window is closed.

    What it prints goes to `process.txt` in the run's folder, for the case that it cannot begin.

    Args:
        command: Program and arguments.
        run: The run's folder.
        working_folder: Where it runs; None for here.

    Returns:
        The process number.

    Raises:
        RestorationError: It cannot be started.
    """
    process = QProcess()
    process.setProgram(command[0])
    process.setArguments(list(command[1:]))
    process.setStandardInputFile(QProcess.nullDevice())
    process.setStandardOutputFile(str(run / PROCESS_OUTPUT))
    process.setStandardErrorFile(str(run / PROCESS_OUTPUT), QProcess.OpenModeFlag.Append)
    if working_folder is not None:
        process.setWorkingDirectory(str(working_folder))
    started, pid = process.startDetached()
    if not started:
        raise RestorationError(
            "The training process could not be started.",
            "Check that the disk is not full and Heirloom is installed completely.",
        )
    note_starting(run, int(pid))
    return int(pid)
