"""What rides beside the pixels, field by field, through every format that has room for it."""

from __future__ import annotations

import io
import struct

import imageio_samples as samples
import numpy as np
import pytest
from PIL import ExifTags, Image

from core.image import Metadata, Photo, Source
from core.imageio import WriteOptions, read_info, read_photo, write_photo
from core.imageio.tags import TagBlock
from core.imageio.xmp import ALTERED_BY_MODEL

WITH_EXIF = ["a.jpg", "a.png", "a.tif", "a.webp", "a.avif"]
WITH_IPTC = ["a.jpg", "a.png", "a.tif"]


def app13(iptc):
    resource = b"8BIM" + struct.pack(">HHI", 0x0404, 0, len(iptc)) + iptc + b"\0" * (len(iptc) % 2)
    body = b"Photoshop 3.0\0" + resource
    return b"\xff\xed" + struct.pack(">H", len(body) + 2) + body


@pytest.fixture
def full_jpeg(tmp_path):
    """A JPEG with everything: EXIF with orientation 6 and GPS, XMP, IPTC, ICC, DPI, comment."""
    path = tmp_path / "in" / "full.jpg"
    path.parent.mkdir()
    exif = samples.exif_block(6, thumbnail=samples.jpeg_bytes(size=(16, 16)))
    path.write_bytes(
        samples.jpeg_bytes(
            exif=b"Exif\0\0" + exif,
            xmp=samples.XMP,
            icc_profile=samples.rgb_profile(),
            dpi=(240, 240),
            comment=samples.COMMENT.encode(),
            extra=app13(samples.IPTC),
        )
    )
    return path


def save(photo, path, *, altered=False, **options):
    return write_photo(
        photo, path, WriteOptions(**options), altered=altered, software=samples.SOFTWARE
    )


def exif_of(path):
    """Pillow's view of a file's EXIF, an independent reader: (IFD0, EXIF, GPS, IFD1)."""
    with Image.open(path) as image:
        exif = image.getexif()
        return (
            dict(exif),
            dict(exif.get_ifd(ExifTags.IFD.Exif)),
            dict(exif.get_ifd(ExifTags.IFD.GPSInfo)),
            dict(exif.get_ifd(ExifTags.IFD.IFD1)),
        )


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


@pytest.mark.parametrize("name", WITH_EXIF)
def test_an_altered_picture_says_so(full_jpeg, tmp_path, name):
    saved = save(read_photo(full_jpeg), tmp_path / name, altered=True)
    assert read_info(saved.path).digital_source_type == ALTERED_BY_MODEL
    xmp = read_photo(saved.path).metadata.xmp.decode()
    assert f"<xmp:CreatorTool>{samples.SOFTWARE}</xmp:CreatorTool>" in xmp
    assert f"<stEvt:softwareAgent>{samples.SOFTWARE}</stEvt:softwareAgent>" in xmp
    assert "Großmutter, 1911" in xmp


@pytest.mark.parametrize("name", WITH_EXIF)
def test_a_photo_without_metadata_gets_only_the_mark(tmp_path, name):
    photo = Photo(np.asarray(samples.photo()))
    marked = read_photo(save(photo, tmp_path / name, altered=True).path)
    assert ALTERED_BY_MODEL.encode() in marked.metadata.xmp
    plain = read_photo(save(photo, tmp_path / f"plain-{name}").path)
    assert plain.metadata == Metadata()


@pytest.mark.parametrize("name", WITH_EXIF)
def test_strip_gps_removes_every_trace_of_the_position(full_jpeg, tmp_path, name):
    saved = save(read_photo(full_jpeg), tmp_path / name, metadata="strip_gps")
    assert not read_info(saved.path).has_gps
    zeroth, exif, gps, _ = exif_of(saved.path)
    assert gps == {}
    assert 34853 not in zeroth
    assert exif[37500] == samples.MAKER_NOTE
    content = saved.path.read_bytes()
    for trace in (b"52,31", b"13,24", struct.pack("<II", 5678, 100), struct.pack("<II", 1234, 100)):
        assert trace not in content
    xmp = read_photo(saved.path).metadata.xmp
    assert b"GPS" not in xmp
    assert "Großmutter, 1911".encode() in xmp


@pytest.mark.parametrize("name", WITH_EXIF)
@pytest.mark.parametrize("altered", [False, True])
def test_strip_all_leaves_profile_and_resolution(full_jpeg, tmp_path, name, altered):
    saved = save(read_photo(full_jpeg), tmp_path / name, metadata="strip_all", altered=altered)
    metadata = read_photo(saved.path).metadata
    assert metadata.icc == samples.rgb_profile()
    assert metadata.exif is None
    assert metadata.iptc is None
    assert metadata.comment is None
    assert (metadata.xmp is not None) == altered
    content = saved.path.read_bytes()
    for trace in (samples.ARTIST, "Großmutter".encode(), b"Old picture", b"Agfa"):
        assert trace not in content


def test_formats_without_room_say_what_is_lost(full_jpeg, tmp_path):
    photo = read_photo(full_jpeg)
    assert save(photo, tmp_path / "a.bmp", altered=True).notes == (
        "BMP has no room for this photo's EXIF and IPTC and colour profile data.",
        "BMP cannot hold the mark that says the picture was altered.",
    )
    assert save(photo, tmp_path / "a.webp").notes == (
        "WebP has no room for this photo's IPTC data.",
    )


def test_too_much_metadata_for_jpeg_is_left_out_with_a_note(tmp_path):
    huge = samples.exif_block(1)
    big = Metadata(
        exif=huge + bytes(70_000),
        xmp=samples.XMP.replace(b"1911", b"1911" + b"x" * 70_000),
        iptc=samples.IPTC * 5000,
    )
    photo = Photo(np.asarray(samples.photo()), metadata=big)
    saved = save(photo, tmp_path / "a.jpg")
    assert [note.split(" data")[0] for note in saved.notes] == [
        "The EXIF",
        "The XMP",
        "The IPTC",
    ]
    assert read_photo(saved.path).metadata == Metadata()
    assert save(photo, tmp_path / "a.png").notes == ()


def test_damaged_exif_and_xmp_are_kept_with_a_note(tmp_path):
    path = tmp_path / "in.jpg"
    bad_xmp = b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF broken"
    path.write_bytes(samples.jpeg_bytes(exif=b"Exif\0\0II*\0\xff\xff\xff\x00", xmp=bad_xmp))
    photo = read_photo(path)
    assert len(photo.notes) == 2
    assert photo.metadata.xmp == bad_xmp
    saved = save(photo, tmp_path / "out.jpg", altered=True)
    assert "the mark of an altered picture is missing" in " ".join(saved.notes)
    again = read_photo(saved.path)
    assert again.metadata.xmp == bad_xmp
    assert again.metadata.exif == photo.metadata.exif
    stripped = save(photo, tmp_path / "no_gps.jpg", metadata="strip_gps")
    assert read_photo(stripped.path).metadata == Metadata()
    assert len(stripped.notes) == 2


def test_xmp_with_a_document_type_is_not_parsed(tmp_path):
    bomb = (
        b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]>'
        b"<x>&lol2;</x>"
    )
    photo = Photo(np.asarray(samples.photo()), metadata=Metadata(xmp=bomb))
    saved = save(photo, tmp_path / "a.jpg", altered=True)
    assert read_photo(saved.path).metadata.xmp == bomb


@pytest.mark.parametrize("name", ["g.jpg", "g.png", "g.tif", "g.webp", "g.avif"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_grey_profile_stays_with_a_grey_photo_and_leaves_a_coloured_one(tmp_path, name, dtype):
    ramp = np.linspace(0, np.iinfo(dtype).max, 64).astype(dtype)
    grey = np.repeat(np.tile(ramp, (32, 1))[..., np.newaxis], 3, axis=2)
    photo = Photo(
        np.ascontiguousarray(grey),
        metadata=Metadata(icc=samples.grey_profile()),
        source=Source(is_grey=True, mode="L"),
    )
    if name in ("g.jpg", "g.png", "g.tif"):
        again = read_photo(save(photo, tmp_path / name).path)
        assert again.source.is_grey
        assert again.metadata.icc == samples.grey_profile()
    tinted = photo.pixels.copy()
    tinted[:, :, 0] = np.minimum(tinted[:, :, 0], np.iinfo(dtype).max // 2)
    coloured = read_photo(save(photo.with_pixels(tinted), tmp_path / f"c-{name}").path)
    assert not coloured.source.is_grey
    with Image.open(tmp_path / f"c-{name}") as image:
        assert image.info["icc_profile"][16:20] == b"RGB "
    line = coloured.pixels[16, :, 1] / np.iinfo(coloured.pixels.dtype).max
    linear = (np.arange(64) / 63) ** 1.8
    srgb = np.where(linear < 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    np.testing.assert_allclose(line, srgb, atol=0.03)


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_profile_of_another_colour_space_is_left_out_with_a_note(tmp_path, mode):
    path = tmp_path / "a.jpg"
    profile = samples.grey_profile() if mode == "RGB" else samples.rgb_profile()
    path.write_bytes(samples.jpeg_bytes(mode, icc_profile=profile))
    photo = read_photo(path)
    assert photo.metadata.icc is None
    assert "profile" in photo.notes[0]


def test_a_damaged_profile_is_left_out_with_a_note(tmp_path):
    path = tmp_path / "a.jpg"
    path.write_bytes(samples.jpeg_bytes(icc_profile=samples.rgb_profile()[:200]))
    photo = read_photo(path)
    assert photo.metadata.icc is None
    assert "profile" in photo.notes[0]


def test_a_thumbnail_does_not_survive_in_any_form(full_jpeg, tmp_path):
    thumbnail = samples.jpeg_bytes(size=(16, 16))
    assert thumbnail in full_jpeg.read_bytes()
    for name in WITH_EXIF:
        assert (
            thumbnail[20:-2] not in save(read_photo(full_jpeg), tmp_path / name).path.read_bytes()
        )


def test_embedded_previews_in_xmp_go_when_the_picture_changed(tmp_path):
    preview = (
        b'<xmp:Thumbnails xmlns:xmp="http://ns.adobe.com/xap/1.0/"><rdf:Alt><rdf:li>OLDPREVIEW'
        b"</rdf:li></rdf:Alt></xmp:Thumbnails>"
    )
    xmp = samples.XMP.replace(b"<dc:title>", preview + b"<dc:title>")
    photo = Photo(np.asarray(samples.photo()), metadata=Metadata(xmp=xmp))
    kept = read_photo(save(photo, tmp_path / "a.png").path).metadata.xmp
    assert b"OLDPREVIEW" in kept
    gone = read_photo(save(photo, tmp_path / "b.png", altered=True).path).metadata.xmp
    assert b"OLDPREVIEW" not in gone


def test_old_imagemagick_profiles_in_png_text_are_read(tmp_path):
    from PIL.PngImagePlugin import PngInfo

    def profile(kind, raw):
        return f"\n{kind}\n{len(raw):8d}\n{raw.hex()}\n"

    text = PngInfo()
    text.add_text("Raw profile type exif", profile("exif", b"Exif\0\0" + samples.exif_block(6)))
    text.add_text("Raw profile type iptc", profile("iptc", samples.IPTC))
    buffer = io.BytesIO()
    samples.photo().save(buffer, "PNG", pnginfo=text)
    path = tmp_path / "a.png"
    path.write_bytes(buffer.getvalue())
    photo = read_photo(path)
    assert photo.source.orientation == 6
    assert (photo.size.width, photo.size.height) == (32, 48)
    assert photo.metadata.iptc == samples.IPTC


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_text_entries_of_a_png_survive_in_png(tmp_path, dtype):
    from PIL.PngImagePlugin import PngInfo

    text = PngInfo()
    text.add_text("Author", "Anna")
    text.add_itxt("Description", "Über den Dächern")
    path = tmp_path / "a.png"
    samples.photo().save(path, pnginfo=text)
    photo = read_photo(path)
    assert photo.metadata.text == (("Author", "Anna"), ("Description", "Über den Dächern"))
    scaled = photo.pixels.astype(dtype) * (np.iinfo(dtype).max // 255)
    photo = photo.with_pixels(scaled)
    assert read_photo(save(photo, tmp_path / "b.png").path).metadata.text == photo.metadata.text
    stripped = save(photo, tmp_path / "c.png", metadata="strip_all")
    assert read_photo(stripped.path).metadata.text == ()
    assert save(photo.with_pixels(np.asarray(samples.photo())), tmp_path / "d.jpg").notes == (
        "JPEG has no room for this photo's text data.",
    )
