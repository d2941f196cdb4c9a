"""Masks from a parser: what lies before the face stays bit for bit; the report says who drew it."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from face_fakes import FakeDetector, FakeRestorer, face_at, scene, start

from core.errors import Cancelled
from core.geometry import transformed
from core.interfaces import EngineInfo, FaceParts
from core.progress import CancelToken, Progress, no_progress
from core.report import FaceReport
from core.stages.composite import CompositeStage
from core.stages.detect import AlignedStage, DetectStage
from core.stages.outline import OutlineStage
from core.stages.restore import RestoreFacesStage

SIDE = 64
Y, X = np.mgrid[0:SIDE, 0:SIDE] / SIDE
FACE = np.hypot((X - 0.5) / 0.3, (Y - 0.57) / 0.38) < 1
GLASSES = (np.abs(Y - 0.46) < 0.06) & (X > 0.2) & (X < 0.8)


@dataclass(frozen=True)
class FakeParser:
    """Says the same of every crop."""

    face: np.ndarray
    seen: list = field(default_factory=list)

    @property
    def info(self):
        return EngineInfo("parsing", "fake-parser")

    def parse(self, crop, progress):
        progress.check()
        self.seen.append(crop.shape)
        plane = self.face.astype(np.float32)
        return FaceParts(plane, np.zeros_like(plane))


def restored(pixels, *faces):
    state = DetectStage(FakeDetector(faces)).run(start(pixels), no_progress())
    return RestoreFacesStage(FakeRestorer(lambda crops: 1 - crops)).run(state, no_progress())


def test_glasses_stay_bit_for_bit_and_the_face_changes():
    state = restored(scene(160, 160), face_at((80, 80), 120))
    parser = FakeParser(FACE & ~GLASSES)
    state = OutlineStage(parser).run(state, no_progress())
    assert parser.seen == [(SIDE, SIDE, 3)] * 2
    for strength, blend_in in ((1.0, 0.0), (0.7, 1.0)):
        result = CompositeStage(strength, (), blend_in).run(state, no_progress())
        rows, columns = np.mgrid[0:160, 0:160]
        points = np.stack([columns.ravel(), rows.ravel()], axis=1)
        places = np.rint(transformed(state.faces[0].to_crop, points)).astype(int)
        within = ((places >= 0) & (places < SIDE)).all(axis=1)
        x, y = places.clip(0, SIDE - 1).T
        glasses = (within & GLASSES[y, x]).reshape(160, 160)
        before, after = state.photo.pixels, result.photo.pixels
        assert np.array_equal(before[glasses], after[glasses])
        skin = (within & (FACE & (Y > 0.6) & (Y < 0.8))[y, x]).reshape(160, 160)
        assert np.abs(before[skin].astype(int) - after[skin]).mean() > 1
    assert FaceReport.of(result.faces[0]).mask == "fake-parser"
    assert "fake-parser" in [info.model for info in result.engines]


def test_where_no_face_is_recognised_the_landmarks_serve():
    state = restored(scene(160, 160), face_at((80, 80), 120))
    after = OutlineStage(FakeParser(np.zeros_like(FACE))).run(state, no_progress())
    assert after.faces[0].mask is None
    assert FaceReport.of(after.faces[0]).mask == "landmarks"
    assert any(sentence.startswith("Face 1: its outline") for sentence in after.warnings)


def test_photos_without_a_mask_ask_no_parser():
    parser = FakeParser(FACE)
    aligned = AlignedStage().run(start(scene(90, 90)), no_progress())
    aligned = RestoreFacesStage(FakeRestorer()).run(aligned, no_progress())
    empty = start(scene(50, 50))
    for state in (aligned, empty):
        assert OutlineStage(parser).run(state, no_progress()) is state
    assert parser.seen == []
    assert FaceReport.of(aligned.faces[0]).mask == "whole"


def test_cancel():
    state = restored(scene(160, 160), face_at((80, 80), 120))
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        OutlineStage(FakeParser(FACE)).run(state, Progress(token=token))
