"""Small pictures for a list."""

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from core.errors import UnreadableImageError
from core.imageio.thumbnail import read_thumbnail

LARGE = (1600, 1200)


def quarters(size=LARGE):
    """Red, green, blue and white quarters."""
    width, height = size
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2] = (220, 30, 30)
    pixels[: height // 2, width // 2 :] = (30, 200, 30)
    pixels[height // 2 :, : width // 2] = (30, 30, 220)
    pixels[height // 2 :, width // 2 :] = (250, 250, 250)
    return Image.fromarray(pixels)


@pytest.mark.parametrize("size", [LARGE, (200, 150)])
@pytest.mark.parametrize("ending", ["jpg", "png"])
def test_a_thumbnail_looks_like_its_photo(tmp_path, size, ending):
    path = tmp_path / f"a.{ending}"
    quarters(size).save(path)
    small = read_thumbnail(path, 80)
    assert small.shape == (60, 80, 3)
    assert small.dtype == np.uint8
    np.testing.assert_allclose(small[10, 10], (220, 30, 30), atol=6)
    np.testing.assert_allclose(small[50, 70], (250, 250, 250), atol=6)


@pytest.mark.parametrize("size", [LARGE, (200, 150)])
def test_a_photo_that_was_held_upright_is_shown_upright(tmp_path, size):
    exif = Image.Exif()
    exif[274] = 6
    path = tmp_path / "a.jpg"
    quarters(size).save(path, exif=exif)
    small = read_thumbnail(path, 80)
    assert small.shape == (80, 60, 3)
    np.testing.assert_allclose(small[10, 10], (30, 30, 220), atol=6)
    np.testing.assert_allclose(small[10, 50], (220, 30, 30), atol=6)


def test_a_small_photo_keeps_its_size_and_transparency_is_white(tmp_path):
    path = tmp_path / "a.png"
    Image.new("RGBA", (20, 10), (0, 0, 0, 0)).save(path)
    small = read_thumbnail(path, 80)
    assert small.shape == (10, 20, 3)
    assert small.min() == 255


def test_grey_and_deep_photos_are_shown(tmp_path):
    Image.new("L", LARGE, 90).save(tmp_path / "grey.jpg")
    assert read_thumbnail(tmp_path / "grey.jpg", 64).mean() == pytest.approx(90, abs=2)
    deep = np.full((40, 60), 30_000, np.uint16)
    Image.fromarray(deep).save(tmp_path / "deep.png")
    assert read_thumbnail(tmp_path / "deep.png", 64).mean() == pytest.approx(117, abs=1)


def test_a_damaged_photo_is_an_error_with_words(tmp_path):
    buffer = io.BytesIO()
    quarters().save(buffer, "JPEG")
    (tmp_path / "a.jpg").write_bytes(buffer.getvalue()[:3000])
    with pytest.raises(UnreadableImageError):
        read_thumbnail(tmp_path / "a.jpg", 64)


def test_a_profile_that_says_nothing_useful_does_no_harm(tmp_path):
    path = tmp_path / "a.jpg"
    Image.new("RGB", LARGE, (120, 60, 200)).save(path, icc_profile=b"nonsense", quality=95)
    np.testing.assert_allclose(read_thumbnail(path, 64)[20, 20], (120, 60, 200), atol=4)


def test_colours_are_shown_through_the_profile(tmp_path):
    # The profile's red and blue are told the wrong way round, so that red must come out blue.
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile = profile.replace(b"rXYZ", b"xxxx").replace(b"bXYZ", b"rXYZ").replace(b"xxxx", b"bXYZ")
    path = tmp_path / "a.jpg"
    Image.new("RGB", LARGE, (230, 20, 20)).save(path, icc_profile=bytes(profile), quality=95)
    red, _green, blue = read_thumbnail(path, 64)[20, 20]
    assert blue > 200
    assert red < 60
