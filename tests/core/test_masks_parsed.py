"""The mask from a parsing network: what lies before the face is respected."""

import cv2
import numpy as np
import pytest

from core.interfaces import FaceParts
from core.masks import face_mask, parsed_mask

SIDE = 128
Y, X = np.mgrid[0:SIDE, 0:SIDE] / SIDE
FACE = np.hypot((X - 0.5) / 0.3, (Y - 0.57) / 0.38) < 1
HAIR = (np.hypot((X - 0.5) / 0.5, (Y - 0.5) / 0.55) < 1) & ~FACE


def parts(face=FACE, hair=HAIR, certainty=0.97):
    low = 1 - certainty
    return FaceParts(
        np.where(face, certainty, low).astype(np.float32),
        np.where(hair & ~face, certainty, low).astype(np.float32) * (certainty > 0.6),
    )


def test_face_and_near_hair_are_kept_and_the_border_is_not():
    mask = parsed_mask(parts(), parts())
    assert mask.dtype == np.float32
    assert mask.shape == (SIDE, SIDE)
    assert mask[round(0.57 * SIDE), SIDE // 2] == 1
    assert mask[round(0.16 * SIDE), SIDE // 2] > 0.9  # hair right over the forehead
    far = ~FACE & (np.hypot((X - 0.5) / 0.3, (Y - 0.57) / 0.38) > 1.75)
    assert mask[far].max() == 0
    assert mask[~(FACE | HAIR)].max() == 0
    assert np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]]).max() == 0


def test_outline_follows_the_face_where_the_oval_does_not():
    jaw = (slice(round(0.85 * SIDE), round(0.93 * SIDE)), SIDE // 2)
    assert parsed_mask(parts(), parts())[jaw].max() == 1
    assert face_mask(SIDE)[jaw].max() < 1


@pytest.mark.parametrize("which", ["before", "after"])
def test_glasses_are_left_alone_whichever_picture_shows_them(which):
    rims = np.abs(np.hypot(X - 0.38, Y - 0.47) - 0.1) < 0.016
    worn, bare = parts(FACE & ~rims), parts()
    pair = (worn, bare) if which == "before" else (bare, worn)
    mask = parsed_mask(*pair)
    assert mask[rims].max() == 0
    assert mask[round(0.47 * SIDE), round(0.38 * SIDE)] > 0.9  # the eye behind them


def test_a_hand_before_the_chin_is_left_alone():
    hand = (Y > 0.72) & (X < 0.5)
    mask = parsed_mask(parts(FACE & ~hand, HAIR & ~hand), parts())
    assert mask[hand].max() == 0
    assert mask[round(0.6 * SIDE), round(0.55 * SIDE)] == 1


def test_doubt_about_a_damaged_photo_does_not_count():
    unsure = parts(FACE & (Y < 0.6), certainty=0.55)
    assert np.array_equal(parsed_mask(unsure, parts()), parsed_mask(parts(), parts()))


@pytest.mark.parametrize("threads", [1, 2])
def test_same_findings_give_the_same_bytes_wherever_they_lie_in_memory(threads):
    before = cv2.getNumThreads()
    cv2.setNumThreads(threads)
    try:
        kept = [np.empty(size, np.uint8) for size in range(1, 6000, 97)]
        masks = [parsed_mask(parts(), parts()).tobytes() for _ in kept]
    finally:
        cv2.setNumThreads(before)
    assert len(set(masks)) == 1


def test_specks_are_errors_of_the_network():
    holes = FACE.copy()
    holes[70, 64] = holes[60, 50] = False
    mask = parsed_mask(parts(holes), parts())
    assert mask[70, 64] == mask[60, 50] == 1


def test_no_face_no_mask():
    nothing = np.zeros_like(FACE)
    assert parsed_mask(parts(nothing, nothing), parts(nothing, nothing)) is None
    assert parsed_mask(parts(FACE & (Y < 0.3)), parts(FACE & (Y < 0.3))) is None


def test_feather_is_gentle_in_proportion_to_the_face():
    for side, factor in ((SIDE, 1), (2 * SIDE, 2)):
        big = np.repeat(np.repeat(FACE, factor, 0), factor, 1)
        hair = np.repeat(np.repeat(HAIR, factor, 0), factor, 1)
        mask = parsed_mask(parts(big, hair), parts(big, hair))
        slope = max(np.abs(np.diff(mask, axis=axis)).max() for axis in (0, 1))
        assert slope < 90 / side
