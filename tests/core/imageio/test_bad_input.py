"""Bad input: a sentence and a remedy each, never a half picture."""

from __future__ import annotations

import errno
import io
import os
import random
import struct
import zlib
from pathlib import Path

import imageio_samples as samples
import numpy as np
import pytest
from imageio_helpers import NAMES, assert_plain, image_file, png_chunk, save
from PIL import Image

from core.errors import (
    ImageSizeError,
    RestorationError,
    UnreadableImageError,
    UnsupportedFormatError,
)
from core.image import Photo
from core.imageio import read_info, read_photo
from core.imageio.info import kind_and_depth

GOLDEN = Path(__file__).parents[2] / "golden" / "imageio"


@pytest.mark.parametrize("read", [read_photo, read_info])
@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        (b"", UnreadableImageError, "zero bytes"),
        (b"Dear diary, today it rained.", UnreadableImageError, "not a picture"),
        (b"BMW is a car maker and this is a text", UnreadableImageError, "not a picture"),
        (b"\x00" * 100, UnreadableImageError, "not a picture"),
        (b"%PDF-1.7\n", UnsupportedFormatError, "PDF"),
        (b"8BPS\x00\x01", UnsupportedFormatError, "Photoshop"),
        (b"\x00\x00\x00\x0cjP  \r\n\x87\n", UnsupportedFormatError, "JPEG 2000"),
        (b"FUJIFILMCCD-RAW 0201", UnsupportedFormatError, "camera raw"),
        (b"P6\n1 1\n255\n...", UnsupportedFormatError, "Netpbm"),
        (b"\xff\xd8\xff", UnreadableImageError, "damaged"),
        (b"\x89PNG\r\n\x1a\n", UnreadableImageError, "damaged"),
        (b"II*\x00", UnreadableImageError, "damaged"),
        (b"GIF89a", UnreadableImageError, "damaged"),
        (b"RIFF\x00\x00\x00\x00WEBP", UnreadableImageError, "damaged"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", UnreadableImageError, "damaged"),
        (b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1avif", UnreadableImageError, "damaged"),
    ],
)
def test_what_is_no_usable_picture(tmp_path, read, content, kind, words):
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)
    with pytest.raises(kind, match=words) as caught:
        read(path)
    assert_plain(caught.value)


@pytest.mark.parametrize("read", [read_photo, read_info])
def test_missing_and_folder(tmp_path, read):
    with pytest.raises(UnreadableImageError, match="does not exist") as caught:
        read(tmp_path / "none.jpg")
    assert_plain(caught.value)
    with pytest.raises(UnreadableImageError, match="is a folder") as caught:
        read(tmp_path)
    assert_plain(caught.value)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such files here")
@pytest.mark.timeout(60)
@pytest.mark.parametrize("read", [read_photo, read_info])
def test_pipes_and_devices_are_refused_instead_of_waited_for(tmp_path, read):
    pipe = tmp_path / "pipe.jpg"
    os.mkfifo(pipe)
    for path in (pipe, Path(os.devnull), Path("/dev/zero")):
        with pytest.raises(UnreadableImageError, match="a device or a pipe") as caught:
            read(path)
        assert_plain(caught.value)
    assert kind_and_depth(pipe) == ("JPEG", 8)


@pytest.mark.parametrize(
    ("number", "words"), [(errno.EACCES, "no permission"), (errno.EIO, "cannot be read")]
)
def test_files_that_the_system_does_not_hand_out(tmp_path, monkeypatch, number, words):
    path = image_file(tmp_path / "a.jpg")

    def refuse(self, *args, **kwargs):
        raise OSError(number, os.strerror(number), str(self))

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UnreadableImageError, match=words) as caught:
        read_photo(path)
    assert_plain(caught.value)


@pytest.mark.parametrize("name", [*NAMES, "a.gif"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_truncated_files_are_refused_and_never_half_grey(tmp_path, name, share):
    path = tmp_path / name
    noise = Image.fromarray(samples.noise(3, np.uint8, (120, 90)))
    image_file(path, noise)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(UnreadableImageError, match="damaged or incomplete"):
        read_photo(path)


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_truncated_deep_files_are_refused(tmp_path, name, share):
    path = tmp_path / name
    save(Photo(samples.noise(3, np.uint16, (120, 90))), path)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(UnreadableImageError):
        read_photo(path)


def test_a_flipped_bit_in_a_deep_png_is_noticed(tmp_path):
    path = tmp_path / "a.png"
    save(Photo(samples.noise(3, np.uint16)), path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(UnreadableImageError):
        read_photo(path)


def png_header(width, height, depth=8, colour_type=2):
    head = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", head)
        + png_chunk(b"IDAT", zlib.compress(bytes(1000)))
        + png_chunk(b"IEND", b"")
    )


def bmp_header(width, height):
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + head


def jpeg_header(width, height):
    content = bytearray(samples.jpeg_bytes())
    at = content.index(b"\xff\xc0")
    content[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(content)


def gif_header(width, height):
    content = io.BytesIO()
    samples.photo("P").save(content, "GIF")
    data = bytearray(content.getvalue())
    data[6:10] = struct.pack("<HH", width, height)
    return bytes(data)


def webp_header(width, height):
    canvas = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    chunk = b"VP8X" + struct.pack("<I", 10) + bytes(4) + canvas
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


def tiff_header_of(width, height, bits=8):
    tags = {256: width, 257: height, 258: bits, 259: 1, 262: 1, 273: 8, 277: 1, 278: 1, 279: 8}
    body = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    return b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(tags)) + body + bytes(12)


@pytest.mark.parametrize("read", [read_photo, read_info])
@pytest.mark.parametrize(
    "content",
    [
        pytest.param(png_header(40_000, 40_000), id="png"),
        pytest.param(png_header(40_000, 40_000, 16), id="png-16"),
        pytest.param(png_header(200_000, 10), id="png-long"),
        pytest.param(bmp_header(40_000, 40_000), id="bmp"),
        pytest.param(jpeg_header(40_000, 40_000), id="jpeg"),
        pytest.param(gif_header(40_000, 40_000), id="gif"),
        pytest.param(webp_header(40_000, 40_000), id="webp"),
        pytest.param(tiff_header_of(40_000, 40_000), id="tiff"),
        pytest.param(tiff_header_of(40_000, 40_000, 16), id="tiff-16"),
    ],
)
def test_decompression_bombs_are_refused_before_decoding(tmp_path, monkeypatch, read, content):
    def decode(*args, **kwargs):
        raise AssertionError("a bomb was decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", decode)
    monkeypatch.setattr("cv2.imdecode", decode)
    path = tmp_path / "bomb"
    path.write_bytes(content)
    with pytest.raises(ImageSizeError, match="megapixels") as caught:
        read(path)
    assert_plain(caught.value)


def test_pictures_beyond_pillows_own_limit_are_read_without_a_warning(tmp_path):
    """Pillow warns from 89 and refuses from 179 megapixels, by a limit of its own."""
    path = tmp_path / "a.png"
    Image.new("1", (20_000, 9_500)).save(path)
    info = read_info(path)
    assert info.width * info.height > 179_000_000


def test_files_too_large_to_read_are_refused(tmp_path):
    path = tmp_path / "a.tif"
    with path.open("wb") as handle:
        handle.truncate(5 * 1024**3)  # sparse: takes no room
    with pytest.raises(ImageSizeError, match=r"5\.0 GB"):
        read_photo(path)


@pytest.mark.parametrize("name", NAMES)
def test_a_single_pixel_is_a_photo(tmp_path, name):
    path = image_file(tmp_path / name, samples.photo(size=(1, 1)))
    assert read_photo(path).pixels.shape == (1, 1, 3)


@pytest.mark.parametrize("seed", range(60))
def test_damage_of_any_kind_gives_a_sentence_or_a_picture(tmp_path, seed):
    chance = random.Random(seed)
    name = NAMES[seed % len(NAMES)]
    path = tmp_path / name
    mode = chance.choice(["RGB", "L", "P"]) if name not in ("a.jpg", "a.avif") else "RGB"
    options = {"exif": b"Exif\0\0" + samples.exif_block(6)} if name != "a.bmp" else {}
    if name in ("a.tif", "a.bmp"):
        options = {}
    image_file(path, samples.photo(mode), **options)
    content = bytearray(path.read_bytes())
    for _ in range(chance.choice([1, 4, 16])):
        limit = min(len(content), chance.choice([64, 500, len(content)]))
        content[chance.randrange(limit)] = chance.randrange(256)
    path.write_bytes(content)
    for read in (read_photo, read_info):
        try:
            read(path)
        except RestorationError as error:
            assert error.remedy  # noqa: PT017 (no error is right too)


@pytest.mark.parametrize("read", [read_photo, read_info])
@pytest.mark.parametrize(("at", "value"), [(229, 255), (197, 255), (401, 250)])
def test_heic_files_that_crash_their_library_are_refused(tmp_path, read, at, value):
    """A text that is not UTF-8, and a colour code that does not exist."""
    content = bytearray((GOLDEN / "rotated_8bit.heic").read_bytes())
    content[at] = value
    path = tmp_path / "a.heic"
    path.write_bytes(content)
    with pytest.raises(UnreadableImageError):
        read(path)
