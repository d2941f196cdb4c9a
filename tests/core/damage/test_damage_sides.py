"""Scratches stay marked; collars, rings and the borders of prints do not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from core.damage.sides import without_steps


def scene(dtype=np.uint8, factor: int = 1) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A photo with a scratch, its mark, and the mark of an edge between dark and bright."""
    side = 300 * factor
    luma = np.full((side, side), 60, np.float32)
    luma[:, side // 2 :] = 180
    luma = cv2.GaussianBlur(luma, (0, 0), 1.5 * factor)
    scratch, edge = np.zeros((2, side, side), np.uint8)
    cv2.line(scratch, (10 * factor, 10 * factor), (40 * factor, 100 * factor), 1, 2 * factor)
    cv2.line(edge, (side // 2, 10 * factor), (side // 2, 60 * factor), 1, 3 * factor)
    luma[scratch > 0] = 230
    pixels = np.repeat(np.rint(luma)[..., None], 3, axis=2).astype(np.uint8).astype(dtype)
    return pixels * (257 if dtype == np.uint16 else 1), scratch > 0, edge > 0


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("factor", [1, 4])
def test_an_edge_is_taken_off_and_a_scratch_is_not(dtype, factor):
    pixels, scratch, edge = scene(dtype, factor)
    assert np.array_equal(without_steps(pixels, scratch | edge), scratch)


def test_a_scratch_across_an_edge_stays():
    pixels, _, _ = scene()
    mark = np.zeros((300, 300), np.uint8)
    cv2.line(mark, (120, 60), (180, 62), 1, 2)
    pixels[mark > 0] = 240
    assert np.array_equal(without_steps(pixels, mark > 0), mark > 0)


def test_large_marks_are_not_judged():
    pixels, _, _ = scene()
    mark = np.zeros((300, 300), bool)
    mark[5:295, 149:152] = True
    assert np.array_equal(without_steps(pixels, mark), mark)


def test_specks_are_not_judged():
    pixels, _, _ = scene()
    speck = np.zeros((300, 300), bool)
    speck[50:53, 149:152] = True
    assert np.array_equal(without_steps(pixels, speck), speck)


def test_nothing_marked_stays_so():
    nothing = np.zeros((300, 300), bool)
    assert without_steps(scene()[0], nothing) is nothing
