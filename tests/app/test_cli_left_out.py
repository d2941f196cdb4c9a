"""What `heirloom restore` says of files in a folder that it cannot read."""

from __future__ import annotations

import errno
import os

import pytest
from PIL import Image

import core.api
from app.cli import main
from core.imageio import atomic
from core.pipeline import Pipeline


class IdleEngine:
    """Leaves every photo as it is."""

    def __init__(self, compute=None, models_dir=None):
        pass

    def run(self, photo, _settings, progress, previous=None, faces=None):
        return Pipeline(()).run(photo, progress)


@pytest.fixture(autouse=True)
def engine(monkeypatch):
    monkeypatch.setattr(core.api, "Engine", IdleEngine)


@pytest.fixture
def album(tmp_path):
    folder = tmp_path / "album"
    folder.mkdir()
    for name in ("IMG_1.CR2", "IMG_2.NEF", "letter.pdf"):
        (folder / name).write_bytes(b"no picture for us")
    return folder


@pytest.mark.parametrize("quiet", [True, False])
def test_raw_files_and_documents_are_told_and_the_photo_is_restored(album, tmp_path, capsys, quiet):
    Image.new("RGB", (8, 8)).save(album / "a.png")
    options = ["-q"] if quiet else []
    assert main(["restore", str(album), "-o", str(tmp_path / "out"), *options]) == 0
    said = capsys.readouterr().err
    assert (tmp_path / "out" / "a.png").exists()
    if quiet:
        assert "left out" not in said
    else:
        assert "2 camera raw files were left out (IMG_1.CR2, IMG_2.NEF)" in said
        assert "The PDF document “letter.pdf” was left out" in said


def test_a_folder_of_raw_files_alone_says_why_nothing_was_done(album, tmp_path, capsys):
    assert main(["restore", str(album), "-o", str(tmp_path / "out"), "-q"]) == 1
    said = capsys.readouterr().err
    assert "camera raw files were left out" in said
    assert "There is no photo in" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(os.name == "nt", reason="such names are refused there")
def test_a_name_with_commands_for_the_terminal_is_printed_as_letters(tmp_path, capsys):
    wild = tmp_path / "a\x1b]0;hello\x07\nfailed, b.png"
    wild.write_bytes(b"no picture")
    kind = tmp_path / "বউ 👵 שלום.png"
    kind.write_bytes(b"no picture")
    assert main(["restore", str(wild), str(kind), "-o", str(tmp_path / "out"), "-q"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len([line for line in lines if line.startswith("failed, ")]) == 2
    assert not any("\x1b" in line or "\x07" in line for line in lines)
    assert any("a\\x1b]0;hello\\x07\\nfailed, b.png" in line for line in lines)
    assert any("বউ 👵 שלום.png" in line for line in lines)


def test_what_failed_is_told_although_the_report_cannot_be_written(tmp_path, monkeypatch, capsys):
    bad, report = tmp_path / "a.png", tmp_path / "report.json"
    bad.write_bytes(b"no picture")

    def full(*_args, **_options) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(atomic, "write_atomic", full)
    out = str(tmp_path / "out")
    assert main(["restore", str(bad), "-o", out, "--json", str(report), "-q"]) == 1
    said = capsys.readouterr().err
    assert "“a.png” is not a picture" in said
    assert "the disk is full" in said
    assert not report.exists()
