import numpy as np
import pytest
from PySide6.QtGui import QColor, QColorSpace, QImage

from app.jobs.pasted import photo_of_image
from core.errors import Cancelled, UnreadableImageError
from core.progress import CancelToken, Progress, no_progress


@pytest.mark.parametrize("width", [4, 5, 6, 7])  # lines with and without padding
def test_the_photo_outlives_the_picture(qapp, width):
    image = QImage(width, 3, QImage.Format.Format_RGB32)
    image.fill(QColor(10, 20, 30))
    image.setPixelColor(width - 1, 2, QColor(200, 100, 50))
    photo = photo_of_image(image, no_progress())
    del image
    QImage(width, 3, QImage.Format.Format_RGB888).fill(QColor("white"))
    assert photo.pixels.shape == (3, width, 3)
    assert tuple(photo.pixels[2, width - 1]) == (200, 100, 50)
    assert tuple(photo.pixels[0, 0]) == (10, 20, 30)
    assert photo.alpha is None
    assert photo.pixels.flags.owndata or photo.pixels.base.flags.owndata


def test_transparency_and_profile_come_along(qapp):
    image = QImage(5, 4, QImage.Format.Format_ARGB32)
    image.fill(QColor(255, 0, 0, 128))
    image.setColorSpace(QColorSpace(QColorSpace.NamedColorSpace.DisplayP3))
    photo = photo_of_image(image, no_progress())
    assert tuple(photo.pixels[0, 0]) == (255, 0, 0)
    assert (photo.alpha == 128).all()
    assert QColorSpace.fromIccProfile(photo.metadata.icc).primaries() is not None


def test_grey_pictures_are_known_as_grey(qapp):
    image = QImage(6, 6, QImage.Format.Format_Grayscale8)
    image.fill(90)
    photo = photo_of_image(image, no_progress())
    assert photo.source.is_grey
    assert np.all(photo.pixels == 90)


def test_an_empty_picture_is_explained_and_a_stopped_job_stops(qapp):
    with pytest.raises(UnreadableImageError):
        photo_of_image(QImage(), no_progress())
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        photo_of_image(QImage(2, 2, QImage.Format.Format_RGB32), Progress(token=token))
