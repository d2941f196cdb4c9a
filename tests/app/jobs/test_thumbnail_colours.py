"""Small pictures of faces are in the colours that the canvas shows."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColorSpace

from app.jobs.works import thumbnails_of
from app.session.pyramid import build_pyramid
from core.faces import Face, FaceResult, crop_transform, template
from core.geometry import Box
from core.image import Metadata, Photo
from core.pipeline import Restoration

COLOUR = (60, 180, 90)
LANDMARKS = tuple((float(x), float(y)) for x, y in template(32))


def restoration(icc: bytes | None) -> Restoration:
    photo = Photo(np.full((32, 32, 3), COLOUR, np.uint8), metadata=Metadata(icc=icc))
    crop = np.full((32, 32, 3), np.array(COLOUR) / 255, np.float32)
    face = Face(Box(0, 0, 32, 32), LANDMARKS, 1.0)
    result = FaceResult(0, face, crop_transform(LANDMARKS, 32), crop, crop)
    return Restoration(photo, photo, faces=(result,))


def test_a_face_of_a_photo_with_wide_colours_looks_as_on_the_canvas():
    icc = bytes(QColorSpace(QColorSpace.NamedColorSpace.AdobeRgb).iccProfile().data())
    result = restoration(icc)
    shown = build_pyramid(result.photo).full
    assert tuple(shown[0, 0]) != COLOUR
    (thumbnail,) = thumbnails_of(result)
    assert np.array_equal(thumbnail.before[5, 5], shown[0, 0])
    assert np.array_equal(thumbnail.after[5, 5], shown[0, 0])


def test_without_a_profile_colours_stay():
    (thumbnail,) = thumbnails_of(restoration(None))
    assert tuple(thumbnail.before[5, 5]) == COLOUR
