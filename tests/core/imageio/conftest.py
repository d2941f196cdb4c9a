"""A photo with every kind of metadata."""

from __future__ import annotations

import imageio_samples as samples
import pytest
from metadata_samples import app13


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
