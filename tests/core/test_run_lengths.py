"""Masks by the bounds of their runs: parts of them are read and written like the whole."""

import numpy as np
import pytest

from core.run_lengths import (
    NO_BOUNDS,
    bounds_again,
    bounds_of,
    differing_rows,
    packed,
    rows_of,
    text_of,
    unpacked,
)

HEIGHT, WIDTH = 23, 11


def random_mask(rng, density):
    return rng.random((HEIGHT, WIDTH)) < density


@pytest.mark.parametrize("seed", range(30))
def test_parts_say_what_the_whole_says(seed):
    rng = np.random.default_rng(seed)
    one = random_mask(rng, rng.choice([0.0, 0.05, 0.5, 0.95, 1.0]))
    other = one.copy()
    top, bottom = sorted(rng.integers(0, HEIGHT + 1, 2))
    other[top:bottom] = random_mask(rng, 0.5)[top:bottom]
    first, second = (bounds_of(packed(mask), HEIGHT, WIDTH) for mask in (one, other))
    assert np.array_equal(unpacked(packed(one), HEIGHT, WIDTH), one)
    rows = slice(int(top), int(bottom))
    assert np.array_equal(rows_of(second, WIDTH, rows), other[rows])
    assert np.array_equal(bounds_again(first, other, rows), second)
    assert text_of(bounds_again(first, other, rows)) == packed(other)
    unequal = np.flatnonzero((one != other).any(axis=1))
    found = differing_rows(first, second, WIDTH)
    if unequal.size == 0:
        assert found.stop <= found.start
    else:
        assert found.start <= unequal[0]
        assert unequal[-1] < found.stop <= HEIGHT


def test_a_small_change_is_found_in_few_rows():
    one = np.zeros((HEIGHT, WIDTH), np.bool_)
    one[::4, 2:5] = True
    other = one.copy()
    other[9:11, 6] = True
    first, second = (bounds_of(packed(mask), HEIGHT, WIDTH) for mask in (one, other))
    assert differing_rows(first, second, WIDTH) == differing_rows(second, first, WIDTH)
    assert differing_rows(first, second, WIDTH) == slice(9, 11)
    assert differing_rows(first, NO_BOUNDS, WIDTH) == slice(0, 21)
