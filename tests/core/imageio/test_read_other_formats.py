"""PNG with 16 bits, CMYK, Lab, animations, AVIF and HEIC."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import cv2
import imageio_samples as samples
import numpy as np
import pytest
from imageio_helpers import png_chunk, saved, written
from PIL import Image, ImageCms

from core.imageio import output_format, read_info, read_photo

GOLDEN = Path(__file__).parents[2] / "golden" / "imageio"


# --- PNG --------------------------------------------------------------------------------------


def png(colour_type, depth, samples_, *, key=b"", late=b""):
    height, width = samples_.shape[:2]
    raw = samples_.astype(f">u{depth // 8}").reshape(height, -1)
    rows = b"".join(b"\0" + row.tobytes() for row in raw)

    head = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", head)
        + (png_chunk(b"tRNS", key) if key else b"")
        + png_chunk(b"IDAT", zlib.compress(rows))
        + (png_chunk(b"tEXt", late) if late else b"")
        + png_chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(("colour_type", "channels"), [(0, 1), (4, 2), (2, 3), (6, 4)])
def test_deep_png(tmp_path, colour_type, channels):
    pixels = samples.noise(channels, np.uint16)
    photo = read_photo(written(tmp_path, "a.png", png(colour_type, 16, pixels)))
    flat = pixels.reshape(*pixels.shape[:2], -1)
    colour = flat[..., :3] if channels >= 3 else flat[..., :1].repeat(3, axis=2)
    np.testing.assert_array_equal(photo.pixels, colour)
    if channels in (2, 4):
        np.testing.assert_array_equal(photo.alpha, flat[..., -1])
    assert photo.source.is_grey == (channels <= 2)


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("colour_type", [0, 2])
def test_png_with_one_transparent_colour(tmp_path, depth, colour_type):
    dtype = np.uint8 if depth == 8 else np.uint16
    white = np.iinfo(dtype).max
    pixels = samples.noise(1 if colour_type == 0 else 3, dtype)
    pixels[3, 4] = 77
    key = struct.pack(">H", 77) * (1 if colour_type == 0 else 3)
    photo = read_photo(written(tmp_path, "a.png", png(colour_type, depth, pixels, key=key)))
    flat = pixels.reshape(*pixels.shape[:2], -1)
    expected = np.where((flat == 77).all(axis=2), 0, white)
    np.testing.assert_array_equal(photo.alpha, expected)
    assert photo.alpha[3, 4] == 0
    np.testing.assert_array_equal(photo.pixels[..., 1], flat[..., min(1, flat.shape[2] - 1)])


@pytest.mark.parametrize("depth", [8, 16])
def test_text_behind_the_pixels_is_found(tmp_path, depth):
    pixels = samples.noise(3, np.uint8 if depth == 8 else np.uint16)
    content = png(2, depth, pixels, late=b"Comment\0Aunt Rosa")
    assert read_photo(written(tmp_path, "a.png", content)).metadata.comment == "Aunt Rosa"


def test_palette_with_transparency(tmp_path):
    image = samples.photo("P")
    path = saved(tmp_path, "a.png", image, transparency=image.getpixel((0, 0)))
    photo = read_photo(path)
    assert photo.alpha[0, 0] == 0
    assert photo.alpha[-1, -1] == 255


# --- CMYK, Lab --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["a.jpg", "a.tif"])
def test_cmyk_without_profile_is_converted_and_noted(tmp_path, name):
    image = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    photo = read_photo(saved(tmp_path, name, image))
    assert "without a profile" in photo.notes[0]
    assert photo.source.mode == "CMYK"
    red, green, blue = photo.pixels[8, 8]
    assert red > 200
    assert max(green, blue) < 60
    assert ImageCms.ImageCmsProfile(io.BytesIO(photo.metadata.icc)).profile.xcolor_space == "RGB "


@pytest.mark.parametrize("name", ["a.jpg", "a.tif"])
def test_cmyk_is_converted_through_its_profile(tmp_path, name):
    image = Image.new("CMYK", (16, 16), (255, 0, 0, 0))
    photo = read_photo(saved(tmp_path, name, image, icc_profile=samples.cmyk_profile()))
    red, green, blue = photo.pixels[8, 8].astype(int)
    assert red > green + 80
    assert red > blue + 80
    assert photo.notes == ("The CMYK colours were converted to sRGB.",)
    profile = ImageCms.ImageCmsProfile(io.BytesIO(photo.metadata.icc))
    assert "sRGB" in ImageCms.getProfileDescription(profile)
    assert read_photo(tmp_path / name).metadata.icc == photo.metadata.icc


def test_adobe_cmyk_jpeg_is_not_inverted(tmp_path):
    """Photoshop stores CMYK upside down; Pillow writes the same marker."""
    path = saved(tmp_path, "a.jpg", Image.new("CMYK", (16, 16), (0, 0, 0, 0)), quality=95)
    assert b"Adobe" in path.read_bytes()
    assert read_photo(path).pixels.min() >= 250


def test_lab_tiff_is_converted(tmp_path):
    lab = np.zeros((8, 8, 3), np.uint8)
    lab[..., 0] = 255
    path = tmp_path / "a.tif"
    Image.frombytes("LAB", (8, 8), lab.tobytes()).save(path)
    photo = read_photo(path)
    assert photo.pixels.min() >= 250
    assert photo.notes == ("The Lab colours were converted to sRGB.",)


# --- animations, several pictures, HEIC -------------------------------------------------------


@pytest.mark.parametrize("name", ["a.gif", "a.webp", "a.png"])
def test_the_first_frame_of_an_animation(tmp_path, name):
    frames = [Image.new("RGB", (12, 10), colour) for colour in ("red", "green", "blue", "black")]
    options = {"lossless": True} if name == "a.webp" else {}
    path = saved(tmp_path, name, frames[0], save_all=True, append_images=frames[1:], **options)
    photo = read_photo(path)
    assert tuple(photo.pixels[5, 5]) == (255, 0, 0)
    assert photo.source.frames == 4
    assert photo.notes == ("3 more frames of the file were left out.",)


def test_a_jpeg_with_a_second_picture(tmp_path):
    path = tmp_path / "a.jpg"
    samples.photo().save(path, "MPO", save_all=True, append_images=[samples.photo("L")])
    photo = read_photo(path)
    assert photo.source.format == "JPEG"
    assert photo.notes == ("1 more picture of the file was left out.",)


@pytest.mark.parametrize("depth", [10, 12])
def test_deep_avif_keeps_its_levels(tmp_path, depth):
    white = (1 << depth) - 1
    y, x = np.mgrid[0:48, 0:64]
    pixels = np.stack([x * white / 63, y * white / 47, x * 0 + 300], axis=-1)
    pixels = np.rint(pixels).astype(np.uint16)
    path = tmp_path / "a.avif"
    options = [cv2.IMWRITE_AVIF_QUALITY, 100, cv2.IMWRITE_AVIF_DEPTH, depth]
    cv2.imwrite(str(path), pixels[..., ::-1], [*options, cv2.IMWRITE_AVIF_SPEED, 9])
    photo = read_photo(path)
    expected = np.rint(pixels * (65535 / white))
    assert np.abs(photo.pixels - expected).max() <= 4 * 65535 / white
    assert photo.pixels.max() == 65535
    assert len(np.unique(photo.pixels[..., 0])) >= 64
    assert read_info(path).bit_depth == depth
    assert output_format(photo.source.format, photo.bit_depth) == "PNG"


@pytest.mark.parametrize(
    ("compression", "mode"),
    [
        *((name, "RGB") for name in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg")),
        *((name, "1") for name in ("group3", "group4", "tiff_lzw")),
        *((name, "CMYK") for name in ("tiff_lzw", "packbits")),
        *((name, "P") for name in ("tiff_lzw", "packbits")),
    ],
)
def test_compressions_of_8_bit_tiff(tmp_path, compression, mode):
    path = saved(tmp_path, "a.tif", samples.photo(mode), compression=compression)
    with Image.open(path) as reference:
        expected = np.asarray(reference.convert("RGB"))
    np.testing.assert_array_equal(read_photo(path).pixels, expected)


def test_heic_is_turned_by_its_container_once():
    photo = read_photo(GOLDEN / "rotated_8bit.heic")
    assert (photo.size.width, photo.size.height) == (48, 64)
    assert photo.source.format == "HEIF"
    assert photo.source.orientation == 6
    red, green = photo.pixels[..., 0].astype(int), photo.pixels[..., 1].astype(int)
    assert red[-1].mean() > 240 > 20 > red[0].mean()  # red rose to the right: now downwards
    assert green[:, 0].mean() > 240 > 20 > green[:, -1].mean()
    assert photo.metadata.exif is not None
    assert b'tiff:Orientation="1"' in photo.metadata.xmp


def test_heic_with_10_bits_keeps_its_levels():
    photo = read_photo(GOLDEN / "plain_10bit.heic")
    assert photo.bit_depth == 16
    assert photo.pixels.max() == 65535
    assert len(np.unique(photo.pixels[..., 0])) == 64
    assert photo.pixels[0, 0, 2] == round(300 * 65535 / 1023)
    assert read_info(GOLDEN / "plain_10bit.heic").bit_depth == 10
