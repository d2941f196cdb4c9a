import numpy as np
import pytest

from core.image import Photo, is_grey, to_float, to_stored, to_uint8


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_float_and_back_is_exact_for_every_value(dtype):
    values = np.arange(np.iinfo(dtype).max + 1, dtype=dtype)
    pixels = np.stack([values, values[::-1], values], axis=-1)[None]
    image = to_float(pixels)
    assert image.dtype == np.float32
    assert image.min() == 0
    assert image.max() == 1
    np.testing.assert_array_equal(to_stored(image, dtype), pixels)


def test_to_stored_clips_what_does_not_fit():
    image = np.array([[[-0.5, 0.5, 1.5]]], dtype=np.float32)
    assert to_stored(image, np.uint8).tolist() == [[[0, 128, 255]]]


def test_to_uint8_rounds_to_nearest_for_every_value():
    values = np.arange(65536, dtype=np.uint16)
    expected = np.rint(values.astype(np.float64) * 255 / 65535)
    np.testing.assert_array_equal(to_uint8(values), expected)


def test_is_grey_needs_all_three_channels_equal_everywhere():
    pixels = np.full((4, 4, 3), 90, dtype=np.uint8)
    assert is_grey(pixels)
    pixels[3, 3, 2] = 91
    assert not is_grey(pixels)
    high = np.full((200, 3, 3), 90, dtype=np.uint8)  # looked at in several parts
    assert is_grey(high)
    high[199, 2, 1] = 91
    assert not is_grey(high)


def test_photo_refuses_what_is_not_the_convention():
    with pytest.raises(TypeError):
        Photo(np.zeros((2, 2, 3), dtype=np.float32))  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="H x W x 3"):
        Photo(np.zeros((2, 2), dtype=np.uint8))
    with pytest.raises(ValueError, match="alpha"):
        Photo(np.zeros((2, 2, 3), dtype=np.uint8), alpha=np.zeros((3, 2), dtype=np.uint8))
