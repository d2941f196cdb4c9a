"""What was said of a face stays with it when another finder lists other faces around it."""

import numpy as np
from face_fakes import FakeDetector, FakeRestorer, face_at, scene, start

from core.pipeline import Pipeline
from core.progress import no_progress
from core.settings import FIRST_ADDED, AddedFace, FaceChoice, FaceSettings
from core.stages.choose import ChooseFacesStage, keeps_numbers
from core.stages.composite import CompositeStage
from core.stages.detect import DetectStage
from core.stages.restore import RestoreFacesStage

WIDTH, HEIGHT = 220, 200
A, B, C = face_at((50, 40), 50), face_at((110, 90), 50), face_at((170, 140), 50)


def place(face):
    box = face.box
    return (box.left / WIDTH, box.top / HEIGHT, box.right / WIDTH, box.bottom / HEIGHT)


def numbers(settings, faces):
    state = DetectStage(FakeDetector(faces)).run(start(scene(HEIGHT, WIDTH)), no_progress())
    found = ChooseFacesStage.of(settings).run(state, no_progress()).faces
    return {face.face: face.index for face in found}, {face.face: face.removed for face in found}


def said_of(number, face, **said):
    return FaceSettings(choices=(FaceChoice(index=number, place=place(face), **said),))


def test_a_face_keeps_its_number_where_another_is_found_before_it():
    settings = said_of(1, C, removed=True)
    found, removed = numbers(settings, (A, C))
    assert (found, removed) == ({A: 0, C: 1}, {A: False, C: True})
    found, removed = numbers(settings, (A, B, C))
    assert found == {A: 0, B: 2, C: 1}
    assert removed == {A: False, B: False, C: True}


def test_a_face_that_is_not_found_leaves_its_number_to_nobody():
    found, removed = numbers(said_of(0, A, enabled=False), (B, C))
    assert found == {B: 2, C: 1}
    assert not any(removed.values())


def test_another_finder_s_box_in_the_same_place_is_the_same_face():
    moved = face_at((172, 141), 54)
    found, _ = numbers(said_of(0, C, strength=0.5), (A, moved))
    assert found[moved] == 0
    assert found[A] == 1


def test_without_a_place_the_number_alone_counts():
    settings = FaceSettings(choices=(FaceChoice(index=1, removed=True),))
    found, removed = numbers(settings, (A, B, C))
    assert found == {A: 0, B: 1, C: 2}
    assert removed[B]


def test_a_face_that_is_found_where_the_user_drew_one_is_not_there_twice():
    box = B.box
    drawn = AddedFace(
        index=FIRST_ADDED, box=(box.left, box.top, box.right, box.bottom), landmarks=B.landmarks
    )
    settings = FaceSettings(added=(drawn,))
    state = DetectStage(FakeDetector((A, face_at((111, 91), 52), C))).run(
        start(scene(HEIGHT, WIDTH)), no_progress()
    )
    found = ChooseFacesStage.of(settings).run(state, no_progress()).faces
    assert [face.index for face in found] == [0, 2, FIRST_ADDED]


def pipeline(settings, faces=(A, B, C), restorer=None):
    strengths = CompositeStage(settings.strength, settings.choices, 0.0)
    network = restorer or FakeRestorer(lambda crops: 1 - crops)
    return Pipeline(
        (
            DetectStage(FakeDetector(faces)),
            ChooseFacesStage.of(settings),
            RestoreFacesStage(network),
            strengths,
        )
    )


def test_saying_something_of_a_face_for_the_first_time_runs_only_what_it_concerns():
    photo, restorer = start(scene(HEIGHT, WIDTH)).original, FakeRestorer(lambda crops: 1 - crops)
    first = pipeline(FaceSettings(), restorer=restorer).run(photo)
    said = said_of(2, C, enabled=False)
    again = pipeline(said, restorer=restorer).run(photo, previous=first)
    assert keeps_numbers(first, said)
    assert again.steps[2][1] is first.steps[2][1]
    fresh = pipeline(said).run(photo)
    assert np.array_equal(fresh.result.photo.pixels, again.result.photo.pixels)


def test_numbers_that_change_are_found_out_and_give_the_same_bytes_as_a_fresh_run():
    photo = start(scene(HEIGHT, WIDTH)).original
    first = pipeline(FaceSettings()).run(photo)
    said = said_of(1, C, enabled=False)  # said when C was the second of two faces
    assert not keeps_numbers(first, said)
    again = pipeline(said).run(photo, previous=first)
    fresh = pipeline(said).run(photo)
    assert [face.index for face in again.result.faces] == [0, 2, 1]
    assert np.array_equal(fresh.result.photo.pixels, again.result.photo.pixels)
    assert not np.array_equal(first.result.photo.pixels, again.result.photo.pixels)
