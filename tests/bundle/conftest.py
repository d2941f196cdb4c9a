"""The bundle under test: HEIRLOOM_BUNDLE, or dist/Heirloom; without one these tests are skipped."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from bundle_program import clean_environment, program_of

ROOT = Path(__file__).parents[2]
LIMIT_S = 240
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def bundle() -> Path:
    name = "Heirloom.app" if sys.platform == "darwin" else "Heirloom"
    folder = Path(os.environ.get("HEIRLOOM_BUNDLE") or ROOT / "dist" / name)
    if not program_of(folder).is_file():
        pytest.skip("there is no bundle; make one: python3 bootstrap.py bundle")
    return folder


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    return folder


@pytest.fixture
def run(bundle: Path, home: Path, tmp_path: Path) -> Run:
    """Runs the bundled program, in a home of its own and with no Python to be found."""

    def run(*arguments: object, expect: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [program_of(bundle), *map(str, arguments)],
            cwd=tmp_path,
            env=clean_environment(home),
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        assert done.returncode == expect, f"{done.stdout}\n{done.stderr}"
        return done

    return run


@pytest.fixture
def sample(bundle: Path, tmp_path: Path) -> Path:
    """The sample photo, from inside the bundle."""
    inside = next(bundle.rglob("astronaut-aged.jpg"))
    return Path(shutil.copy(inside, tmp_path / "grandmother.jpg"))
