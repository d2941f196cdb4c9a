"""Every format and layout that Heirloom promises to read."""

from __future__ import annotations

import imageio_samples as samples
import numpy as np
import pytest
from imageio_helpers import saved, written
from PIL import Image

from core.imageio import read_info, read_photo
from core.imageio.orient import turned


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        *((name, "RGB") for name in ("a.jpg", "a.png", "a.tif", "a.webp", "a.avif", "a.bmp")),
        *((name, "L") for name in ("a.jpg", "a.png", "a.tif", "a.bmp")),
        *((name, "RGBA") for name in ("a.png", "a.tif", "a.webp", "a.avif")),
        *((name, "LA") for name in ("a.png", "a.tif")),
        *((name, "P") for name in ("a.png", "a.tif", "a.bmp", "a.gif")),
        *((name, "1") for name in ("a.png", "a.tif", "a.bmp")),
    ],
)
def test_each_format_in_each_mode(tmp_path, name, mode):
    image = samples.photo(mode)
    options = {"lossless": True} if name == "a.webp" else {}
    path = saved(tmp_path, name, image, **options)
    photo = read_photo(path)
    with Image.open(path) as reference:
        expected = np.asarray(reference.convert("RGB"))
    np.testing.assert_array_equal(photo.pixels, expected)
    assert (photo.alpha is not None) == (mode in ("RGBA", "LA"))
    assert photo.source.is_grey == (mode in ("L", "LA", "1"))
    assert photo.notes == ()
    assert photo.pixels.flags.c_contiguous
    info = read_info(path)
    assert (info.width, info.height) == (48, 32)
    assert info.format == photo.source.format
    assert info.sha256 == photo.source.sha256


def test_the_source_is_described(tmp_path):
    import hashlib

    path = saved(tmp_path, "misnamed.png", samples.photo(), format="JPEG")
    source = read_photo(path).source
    assert (source.format, source.mode, source.frames) == ("JPEG", "RGB", 1)
    assert source.path == path
    assert source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.webp", "a.avif"])
def test_all_orientations_in_all_formats(tmp_path, name, orientation):
    image = samples.photo()
    exif = Image.Exif()
    exif[274] = orientation
    path = saved(tmp_path, name, image, exif=exif, quality=100)
    photo = read_photo(path)
    expected = turned(np.asarray(image), orientation)
    assert photo.pixels.shape == expected.shape
    assert np.abs(photo.pixels.astype(int) - expected).max() <= 8
    assert photo.source.orientation == orientation
    info = read_info(path)
    assert (info.width, info.height) == (photo.size.width, photo.size.height)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientations_agree_with_pillow(orientation):
    from PIL import ImageOps

    image = samples.photo()
    exif = image.getexif()
    exif[274] = orientation
    expected = np.asarray(ImageOps.exif_transpose(image))
    np.testing.assert_array_equal(turned(np.asarray(image), orientation), expected)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_deep_tiff_is_turned_once(tmp_path, orientation):
    pixels = samples.noise(3, np.uint16)
    tag = [(274, 3, 1, orientation, True)]
    path = written(tmp_path, "a.tif", samples.tiff_bytes(pixels, photometric="rgb", extratags=tag))
    np.testing.assert_array_equal(read_photo(path).pixels, turned(pixels, orientation))


def test_orientation_in_xmp_counts_where_exif_is_silent(tmp_path):
    path = written(tmp_path, "a.jpg", samples.jpeg_bytes(xmp=samples.XMP))
    photo = read_photo(path)
    assert photo.source.orientation == 6
    assert (photo.size.width, photo.size.height) == (32, 48)
