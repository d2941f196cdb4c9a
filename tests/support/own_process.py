"""The program in a process of its own, for tests that end or kill it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

FAKES = str(Path(__file__).parents[1] / "app")
"""Where such a program finds `app_fakes`."""


def start(template: str, folder: Path, **words: object) -> subprocess.Popen[str]:
    """Run a program; `{fakes}` and `{folder}` in it are filled in, and what `words` names."""
    return subprocess.Popen(
        [sys.executable, "-c", template.format(fakes=FAKES, folder=str(folder), **words)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_until_ready(process: subprocess.Popen[str]) -> None:
    """Wait for the line "ready"."""
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "ready"
