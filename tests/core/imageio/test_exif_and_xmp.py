"""The editors of EXIF blocks and XMP packets, on sound data and on broken data."""

from __future__ import annotations

import struct
from xml.dom import minidom

import imageio_samples as samples
import pytest
from PIL import ExifTags, Image

from core.geometry import Size
from core.imageio import exif, xmp
from core.imageio.exif_tree import exif_of_tiff, tree_of
from core.imageio.tags import TagBlock, TagError

THUMBNAIL = b"\xff\xd8THUMB\xff\xd9" * 20


def pillow_view(block):
    seen = Image.Exif()
    seen.load(b"Exif\0\0" + block)
    return seen


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_thumbnail_goes_and_the_block_gets_shorter(order):
    block = samples.exif_block(1, order, thumbnail=THUMBNAIL)
    bare = exif.without_thumbnail(block)
    assert b"THUMB" in block
    assert b"THUMB" not in bare
    assert bare == samples.exif_block(1, order)
    assert exif.without_thumbnail(bare) == bare


def test_data_behind_the_thumbnail_stays_where_it_was():
    block = samples.exif_block(1, thumbnail=THUMBNAIL) + b"maker's private data"
    bare = exif.without_thumbnail(block)
    assert len(bare) == len(block)
    assert bare.endswith(b"maker's private data")
    assert b"THUMB" not in bare


def test_a_thumbnail_that_claims_the_whole_block_destroys_nothing():
    block = bytearray(samples.exif_block(1, thumbnail=THUMBNAIL))
    tags = TagBlock(bytes(block))
    first = tags.directory(tags.u32(tags.first().next_at))
    struct.pack_into("<I", block, first.get(513).value_at, 0)
    struct.pack_into("<I", block, first.get(514).value_at, len(block))
    bare = exif.without_thumbnail(bytes(block))
    assert pillow_view(bare).get_ifd(ExifTags.IFD.Exif)[37500] == samples.MAKER_NOTE


@pytest.mark.parametrize("order", ["<", ">"])
def test_the_position_goes_without_a_trace_and_nothing_else_moves(order):
    block = samples.exif_block(1, order, thumbnail=THUMBNAIL)
    bare = exif.without_gps(block)
    assert len(bare) == len(block)
    assert exif.has_gps(block)
    assert not exif.has_gps(bare)
    for value in ((1234, 100), (5678, 100), (52, 1)):
        assert samples.rational(value, order=order) not in bare
    seen = pillow_view(bare)
    assert dict(seen.get_ifd(ExifTags.IFD.GPSInfo)) == {}
    assert seen.get_ifd(ExifTags.IFD.Exif)[37500] == samples.MAKER_NOTE
    assert seen[315].encode("latin-1") == samples.ARTIST
    assert b"THUMB" in bare
    assert exif.without_gps(bare) == bare


@pytest.mark.parametrize("order", ["<", ">"])
def test_sizes_are_corrected_and_grow_where_they_must(order):
    seen = pillow_view(exif.with_size(samples.exif_block(1, order), Size(70_000, 123)))
    ifd = seen.get_ifd(ExifTags.IFD.Exif)
    assert (ifd[40962], ifd[40963]) == (70_000, 123)


def test_a_block_without_size_tags_gets_none():
    block = b"II*\0\x08\0\0\0" + samples.directory({271: (2, 6, b"Agfa \0")}, "<", 8)
    assert exif.with_size(block, Size(5, 5)) == block


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_impossible_orientations_are_ignored_and_reset(value):
    block = samples.exif_block(value)
    assert exif.orientation_of(block) is None
    assert exif.orientation_of(exif.upright(block)) == 1


def test_resolution_in_centimetres():
    block = bytearray(samples.exif_block(1))
    unit = TagBlock(bytes(block)).first().get(296)
    assert exif.resolution_of(bytes(block)) == (300, 300)
    struct.pack_into("<H", block, unit.value_at, 3)
    assert exif.resolution_of(bytes(block)) == pytest.approx((762, 762))
    struct.pack_into("<H", block, unit.value_at, 1)
    assert exif.resolution_of(bytes(block)) is None


@pytest.mark.parametrize(
    "block", [b"", b"II*\0", b"MM\0*\0\0\0\x08", b"II*\0\x08\0\0\0\xff\xff", b"nonsense"]
)
def test_broken_blocks_are_recognised(block):
    for edit in (exif.upright, exif.without_gps, exif.without_thumbnail, exif.orientation_of):
        with pytest.raises(TagError):
            edit(block)
    assert not exif.is_valid(block)


@pytest.mark.parametrize("order", ["<", ">"])
def test_tags_taken_from_a_tiff_make_a_sound_block(order):
    block = samples.exif_block(3, order)
    again = exif_of_tiff(block)
    assert tree_of(again) == tree_of(block)
    assert pillow_view(again).get_ifd(ExifTags.IFD.GPSInfo)[1] == "N"


def test_a_tiff_with_only_layout_tags_has_no_exif():
    block = b"II*\0\x08\0\0\0" + samples.directory(
        {256: (3, 1, b"\x05\0"), 282: (5, 1, struct.pack("<II", 300, 1))}, "<", 8
    )
    assert exif_of_tiff(block) is None


def packet(attributes="", elements=""):
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<r:Description r:about="" xmlns:t="http://ns.adobe.com/tiff/1.0/"'
        ' xmlns:e="http://ns.adobe.com/exif/1.0/"'
        f' xmlns:i="{xmp.IPTC_EXT}" xmlns:m="{xmp.XMP_MM}" xmlns:p="{xmp.XMP}" {attributes}>'
        f"{elements}</r:Description></r:RDF></x:xmpmeta>"
    ).encode()


def altered(content):
    return xmp.for_output(content, Size(3, 2), altered=True, software="Heirloom 9.9")


def test_orientation_in_both_forms_of_rdf():
    for content in (
        packet('t:Orientation="8"'),
        packet(elements="<t:Orientation>8</t:Orientation>"),
    ):
        changed, found = xmp.upright(content)
        assert found == 8
        assert b"8" not in changed.split(b"xmlns:p=")[1].split(b"</")[0].replace(b"0/", b"")
        assert xmp.upright(changed)[1] == 1
    untouched = packet('t:Make="Leica"')
    assert xmp.upright(untouched) == (untouched, None)


def test_other_prefixes_than_the_usual_ones_are_understood():
    content = packet(
        'i:DigitalSourceType="http://cv.iptc.org/newscodes/digitalsourcetype/print"',
        "<p:CreatorTool>Scanner 1</p:CreatorTool>",
    )
    assert xmp.digital_source_type(content).endswith("/print")
    marked = altered(content)
    assert xmp.digital_source_type(marked) == xmp.ALTERED_BY_MODEL
    assert marked.count(b"DigitalSourceType") == 2  # one element: start and end
    assert b"Scanner 1" not in marked
    assert b"<p:CreatorTool>Heirloom 9.9</p:CreatorTool>" in marked


def test_a_source_type_given_as_a_resource_is_read():
    uri = "http://cv.iptc.org/newscodes/digitalsourcetype/negativeFilm"
    assert xmp.digital_source_type(
        packet(elements=f'<i:DigitalSourceType r:resource="{uri}"/>')
    ) == (uri)


def test_history_is_continued():
    history = (
        "<m:History><r:Seq><r:li r:parseType='Resource'>"
        "<s:action xmlns:s='http://ns.adobe.com/xap/1.0/sType/ResourceEvent#'>created</s:action>"
        "</r:li></r:Seq></m:History>"
    )
    document = minidom.parseString(altered(packet(elements=history)))
    entries = document.getElementsByTagNameNS(xmp.RDF, "li")
    assert len(entries) == 2
    assert "created" in entries[0].toxml()
    assert "Heirloom 9.9" in entries[1].toxml()


def test_marking_twice_adds_one_entry_and_no_second_mark():
    twice = altered(altered(packet()))
    assert twice.count(b"<i:DigitalSourceType>") == 1
    assert twice.count(b"<p:CreatorTool>") == 1
    assert twice.count(b"softwareAgent>Heirloom") == 2


def test_the_mark_is_the_same_on_every_run():
    assert altered(None) == altered(None)
    assert b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>' in altered(None)


def test_special_characters_are_escaped():
    marked = xmp.for_output(None, Size(1, 1), altered=True, software='A & B <"1">')
    tool = minidom.parseString(marked).getElementsByTagNameNS(xmp.XMP, "CreatorTool")[0]
    assert tool.firstChild.data == 'A & B <"1">'


def test_line_breaks_in_attributes_survive():
    content = packet('t:Artist="one&#10;two"')
    again = altered(content)
    description = minidom.parseString(again).getElementsByTagNameNS(xmp.RDF, "Description")[0]
    assert description.getAttributeNS(xmp.TIFF, "Artist") == "one\ntwo"


def test_the_pointer_to_an_extension_that_is_not_written_goes():
    content = packet(f'xmlns:n="{xmp.XMP_NOTE}" n:HasExtendedXMP="0123456789ABCDEF"')
    assert b"HasExtendedXMP" not in xmp.for_output(content, Size(1, 1), altered=False, software="")


def test_utf_16_packets_are_understood():
    content = packet(elements="<e:GPSLatitude>1,2N</e:GPSLatitude>").decode().encode("utf-16")
    assert xmp.has_gps(content)
    assert not xmp.has_gps(xmp.without_gps(content))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"<x",
        b"<x/>",
        b"\x80\x81",
        b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
        b"<a>" * 100_000,
    ],
)
def test_what_is_no_xmp_is_recognised(content):
    with pytest.raises(xmp.XmpError):
        xmp.upright(content)
