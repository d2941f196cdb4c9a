"""Metadata that is marked, taken out, damaged or without room."""

from __future__ import annotations

import io
import struct

import imageio_samples as samples
import numpy as np
import pytest
from metadata_samples import WITH_EXIF, exif_of, save
from PIL import Image

from core.image import Metadata, Photo, Source
from core.imageio import read_info, read_photo
from core.imageio.xmp import ALTERED_BY_MODEL


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
