"""Pixels come out of lossless formats exactly as they went in, at every depth and layout."""

from __future__ import annotations

import cv2
import imageio_samples as samples
import numpy as np
import pytest
import tifffile
from PIL import Image

from core.image import Photo, Source
from core.imageio import WriteOptions, read_photo, write_photo


def a_photo(channels, dtype, size=(37, 29)):
    array = samples.noise(channels, dtype, size)
    flat = array[..., np.newaxis] if array.ndim == 2 else array
    alpha = np.ascontiguousarray(flat[..., -1]) if channels in (2, 4) else None
    colour = flat[..., :1].repeat(3, axis=2) if channels <= 2 else flat[..., :3]
    source = Source(format="PNG", is_grey=channels <= 2)
    return Photo(np.ascontiguousarray(colour), alpha, source=source)


def save(photo, path, **options):
    return write_photo(
        photo, path, WriteOptions(**options), altered=False, software=samples.SOFTWARE
    )


def assert_same_picture(left, right):
    assert left.pixels.dtype == right.pixels.dtype
    np.testing.assert_array_equal(left.pixels, right.pixels)
    if right.alpha is None:
        assert left.alpha is None
    else:
        np.testing.assert_array_equal(left.alpha, right.alpha)


@pytest.mark.parametrize("name", ["out.png", "out.tif"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("size", [(37, 29), (1, 1), (1, 200), (200, 1), (3, 130)])
def test_lossless_formats_keep_every_bit(tmp_path, name, dtype, channels, size):
    photo = a_photo(channels, dtype, size)
    saved = save(photo, tmp_path / name)
    again = read_photo(saved.path)
    assert_same_picture(again, photo)
    assert again.source.is_grey == (channels <= 2)
    assert saved.notes == ()


@pytest.mark.parametrize("channels", [3, 4])
def test_webp_at_quality_100_is_lossless(tmp_path, channels):
    photo = a_photo(channels, np.uint8)
    assert_same_picture(read_photo(save(photo, tmp_path / "x.webp", quality=100).path), photo)


@pytest.mark.parametrize("channels", [1, 3])
def test_bmp_keeps_every_bit(tmp_path, channels):
    photo = a_photo(channels, np.uint8)
    assert_same_picture(read_photo(save(photo, tmp_path / "x.bmp").path), photo)


@pytest.mark.parametrize("name", ["out.png", "out.tif"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_other_readers_open_16_bit_files(tmp_path, name, channels):
    photo = a_photo(channels, np.uint16)
    path = save(photo, tmp_path / name).path
    expected = photo.pixels[..., 0] if channels == 1 else photo.pixels
    seen = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if channels > 1:
        seen = seen[..., 2::-1]
    np.testing.assert_array_equal(seen, expected)
    with Image.open(path) as image:
        image.load()
        assert image.size == (photo.size.width, photo.size.height)
    if name.endswith("tif"):
        np.testing.assert_array_equal(
            tifffile.imread(path)[..., : 3 if channels > 1 else None], expected
        )


@pytest.mark.parametrize("name", ["out.png", "out.tif"])
def test_a_16_bit_ramp_keeps_all_its_levels(tmp_path, name):
    ramp = np.arange(65536, dtype=np.uint16).reshape(256, 256)
    photo = Photo(np.stack([ramp, ramp[::-1], ramp.T], axis=-1).copy())
    again = read_photo(save(photo, tmp_path / name).path)
    assert len(np.unique(again.pixels[..., 0])) == 65536
    assert_same_picture(again, photo)


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.webp", "a.avif", "a.bmp"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_the_same_photo_gives_the_same_bytes(tmp_path, name, dtype):
    photo = a_photo(3, dtype, (64, 48))
    first = save(photo, tmp_path / name).path.read_bytes()
    (tmp_path / "twice").mkdir()
    assert save(photo, tmp_path / "twice" / name).path.read_bytes() == first


@pytest.mark.parametrize("name", ["a.jpg", "a.webp", "a.avif"])
def test_lossy_formats_stay_close(tmp_path, name):
    photo = Photo(np.asarray(samples.photo(size=(96, 64))))
    again = read_photo(save(photo, tmp_path / name).path)
    difference = np.abs(again.pixels.astype(int) - photo.pixels.astype(int))
    assert difference.mean() < 2
    assert difference.max() <= 12


@pytest.mark.parametrize("name", ["a.jpg", "a.webp", "a.avif", "a.bmp"])
def test_eight_bit_formats_round_16_bits_and_say_so(tmp_path, name):
    photo = Photo(np.full((16, 16, 3), 128 * 257, np.uint16))
    saved = save(photo, tmp_path / name)
    assert "16 bits were reduced" in " ".join(saved.notes)
    again = read_photo(saved.path)
    assert again.bit_depth == 8
    assert np.abs(again.pixels.astype(int) - 128).max() <= 1


@pytest.mark.parametrize("name", ["a.jpg", "a.bmp"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_transparency_is_laid_on_white_where_there_is_no_room_for_it(tmp_path, name, dtype):
    white = np.iinfo(dtype).max
    alpha = np.zeros((16, 16), dtype)
    alpha[:, 8:] = white
    photo = Photo(np.zeros((16, 16, 3), dtype), alpha)
    saved = save(photo, tmp_path / name, quality=100)
    assert "laid on white" in " ".join(saved.notes)
    again = read_photo(saved.path)
    assert again.alpha is None
    assert again.pixels[:, :8].min() >= 253
    assert again.pixels[:, 8:].max() <= 2


def test_an_opaque_alpha_is_dropped_without_a_word(tmp_path):
    photo = Photo(np.zeros((8, 8, 3), np.uint8), np.full((8, 8), 255, np.uint8))
    assert save(photo, tmp_path / "a.jpg").notes == ()


@pytest.mark.parametrize(("name", "mode"), [("a.webp", "RGBA"), ("a.avif", "RGBA")])
def test_alpha_is_kept_where_there_is_room(tmp_path, name, mode):
    photo = a_photo(4, np.uint8)
    again = read_photo(save(photo, tmp_path / name, quality=100).path)
    assert again.source.mode == mode
    np.testing.assert_array_equal(again.alpha, photo.alpha)


def test_high_quality_jpeg_keeps_colour_at_full_resolution(tmp_path):
    photo = Photo(np.asarray(samples.photo(size=(64, 64))))
    for quality, expected in ((95, (1, 1)), (80, (2, 2))):
        path = save(photo, tmp_path / f"{quality}.jpg", quality=quality).path
        with Image.open(path) as image:
            assert image.layer[0][1:3] == expected
