"""Lids, rims and lips are marked only where damage is all but certain."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from core.damage.face_lines import own_lines
from core.faces import Face
from core.geometry import Box
from core.image import Photo
from core.interfaces import EngineInfo
from core.pipeline import Restoration
from core.progress import no_progress
from core.stages.repair import FindDamageStage


def face(x: float = 100.0, y: float = 80.0, apart: float = 40.0) -> Face:
    left, right = (x - apart / 2, y), (x + apart / 2, y)
    mouth = (x - apart / 2.5, y + apart), (x + apart / 2.5, y + apart)
    box = Box(x - apart, y - apart, x + apart, y + 1.6 * apart)
    return Face(box, (left, right, (x, y + apart / 2), *mouth), 1.0)


@dataclass
class KnownFaces:
    faces: list[Face]
    info: EngineInfo = field(default_factory=lambda: EngineInfo("detection", "known"))

    def detect(self, image, *, min_size_px, min_score, progress):
        progress.report(0.5)
        return self.faces


@dataclass
class Doubtful:
    """Damage that is likely, but not certain, on a line over an eye and one beside the face."""

    value: float
    info: EngineInfo = field(default_factory=lambda: EngineInfo("damage detection", "doubtful"))

    def likelihood(self, pixels, progress):
        plane = np.zeros(pixels.shape[:2], np.float32)
        plane[80, 72:88] = plane[80, 150:190] = self.value
        return plane


def photo() -> Photo:
    pixels = np.full((200, 240, 3), 120, np.uint8)
    pixels[80, 72:88] = pixels[80, 150:190] = 250
    return Photo(pixels)


def marks(value: float, faces: KnownFaces | None) -> np.ndarray:
    state = Restoration(photo(), photo())
    return FindDamageStage(0.5, Doubtful(value), faces).run(state, no_progress()).damage[80]


def test_eyes_and_mouth_are_covered_and_the_rest_is_not():
    plane = own_lines([face()], 200, 240)
    assert plane[80, 80] > 0.9
    assert plane[80, 120] > 0.9
    assert plane[120, 100] > 0.9
    assert plane[50, 100] == 0
    assert plane[190, 230] == 0
    assert plane.max() <= 1


def test_a_face_at_the_border_is_no_trouble():
    plane = own_lines([face(2, 2), face(238, 199), face(-300, -300)], 200, 240)
    assert plane.shape == (200, 240)
    assert plane[2, 2:10].max() > 0


def test_no_faces_protect_nothing():
    assert own_lines([], 200, 240) is None


def test_likely_marks_over_the_eyes_are_left_out():
    assert marks(0.985, None).sum() == 56
    found = marks(0.985, KnownFaces([face()]))
    assert not found[:140].any()
    assert found[150:190].all()


def test_certain_marks_over_the_eyes_stay():
    assert marks(0.999, KnownFaces([face()])).sum() == 56
