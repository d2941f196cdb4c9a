"""The stage: which faces, which tone, and that off is off."""

import numpy as np
import pytest
from face_fakes import FakeDetector, FakeRestorer, face_at, scene, start

from core.errors import Cancelled
from core.image import is_grey, to_stored
from core.progress import CancelToken, Progress, no_progress
from core.report import FaceReport
from core.stages.detail import KeepDetailStage
from core.stages.detect import DetectStage
from core.stages.restore import RestoreFacesStage


def patterned(height=160, width=160):
    """Detail of the size that a network draws, and finer detail on top."""
    y, x = np.mgrid[0:height, 0:width]
    plane = 130 + 60 * np.sign(np.sin(x / 5.0) * np.sin(y / 5.0)) + 12 * np.sin(x * 1.9)
    return np.repeat(np.rint(plane)[..., None], 3, axis=2).astype(np.uint8)


def without_fine(crops):
    """A network that loses the finest detail: each pixel is the mean of its row neighbours."""
    return (np.roll(crops, 1, axis=2) + crops + np.roll(crops, -1, axis=2)) / 3


def restored(pixels, width=128):
    state = DetectStage(FakeDetector((face_at((80, 80), width),))).run(start(pixels), no_progress())
    return RestoreFacesStage(FakeRestorer(without_fine, 128)).run(state, no_progress())


def test_detail_comes_back_and_the_report_says_so():
    before = restored(patterned())
    after = KeepDetailStage(1.0).run(before, no_progress())
    old, new = before.faces[0], after.faces[0]
    assert np.abs(new.restored - new.crop).mean() < 0.8 * np.abs(old.restored - old.crop).mean()
    assert FaceReport.of(new).detail_kept > 0.5
    assert is_grey(to_stored(new.restored, np.uint8))


def test_a_toned_photo_keeps_its_tone():
    luma = patterned()[..., :1].astype(float)
    sepia = np.concatenate([luma * 0.9 + 25, luma * 0.85 + 12, luma * 0.75], axis=2)
    state = restored(np.rint(sepia).clip(0, 255).astype(np.uint8))
    face = KeepDetailStage(1.0).run(state, no_progress()).faces[0]
    assert face.detail_kept > 0
    crop_colour = (face.crop[..., 0] - face.crop[..., 2]).mean()
    colour = (face.restored[..., 0] - face.restored[..., 2]).mean()
    assert colour == pytest.approx(crop_colour, abs=0.005)


def test_off_changes_nothing_and_no_faces_no_work():
    state = restored(patterned())
    assert KeepDetailStage(0.0).run(state, no_progress()) is state
    empty = start(scene(40, 40))
    assert KeepDetailStage(1.0).run(empty, no_progress()) is empty


def test_cancel():
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        KeepDetailStage(1.0).run(restored(patterned()), Progress(token=token))
