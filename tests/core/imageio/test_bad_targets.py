"""Bad targets: a sentence and a remedy each, and nothing left behind."""

from __future__ import annotations

import builtins
import errno
import io
import os
from pathlib import Path

import imageio_samples as samples
import numpy as np
import pytest
from imageio_helpers import NAMES, a_photo, assert_plain, image_file, save

from core.errors import ImageSizeError, OutputError, UnsupportedFormatError
from core.image import Photo
from core.imageio import WriteOptions, read_photo
from core.imageio.atomic import atomic_file, write_atomic


def same_name(folder, original):
    return original


def through_a_link(folder, original):
    link = folder / "link.jpg"
    link.symlink_to(original)
    return link


def hard_link(folder, original):
    link = folder / "hard.jpg"
    os.link(original, link)
    return link


def around_corners(folder, original):
    return folder / "sub" / ".." / original.name


@pytest.mark.parametrize("disguise", [same_name, through_a_link, hard_link, around_corners])
@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("own", [False, True])
def test_an_original_is_never_replaced(tmp_path, disguise, overwrite, own):
    (tmp_path / "sub").mkdir()
    original = image_file(tmp_path / "original.jpg")
    content = original.read_bytes()
    target = disguise(tmp_path, original)
    photo = a_photo(path=original if own else None)
    with pytest.raises(OutputError, match="one of the original photos") as caught:
        save(
            photo,
            target,
            options=WriteOptions(overwrite=overwrite),
            protected=() if own else [original],
        )
    assert_plain(caught.value)
    assert original.read_bytes() == content


def test_an_existing_file_is_only_replaced_on_request(tmp_path):
    target = tmp_path / "a.png"
    target.write_bytes(b"precious")
    with pytest.raises(OutputError, match="already exists") as caught:
        save(a_photo(), target)
    assert_plain(caught.value)
    assert target.read_bytes() == b"precious"
    save(a_photo(), target, options=WriteOptions(overwrite=True))
    assert read_photo(target).size.width == 48


def test_a_file_made_in_the_same_moment_is_not_replaced(tmp_path):
    target = tmp_path / "a.bin"

    def race():
        with atomic_file(target, overwrite=False) as handle:
            handle.write(b"ours")
            target.write_bytes(b"theirs")

    with pytest.raises(FileExistsError):
        race()
    assert target.read_bytes() == b"theirs"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("number", [errno.EPERM, errno.EOPNOTSUPP])
def test_disks_without_hard_links(tmp_path, monkeypatch, number):
    def no_links(*args, **kwargs):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "link", no_links)
    target = tmp_path / "a.png"
    save(a_photo(), target)
    assert read_photo(target).size.width == 48
    with pytest.raises(OutputError, match="already exists"):
        save(a_photo(), target)
    assert list(tmp_path.iterdir()) == [target]


class FullDisk(io.BufferedRandom):
    """A file on a disk that is full after `room` bytes."""

    room = 0

    def write(self, block, /):
        if self.tell() + len(block) > self.room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return super().write(block)


@pytest.fixture
def full_disk(monkeypatch):
    """Let files run out of room after so many bytes."""
    original = builtins.open
    real_open = Path.open

    def limit(room):
        def opened(self, mode="r", *args, **kwargs):
            if "x" not in mode:
                return real_open(self, mode, *args, **kwargs)
            handle = FullDisk(io.FileIO(self, mode.replace("b", "")))
            handle.room = room
            return handle

        monkeypatch.setattr(Path, "open", opened)

    assert original is builtins.open
    return limit


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("room", [0, 300])
@pytest.mark.parametrize("overwrite", [False, True])
def test_a_full_disk_leaves_nothing_behind(tmp_path, full_disk, name, room, overwrite):
    target = tmp_path / name
    if overwrite:
        target.write_bytes(b"before")
    full_disk(room)
    photo = Photo(samples.noise(3, np.uint8, (64, 64)))
    with pytest.raises(OutputError, match="the disk is full") as caught:
        save(photo, target, options=WriteOptions(overwrite=overwrite))
    assert_plain(caught.value)
    assert list(tmp_path.iterdir()) == ([target] if overwrite else [])
    if overwrite:
        assert target.read_bytes() == b"before"


def test_a_full_disk_while_flushing(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match="the disk is full"):
        write_atomic(tmp_path / "a.json", b"{}", overwrite=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.EACCES, "no permission"),
        (errno.EROFS, "can only be read"),
        (errno.EIO, "could not be saved"),
    ],
)
def test_folders_that_cannot_be_written(tmp_path, monkeypatch, number, words):
    def refuse(self, *args, **kwargs):
        raise OSError(number, os.strerror(number), str(self))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(OutputError, match=words) as caught:
        save(a_photo(), tmp_path / "a.png")
    assert_plain(caught.value)


@pytest.mark.parametrize("below", ["a.png", "deeper/a.png"])
def test_a_file_where_the_folder_should_be(tmp_path, below):
    (tmp_path / "out").write_bytes(b"a file")
    with pytest.raises(OutputError, match="not a folder") as caught:
        save(a_photo(), tmp_path / "out" / below)
    assert_plain(caught.value)
    assert (tmp_path / "out").read_bytes() == b"a file"


def test_a_folder_where_the_file_should_be(tmp_path):
    (tmp_path / "a.png").mkdir()
    with pytest.raises(OutputError, match="is a folder"):
        save(a_photo(), tmp_path / "a.png", options=WriteOptions(overwrite=True))


def test_a_name_that_is_too_long(tmp_path):
    with pytest.raises(OutputError, match="too long"):
        save(a_photo(), tmp_path / ("a" * 300 + ".png"))
    assert list(tmp_path.iterdir()) == []


def test_missing_folders_are_made(tmp_path):
    saved = save(a_photo(), tmp_path / "x" / "y" / "a.png")
    assert saved.path.exists()


@pytest.mark.parametrize(("name", "side"), [("a.webp", 16_384), ("a.jpg", 65_501)])
def test_pictures_too_long_for_the_format(tmp_path, name, side):
    photo = Photo(np.zeros((1, side, 3), np.uint8))
    with pytest.raises(ImageSizeError, match="pixels a side"):
        save(photo, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("wanted", ["gif", "HEIF", "psd", ""])
def test_formats_that_cannot_be_written(tmp_path, wanted):
    with pytest.raises(UnsupportedFormatError, match="cannot write"):
        save(a_photo(), tmp_path / "a.x", options=WriteOptions(format=wanted))


@pytest.mark.parametrize("quality", [0, 101])
def test_qualities_that_make_no_sense(quality):
    with pytest.raises(ValueError, match="quality"):
        WriteOptions(quality=quality)
