"""Which faces of two pictures belong together."""

import numpy as np

from core.faces import Face, template
from core.geometry import Box
from core.image import Photo
from core.interfaces import EngineInfo
from core.likeness import compare_faces
from core.progress import no_progress


class ColourEmbedder:
    """Takes the mean colour for the person."""

    info = EngineInfo("identity", "colour")
    floors = {"normal": 0.99, "strict": 0.9999}

    def embed(self, crops):
        means = crops.mean(axis=(1, 2))
        return (means / np.linalg.norm(means, axis=1, keepdims=True)).astype(np.float32)


RED, GREEN, BLUE = (200, 20, 20), (20, 200, 20), (20, 20, 200)


def picture(width, height, people):
    """Squares of one colour, each taken for a face: (left, top, side, colour)."""
    pixels = np.full((height, width, 3), 60, np.uint8)
    faces = []
    for left, top, side, colour in people:
        pixels[top : top + side, left : left + side] = colour
        points = template(side) + np.array([left, top])
        landmarks = tuple((float(x), float(y)) for x, y in points)
        faces.append(Face(Box(left, top, left + side, top + side), landmarks, 1.0))
    return Photo(pixels), tuple(faces)


def compared(one, two, floor="normal"):
    photos, faces = (one[0], two[0]), (one[1], two[1])
    return compare_faces(photos, faces, ColourEmbedder(), floor=floor, progress=no_progress())


def test_faces_in_the_same_place_belong_together_even_where_they_changed():
    before = picture(200, 100, [(10, 20, 50, RED), (120, 20, 50, GREEN)])
    after = picture(400, 200, [(22, 42, 98, GREEN), (240, 40, 100, GREEN)])
    found = compared(before, after)
    assert [(pair.first, pair.second, pair.paired_by) for pair in found.pairs] == [
        (0, 0, "place"),
        (1, 1, "place"),
    ]
    assert [pair.likeness for pair in found.pairs] == ["doubtful", "same"]


def test_in_other_scenes_the_most_alike_belong_together():
    one = picture(200, 100, [(10, 20, 50, RED), (120, 20, 50, GREEN)])
    two = picture(100, 300, [(10, 20, 50, GREEN), (10, 120, 50, RED), (10, 220, 50, BLUE)])
    found = compared(one, two)
    assert [(pair.first, pair.second) for pair in found.pairs] == [(0, 1), (1, 0)]
    assert {pair.paired_by for pair in found.pairs} == {"likeness"}
    assert all(pair.likeness == "same" for pair in found.pairs)
    assert found.only_first == ()
    assert found.only_second == (2,)


def test_the_same_shape_alone_does_not_make_two_pictures_one_scene():
    one = picture(200, 200, [(5, 5, 40, RED), (5, 150, 40, GREEN), (150, 5, 40, BLUE)])
    two = picture(200, 200, [(150, 150, 40, RED), (80, 80, 40, GREEN), (150, 5, 40, RED)])
    assert all(pair.paired_by == "likeness" for pair in compared(one, two).pairs)


def test_a_stricter_floor_doubts_more():
    one = picture(100, 100, [(20, 20, 60, (200, 20, 20))])
    two = picture(100, 100, [(20, 20, 60, (200, 24, 20))])
    assert compared(one, two).pairs[0].likeness == "same"
    assert compared(one, two, "strict").pairs[0].likeness == "doubtful"


def test_without_faces_there_are_no_pairs():
    one, two = picture(100, 100, []), picture(100, 100, [(20, 20, 60, RED)])
    found = compared(one, two)
    assert found.pairs == ()
    assert found.only_second == (0,)
