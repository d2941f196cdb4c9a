"""What is said of pictures in a folder that cannot be read."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from core.errors import Cancelled
from core.outputs import FoundPhotos, find_photos
from core.progress import CancelToken, Progress

NAMES = ("a.jpg", "IMG_1.CR2", "b.nef", "c.ARW", "d.dng", "letter.pdf", "drawing.psd", "notes.txt")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in NAMES:
        (tmp_path / name).write_bytes(b"\xff\xd8\xff\xe0")
    return tmp_path


def test_pictures_that_cannot_be_read_are_told_with_what_can_be_done(folder):
    found = find_photos([folder])
    assert [photo.path.name for photo in found.photos] == ["a.jpg"]
    assert found.problems == ()
    raw, document, other = found.left_out
    assert raw == (
        "4 camera raw files were left out (b.nef, c.ARW, d.dng, …): develop them in your raw "
        "converter and save them as 16-bit TIFF."
    )
    assert document == (
        "The PDF document “letter.pdf” was left out: save its pages as TIFF or PNG."
    )
    assert "drawing.psd" in other
    assert not any("notes.txt" in sentence for sentence in found.left_out)


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (("a.cr3",), "The camera raw file “a.cr3” was left out"),
        (("a.pdf", "b.PDF"), "2 PDF documents were left out (a.pdf, b.PDF)"),
        (("a.jp2", "b.jxl"), "2 files of kinds that Heirloom cannot read were left out"),
        (("a.tga",), "“a.tga” is of a kind that Heirloom cannot read"),
    ],
)
def test_one_and_several_of_each_kind(names, words):
    (sentence,) = FoundPhotos(unread=tuple(Path(name) for name in names)).left_out
    assert sentence.startswith(words)


def test_a_raw_file_that_is_named_itself_is_not_passed_over(folder):
    named = [folder / "IMG_1.CR2", folder / "letter.pdf"]
    found = find_photos(named)
    assert [photo.path for photo in found.photos] == named
    assert found.left_out == ()


def test_listing_a_folder_on_a_slow_disk_is_cancelled(folder, monkeypatch):
    for number in range(300):
        (folder / f"{number}.jpg").touch()
    token, real = CancelToken(), os.scandir

    class SlowEntries:
        listed = 0

        def __init__(self, path: Path) -> None:
            self.found = real(path)

        def __enter__(self):
            return self

        def __exit__(self, *_error: object) -> None:
            self.found.close()

        def __iter__(self):
            for entry in self.found:
                time.sleep(0.001)
                SlowEntries.listed += 1
                if SlowEntries.listed == 60:
                    token.cancel()
                yield entry

    monkeypatch.setattr(os, "scandir", SlowEntries)
    with pytest.raises(Cancelled):
        find_photos([folder], progress=Progress(token=token))
    assert SlowEntries.listed < 150


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_that_leads_nowhere_is_told(tmp_path):
    (tmp_path / "real.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    (tmp_path / "good.jpg").symlink_to("real.jpg")
    (tmp_path / "gone.jpg").symlink_to("away.jpg")
    (tmp_path / "loop.png").symlink_to("loop.png")
    (tmp_path / "notes").symlink_to("away")
    found = find_photos([tmp_path])
    assert [photo.path.name for photo in found.photos] == ["good.jpg"]
    assert [problem.path.name for problem in found.problems] == ["gone.jpg", "loop.png"]
    assert "leads to no file" in found.problems[0].error.summary
