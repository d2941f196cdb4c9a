"""Every format and layout that Heirloom promises to read."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import cv2
import imageio_samples as samples
import numpy as np
import pytest
import tifffile
from PIL import Image, ImageCms

from core.errors import UnsupportedFormatError
from core.imageio import output_format, read_info, read_photo
from core.imageio.orient import turned

GOLDEN = Path(__file__).parents[2] / "golden" / "imageio"


def written(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    return path


def saved(tmp_path, name, image, **options):
    path = tmp_path / name
    image.save(path, **options)
    return path


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


# --- TIFF -------------------------------------------------------------------------------------

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


# --- PNG --------------------------------------------------------------------------------------


def png(colour_type, depth, samples_, *, key=b"", late=b""):
    height, width = samples_.shape[:2]
    raw = samples_.astype(f">u{depth // 8}").reshape(height, -1)
    rows = b"".join(b"\0" + row.tobytes() for row in raw)

    def chunk(name, content):
        crc = zlib.crc32(name + content)
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", crc)

    head = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + (chunk(b"tRNS", key) if key else b"")
        + chunk(b"IDAT", zlib.compress(rows))
        + (chunk(b"tEXt", late) if late else b"")
        + chunk(b"IEND", b"")
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
