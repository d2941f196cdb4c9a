"""TIFF in every layout."""

from __future__ import annotations

import struct

import cv2
import imageio_samples as samples
import numpy as np
import pytest
import tifffile
from imageio_helpers import saved, written

from core.errors import UnsupportedFormatError
from core.imageio import read_photo

DEEP_LAYOUTS = {
    "plain": {},
    "big-endian": {"byteorder": ">"},
    "planes": {"planarconfig": "separate"},
    "deflate": {"compression": "zlib"},
    "deflate with predictor": {"compression": "zlib", "predictor": 2},
    "big-endian deflate with predictor": {"byteorder": ">", "compression": "zlib", "predictor": 2},
    "tiles": {"tile": (16, 16), "compression": "zlib"},
    "bigtiff": {"bigtiff": True},
    "strips": {"rowsperstrip": 4},
}


@pytest.mark.parametrize("layout", DEEP_LAYOUTS, ids=lambda name: name.replace(" ", "-"))
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_deep_tiff_layouts(tmp_path, layout, channels):
    options = dict(DEEP_LAYOUTS[layout])
    pixels = samples.noise(channels, np.uint16)
    stored = pixels
    if options.get("planarconfig") == "separate":
        if channels == 1:
            del options["planarconfig"]
        else:
            stored = np.ascontiguousarray(np.moveaxis(pixels, -1, 0))
    elif channels > 1:
        options["planarconfig"] = "contig"
    if channels in (2, 4):
        options["extrasamples"] = ["unassalpha"]
    photometric = "rgb" if channels >= 3 else "minisblack"
    path = written(
        tmp_path, "a.tif", samples.tiff_bytes(stored, photometric=photometric, **options)
    )
    photo = read_photo(path)
    flat = pixels.reshape(*pixels.shape[:2], -1)
    colour = flat[..., :3] if channels >= 3 else flat[..., :1].repeat(3, axis=2)
    np.testing.assert_array_equal(photo.pixels, colour)
    assert photo.bit_depth == 16
    if channels in (2, 4):
        np.testing.assert_array_equal(photo.alpha, flat[..., -1])
    else:
        assert photo.alpha is None


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_deep_lzw_tiff(tmp_path, channels):
    pixels = samples.noise(channels, np.uint16)
    stored = pixels[..., [2, 1, 0, 3][:channels]] if channels > 1 else pixels
    path = tmp_path / "a.tif"
    cv2.imwrite(str(path), stored, [cv2.IMWRITE_TIFF_COMPRESSION, 5])
    with tifffile.TiffFile(path) as tiff:
        assert tiff.pages.first.compression == 5
    photo = read_photo(path)
    expected = pixels[..., :3] if channels > 1 else pixels[..., np.newaxis].repeat(3, axis=2)
    np.testing.assert_array_equal(photo.pixels, expected)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_white_is_zero(tmp_path, dtype):
    grey = samples.noise(1, dtype)
    path = written(tmp_path, "a.tif", samples.tiff_bytes(grey, photometric="miniswhite"))
    np.testing.assert_array_equal(read_photo(path).pixels[..., 0], np.iinfo(dtype).max - grey)


def test_associated_alpha_is_divided_out(tmp_path):
    pixels = np.zeros((4, 4, 4), np.uint16)
    pixels[...] = (10_000, 20_000, 32_768, 32_768)
    path = written(
        tmp_path,
        "a.tif",
        samples.tiff_bytes(pixels, photometric="rgb", extrasamples=["assocalpha"]),
    )
    photo = read_photo(path)
    np.testing.assert_allclose(photo.pixels[0, 0], (20_000, 40_000, 65_535), atol=2)
    assert photo.alpha[0, 0] == 32_768


def test_samples_that_are_no_opacity_are_left_out(tmp_path):
    pixels = samples.noise(4, np.uint16)
    path = written(
        tmp_path,
        "a.tif",
        samples.tiff_bytes(pixels, photometric="rgb", extrasamples=["unspecified"]),
    )
    photo = read_photo(path)
    assert photo.alpha is None
    np.testing.assert_array_equal(photo.pixels, pixels[..., :3])


def test_packed_twelve_bits_are_refused_in_words(tmp_path):
    """Taken as they are, a scanner's 12-bit numbers would give a nearly black picture."""
    packed = bytes([0x00, 0x08, 0x00, 0xFF, 0xF3, 0xE8])
    header = b"MM\0*" + struct.pack(">I", 8)
    tags = {256: 4, 257: 1, 258: 12, 259: 1, 262: 1, 277: 1, 278: 1, 279: len(packed)}
    at = 8 + 2 + 12 * (len(tags) + 1) + 4
    tags[273] = at
    body = b"".join(struct.pack(">HHII", tag, 4, 1, value) for tag, value in sorted(tags.items()))
    content = header + struct.pack(">H", len(tags)) + body + bytes(4) + packed
    with pytest.raises(UnsupportedFormatError, match="8 or 16 bits a channel"):
        read_photo(written(tmp_path, "a.tif", content))


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.uint32, np.int16, np.float16])
@pytest.mark.parametrize("channels", [1, 3])
def test_numbers_that_are_no_picture_are_refused_in_words(tmp_path, dtype, channels):
    pixels = samples.noise(channels, np.uint8).astype(dtype)
    photometric = "rgb" if channels == 3 else "minisblack"
    path = written(tmp_path, "a.tif", samples.tiff_bytes(pixels, photometric=photometric))
    with pytest.raises(UnsupportedFormatError, match="8 or 16 bits a channel"):
        read_photo(path)


def test_more_pages_are_counted(tmp_path):
    pages = [samples.photo(), samples.photo("L"), samples.photo()]
    path = saved(tmp_path, "a.tif", pages[0], save_all=True, append_images=pages[1:])
    photo = read_photo(path)
    assert photo.source.frames == 3
    assert photo.notes == ("2 more pages of the file were left out.",)


def test_bigtiff_with_8_bits(tmp_path):
    pixels = samples.noise(3, np.uint8)
    path = written(tmp_path, "a.tif", samples.tiff_bytes(pixels, photometric="rgb", bigtiff=True))
    np.testing.assert_array_equal(read_photo(path).pixels, pixels)


def test_iptc_stored_as_longs_loses_its_padding(tmp_path):
    padded = samples.IPTC + bytes(-len(samples.IPTC) % 4)
    tag = (33723, 4, len(padded) // 4, padded, True)
    content = samples.tiff_bytes(
        samples.noise(3, np.uint8), photometric="rgb", metadata=None, extratags=[tag]
    )
    assert read_photo(written(tmp_path, "a.tif", content)).metadata.iptc == samples.IPTC


@pytest.mark.parametrize("name", ["IMG_1.DNG", "IMG_1.nef"])
def test_raw_files_are_not_taken_for_their_preview(tmp_path, name):
    content = samples.tiff_bytes(samples.noise(3, np.uint8), photometric="rgb")
    with pytest.raises(UnsupportedFormatError, match="camera raw file"):
        read_photo(written(tmp_path, name, content))


def test_raw_files_with_a_harmless_name_are_not_taken_for_their_preview(tmp_path):
    content = samples.tiff_bytes(
        samples.noise(3, np.uint8),
        photometric="rgb",
        extratags=[(50706, 1, 4, b"\1\4\0\0", True)],
    )
    with pytest.raises(UnsupportedFormatError, match="camera raw file"):
        read_photo(written(tmp_path, "a.tif", content))


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_a_big_endian_bigtiff_with_8_bits(tmp_path, channels):
    pixels = samples.noise(channels, np.uint8)
    options = {"extrasamples": ["unassalpha"]} if channels == 4 else {}
    photometric = "minisblack" if channels == 1 else "rgb"
    content = samples.tiff_bytes(
        pixels, photometric=photometric, bigtiff=True, byteorder=">", **options
    )
    photo = read_photo(written(tmp_path, "a.tif", content))
    colour = pixels[..., :3] if channels > 1 else np.repeat(pixels[..., None], 3, axis=2)
    np.testing.assert_array_equal(photo.pixels, colour.reshape(photo.pixels.shape))
    assert photo.bit_depth == 8
