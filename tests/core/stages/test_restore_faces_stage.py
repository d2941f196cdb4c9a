"""Cutting crops, asking the network, keeping tone and sharp faces."""

import cv2
import numpy as np
import pytest
from face_fakes import FakeDetector, FakeRestorer, face_at, scene, start

from core.errors import Cancelled
from core.image import is_grey, to_stored
from core.progress import CancelToken, Progress, no_progress
from core.stages.detect import AlignedStage, DetectStage
from core.stages.restore import SHARP_ALREADY, RestoreFacesStage


def detected(pixels, *faces):
    return DetectStage(FakeDetector(faces)).run(start(pixels), no_progress())


def painted(crops):
    """What networks do to old photos: strong false colour."""
    return crops * np.array([1.0, 0.6, 0.4]) + np.array([0.2, 0.0, 0.1])


def test_all_crops_go_to_the_network_at_once():
    restorer = FakeRestorer(lambda crops: 1 - crops)
    state = detected(scene(120, 200), face_at((50, 60), 60), face_at((140, 60), 60))
    state = RestoreFacesStage(restorer, seed=7).run(state, no_progress())
    ((crops, seed),) = restorer.calls
    assert crops.shape == (2, 64, 64, 3)
    assert crops.dtype == np.float32
    assert seed == 7
    for index, item in enumerate(state.faces):
        assert np.array_equal(item.crop, crops[index])
        assert np.allclose(item.restored, 1 - item.crop, atol=1e-6)
    assert state.engines[-1] == restorer.info
    assert state.photo is state.original


def test_no_faces_no_network():
    restorer = FakeRestorer()
    state = RestoreFacesStage(restorer).run(detected(scene(50, 50)), no_progress())
    assert restorer.calls == []
    assert restorer.info not in state.engines


def test_warnings_of_the_network_reach_the_record():
    restorer = FakeRestorer(warnings=("The processor was used.",))
    state = detected(scene(120, 200), face_at((50, 60), 60))
    state = RestoreFacesStage(restorer).run(state, no_progress())
    assert "The processor was used." in state.warnings


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_grey_photo_gets_exactly_grey_faces(dtype):
    grey = np.repeat(scene(120, 120, dtype)[..., :1], 3, axis=2)
    state = detected(grey, face_at((60, 60), 70))
    state = RestoreFacesStage(FakeRestorer(painted)).run(state, no_progress())
    restored = state.faces[0].restored
    assert is_grey(to_stored(restored, dtype))
    assert np.array_equal(restored[..., 0], restored[..., 2])


def test_sepia_photo_keeps_its_hue():
    luma = scene(160, 160)[..., :1].astype(float)
    sepia = np.concatenate([luma * 1.05 + 15, luma * 0.95 + 5, luma * 0.75], axis=2)
    state = detected(sepia.clip(0, 255).astype(np.uint8), face_at((80, 80), 90))
    state = RestoreFacesStage(FakeRestorer(painted)).run(state, no_progress())
    item = state.faces[0]
    assert np.abs(hue_degrees(item.restored) - hue_degrees(item.crop)) < 3


def hue_degrees(image):
    lab = cv2.cvtColor(np.clip(image, 0, 1).astype(np.float32), cv2.COLOR_RGB2LAB)
    _, a, b = lab.reshape(-1, 3).mean(axis=0)
    return np.degrees(np.arctan2(b, a))


def test_colour_photo_keeps_what_the_network_made():
    pixels = scene(120, 120)
    pixels[:60, :, 0] = 220
    state = detected(pixels, face_at((60, 60), 70))
    state = RestoreFacesStage(FakeRestorer(painted)).run(state, no_progress())
    item = state.faces[0]
    assert np.allclose(item.restored, np.clip(painted(item.crop), 0, 1), atol=1e-6)


def eyelashes(side, thickness):
    """Thin dark lines where eyes and mouth are."""
    picture = np.full((side, side, 3), 190, np.uint8)
    rng = np.random.default_rng(0)
    for x, y in rng.uniform(0.3, 0.7, (60, 2)) * side:
        end = int(x + rng.uniform(-9, 9)), int(y + 12)
        cv2.line(picture, (int(x), int(y)), end, (30, 30, 30), thickness, cv2.LINE_AA)
    return picture


def test_a_face_larger_and_sharper_than_the_crop_is_left_alone():
    restorer = FakeRestorer()
    state = detected(eyelashes(256, 1), face_at((127.5, 127.5), 256))
    state = RestoreFacesStage(restorer).run(state, no_progress())
    assert restorer.calls == []
    assert state.faces[0].skipped == SHARP_ALREADY
    assert state.faces[0].restored is None
    assert state.faces[0].crop.shape == (64, 64, 3)


@pytest.mark.parametrize("harm", ["blur", "grain"])
def test_a_large_face_without_detail_is_restored(harm):
    pixels = eyelashes(256, 1)
    if harm == "blur":
        pixels = cv2.GaussianBlur(pixels, (0, 0), 5)
    else:
        soft = cv2.GaussianBlur(pixels, (0, 0), 4)
        grain = np.random.default_rng(1).normal(0, 25, soft.shape)
        pixels = (soft + grain).clip(0, 255).astype(np.uint8)
    state = detected(pixels, face_at((127.5, 127.5), 256))
    state = RestoreFacesStage(FakeRestorer()).run(state, no_progress())
    assert state.faces[0].skipped == ""


def test_a_small_sharp_face_is_restored():
    state = detected(eyelashes(256, 1), face_at((127.5, 127.5), 60))
    state = RestoreFacesStage(FakeRestorer()).run(state, no_progress())
    assert state.faces[0].restored is not None


@pytest.mark.parametrize("shape", [(64, 64), (1, 1), (300, 200)])
def test_aligned_photo_is_resized_whole(shape):
    state = AlignedStage().run(start(scene(*shape)), no_progress())
    state = RestoreFacesStage(FakeRestorer()).run(state, no_progress())
    assert state.faces[0].crop.shape == (64, 64, 3)
    assert state.faces[0].restored is not None


def test_cancel_between_faces():
    token = CancelToken()
    progress = Progress(lambda fraction, _: fraction > 0 and token.cancel(), token)
    state = detected(scene(120, 200), face_at((50, 60), 60), face_at((140, 60), 60))
    with pytest.raises(Cancelled):
        RestoreFacesStage(FakeRestorer()).run(state, progress.part(0.1, 1.0))
