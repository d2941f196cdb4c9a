"""What rides beside the pixels, field by field, through every format that has room for it."""

from __future__ import annotations

import struct

import imageio_samples as samples
import numpy as np
import pytest
import tifffile
from metadata_samples import WITH_EXIF, exif_of, save
from PIL import Image

from core.imageio import read_photo
from core.imageio.tags import TagBlock, TagError
from core.imageio.xmp import ALTERED_BY_MODEL

WITH_IPTC = ["a.jpg", "a.png", "a.tif"]


def test_reading_turns_the_photo_upright_and_resets_both_orientation_tags(full_jpeg):
    photo = read_photo(full_jpeg)
    assert (photo.size.width, photo.size.height) == (32, 48)
    stored = np.asarray(Image.open(full_jpeg))
    np.testing.assert_array_equal(photo.pixels, np.rot90(stored, k=-1))
    assert photo.source.orientation == 6
    assert photo.metadata.exif is not None
    field = TagBlock(photo.metadata.exif).first().get(274)
    assert TagBlock(photo.metadata.exif).number(field) == 1
    assert b'tiff:Orientation="1"' in photo.metadata.xmp
    assert photo.notes == ()


def test_reading_keeps_the_rest_of_the_exif_block_byte_for_byte(full_jpeg):
    original = samples.exif_block(6, thumbnail=samples.jpeg_bytes(size=(16, 16)))
    kept = read_photo(full_jpeg).metadata.exif
    different = [index for index in range(len(original)) if original[index] != kept[index]]
    assert len(kept) == len(original)
    assert len(different) == 1  # the low byte of the orientation


def test_reading_finds_everything_beside_the_pixels(full_jpeg):
    metadata = read_photo(full_jpeg).metadata
    assert metadata.icc == samples.rgb_profile()
    assert metadata.iptc == samples.IPTC
    assert metadata.dpi == (240, 240)
    assert metadata.comment == samples.COMMENT


@pytest.mark.parametrize("name", WITH_EXIF)
def test_exif_fields_survive(full_jpeg, tmp_path, name):
    zeroth, exif, gps, thumbnail = exif_of(save(read_photo(full_jpeg), tmp_path / name).path)
    assert zeroth.get(274, 1) == 1
    assert zeroth[271].strip() == "Agfa"
    assert zeroth[306] == "2001:02:03 04:05:06"
    assert zeroth[315].encode("latin-1") == samples.ARTIST
    assert exif[36867] == "1999:12:31 23:59:59"
    assert exif[33434] == pytest.approx(1 / 125)
    assert exif[36864] == b"0232"
    assert exif[37500] == samples.MAKER_NOTE
    assert exif[37510] == b"ASCII\0\0\0Lott"
    assert (exif[40962], exif[40963]) == (32, 48)  # they were false before
    assert gps[1] == "N"
    assert gps[3] == "E"
    assert [float(part) for part in gps[2]] == [52, 31, 12.34]
    assert [float(part) for part in gps[4]] == [13, 24, 56.78]
    assert thumbnail == {}


@pytest.mark.parametrize("name", WITH_EXIF)
def test_accents_survive_as_the_same_bytes(full_jpeg, tmp_path, name):
    assert samples.ARTIST in save(read_photo(full_jpeg), tmp_path / name).path.read_bytes()


@pytest.mark.parametrize("name", WITH_EXIF)
@pytest.mark.parametrize("order", ["<", ">"])
def test_a_second_trip_changes_nothing(tmp_path, name, order):
    first = tmp_path / "in.jpg"
    first.write_bytes(samples.jpeg_bytes(exif=b"Exif\0\0" + samples.exif_block(1, order)))
    once = read_photo(save(read_photo(first), tmp_path / name).path)
    twice = read_photo(save(once, tmp_path / f"2{name}").path)
    assert twice.metadata == once.metadata
    assert once.metadata.exif is not None


@pytest.mark.parametrize("name", WITH_EXIF)
def test_profile_and_xmp_survive(full_jpeg, tmp_path, name):
    photo = read_photo(full_jpeg)
    again = read_photo(save(photo, tmp_path / name).path)
    assert again.metadata.icc == samples.rgb_profile()
    for text in ("Großmutter, 1911", "52,31.2N", "13,24.3E", 'exif:PixelXDimension="32"'):
        assert text.encode() in again.metadata.xmp
    assert ALTERED_BY_MODEL.encode() not in again.metadata.xmp
    assert samples.SOFTWARE.encode() not in again.metadata.xmp


@pytest.mark.parametrize("name", WITH_IPTC)
def test_iptc_survives(full_jpeg, tmp_path, name):
    again = read_photo(save(read_photo(full_jpeg), tmp_path / name).path)
    assert again.metadata.iptc == samples.IPTC


@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.tif", "a.bmp"])
def test_resolution_survives(full_jpeg, tmp_path, name):
    again = read_photo(save(read_photo(full_jpeg), tmp_path / name).path)
    assert again.metadata.dpi == pytest.approx((240, 240), abs=0.02)


@pytest.mark.parametrize("name", ["a.jpg", "a.png"])
def test_the_comment_survives(full_jpeg, tmp_path, name):
    assert read_photo(save(read_photo(full_jpeg), tmp_path / name).path).metadata.comment == (
        samples.COMMENT
    )


def test_16_bit_png_and_tiff_carry_everything_too(full_jpeg, tmp_path):
    photo = read_photo(full_jpeg)
    deep = photo.with_pixels(photo.pixels.astype(np.uint16) * 257)
    for name in ("a.png", "a.tif"):
        again = read_photo(save(deep, tmp_path / name).path)
        assert again.bit_depth == 16
        assert again.metadata.icc == photo.metadata.icc
        assert again.metadata.iptc == photo.metadata.iptc
        assert "Großmutter, 1911".encode() in again.metadata.xmp
        _, exif, gps, _ = exif_of(tmp_path / name)
        assert exif[37500] == samples.MAKER_NOTE
        assert gps[1] == "N"
    with Image.open(tmp_path / "a.png") as image:
        image.load()
        assert image.text["Comment"] == samples.COMMENT


def test_a_16_bit_tiff_keeps_pixels_and_fields(tmp_path):
    """The round trip of an archive's scan."""
    pixels = samples.noise(3, np.uint16)
    source = tmp_path / "scan.tif"
    source.write_bytes(
        samples.tiff_bytes(
            pixels,
            photometric="rgb",
            resolution=(600, 600),
            resolutionunit="INCH",
            description="Box 7, folder 3",
            software="VueScan",
            datetime="2011:01:02 03:04:05",
            iccprofile=samples.rgb_profile(),
            metadata=None,
            extratags=[
                (271, 2, 6, "Nikon", True),
                (315, 2, len(samples.ARTIST) + 1, samples.ARTIST + b"\0", True),
                (700, 1, len(samples.XMP), samples.XMP, True),
                (33723, 7, len(samples.IPTC), samples.IPTC, True),
            ],
        )
    )
    photo = read_photo(source)
    saved = save(photo, tmp_path / "out" / "scan.tif")
    again = read_photo(saved.path)
    np.testing.assert_array_equal(again.pixels, pixels)
    assert saved.notes == ()
    assert again.metadata.icc == samples.rgb_profile()
    assert again.metadata.iptc == samples.IPTC
    assert again.metadata.dpi == (600, 600)
    zeroth = exif_of(saved.path)[0]
    assert zeroth[270] == "Box 7, folder 3"
    assert zeroth[271] == "Nikon"
    assert zeroth[305] == "VueScan"
    assert zeroth[306] == "2011:01:02 03:04:05"
    assert samples.ARTIST in saved.path.read_bytes()


@pytest.mark.parametrize("order", ["<", ">"])
def test_a_bigtiff_gives_all_its_metadata_to_the_result(tmp_path, order):
    path = tmp_path / "big.tif"
    pixels = samples.noise(3, np.uint8)
    camera, date = "Leica M3 éè", "1957:05:04 10:20:30"
    with tifffile.TiffWriter(path, bigtiff=True, byteorder=order) as writer:
        tags = [
            (271, 2, 0, camera.encode(), True),
            (306, 2, 0, date, True),
            (700, 1, len(samples.XMP), samples.XMP, True),
            (33723, 7, len(samples.IPTC), samples.IPTC, True),
        ]
        writer.write(pixels, photometric="rgb", extratags=tags, software=False, metadata=None)
    photo = read_photo(path)
    assert photo.metadata.iptc == samples.IPTC
    assert photo.metadata.xmp is not None
    for name in ("a.jpg", "a.tif"):
        saved = save(photo, tmp_path / name).path
        with Image.open(saved) as image:
            found = image.getexif()
        assert found[306] == date
        assert "Leica" in found[271]


def big_tiff_with_exif() -> bytes:
    """One grey pixel, a camera, and directories of EXIF and GPS, with 64-bit offsets."""

    def field(tag: int, kind: int, count: int, value: bytes) -> bytes:
        return struct.pack("<HHQ", tag, kind, count) + value.ljust(8, b"\0")

    def number(value: int) -> bytes:
        return struct.pack("<Q", value)

    def directory(*fields: bytes) -> bytes:
        return number(len(fields)) + b"".join(fields) + number(0)

    first_at, exif_at, gps_at = 16, 400, 600
    texts = {700: b"Rolleiflex\0", 720: b"1961:02:03 04:05:06\0"}
    texts[760] = struct.pack("<6I", 23, 1, 42, 1, 30, 1)
    short, long, long8, ifd8 = 3, 4, 16, 18
    first = directory(
        field(256, short, 1, number(1)),
        field(257, short, 1, number(1)),
        field(258, short, 1, number(8)),
        field(259, short, 1, number(1)),
        field(262, short, 1, number(1)),
        field(272, 2, 11, number(700)),
        field(273, long8, 1, number(800)),
        field(277, short, 1, number(1)),
        field(278, short, 1, number(1)),
        field(279, long, 1, number(1)),
        field(34665, ifd8, 1, number(exif_at)),
        field(34853, long, 1, number(gps_at)),
    )
    data = bytearray(801)
    data[:16] = b"II+\0\x08\0\0\0" + number(first_at)
    data[first_at : first_at + len(first)] = first
    exif = directory(field(36867, 2, 20, number(720)))
    data[exif_at : exif_at + len(exif)] = exif
    gps = directory(field(1, 2, 2, b"N\0"), field(2, 5, 3, number(760)))
    data[gps_at : gps_at + len(gps)] = gps
    for at, text in texts.items():
        data[at : at + len(text)] = text
    return bytes(data)


def test_a_bigtiff_of_another_program_keeps_exif_and_gps(tmp_path):
    path = tmp_path / "big.tif"
    path.write_bytes(big_tiff_with_exif())
    saved = save(read_photo(path), tmp_path / "a.jpg").path
    with Image.open(saved) as image:
        found = image.getexif()
        assert found[272] == "Rolleiflex"
        assert found.get_ifd(34665)[36867] == "1961:02:03 04:05:06"
        assert found.get_ifd(34853)[2] == (23.0, 42.0, 30.0)


def test_an_exif_block_that_claims_to_be_a_bigtiff_is_damaged():
    with pytest.raises(TagError):
        TagBlock(b"II+\0\x08\0\0\0" + bytes(40))


@pytest.mark.parametrize("cut", [6, 10, 17, 40])
def test_a_cut_bigtiff_directory_is_refused(cut):
    whole = samples.tiff_bytes(samples.noise(3, np.uint8), photometric="rgb", bigtiff=True)
    with pytest.raises(TagError):
        TagBlock(whole[:cut], may_be_big=True).first()
