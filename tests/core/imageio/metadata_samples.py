"""How the tests of metadata save a photo, and read it back without the code under test."""

from __future__ import annotations

import struct

import imageio_samples as samples
from PIL import ExifTags, Image

from core.imageio import WriteOptions, write_photo

WITH_EXIF = ["a.jpg", "a.png", "a.tif", "a.webp", "a.avif"]


def app13(iptc):
    resource = b"8BIM" + struct.pack(">HHI", 0x0404, 0, len(iptc)) + iptc + b"\0" * (len(iptc) % 2)
    body = b"Photoshop 3.0\0" + resource
    return b"\xff\xed" + struct.pack(">H", len(body) + 2) + body


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
