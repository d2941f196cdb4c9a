"""One folder a run: options.json, state.json, log.txt, stats.jsonl, checkpoints/ and previews/.

Also events for TensorBoard where it is installed. The window reads these files; nothing else is
shared with it. docs/training.md explains them.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from core.errors import OutputError, SettingsError
from training.checkpoint import BEST_FILE, list_checkpoints
from training.options import TrainingOptions

OPTIONS_FILE = "options.json"
LOG_FILE = "log.txt"
STATS_FILE = "stats.jsonl"
STOP_FILE = "stop"
STATE_FILE = "state.json"
COMPARISON_FILE = "comparison.json"
LAYOUT_FILE = "layout.json"
LOCK_FILE = ".lock"
FINISH = "finish"
"""What the file named `stop` holds where the run shall end as if it were complete."""

KEPT_PREVIEWS = 40


class RunFolder:
    """Reads and writes one run's folder.

    Args:
        path: The folder; made by `create`.
        writes: False for all but the leading process: then every write is dropped.
    """

    def __init__(self, path: Path, *, writes: bool = True) -> None:
        self.path = path
        self.writes = writes
        self._events: Any = None

    @property
    def checkpoints(self) -> Path:
        """Folder of the checkpoints."""
        return self.path / "checkpoints"

    @property
    def previews(self) -> Path:
        """Folder of the preview pictures."""
        return self.path / "previews"

    def create(self, options: TrainingOptions) -> None:
        """Make the folder of a new run.

        Raises:
            OutputError: It cannot be written, or holds a run already.
        """
        if self.newest_checkpoint() is not None:
            raise OutputError(
                f"“{self.path}” already holds a training run.",
                "Resume it, or choose another folder.",
            )
        if not self.writes:
            return
        try:
            self.checkpoints.mkdir(parents=True, exist_ok=True)
            self.previews.mkdir(exist_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error
        self.write_options(options)

    def write_options(self, options: TrainingOptions) -> None:
        """Note what the run is to do, whole or not at all.

        Raises:
            OutputError: The folder cannot be written.
        """
        self._write(OPTIONS_FILE, options.to_json() + b"\n")

    def write_state(self, values: Mapping[str, Any]) -> None:
        """Say for other processes what this one does: see `training.session`."""
        self._write(STATE_FILE, json.dumps(values, ensure_ascii=False).encode())

    def write_comparison(self, values: Mapping[str, Any]) -> None:
        """Keep the comparison with the model that the run started from."""
        self._write(COMPARISON_FILE, json.dumps(values, indent=1, ensure_ascii=False).encode())

    def read_comparison(self) -> dict[str, Any] | None:
        """The comparison at the end of the run, or None where there is none yet."""
        try:
            found: dict[str, Any] = json.loads((self.path / COMPARISON_FILE).read_bytes())
        except (OSError, ValueError):
            return None
        return found

    def _write(self, name: str, data: bytes) -> None:
        if not self.writes:
            return
        target = self.path / name
        side = target.with_name(f".{target.name}.part")
        try:
            side.write_bytes(data)
            side.replace(target)
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> OutputError:
        return OutputError(
            f"The run folder “{self.path}” cannot be written: {error.strerror or error}.",
            "Choose another folder, or free some space.",
        )

    def read_options(self) -> TrainingOptions:
        """The options that the run was started with.

        Raises:
            SettingsError: There is no run in the folder, or its options are damaged.
        """
        try:
            data = (self.path / OPTIONS_FILE).read_bytes()
        except OSError as error:
            raise SettingsError(
                f"There is no training run in “{self.path}”.", "Choose the folder of a run."
            ) from error
        return TrainingOptions.from_json(data)

    def newest_checkpoint(self) -> Path | None:
        """The latest regular checkpoint, or none."""
        found = list_checkpoints(self.checkpoints)
        return found[-1] if found else None

    def best_checkpoint(self) -> Path | None:
        """The one with the best validation score, or else the newest."""
        best = self.checkpoints / BEST_FILE
        return best if best.is_file() else self.newest_checkpoint()

    def log(self, message: str) -> None:
        """Add a line to log.txt."""
        if self.writes:
            with (self.path / LOG_FILE).open("a", encoding="utf-8") as file:
                file.write(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {message}\n")

    def add_stats(self, kind: str, values: Mapping[str, float]) -> None:
        """Add a line to stats.jsonl, and the same figures to TensorBoard."""
        if not self.writes:
            return
        line = json.dumps({"kind": kind, "time": round(time.time(), 1), **_rounded(values)})
        with (self.path / STATS_FILE).open("a", encoding="utf-8") as file:
            file.write(line + "\n")
        self._to_tensorboard(kind, values)

    def read_stats(self) -> list[dict[str, Any]]:
        """All lines of stats.jsonl; a last, half written one is left out."""
        try:
            lines = (self.path / STATS_FILE).read_text("utf-8").splitlines()
        except OSError:
            return []
        return [json.loads(line) for line in lines if line.endswith("}")]

    def save_preview(self, name: str, image: npt.NDArray[np.uint8]) -> None:
        """Write a preview picture (RGB), whole or not at all."""
        if not self.writes:
            return
        target = self.previews / f"{name}.png"
        side = target.with_name(f".{name}.part.png")
        if cv2.imwrite(str(side), cv2.cvtColor(image, cv2.COLOR_RGB2BGR)):
            side.replace(target)
        for path in sorted(self.previews.glob("step-*.png"))[1:-KEPT_PREVIEWS]:
            path.unlink(missing_ok=True)  # the first shows the start

    def write_layout(self, rows: list[str], faces: int) -> None:
        """Say what the rows of the previews show, and how many faces stand in each."""
        self._write(f"previews/{LAYOUT_FILE}", json.dumps({"rows": rows, "faces": faces}).encode())

    def stop_requested(self) -> bool:
        """True where someone asked the run to save and stop."""
        return (self.path / STOP_FILE).exists()

    def finish_requested(self) -> bool:
        """True where it shall not only stop but count as complete."""
        try:
            return (self.path / STOP_FILE).read_text("utf-8").strip() == FINISH
        except OSError:
            return False

    def clear_stop(self) -> None:
        """Forget an earlier request to stop."""
        if self.writes:
            (self.path / STOP_FILE).unlink(missing_ok=True)

    def require_space(self, needed_bytes: int, budget_bytes: int) -> None:
        """Check that a checkpoint fits onto the disk and into the run's budget.

        Raises:
            OutputError: It does not.
        """
        free = shutil.disk_usage(self.path).free
        if free < needed_bytes:
            raise OutputError(
                f"A checkpoint needs {needed_bytes >> 20} MB, but the disk has {free >> 20} MB.",
                "Free some space and resume the run; earlier checkpoints are kept.",
            )
        used = sum(f.stat().st_size for f in self.path.rglob("*") if f.is_file())
        if budget_bytes and used + needed_bytes > budget_bytes:
            raise OutputError(
                f"The run would use more than its {budget_bytes >> 20} MB of disk.",
                "Allow it more disk space and resume the run; earlier checkpoints are kept.",
            )

    def _to_tensorboard(self, kind: str, values: Mapping[str, float]) -> None:
        if self._events is False:
            return
        if self._events is None:
            try:
                from torch.utils.tensorboard import SummaryWriter
            except ImportError:
                self._events = False
                return
            self._events = SummaryWriter(os.fspath(self.path / "events"))
        step = int(values.get("step", 0))
        for name, value in values.items():
            if name != "step":
                self._events.add_scalar(f"{kind}/{name}", value, step)


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {name: v if isinstance(v, int) else float(f"{v:.6g}") for name, v in values.items()}
