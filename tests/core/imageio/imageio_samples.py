"""Pictures and metadata for the tests, made without the code under test."""

from __future__ import annotations

import io
import struct
from functools import cache

import numpy as np
import tifffile
from PIL import Image, ImageCms

SOFTWARE = "Heirloom 9.9"
MAKER_NOTE = b"Maker\x00\x01\x02" + bytes(range(40))
ARTIST = "Zoë Müller".encode()
XMP = (
    '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:exif="http://ns.adobe.com/exif/1.0/"'
    ' tiff:Orientation="6" exif:GPSLatitude="52,31.2N" exif:PixelXDimension="1">'
    "<exif:GPSLongitude>13,24.3E</exif:GPSLongitude>"
    '<dc:title><rdf:Alt><rdf:li xml:lang="x-default">Großmutter, 1911</rdf:li></rdf:Alt></dc:title>'
    "</rdf:Description></rdf:RDF></x:xmpmeta>"
    '<?xpacket end="w"?>'
).encode()
IPTC = b"\x1c\x02\x00\x00\x02\x00\x04" + b"\x1c\x02\x69\x00\x0bOld picture"
COMMENT = "Found in the attic, Köln"

ASCII, SHORT, LONG, RATIONAL, UNDEFINED, BYTE = 2, 3, 4, 5, 7, 1


def rational(*values, order):
    return b"".join(struct.pack(order + "II", *value) for value in values)


def exif_fields(order, orientation):
    """(IFD0, EXIF, GPS): tag -> (type, count, bytes)."""

    def short(value):
        return SHORT, 1, struct.pack(order + "H", value)

    zeroth = {
        271: (ASCII, 6, b"Agfa \x00"),
        274: short(orientation),
        282: (RATIONAL, 1, rational((300, 1), order=order)),
        283: (RATIONAL, 1, rational((300, 1), order=order)),
        296: short(2),
        306: (ASCII, 20, b"2001:02:03 04:05:06\x00"),
        315: (ASCII, len(ARTIST) + 1, ARTIST + b"\x00"),
    }
    exif = {
        33434: (RATIONAL, 1, rational((1, 125), order=order)),
        36864: (UNDEFINED, 4, b"0232"),
        36867: (ASCII, 20, b"1999:12:31 23:59:59\x00"),
        37500: (UNDEFINED, len(MAKER_NOTE), MAKER_NOTE),
        37510: (UNDEFINED, 12, b"ASCII\x00\x00\x00Lotte"[:12]),
        40962: short(1),
        40963: short(1),
    }
    gps = {
        0: (BYTE, 4, b"\x02\x03\x00\x00"),
        1: (ASCII, 2, b"N\x00"),
        2: (RATIONAL, 3, rational((52, 1), (31, 1), (1234, 100), order=order)),
        3: (ASCII, 2, b"E\x00"),
        4: (RATIONAL, 3, rational((13, 1), (24, 1), (5678, 100), order=order)),
    }
    return zeroth, exif, gps


def directory(fields, order, offset, next_offset=0):
    """One IFD at `offset`, values behind it."""
    value_at = offset + 2 + 12 * len(fields) + 4
    body, values = b"", b""
    for tag, (kind, count, raw) in sorted(fields.items()):
        if len(raw) > 4:
            slot = struct.pack(order + "I", value_at + len(values))
            values += raw + b"\x00" * (len(raw) % 2)
        else:
            slot = raw.ljust(4, b"\x00")
        body += struct.pack(order + "HHI", tag, kind, count) + slot
    head = struct.pack(order + "H", len(fields))
    return head + body + struct.pack(order + "I", next_offset) + values


def exif_block(orientation=6, order="<", *, thumbnail=b"", gps=True):
    """An EXIF block with a maker's note, a position and, by choice, a thumbnail in IFD1."""
    zeroth, exif, position = exif_fields(order, orientation)
    zeroth[34665] = (LONG, 1, bytes(4))
    if gps:
        zeroth[34853] = (LONG, 1, bytes(4))
    exif_at = 8 + len(directory(zeroth, order, 8))
    exif_bytes = directory(exif, order, exif_at)
    gps_at = exif_at + len(exif_bytes)
    gps_bytes = directory(position, order, gps_at) if gps else b""
    first_at = gps_at + len(gps_bytes)
    first_bytes = b""
    if thumbnail:
        first = {
            259: (SHORT, 1, struct.pack(order + "H", 6)),
            513: (LONG, 1, bytes(4)),
            514: (LONG, 1, struct.pack(order + "I", len(thumbnail))),
        }
        at = first_at + len(directory(first, order, first_at))
        first[513] = (LONG, 1, struct.pack(order + "I", at))
        first_bytes = directory(first, order, first_at) + thumbnail
    zeroth[34665] = (LONG, 1, struct.pack(order + "I", exif_at))
    if gps:
        zeroth[34853] = (LONG, 1, struct.pack(order + "I", gps_at))
    head = (b"II*\x00" if order == "<" else b"MM\x00*") + struct.pack(order + "I", 8)
    start = directory(zeroth, order, 8, first_at if thumbnail else 0)
    return head + start + exif_bytes + gps_bytes + first_bytes


def jpeg_bytes(mode="RGB", size=(48, 32), **options):
    buffer = io.BytesIO()
    photo(mode, size).save(buffer, "JPEG", quality=95, **options)
    return buffer.getvalue()


def photo(mode="RGB", size=(48, 32)):
    """A soft colourful picture that survives JPEG well; no two corners look alike."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    red, green = x / max(width - 1, 1), y / max(height - 1, 1)
    image = np.stack([red, green, 0.6 * (1 - red)], axis=-1)
    made = Image.fromarray(np.rint(image * 255).astype(np.uint8)).convert(mode)
    if mode in ("RGBA", "LA"):
        made.putalpha(Image.linear_gradient("L").resize(size))
    return made


def noise(channels, dtype, size=(37, 29), seed=0):
    """H x W (x C) random samples: nothing about them can be guessed."""
    rng = np.random.default_rng(seed)
    shape = (size[1], size[0]) if channels == 1 else (size[1], size[0], channels)
    return rng.integers(0, np.iinfo(dtype).max + 1, shape).astype(dtype)


def tiff_bytes(samples, **options):
    buffer = io.BytesIO()
    tifffile.imwrite(buffer, samples, **options)
    return buffer.getvalue()


@cache
def rgb_profile():
    """An RGB profile; made once, because it holds the second in which it was made."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def profile_of(space, connection, kind, parts):
    """An ICC v2 profile with these tags and the usual texts."""
    text = b"Test\x00"
    parts = {
        b"desc": b"desc" + bytes(4) + struct.pack(">I", len(text)) + text + bytes(78),
        b"wtpt": b"XYZ " + bytes(4) + struct.pack(">iii", 63190, 65536, 54061),
        b"cprt": b"text" + bytes(4) + b"CC0\x00",
        **parts,
    }
    table, data, at = b"", b"", 128 + 4 + 12 * len(parts)
    for name, part in parts.items():
        table += name + struct.pack(">II", at + len(data), len(part))
        data += part + bytes(-len(part) % 4)
    head = struct.pack(">I4sI", at + len(data), bytes(4), 0x02400000) + kind + space + connection
    head += struct.pack(">6H", 2020, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    head += struct.pack(">iii", 63190, 65536, 54061)
    return head.ljust(128, b"\0") + struct.pack(">I", len(parts)) + table + data


def grey_profile(gamma=1.8):
    """A grey profile with a gamma curve."""
    curve = b"curv" + bytes(4) + struct.pack(">IH", 1, round(gamma * 256)) + bytes(2)
    return profile_of(b"GRAY", b"XYZ ", b"mntr", {b"kTRC": curve})


def cmyk_profile():
    """A printer with odd inks: its cyan prints red. Nobody gets that right without the profile."""
    ramp = bytes(range(256))
    matrix = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    corners = b""
    for index in range(16):
        cyan, magenta, yellow, black = (index >> shift & 1 for shift in (3, 2, 1, 0))
        lightness = 255 - 120 * cyan - 40 * magenta - 10 * yellow
        corners += bytes([0 if black else max(0, lightness), 128 + 67 * cyan, 128 + 67 * cyan])
    lut = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + matrix + ramp * 4 + corners + ramp * 3
    return profile_of(b"CMYK", b"Lab ", b"prtr", {b"A2B0": lut})
