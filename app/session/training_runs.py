"""Trainings as they lie on the disk: found again after a restart, whoever started them.

Each training is one folder: `faces/` (the checked photos) and `run/` (what `training.runfolder`
writes). The window only reads these files. Whether a process is at work shows in the lock that it
holds; the system frees it when the process ends, however that happens.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from app.session.small_file import replace_file

FACES, RUN = "faces", "run"
PROCESS_OUTPUT = "process.txt"
_UNTOLD = ".untold"
STARTING_S = 120.0
"""A process that was started and holds no lock after this long will never do."""

RunState = Literal[
    "draft", "starting", "running", "comparing", "paused", "interrupted", "finished", "failed"
]
ACTIVE: frozenset[RunState] = frozenset({"starting", "running", "comparing"})
RESUMABLE: frozenset[RunState] = frozenset({"paused", "interrupted", "failed"})
ENDED: frozenset[RunState] = frozenset({"finished", "failed", "interrupted"})
"""A process has ended, and nobody asked it to; what was paused is not among them."""


@dataclass(frozen=True, slots=True)
class RunView:
    """One training, at one moment.

    Attributes:
        folder: Its folder; `faces` and `run` are below.
        state: What it does.
        step: Steps done, as far as is known.
        steps: Steps in all; 0 for a draft.
        summary: After a failure: what went wrong.
        remedy: After a failure: what can be done.
        kind: After a failure: the kind of error.
        pid: The process that is or was at work.
        start: Name of the model that it started from.
        comparison: The comparison at the end, or None.
        batch: Faces a step.
        has_checkpoint: There is something to resume or to make a model of.
    """

    folder: Path
    state: RunState
    step: int = 0
    steps: int = 0
    summary: str = ""
    remedy: str = ""
    kind: str = ""
    pid: int = 0
    start: str = ""
    comparison: dict[str, Any] | None = None
    has_checkpoint: bool = False
    batch: int = 1

    @property
    def name(self) -> str:
        """What the user called it."""
        return self.folder.name

    @property
    def faces(self) -> Path:
        """The checked photos."""
        return self.folder / FACES

    @property
    def run(self) -> Path:
        """The folder of the run."""
        return self.folder / RUN

    @property
    def is_active(self) -> bool:
        """A process is at work."""
        return self.state in ACTIVE


@dataclass(slots=True)
class StatsTail:
    """Reads what is new in stats.jsonl.

    Attributes:
        path: The file.
    """

    path: Path
    _offset: int = 0
    lines: list[dict[str, Any]] = field(default_factory=list)

    def read(self) -> bool:
        """Read on; True where something new came. A half written line waits for its end."""
        try:
            with self.path.open("rb") as file:
                file.seek(self._offset)
                data = file.read()
        except OSError:
            return False
        whole = data.rfind(b"\n") + 1
        self._offset += whole
        found = False
        for line in data[:whole].splitlines():
            with contextlib.suppress(ValueError):
                self.lines.append(json.loads(line))
                found = True
        return found

    def of_kind(self, kind: str) -> list[dict[str, Any]]:
        """Lines of one kind; of steps done twice, after a kill, the later ones count."""
        by_step = {line["step"]: line for line in self.lines if line.get("kind") == kind}
        newest = self.lines[-1]["step"] if self.lines else 0
        return [by_step[step] for step in sorted(by_step) if step <= max(newest, 0)]


def find_runs(root: Path) -> tuple[RunView, ...]:
    """All trainings below a folder, newest first."""
    try:
        folders = [path for path in root.iterdir() if path.is_dir()]
    except OSError:
        return ()
    folders.sort(key=lambda path: (-_changed(path), path.name))
    views = (read_run(folder) for folder in folders)
    return tuple(view for view in views if view is not None)


def read_run(folder: Path) -> RunView | None:
    """One training, or None where the folder holds none."""
    run = folder / RUN
    options = _read_json(run / "options.json")
    if options is None:
        return RunView(folder, "draft") if (folder / FACES / "faces.json").is_file() else None
    state = _read_json(run / "state.json") or {}
    checkpoints = sorted((run / "checkpoints").glob("step-*.pt"))
    step = int(state.get("step", 0))
    if checkpoints:
        step = max(step, int(checkpoints[-1].stem.removeprefix("step-")))
    summary, remedy = str(state.get("summary", "")), str(state.get("remedy", ""))
    shown = _state(run, state)
    if shown == "failed" and not summary:
        summary, remedy = _never_began(run)
    return RunView(
        folder,
        shown,
        step,
        int(options.get("steps", 0)),
        summary,
        remedy,
        str(state.get("kind", "")),
        int(state.get("pid", 0)),
        _start_name(options),
        _read_json(run / "comparison.json"),
        bool(checkpoints),
        int(options.get("batch", 1)),
    )


def _start_name(options: dict[str, Any]) -> str:
    """What people call the model that the run began with; older runs noted its id only."""
    known = options.get("start_name") or options.get("start_model")
    return str(known or Path(options.get("start_from", "")).stem)


def _state(run: Path, state: dict[str, Any]) -> RunState:
    name = state.get("state", "")
    if is_locked(run):
        return "comparing" if name == "comparing" else "running"
    if name == "starting":
        young = time.time() - float(state.get("time", 0)) < STARTING_S
        return "starting" if young and _lives(int(state.get("pid", 0))) else "failed"
    if name == "paused":
        return "paused"
    if name == "finished":
        return "finished"
    if name == "failed":
        return "failed"
    return "interrupted"


def is_locked(run: Path) -> bool:
    """True while a process trains this run."""
    path = run / ".lock"
    if not path.exists():
        return False
    lock = FileLock(path)
    try:
        lock.acquire(blocking=False)
    except (Timeout, OSError):
        return True
    lock.release()
    return False


def _lives(pid: int) -> bool:
    """False only where the system is sure that there is no such process."""
    if os.name != "posix" or pid <= 0:
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _never_began(run: Path) -> tuple[str, str]:
    """The process ended before it could say why; its own output may know."""
    with contextlib.suppress(OSError):
        lines = (run / PROCESS_OUTPUT).read_text("utf-8", errors="replace").strip().splitlines()
        if lines:
            return f"Training could not begin: {lines[-1][:300]}", "Try to resume it."
    return "Training could not begin.", "Try to resume it."


def note_starting(run: Path, pid: int) -> None:
    """Say that a process was started, until it says so itself.

    Raises:
        OSError: The folder cannot be written.
    """
    state = {"state": "starting", "pid": pid, "time": round(time.time(), 1)}
    replace_file(run / "state.json", json.dumps(state).encode())


def will_tell(folder: Path) -> None:
    """Note that the user wants to know how a training ends; where that fails, nobody is told."""
    with contextlib.suppress(OSError):
        (folder / _UNTOLD).touch()


def was_told(folder: Path) -> None:
    """Note that the user knows how a training has ended."""
    with contextlib.suppress(OSError):
        (folder / _UNTOLD).unlink(missing_ok=True)


def untold_runs(root: Path) -> tuple[RunView, ...]:
    """Trainings of whose end the user is to be told, whether they have ended or not.

    Reads nothing of the others, so that it may be called again and again.
    """
    try:
        folders = [path for path in root.iterdir() if (path / _UNTOLD).exists()]
    except OSError:
        return ()
    views = (read_run(folder) for folder in sorted(folders))
    return tuple(view for view in views if view is not None)


def ask_to_stop(run: Path, *, finish: bool) -> None:
    """Ask a run to save and end; with `finish`, to count as complete and to compare.

    Raises:
        OSError: The folder cannot be written.
    """
    replace_file(run / "stop", b"finish" if finish else b"pause")


def delete_training(folder: Path) -> int:
    """Remove a training with its faces and checkpoints; the photos themselves are elsewhere.

    Returns:
        Bytes of disk space that were freed.
    """
    size = folder_bytes(folder)
    shutil.rmtree(folder)
    return size


def folder_bytes(folder: Path) -> int:
    """Disk space that a folder takes."""
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            if path.is_file():
                total += path.stat().st_size
    return total


def free_folder(root: Path, name: str) -> Path:
    """A folder for a new training that is not there yet, named so that every system takes it."""
    cleaned = re.sub(r'[<>:"/\\|?*\x00-\x1f]+', " ", name).strip(" .")[:60] or "Training"
    candidate, number = root / cleaned, 2
    while candidate.exists():
        candidate, number = root / f"{cleaned} {number}", number + 1
    return candidate


def _changed(folder: Path) -> float:
    for path in (folder / RUN / "options.json", folder / FACES / "faces.json", folder):
        with contextlib.suppress(OSError):
            return path.stat().st_mtime
    return 0.0


def _read_json(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
