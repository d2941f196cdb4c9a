from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from core.errors import SettingsError
from core.faces import Face, FaceResult, crop_transform, template
from core.geometry import Box
from core.image import Photo, Source
from core.interfaces import EngineInfo
from core.pipeline import Restoration
from core.recipe import decode, encode, load, path_beside, recipe_of
from core.report import done, to_json
from core.settings import FaceSettings, RestorationSettings

LANDMARKS = tuple((float(x) + 0.123456789, float(y)) for x, y in template(64))


def result() -> Restoration:
    photo = Photo(
        np.zeros((8, 8, 3), dtype=np.uint8),
        source=Source(path=Path("album/aunt.jpg"), sha256="ab" * 32),
        notes=("Two more pages were left out.",),
    )
    face = Face(Box(1.5, 2.5, 60.25, 61.0), LANDMARKS, 0.987)
    crop = np.zeros((64, 64, 3), dtype=np.float32)
    faces = (
        FaceResult(0, face, crop_transform(LANDMARKS, 64), crop, crop, strength=0.7),
        FaceResult(1, face, crop_transform(LANDMARKS, 64), crop, skipped="It is sharp already."),
    )
    info = EngineInfo("restoration", "tiny", "cd" * 32, "Apache-2.0", "cpu", "torch", "fp32")
    return Restoration(photo, photo, faces=faces).used(info).warned("Watch out.")


def test_a_recipe_survives_the_way_through_a_file(tmp_path):
    settings = RestorationSettings(faces=FaceSettings(strength=0.7))
    recipe = recipe_of(result(), settings)
    path = path_beside(tmp_path / "aunt.jpg")
    assert path.name == "aunt.jpg.heirloom.json"
    path.write_bytes(encode(recipe))
    assert load(path) == recipe
    assert recipe.photo == "aunt.jpg"
    assert recipe.engines[0].sha256 == "cd" * 32
    assert [face.restored for face in recipe.faces] == [True, False]


def test_a_recipe_gives_back_the_very_same_faces_for_the_same_photo_only():
    restored = result()
    recipe = decode(encode(recipe_of(restored, RestorationSettings())))
    faces = recipe.faces_for("ab" * 32)
    assert faces == tuple(item.face for item in restored.faces)
    assert recipe.faces_for("00" * 32) is None
    assert recipe.faces_for("") is None


def test_the_same_work_gives_the_same_recipe_bytes():
    assert encode(recipe_of(result(), RestorationSettings())) == encode(
        recipe_of(result(), RestorationSettings())
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[1]",
        b"\x89PNG",
        encode(recipe_of(result(), RestorationSettings())).replace(
            b'"strength": 0.7', b'"strength": "x"'
        ),
        encode(recipe_of(result(), RestorationSettings())).replace(b'"format": 1', b'"format": 2'),
    ],
)
def test_what_is_not_a_recipe_is_refused_in_words(data, tmp_path):
    path = tmp_path / "x.heirloom.json"
    path.write_bytes(data)
    with pytest.raises(SettingsError) as caught:
        load(path)
    assert path.name in caught.value.summary


def test_a_recipe_with_missing_landmarks_is_refused():
    recipe = recipe_of(result(), RestorationSettings())
    broken = msgspec.structs.replace(recipe.faces[0], landmarks=((1.0, 2.0),))
    with pytest.raises(SettingsError):
        decode(encode(msgspec.structs.replace(recipe, faces=(broken,))))


def test_a_missing_recipe_is_an_error_in_words(tmp_path):
    with pytest.raises(SettingsError, match=r"gone\.json"):
        load(tmp_path / "gone.json")


def test_the_report_has_what_scripts_need():
    report = done("aunt.jpg", result(), output="o.jpg", recipe="", seconds=1.5, notes=("Saved.",))
    (entry,) = msgspec.json.decode(to_json([report]))
    assert entry["status"] == "done"
    assert entry["model"] == "tiny"
    assert entry["device"] == "cpu"
    assert entry["recipe"] is None
    assert entry["warnings"] == ["Two more pages were left out.", "Watch out.", "Saved."]
    face = entry["faces"][0]
    assert face["box"] == [1.5, 2.5, 60.25, 61.0]
    assert len(face["landmarks"]) == 5
    assert (face["score"], face["strength"]) == (0.987, 0.7)


def test_a_photo_without_faces_reports_no_model():
    plain = replace(result(), faces=(), engines=())
    report = done("a.jpg", plain, output="b.jpg", recipe="", seconds=0.1)
    assert (report.model, report.device, report.faces) == ("", "", ())
