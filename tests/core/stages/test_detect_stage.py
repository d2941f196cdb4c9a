"""Finding faces as a step of the pipeline."""

import numpy as np
import pytest
from face_fakes import FakeDetector, face_at, start

from core.alignment import to_square
from core.errors import Cancelled
from core.faces import NO_FACE, Face
from core.geometry import Box, transformed
from core.progress import CancelToken, Progress, no_progress
from core.stages.detect import NOT_SQUARE, AlignedStage, DetectStage

PIXELS = np.zeros((100, 120, 3), np.uint8)


def test_faces_are_numbered_as_found_and_the_finder_is_named():
    faces = (face_at((40, 30), 30), face_at((70, 60), 30))
    state = DetectStage(FakeDetector(faces)).run(start(PIXELS), no_progress())
    assert [item.index for item in state.faces] == [0, 1]
    assert tuple(item.face for item in state.faces) == faces
    assert state.engines == (FakeDetector().info,)
    assert state.warnings == ()


def test_no_face_is_a_warning_not_an_error():
    state = DetectStage(FakeDetector()).run(start(PIXELS), no_progress())
    assert state.faces == ()
    assert state.warnings == (NO_FACE,)


def test_min_score_is_handed_on():
    stage = DetectStage(FakeDetector((face_at((40, 30), 30, score=0.8),)), min_score=0.9)
    assert stage.run(start(PIXELS), no_progress()).faces == ()


def test_sixteen_bits_are_searched_at_eight():
    pixels = np.full((10, 10, 3), 65535, np.uint16)
    DetectStage(FakeDetector()).run(start(pixels), no_progress())


def test_landmarks_in_one_point_are_no_face():
    flat = Face(Box(0, 0, 9, 9), ((5.0, 5.0),) * 5, 1.0)
    assert DetectStage(FakeDetector((flat,))).run(start(PIXELS), no_progress()).faces == ()


@pytest.mark.parametrize("shape", [(64, 64), (1, 1), (40, 90)])
def test_aligned_photo_is_one_face_over_all_of_it(shape):
    height, width = shape
    state = AlignedStage().run(start(np.zeros((*shape, 3), np.uint8)), no_progress())
    (item,) = state.faces
    assert item.whole
    assert item.face.box == Box(-0.5, -0.5, width - 0.5, height - 0.5)
    edges = transformed(
        to_square(state.photo.size, 512), [(-0.5, -0.5), (width - 0.5, height - 0.5)]
    )
    assert np.allclose(edges, [[-0.5, -0.5], [511.5, 511.5]])
    assert (NOT_SQUARE in state.warnings) == (height != width)


def test_cancelled_before_it_starts():
    token = CancelToken()
    token.cancel()
    for stage in (DetectStage(FakeDetector()), AlignedStage()):
        with pytest.raises(Cancelled):
            stage.run(start(PIXELS), Progress(token=token))
