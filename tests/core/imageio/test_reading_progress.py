"""Reading a large file goes on telling how far it is, and stops at once when it is asked to."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import cv2
import imageio_samples as samples
import numpy as np
import pytest
from imageio_helpers import image_file, written
from PIL import Image

from core.errors import Cancelled
from core.imageio import probe, read, read_photo
from core.imageio.background import PolledBytes, Share, interruptible
from core.imageio.decode_tiff import decode_tiff
from core.imageio.probe import guarded
from core.progress import CancelToken, Progress, no_progress

SLOW_S = 0.4


class Heard:
    """What a progress was told."""

    def __init__(self) -> None:
        self.fractions: list[float] = []
        self.token = CancelToken()
        self.progress = Progress(self.hear, self.token)

    def hear(self, fraction: float, _message: str) -> None:
        self.fractions.append(fraction)


class Told(Share):
    """All that a call told of itself."""

    def __init__(self) -> None:
        super().__init__(no_progress())
        self.values: list[float] = []

    def tell(self, value: float) -> None:
        super().tell(value)
        self.values.append(value)


def deep_png(folder: Path) -> Path:
    pixels = samples.noise(3, np.uint16)
    return written(folder, "deep.png", cv2.imencode(".png", pixels)[1].tobytes())


def one_strip_tiff(folder: Path) -> Path:
    content = samples.tiff_bytes(samples.noise(3, np.uint16), photometric="rgb")
    return written(folder, "deep.tif", content)


def slowly(monkeypatch, owner: object, name: str) -> None:
    """Let a function take a while."""
    quick = getattr(owner, name)

    def slow(*args, **options):
        time.sleep(SLOW_S)
        return quick(*args, **options)

    monkeypatch.setattr(owner, name, slow)


@pytest.mark.parametrize(
    ("make", "decoder"), [(deep_png, "decode_png"), (one_strip_tiff, "decode_tiff")]
)
def test_a_decoder_that_tells_nothing_is_seen_to_go_on(tmp_path, monkeypatch, make, decoder):
    path, heard = make(tmp_path), Heard()
    slowly(monkeypatch, read, decoder)
    read_photo(path, heard.progress)
    inside = sorted({part for part in heard.fractions if 0.31 < part < 0.89})
    assert len(inside) >= 3
    assert heard.fractions == sorted(heard.fractions)


@pytest.mark.parametrize(
    ("name", "plugin"),
    [("a.webp", "WebPImageFile"), ("a.tif", "TiffImageFile"), ("a.avif", "AvifImageFile")],
)
def test_what_pillow_decodes_in_one_go_is_seen_to_go_on(tmp_path, monkeypatch, name, plugin):
    path, heard = image_file(tmp_path / name), Heard()
    slowly(monkeypatch, getattr(probe, plugin), "load")
    read_photo(path, heard.progress)
    assert len({part for part in heard.fractions if 0.31 < part < 0.89}) >= 3
    assert heard.fractions == sorted(heard.fractions)


def test_a_deep_tiff_tells_of_each_strip():
    content = samples.tiff_bytes(
        samples.noise(3, np.uint16, (40, 30)), photometric="rgb", compression="zlib", rowsperstrip=4
    )
    told = Told()
    decode_tiff(content, told)
    assert told.values == [pytest.approx(number / 8) for number in range(1, 9)]


def test_a_cancelled_job_ends_the_decoding_at_the_next_strip():
    content = samples.tiff_bytes(
        samples.noise(3, np.uint16, (40, 30)), photometric="rgb", compression="zlib", rowsperstrip=4
    )
    token = CancelToken()

    class Stopping(Share):
        told = 0

        def tell(self, value: float) -> None:
            self.told += 1
            if self.told == 3:
                token.cancel()
            super().tell(value)

    share = Stopping(Progress(token=token))
    with pytest.raises(Cancelled):
        decode_tiff(content, share)
    assert share.told == 3


def test_what_a_call_tells_counts_more_than_the_time():
    heard, share = Heard(), Share(no_progress())

    def work() -> None:
        for step in (0.25, 0.5, 0.75):
            share.tell(step)
            end = time.monotonic() + 30
            while heard.fractions[-1] < step and time.monotonic() < end:
                time.sleep(0.01)

    interruptible(work, heard.progress, expected_s=1000.0, share=share)
    assert set(heard.fractions) >= {0.25, 0.5, 0.75}


def test_a_file_that_is_read_in_one_go_tells_nothing():
    told = Told()
    whole = PolledBytes(bytes(1000), told)
    whole.read()
    assert told.values == []
    parts = PolledBytes(bytes(1000), told)
    while parts.read(100):
        pass
    assert told.values[:3] == [0.1, 0.2, 0.3]


def test_a_cmyk_photo_tells_how_far_its_conversion_is(tmp_path):
    image = Image.new("CMYK", (20, 1000), (10, 60, 90, 0))
    path, heard = image_file(tmp_path / "a.jpg", image), Heard()
    read_photo(path, heard.progress)
    assert len({part for part in heard.fractions if 0.7 < part < 0.9}) >= 7


def test_one_photo_is_read_while_another_one_is_being_decoded(tmp_path):
    path = image_file(tmp_path / "a.jpg")
    entered, leave = threading.Event(), threading.Event()

    def other() -> None:
        with guarded(path):
            entered.set()
            leave.wait(20)

    thread = threading.Thread(target=other)
    thread.start()
    read_in_time = threading.Event()

    def reading() -> None:
        read_photo(path)
        read_in_time.set()

    reader = threading.Thread(target=reading)
    try:
        assert entered.wait(10)
        reader.start()
        assert read_in_time.wait(15)
    finally:
        leave.set()
        thread.join()
        reader.join()
