"""Bad input and bad targets: a sentence and a remedy each, and nothing left behind."""

from __future__ import annotations

import builtins
import errno
import io
import os
import random
import struct
import subprocess
import sys
import textwrap
import zlib
from pathlib import Path

import imageio_samples as samples
import numpy as np
import pytest
from PIL import Image

from core.errors import (
    Cancelled,
    ImageSizeError,
    OutputError,
    RestorationError,
    UnreadableImageError,
    UnsupportedFormatError,
)
from core.image import Photo, Source
from core.imageio import WriteOptions, read_info, read_photo, write_photo
from core.imageio.atomic import atomic_file, is_part_file, write_atomic
from core.progress import CancelToken, Progress

GOLDEN = Path(__file__).parents[2] / "golden" / "imageio"
NAMES = ["a.jpg", "a.png", "a.tif", "a.webp", "a.avif", "a.bmp"]


def image_file(path, image=None, **options):
    (image or samples.photo()).save(path, **options)
    return path


def save(photo, path, **kwargs):
    options = kwargs.pop("options", WriteOptions())
    return write_photo(photo, path, options, altered=False, software=samples.SOFTWARE, **kwargs)


def a_photo(size=(48, 32), path=None):
    return Photo(np.asarray(samples.photo(size=size)), source=Source(path=path))


def assert_plain(error):
    """Two whole sentences in plain words."""
    for sentence in (error.summary, error.remedy):
        assert sentence.endswith(".")
        assert "Traceback" not in sentence
        assert "0x" not in sentence


# --- reading ----------------------------------------------------------------------------------


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
    def chunk(name, content):
        crc = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", crc)

    head = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
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


# --- writing ----------------------------------------------------------------------------------


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


# --- cancelling and being killed --------------------------------------------------------------


def cancelling_after(calls):
    """A progress that cancels its own job at the n-th report."""
    token = CancelToken()
    seen = []

    def sink(fraction, message):
        seen.append(fraction)
        if len(seen) >= calls:
            token.cancel()

    return Progress(sink, token), seen


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("calls", [1, 2])
def test_cancelling_a_save_leaves_nothing_behind(tmp_path, name, calls):
    progress, _ = cancelling_after(calls)
    photo = Photo(samples.noise(3, np.uint8, (400, 300)))
    with pytest.raises(Cancelled):
        save(photo, tmp_path / name, progress=progress)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("calls", [1, 2, 3])
def test_cancelling_while_reading(tmp_path, name, calls):
    path = image_file(tmp_path / name)
    progress, _ = cancelling_after(calls)
    with pytest.raises(Cancelled):
        read_photo(path, progress)


@pytest.mark.parametrize("name", NAMES)
def test_progress_runs_from_start_to_end(tmp_path, name):
    fractions: list[float] = []
    sink = Progress(lambda fraction, message: fractions.append(fraction))
    save(Photo(samples.noise(3, np.uint8, (300, 300))), tmp_path / name, progress=sink)
    read_photo(tmp_path / name, sink)
    ones = [index for index, fraction in enumerate(fractions) if fraction == 1.0]
    assert len(ones) == 2
    written, read = fractions[: ones[0] + 1], fractions[ones[0] + 1 :]
    assert written == sorted(written)
    assert read == sorted(read)


KILLED = """
    import os, sys
    from pathlib import Path
    from core.imageio.atomic import atomic_file
    with atomic_file(Path(sys.argv[1]), overwrite=True) as handle:
        handle.write(b"half of the pict")
        handle.flush()
        os.kill(os.getpid(), 9)
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
def test_a_killed_process_leaves_the_old_file_and_a_hidden_part(tmp_path):
    target = tmp_path / "a.png"
    target.write_bytes(b"before")
    subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILLED), str(target)],
        cwd=Path(__file__).parents[3],
        check=False,
    )
    assert target.read_bytes() == b"before"
    left = [path for path in tmp_path.iterdir() if path != target]
    assert len(left) == 1
    assert is_part_file(left[0])
    assert left[0].name.startswith(".")


def test_only_our_own_parts_are_recognised():
    assert is_part_file(Path(".heirloom-0123456789abcdef.part"))
    assert not is_part_file(Path("holiday.part"))
    assert not is_part_file(Path(".heirloom-photos"))


def test_new_files_get_the_users_usual_permissions(tmp_path):
    plain = tmp_path / "plain"
    plain.write_bytes(b"")
    saved = save(a_photo(), tmp_path / "a.png")
    assert saved.path.stat().st_mode == plain.stat().st_mode
