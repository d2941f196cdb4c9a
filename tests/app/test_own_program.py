"""Heirloom starts itself as another process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from app.own_program import own_command
from core import __version__


def test_the_command_starts_this_very_version() -> None:
    done = subprocess.run([*own_command(), "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == f"Heirloom {__version__}"


def test_a_bundle_is_its_own_command_line(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "heirloom"))
    assert own_command() == (str(tmp_path / "heirloom"),)


def test_on_windows_the_program_with_a_console_is_taken(monkeypatch, tmp_path: Path) -> None:
    (tmp_path / "heirloom-cli.exe").touch()
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "heirloom.exe"))
    assert own_command() == (str(tmp_path / "heirloom-cli.exe"),)
