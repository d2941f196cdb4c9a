"""Short ways to make, save and judge pictures and files in the tests of reading and writing."""

from __future__ import annotations

import struct
import zlib

import imageio_samples as samples
import numpy as np

from core.image import Photo, Source
from core.imageio import WriteOptions, write_photo

NAMES = ["a.jpg", "a.png", "a.tif", "a.webp", "a.avif", "a.bmp"]


def image_file(path, image=None, **options):
    (image or samples.photo()).save(path, **options)
    return path


def save(photo, path, **kwargs):
    options = kwargs.pop("options", WriteOptions())
    return write_photo(photo, path, options, altered=False, software=samples.SOFTWARE, **kwargs)


def a_photo(size=(48, 32), path=None):
    return Photo(np.asarray(samples.photo(size=size)), source=Source(path=path))


def assert_plain(error):
    """Two whole sentences in plain words."""
    for sentence in (error.summary, error.remedy):
        assert sentence.endswith(".")
        assert "Traceback" not in sentence
        assert "0x" not in sentence


def written(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    return path


def saved(tmp_path, name, image, **options):
    path = tmp_path / name
    image.save(path, **options)
    return path


def png_chunk(name, content):
    """A part of a PNG file; `name` is four letters, as bytes."""
    crc = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", crc)
