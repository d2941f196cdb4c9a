"""The sweep over orientations: coordinates, duplicates, and which turn wins."""

import numpy as np
import pytest

from core.engines.rotation import (
    QUARTERS,
    Finding,
    credible,
    distinct,
    in_reading_order,
    main_turn,
    moved,
    sweep,
    turn_back,
    turned,
)
from core.faces import Face
from core.geometry import Box, transformed
from core.matching import same_face
from core.progress import no_progress


def face_at(x, y, width=20.0, score=0.99):
    points = tuple((x + dx * width, y + dy * width) for dx, dy in OFFSETS)
    half = width / 2
    return Face(Box(x - half, y - half, x + half, y + half), points, score)


OFFSETS = ((-0.2, -0.2), (0.2, -0.2), (0.0, 0.0), (-0.15, 0.2), (0.15, 0.2))


@pytest.mark.parametrize("quarters", range(4))
def test_turning_back_finds_every_pixel_again(quarters):
    pixels = np.arange(5 * 7 * 3).reshape(5, 7, 3).astype(np.uint8)
    picture = turned(pixels, quarters)
    back = turn_back(7, 5, quarters)
    for y in range(picture.shape[0]):
        for x in range(picture.shape[1]):
            old_x, old_y = transformed(back, [(x, y)])[0].astype(int)
            assert (picture[y, x] == pixels[old_y, old_x]).all()


def test_moved_face_keeps_the_order_of_its_landmarks():
    face = face_at(3, 2)
    back = turn_back(100, 50, 1)
    once = moved(face, back)
    assert once.landmarks[0] == tuple(transformed(back, [face.landmarks[0]])[0])
    assert once.box.width == face.box.height
    assert once.score == face.score


def test_sweep_reports_all_turns_in_the_pictures_own_pixels():
    pixels = np.zeros((40, 60, 3), np.uint8)
    pixels[10, 20] = 255

    def find_upright(picture, _progress):
        y, x = np.argwhere(picture[..., 0])[0]
        return [face_at(float(x), float(y))]

    found = sweep(pixels, find_upright, no_progress())
    assert [item.quarters for item in found] == list(QUARTERS)
    assert all(item.face.box.centre == (20.0, 10.0) for item in found)


def test_same_face_by_overlap_containment_and_centre():
    assert same_face(face_at(50, 50, 20), face_at(53, 50, 20))
    assert same_face(face_at(50, 50, 60), face_at(60, 60, 12))
    assert same_face(face_at(50, 50, 20), face_at(50, 51, 60))
    assert not same_face(face_at(50, 50, 20), face_at(64, 50, 20))


def test_the_surest_finding_of_a_face_stays():
    found = [Finding(face_at(50, 50, score=0.95), 1), Finding(face_at(51, 50, score=0.999), 0)]
    assert distinct(found) == [found[1]]


def test_a_doubtful_face_across_all_others_is_not_believed():
    upright = [Finding(face_at(30 * k, 50, score=0.99), 0) for k in range(3)]
    doubtful, sure = Finding(face_at(200, 50, score=0.93), 1), Finding(face_at(260, 9), 1)
    assert main_turn([*upright, doubtful, sure]) == 0
    kept = credible([*upright, doubtful, sure])
    assert doubtful.face not in kept
    assert sure.face in kept
    assert credible([doubtful]) == [doubtful.face]


def test_no_faces():
    assert main_turn([]) == 0
    assert credible([]) == []


def test_reading_order():
    low, left, right = face_at(10, 90), face_at(10, 20), face_at(60, 20)
    assert in_reading_order([low, right, left]) == (left, right, low)
