"""Eyes, nose and mouth in a box that somebody drew, with the real face finder."""

from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.api import Engine, open_photo
from core.errors import Cancelled
from core.faces import Face, template
from core.geometry import Box
from core.image import to_uint8
from core.interfaces import EngineInfo
from core.placing import place_face, usual_landmarks
from core.progress import CancelToken, Progress, no_progress

SAMPLE = Path(str(files("resources").joinpath("samples", "astronaut-aged.jpg")))


@pytest.fixture(scope="module")
def finder(tmp_path_factory):
    return Engine(models_dir=tmp_path_factory.mktemp("models")).detector("mtcnn")


@pytest.fixture(scope="module")
def pixels():
    return to_uint8(open_photo(SAMPLE).pixels)


@pytest.fixture(scope="module")
def known(finder, pixels):
    (face,) = finder.detect(pixels, min_size_px=20, min_score=0.9, progress=no_progress())
    return face


def off_px(landmarks, face):
    """Mean distance, as a share of the face's width."""
    gaps = np.subtract(landmarks, face.landmarks)
    return float(np.hypot(*gaps.T).mean()) / face.box.width


def loosely(box, *, left=0.2, top=-0.1, right=0.15, bottom=0.25):
    width, height = box.width, box.height
    return Box(
        box.left - left * width,
        box.top - top * height,
        box.right + right * width,
        box.bottom + bottom * height,
    )


def test_a_loosely_drawn_box_gives_the_finders_points(finder, pixels, known):
    placed = place_face(pixels, loosely(known.box), [finder], no_progress())
    assert placed.is_found
    assert off_px(placed.landmarks, known) < 0.03
    assert placed.box.iou(known.box) > 0.8


def test_a_face_too_poor_to_be_found_is_read_from_its_box(finder, pixels, known):
    poor = cv2.GaussianBlur(pixels, (0, 0), 0.09 * known.box.width)
    assert finder.detect(poor, min_size_px=20, min_score=0.9, progress=no_progress()) == ()
    face = finder.face_in(poor, known.box, no_progress())
    assert face is not None
    assert off_px(face.landmarks, known) < 0.12


def test_a_face_that_lies_on_its_side_keeps_its_points(finder, pixels, known):
    turned = np.ascontiguousarray(np.rot90(pixels, 1))
    width = pixels.shape[1]
    box = Box(known.box.top, width - 1 - known.box.right, known.box.bottom, 0)
    box = Box(box.left, box.top, box.right, width - 1 - known.box.left)
    face = finder.face_in(turned, box, no_progress())
    expected = [(y, width - 1 - x) for x, y in known.landmarks]
    gaps = np.subtract(face.landmarks, expected)
    assert np.hypot(*gaps.T).mean() < 0.12 * known.box.width


def test_where_there_is_no_face_the_points_lie_where_they_mostly_do(finder):
    wall = np.full((300, 300, 3), 128, np.uint8)
    box = Box(100, 80, 180, 180)
    placed = place_face(wall, box, [finder], no_progress())
    assert not placed.is_found
    assert placed.box == box
    assert placed.landmarks == usual_landmarks(box)


def test_usual_points_are_an_upright_face_inside_the_box():
    box = Box(10, 20, 90, 120)
    points = np.array(usual_landmarks(box))
    assert (points > [10, 20]).all()
    assert (points < [90, 120]).all()
    shape, model = points - points.mean(axis=0), template(512) - template(512).mean(axis=0)
    assert np.allclose(shape / np.linalg.norm(shape), model / np.linalg.norm(model))
    left_eye, right_eye, *_ = points
    assert (right_eye - left_eye)[0] == pytest.approx(0.458 * 80, rel=0.01)


class Elsewhere:
    """A finder that sees one face, far from where it was asked."""

    info = EngineInfo("detection", "elsewhere")

    def detect(self, pixels, *, min_size_px, min_score, progress):
        return (Face(Box(0, 0, 9, 9), ((1.0, 1.0), *[(5.0, 5.0)] * 4), 1.0),)


def test_another_face_nearby_is_not_what_was_meant():
    box = Box(40, 40, 80, 90)
    placed = place_face(np.zeros((120, 120, 3), np.uint8), box, [Elsewhere()], no_progress())
    assert not placed.is_found


@pytest.mark.parametrize("box", [Box(-50, -50, 20, 20), Box(500, 500, 600, 600), Box(3, 3, 5, 5)])
def test_boxes_at_and_beyond_the_border_are_no_error(finder, box):
    placed = place_face(np.full((100, 100, 3), 90, np.uint8), box, [finder], no_progress())
    assert len(set(placed.landmarks)) == 5


def test_a_cancel_is_noticed(finder, pixels, known):
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        place_face(pixels, known.box, [finder], Progress(token=token))
