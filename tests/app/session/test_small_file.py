"""Small files appear whole or not at all."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from app.session import small_file
from app.session.small_file import replace_file, write_small


@pytest.mark.parametrize("flushed", [False, True])
def test_a_file_is_replaced_and_its_folder_made(tmp_path, flushed):
    path = tmp_path / "new" / "file.json"
    replace_file(path, b"one", flushed=flushed)
    replace_file(path, b"two", flushed=flushed)
    assert path.read_bytes() == b"two"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("broken", ["replace", "fsync"])
def test_a_failure_leaves_the_old_content_and_no_other_file(tmp_path, monkeypatch, broken):
    def fail(*_args):
        raise OSError("the disk is full")

    path = tmp_path / "file.json"
    path.write_bytes(b"old")
    monkeypatch.setattr(*((Path, "replace") if broken == "replace" else (os, "fsync")), fail)
    assert not write_small(path, b"new", flushed=True)
    with pytest.raises(OSError, match="full"):
        replace_file(path, b"new", flushed=True)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_a_file_is_told(tmp_path):
    (tmp_path / "folder").write_bytes(b"")
    assert not write_small(tmp_path / "folder" / "file.json", b"new")


def test_the_half_of_a_killed_process_goes_with_the_next_write(tmp_path, monkeypatch):
    path, other = tmp_path / "file.json", tmp_path / ".other.txt"
    other.write_bytes(b"not ours")
    with monkeypatch.context() as killed:
        killed.setattr(Path, "replace", lambda *_args: None)  # the process ends before the name is
        replace_file(path, b"half")
    (left,) = set(tmp_path.iterdir()) - {other}
    assert left.name.startswith(".file.json.")
    small_file._swept.clear()
    replace_file(path, b"one")
    assert left.exists()  # perhaps another process writes it just now
    os.utime(left, (time.time() - 3600,) * 2)
    small_file._swept.clear()
    replace_file(path, b"two")
    assert sorted(tmp_path.iterdir()) == sorted([path, other])
