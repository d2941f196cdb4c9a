"""Size, depth, date and folders of written files."""

import hashlib
import os
from datetime import date

import cv2
import imageio_samples as samples
import numpy as np
import pytest
from PIL import Image

from core.errors import Cancelled, OutputError
from core.export import ExportSettings
from core.image import Photo
from core.imageio import WriteOptions, read_info, read_photo, write_photo
from core.imageio.folders import check_folder, check_writable
from core.imageio.taken import date_taken
from core.progress import CancelToken, Progress

RNG = np.random.default_rng(3)


def save(photo, path, **options):
    return write_photo(
        photo, path, WriteOptions(**options), altered=False, software=samples.SOFTWARE
    )


def noise(width, height, dtype=np.uint8):
    return RNG.integers(0, np.iinfo(dtype).max, (height, width, 3), dtype, endpoint=True)


def test_the_longest_side_is_kept_to(tmp_path):
    pixels = noise(120, 80)
    saved = save(Photo(pixels), tmp_path / "a.png", max_side_px=60)
    assert (saved.size.width, saved.size.height) == (60, 40)
    halved = pixels.reshape(40, 2, 60, 2, 3).astype(float).mean(axis=(1, 3))
    np.testing.assert_allclose(read_photo(saved.path).pixels, halved, atol=1)


def test_a_small_picture_is_never_enlarged(tmp_path):
    pixels = noise(12, 8)
    saved = save(Photo(pixels), tmp_path / "a.png", max_side_px=4000)
    np.testing.assert_array_equal(read_photo(saved.path).pixels, pixels)


def test_the_size_that_exif_tells_is_the_written_one(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(samples.jpeg_bytes(exif=b"Exif\0\0" + samples.exif_block(1)))
    saved = save(read_photo(path), tmp_path / "b.jpg", max_side_px=24)
    info = read_info(saved.path)
    assert info.exif["ExifImageWidth"] == str(info.width) == "24"


@pytest.mark.parametrize("name", ["a.png", "a.tif"])
def test_bits_are_added_and_taken_on_request(tmp_path, name):
    pixels = noise(10, 6)
    deep = save(Photo(pixels), tmp_path / "deep" / name, depth=16)
    read = cv2.imread(str(deep.path), cv2.IMREAD_UNCHANGED)[..., ::-1]
    np.testing.assert_array_equal(read, pixels.astype(np.uint16) * 257)
    flat = save(read_photo(deep.path), tmp_path / "flat" / name, depth=8)
    assert read_info(flat.path).bit_depth == 8
    assert flat.notes == ()
    np.testing.assert_array_equal(read_photo(flat.path).pixels, pixels)


def test_a_format_that_cannot_hold_more_bits_gets_what_it_can(tmp_path):
    saved = save(Photo(noise(10, 6)), tmp_path / "a.jpg", depth=16)
    assert saved.notes == ()
    saved = save(Photo(noise(10, 6, np.uint16)), tmp_path / "b.jpg", depth=16)
    assert "16 bits" in saved.notes[0]


@pytest.mark.parametrize("options", [{"max_side_px": 0}, {"depth": 12}, {"metadata": "some"}])
def test_options_out_of_range_are_refused(options):
    with pytest.raises(ValueError):
        WriteOptions(**options)


def test_the_day_is_the_one_that_exif_names_or_else_the_file_s(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(samples.jpeg_bytes(exif=b"Exif\0\0" + samples.exif_block(1)))
    assert date_taken(path) == date(1999, 12, 31)
    plain = tmp_path / "b.png"
    Image.new("RGB", (4, 4)).save(plain)
    os.utime(plain, (86_400 * 365, 86_400 * 365))
    assert date_taken(plain) == date(1971, 1, 1)
    assert date_taken(tmp_path / "gone.jpg") is None


def test_a_save_that_fails_leaves_no_folder_behind(tmp_path, monkeypatch):
    def breaks(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("core.imageio.write.encode", breaks)
    with pytest.raises(OutputError):
        save(Photo(noise(4, 4)), tmp_path / "new" / "deep" / "a.png")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_tried_and_left_as_it_was(tmp_path):
    check_folder(tmp_path / "new" / "deep")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "wall").write_text("I am a file")
    with pytest.raises(OutputError):
        check_folder(tmp_path / "wall")


def test_a_report_that_cannot_be_written_is_known_before(tmp_path):
    check_writable(tmp_path / "a.json")
    assert list(tmp_path.iterdir()) == []
    for path in (tmp_path, tmp_path / "gone" / "a.json"):
        with pytest.raises(OutputError):
            check_writable(path)


def test_the_hash_of_what_was_written_is_told_and_can_be_cancelled(tmp_path, monkeypatch):
    from core.imageio import file_hash

    monkeypatch.setattr(file_hash, "_BLOCK_BYTES", 100)
    photo = Photo(np.random.default_rng(0).integers(0, 255, (64, 64, 3)).astype(np.uint8))
    seen: list[float] = []
    told = Progress(lambda fraction, _text: seen.append(fraction))
    target = tmp_path / "a.png"
    saved = write_photo(
        photo, target, WriteOptions(), altered=False, software="test", progress=told
    )
    assert saved.sha256 == hashlib.sha256(target.read_bytes()).hexdigest()
    hashing = [fraction for fraction in seen if 0.9 < fraction < 0.99]
    assert len(hashing) > 10
    assert hashing == sorted(hashing)

    token = CancelToken()

    def stop(fraction: float, _text: str) -> None:
        if fraction > 0.92:
            token.cancel()

    with pytest.raises(Cancelled):
        write_photo(
            photo,
            tmp_path / "b.png",
            WriteOptions(),
            altered=False,
            software="test",
            progress=Progress(stop, token),
        )
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


def lossless_webp(path, pixels):
    Image.fromarray(pixels).save(path, lossless=True, exact=True)
    return read_photo(path)


def test_a_lossless_webp_stays_lossless(tmp_path):
    pixels = samples.noise(3, np.uint8)
    photo = lossless_webp(tmp_path / "in.webp", pixels)
    saved = save(photo, tmp_path / "out.webp")
    np.testing.assert_array_equal(read_photo(saved.path).pixels, pixels)
    assert saved.notes == ()


@pytest.mark.parametrize("quality", [60, 95])
def test_a_lossless_webp_that_shall_be_lossy_is_told(tmp_path, quality):
    photo = lossless_webp(tmp_path / "in.webp", samples.noise(3, np.uint8))
    saved = save(photo, tmp_path / "out.webp", quality=quality)
    assert not np.array_equal(read_photo(saved.path).pixels, photo.pixels)
    assert f"not at quality {quality}" in saved.notes[0]


def test_a_lossy_webp_stays_lossy(tmp_path):
    Image.fromarray(samples.noise(3, np.uint8)).save(tmp_path / "in.webp", quality=80)
    photo = read_photo(tmp_path / "in.webp")
    saved = save(photo, tmp_path / "out.webp")
    assert b"VP8 " in saved.path.read_bytes()
    assert b"VP8L" not in saved.path.read_bytes()
    assert saved.notes == ()


@pytest.mark.parametrize("lossless", [True, False])
def test_the_first_frame_of_an_animation_tells_whether_it_is_lossless(tmp_path, lossless):
    frames = [Image.fromarray(samples.noise(3, np.uint8, seed=seed)) for seed in (1, 2)]
    path = tmp_path / "a.webp"
    frames[0].save(path, save_all=True, append_images=frames[1:], lossless=lossless, quality=80)
    assert read_photo(path).source.is_lossless is lossless


def test_the_quality_that_nobody_changed_in_the_window_keeps_a_lossless_webp(tmp_path):
    assert ExportSettings().write_options().quality is None
    assert ExportSettings(quality=80).write_options().quality == 80
