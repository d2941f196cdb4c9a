"""Non-maximum suppression."""

import numpy as np

from core.engines.suppression import kept_indices, overlaps

BOXES = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [20, 0, 30, 10], [22, 2, 26, 6]], float)


def test_overlap_as_share_of_union_and_of_the_smaller_box():
    assert np.allclose(overlaps(BOXES[2], BOXES, "union"), [0, 0, 1, 0.16])
    assert np.allclose(overlaps(BOXES[2], BOXES, "smaller"), [0, 0, 1, 1])


def test_the_surest_of_overlapping_boxes_stays():
    scores = np.array([0.8, 0.9, 0.7, 0.6])
    assert kept_indices(BOXES, scores, 0.5).tolist() == [1, 2, 3]
    assert kept_indices(BOXES, scores, 0.5, "smaller").tolist() == [1, 2]
    assert kept_indices(BOXES, scores, 0.5, limit=1).tolist() == [1]


def test_equal_scores_keep_their_order():
    assert kept_indices(BOXES, np.ones(4), 0.5).tolist() == [0, 2, 3]


def test_no_boxes():
    assert kept_indices(np.zeros((0, 4)), np.zeros(0), 0.5).size == 0
