"""Results that are read from the disk for looking at them."""

import numpy as np
import pytest

from core.faces import Face, FaceResult, crop_transform
from core.geometry import Box
from core.image import Photo, Source
from core.pipeline import Restoration
from core.recipe import recipe_of
from core.settings import RestorationSettings
from core.stored import stored_result

POINTS = ((40.0, 40.0), (60.0, 40.0), (50.0, 50.0), (42.0, 60.0), (58.0, 60.0))


def photo_of(value: int, size=(100, 120), sha256="ab") -> Photo:
    pixels = np.full((*size, 3), value, np.uint8)
    return Photo(pixels, source=Source(sha256=sha256))


def recipe(photo: Photo):
    crop = np.zeros((8, 8, 3), np.float32)
    face = Face(Box(30, 30, 70, 70), POINTS, 0.9)
    to_crop = crop_transform(POINTS, 8)
    done = FaceResult(0, face, to_crop, crop, crop, strength=0.7, identity=0.8, model="m")
    left = FaceResult(1, face, to_crop, crop, skipped="It is too small.")
    return recipe_of(Restoration(photo, photo, faces=(done, left)), RestorationSettings())


@pytest.mark.parametrize("factor", [1, 2, 0.5])
def test_faces_are_cut_from_photo_and_result_of_any_size(factor):
    photo = photo_of(50)
    result = photo_of(200, (round(100 * factor), round(120 * factor)))
    result.pixels[: round(30 * factor)] = 0  # nothing of this is in the middle of the face
    found = stored_result(photo, result, recipe(photo))
    first, second = found.faces
    assert found.scale == max(1, factor)
    assert first.crop[128, 128] == pytest.approx(50 / 255, abs=0.01)
    assert first.restored[100:200, 60:200].min() == pytest.approx(200 / 255, abs=0.02)
    assert (first.strength, first.identity, first.model) == (0.7, 0.8, "m")
    assert second.restored is None
    assert second.skipped == "It is too small."
    np.testing.assert_array_equal(first.face.landmarks, POINTS)


def test_a_recipe_of_another_photo_tells_nothing_about_faces():
    other = recipe(photo_of(50, sha256="cd"))
    assert stored_result(photo_of(50), photo_of(200), other).faces == ()
    assert (
        stored_result(photo_of(50, sha256=""), photo_of(200), recipe(photo_of(5, sha256=""))).faces
        == ()
    )
    assert stored_result(photo_of(50), photo_of(200), None).faces == ()
