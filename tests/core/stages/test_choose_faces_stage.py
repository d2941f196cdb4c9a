"""Faces added, corrected and taken out by the user, with numbers that never move."""

import numpy as np
import pytest
from face_fakes import FakeDetector, FakeRestorer, face_at, scene, start

from core.errors import Cancelled
from core.faces import NO_FACE, face_name
from core.progress import CancelToken, Progress, no_progress
from core.settings import FIRST_ADDED, AddedFace, FaceChoice, FaceSettings
from core.stages.choose import ChooseFacesStage
from core.stages.composite import CompositeStage
from core.stages.detect import DetectStage
from core.stages.restore import RestoreFacesStage

FACES = (face_at((50, 60), 60), face_at((140, 60), 60))
DRAWN = face_at((150, 170), 50)


def drawn(index=FIRST_ADDED, face=DRAWN):
    box = face.box
    return AddedFace(
        index=index, box=(box.left, box.top, box.right, box.bottom), landmarks=face.landmarks
    )


def detected(faces=FACES):
    return DetectStage(FakeDetector(faces)).run(start(scene(220, 200)), no_progress())


def chosen(settings, faces=FACES):
    return ChooseFacesStage.of(settings).run(detected(faces), no_progress())


def test_with_nothing_said_the_record_is_the_very_same():
    state = detected()
    assert ChooseFacesStage().run(state, no_progress()) is state


def test_an_added_face_is_restored_like_any_other_and_moves_no_number():
    state = chosen(FaceSettings(added=(drawn(),)))
    assert [face.index for face in state.faces] == [0, 1, FIRST_ADDED]
    state = RestoreFacesStage(FakeRestorer(lambda crops: 1 - crops)).run(state, no_progress())
    added = state.faces[2]
    assert added.is_added
    assert np.allclose(added.restored, 1 - added.crop, atol=1e-6)
    assert face_name(added.index) == "Added face 1"
    blended = CompositeStage().run(state, no_progress())
    change = np.abs(blended.photo.pixels.astype(int) - state.photo.pixels)
    assert change[165:175, 145:155].mean() > 1


def test_an_added_face_takes_back_that_there_is_none():
    assert NO_FACE in chosen(FaceSettings(), faces=()).warnings
    assert chosen(FaceSettings(added=(drawn(),)), faces=()).warnings == ()


def test_a_removed_face_stays_in_its_place_and_nothing_is_done_with_it():
    settings = FaceSettings(choices=(FaceChoice(index=0, removed=True),))
    restorer = FakeRestorer(lambda crops: 1 - crops)
    state = RestoreFacesStage(restorer).run(chosen(settings), no_progress())
    assert [(face.index, face.removed) for face in state.faces] == [(0, True), (1, False)]
    assert state.faces[0].restored is None
    assert state.faces[0].crop.shape == (64, 64, 3)  # to be shown where it can be put back
    ((crops, _),) = restorer.calls
    assert len(crops) == 1
    blended = CompositeStage().run(state, no_progress())
    assert np.array_equal(blended.photo.pixels[:, :90], state.photo.pixels[:, :90])


def test_corrected_landmarks_move_the_crop_and_the_found_ones_are_kept():
    moved = tuple((x + 6.0, y) for x, y in FACES[1].landmarks)
    settings = FaceSettings(choices=(FaceChoice(index=1, landmarks=moved),))
    before = detected()
    after = ChooseFacesStage.of(settings).run(before, no_progress())
    assert after.faces[0] is before.faces[0]
    assert after.faces[1].face.landmarks == moved
    assert after.faces[1].found == FACES[1].landmarks
    assert after.faces[1].face.box == FACES[1].box
    assert not np.allclose(after.faces[1].to_crop, before.faces[1].to_crop)


def test_strength_and_switches_make_no_difference_to_this_stage():
    plain = ChooseFacesStage.of(FaceSettings())
    choices = (FaceChoice(index=0, enabled=False, strength=0.3, model="other"),)
    assert ChooseFacesStage.of(FaceSettings(choices=choices)) == plain
    assert ChooseFacesStage.of(FaceSettings(added=(drawn(),))) != plain


def test_the_order_in_which_choices_were_made_makes_no_difference():
    one, two = FaceChoice(index=0, removed=True), FaceChoice(index=1, removed=True)
    first = FaceSettings(choices=(one, two), added=(drawn(), drawn(FIRST_ADDED + 1)))
    second = FaceSettings(choices=(two, one), added=(drawn(FIRST_ADDED + 1), drawn()))
    assert ChooseFacesStage.of(first) == ChooseFacesStage.of(second)


def test_a_choice_for_a_face_that_is_not_there_does_nothing():
    state = chosen(FaceSettings(choices=(FaceChoice(index=7, removed=True),)))
    assert [face.removed for face in state.faces] == [False, False]


def test_cancelled_before_it_starts():
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        ChooseFacesStage().run(start(scene(20, 20)), Progress(token=token))
