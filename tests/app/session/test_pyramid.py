import numpy as np
import pytest
from PIL import ImageCms

from app.session.pyramid import build_pyramid, pyramid_of
from core.errors import Cancelled
from core.image import Metadata, Photo
from core.progress import CancelToken, Progress


def photo(height=700, width=900, dtype=np.uint8, **kwargs) -> Photo:
    white = np.iinfo(dtype).max
    ramp = np.linspace(0, white, width).astype(dtype)
    return Photo(np.ascontiguousarray(np.tile(ramp[None, :, None], (height, 1, 3))), **kwargs)


def test_an_ordinary_photo_is_shown_without_a_copy():
    shown = photo()
    assert build_pyramid(shown).full is not None
    assert np.shares_memory(build_pyramid(shown).full, shown.pixels)


def test_halves_are_half_as_large_and_show_the_same_picture():
    pyramid = build_pyramid(photo())
    assert [half.shape for half in pyramid.halves] == [(350, 450, 4), (175, 225, 4)]
    for half in pyramid.halves:
        assert (half[..., 3] == 255).all()
        assert abs(half[..., 0].mean() - pyramid.full[..., 2].mean()) < 1


def test_the_red_channel_stays_red():
    red = np.zeros((600, 600, 3), np.uint8)
    red[..., 0] = 200
    half = pyramid_of(red).halves[0]
    assert tuple(half[10, 10]) == (0, 0, 200, 255)


@pytest.mark.parametrize(
    ("scale", "level"), [(4.0, 0), (1.0, 0), (0.51, 0), (0.5, 1), (0.26, 1), (0.25, 2), (0.01, 2)]
)
def test_the_level_is_the_smallest_that_is_still_sharp(scale, level):
    assert build_pyramid(photo()).level_for(scale) == level


def test_sixteen_bits_are_shown_at_eight():
    deep = photo(height=300, width=256, dtype=np.uint16)
    full = build_pyramid(deep).full
    assert full.dtype == np.uint8
    assert full[0, 0, 0] == 0
    assert full[0, -1, 0] == 255


def test_transparent_parts_are_shown_as_white_paper():
    alpha = np.zeros((300, 300), np.uint8)
    alpha[:150] = 255
    black = Photo(np.zeros((300, 300, 3), np.uint8), alpha)
    full = build_pyramid(black).full
    assert full[0, 0, 0] == 0
    assert full[299, 0, 0] == 255


def test_colours_go_through_the_profile():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    same = photo(metadata=Metadata(icc=profile))
    assert np.abs(build_pyramid(same).full.astype(int) - same.pixels).max() <= 1
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    odd = photo(metadata=Metadata(icc=lab))
    assert np.array_equal(build_pyramid(odd).full, odd.pixels)  # no RGB profile: left alone


def test_a_wide_gamut_profile_changes_what_is_shown():
    from PySide6.QtGui import QColorSpace

    wide = bytes(QColorSpace(QColorSpace.NamedColorSpace.ProPhotoRgb).iccProfile().data())
    pixels = np.full((40, 40, 3), (90, 160, 90), np.uint8)
    shown = build_pyramid(Photo(pixels, metadata=Metadata(icc=wide))).full
    # A muted green of ProPhoto is a vivid one in sRGB.
    assert shown[0, 0, 1] > 165
    assert shown[0, 0, 0] < 85


def test_building_stops_when_told_to():
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        build_pyramid(photo(), Progress(token=token))
