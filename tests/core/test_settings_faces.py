"""What is chosen for single faces: exact round trip, nonsense refused, nothing carried on."""

import pytest

from core.errors import SettingsError
from core.settings import (
    FIRST_ADDED,
    AddedFace,
    FaceChoice,
    FaceSettings,
    RestorationSettings,
)

POINTS = ((10.5, 20.0), (30.25, 20.0), (20.0, 30.0), (12.0, 40.0), (28.0, 40.125))
ADDED = AddedFace(index=FIRST_ADDED, box=(5.0, 5.0, 40.0, 50.0), landmarks=POINTS)
CHOSEN = FaceSettings(
    choices=(
        FaceChoice(index=0, removed=True),
        FaceChoice(index=2, landmarks=POINTS, model="compact-256", strength=0.25),
        FaceChoice(index=FIRST_ADDED, enabled=False),
    ),
    added=(ADDED,),
)


def test_choices_and_added_faces_survive_json():
    settings = RestorationSettings(faces=CHOSEN)
    assert RestorationSettings.from_json(settings.to_json()) == settings
    assert RestorationSettings.from_builtins(settings.to_builtins()) == settings


def test_what_belongs_to_one_photo_is_left_out_of_presets():
    settings = RestorationSettings(faces=CHOSEN.replace(strength=0.4, model="other"), seed=3)
    carried = settings.for_any_photo()
    assert carried.faces == FaceSettings(strength=0.4, model="other")
    assert carried.seed == 3
    assert RestorationSettings().for_any_photo() == RestorationSettings()


def test_an_added_face_gets_a_number_of_its_own():
    assert FaceSettings().next_added == FIRST_ADDED
    assert CHOSEN.next_added == FIRST_ADDED + 1
    with pytest.raises(ValueError, match="number of its own"):
        FaceSettings(added=(ADDED, ADDED))


@pytest.mark.parametrize(
    "points",
    [
        ((1.0, 1.0),) * 5,
        ((float("nan"), 1.0), *POINTS[1:]),
        ((1e9, 1.0), *POINTS[1:]),
    ],
)
def test_landmarks_that_place_no_face_are_refused(points):
    with pytest.raises(ValueError, match="landmarks"):
        FaceChoice(index=0, landmarks=points)
    with pytest.raises(ValueError, match="landmarks"):
        ADDED.replace(landmarks=points)


@pytest.mark.parametrize("box", [(5.0, 5.0, 5.0, 9.0), (5.0, 9.0, 9.0, 5.0), (0.0, 0.0, 9.0, 1e9)])
def test_boxes_without_area_or_far_away_are_refused(box):
    with pytest.raises(ValueError, match="box"):
        ADDED.replace(box=box)


def test_nonsense_in_a_file_is_an_error_in_words():
    text = RestorationSettings(faces=CHOSEN).to_json()
    with pytest.raises(SettingsError):
        RestorationSettings.from_json(text.replace(b"10000", b"7"))
