"""Small files appear whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

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
