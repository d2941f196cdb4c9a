"""What killed processes left is taken away, however large and slow the folder."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Self

import numpy as np
import pytest

from core.batch import Delivery, Task, restore_task
from core.errors import Cancelled
from core.image import Photo
from core.imageio import WriteOptions, atomic, write_photo
from core.imageio.atomic import tidy
from core.progress import CancelToken, Progress, no_progress
from core.settings import RestorationSettings

ENTRY_S = 0.02


class SlowEntries:
    """A listing of a folder on a slow network, which another computer answers file by file."""

    def __init__(self, folder: Path) -> None:
        self._found = REAL_SCANDIR(folder)
        self.listed = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._found.close()

    def __iter__(self):
        for entry in self._found:
            time.sleep(ENTRY_S)
            self.listed += 1
            yield entry


REAL_SCANDIR = os.scandir


@pytest.fixture
def slow_folder(tmp_path, monkeypatch):
    """A folder whose listing takes about 8 seconds."""
    folder = tmp_path / "album"
    folder.mkdir()
    for number in range(400):
        (folder / f"{number}.jpg").touch()
    monkeypatch.setattr(os, "scandir", SlowEntries)
    return folder


def old_half(folder: Path) -> Path:
    half = folder / f".heirloom-{'a' * 16}.part"
    half.write_bytes(b"half")
    os.utime(half, (time.time() - 1000,) * 2)
    return half


def small_photo() -> Photo:
    return Photo(np.zeros((8, 8, 3), np.uint8))


def test_the_first_save_does_not_wait_for_the_listing_of_a_huge_folder(slow_folder):
    began = time.monotonic()
    path = slow_folder / "new.png"
    write_photo(small_photo(), path, WriteOptions(), altered=False, software="test")
    took_s = time.monotonic() - began
    assert path.exists()
    assert took_s < 400 * ENTRY_S * 0.75


def test_a_save_into_a_huge_folder_is_cancelled_while_it_is_listed(slow_folder, monkeypatch):
    monkeypatch.setattr(atomic, "_TIDY_S", 1000.0)

    class Cancelling(CancelToken):
        """Stops the job a moment after the listing has begun."""

        def check(self) -> None:
            if slow_folder in atomic._tidying:
                self.cancel()
            super().check()

    path = slow_folder / "new.png"
    with pytest.raises(Cancelled):
        write_photo(
            small_photo(),
            path,
            WriteOptions(),
            altered=False,
            software="test",
            progress=Progress(token=Cancelling()),
        )
    assert not path.exists()
    left = [path.name for path in Path(slow_folder).iterdir()]  # which does not use scandir
    assert not [name for name in left if name.startswith(".heirloom")]


def test_a_folder_is_tidied_once_and_where_it_is_small_before_the_save_ends(tmp_path, monkeypatch):
    half = old_half(tmp_path)
    write_photo(small_photo(), tmp_path / "a.png", WriteOptions(), altered=False, software="test")
    assert not half.exists()
    monkeypatch.setattr(os, "scandir", None)  # would fail if it were listed again
    tidy(tmp_path, no_progress())


def test_a_batch_that_finds_everything_done_takes_away_what_the_crash_left(tmp_path):
    source, out = tmp_path / "a.png", tmp_path / "out"
    out.mkdir()
    for folder in (tmp_path, out):
        write_photo(small_photo(), folder / "a.png", WriteOptions(), altered=False, software="x")
    atomic._tidying.clear()
    half = old_half(out)
    delivery = Delivery(out, WriteOptions(), conflict="skip", protected=[source])
    engine = None  # not needed where nothing is to be done
    report = restore_task(
        engine, Task(source, Path("a.png")), RestorationSettings(), delivery, no_progress()
    )
    assert report.status == "skipped"
    assert not half.exists()


def test_what_was_left_a_moment_ago_goes_once_it_can_be_told(tmp_path, monkeypatch):
    monkeypatch.setattr(atomic, "_FRESH_S", 0.5)
    half = tmp_path / f".heirloom-{atomic._THIS_COMPUTER}{'a' * 8}.part"
    half.write_bytes(b"half")
    written = tmp_path / "a.png"
    write_photo(small_photo(), written, WriteOptions(), altered=False, software="test")
    end = time.monotonic() + 20
    while half.exists() and time.monotonic() < end:
        time.sleep(0.05)
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
