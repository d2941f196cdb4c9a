"""The soft face oval."""

import numpy as np
import pytest

from core.faces import template
from core.masks import face_mask, smooth_step


@pytest.mark.parametrize("side", [64, 256, 512])
def test_full_on_the_features_and_nothing_at_the_border(side):
    mask = face_mask(side)
    assert mask.dtype == np.float32
    assert mask.shape == (side, side)
    for x, y in np.rint(template(side)).astype(int):
        assert mask[y, x] > 0.999
    border = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]])
    assert border.max() == 0


def test_feather_is_gentle_in_proportion_to_the_face():
    for side in (128, 512):
        slope = max(np.abs(np.diff(face_mask(side), axis=axis)).max() for axis in (0, 1))
        assert slope < 15 / side  # from 1 to 0 over at least a fifteenth of the crop


def test_mask_is_symmetric():
    mask = face_mask(64)
    assert np.allclose(mask, mask[:, ::-1], atol=1e-6)


def test_smooth_step_ends_and_middle():
    assert smooth_step(np.array([-1.0, 0.0, 0.5, 1.0, 2.0])).tolist() == [0, 0, 0.5, 1, 1]
