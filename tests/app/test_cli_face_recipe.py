"""Faces changed one by one in the window come out of the command line with the same bytes."""

import json
from importlib.resources import files
from pathlib import Path

import pytest
from PIL import Image

from app.cli import main
from app.session.face_edits import with_added, with_choice, without
from core.api import Engine, open_photo, save_photo
from core.geometry import Box
from core.placing import usual_landmarks
from core.settings import FIRST_ADDED, FaceSettings, RestorationSettings


@pytest.fixture(scope="module")
def people(tmp_path_factory):
    """The sample beside its mirror image, small."""
    with Image.open(str(files("resources").joinpath("samples", "astronaut-aged.jpg"))) as image:
        small = image.convert("RGB").resize((220, round(220 * image.height / image.width)))
    both = Image.new("RGB", (440, small.height))
    both.paste(small, (0, 0))
    both.paste(small.transpose(Image.Transpose.FLIP_LEFT_RIGHT), (220, 0))
    path = tmp_path_factory.mktemp("people") / "two.png"
    both.save(path)
    return path


@pytest.fixture(scope="module")
def edited(people, tmp_path_factory):
    """The photo as it is saved after five edits, each of which reused the run before."""
    engine = Engine(models_dir=tmp_path_factory.mktemp("models"))
    photo = open_photo(people)
    settings = RestorationSettings(faces=FaceSettings(model="compact-256"))
    trace = engine.run(photo, settings)
    first, second = trace.result.faces
    moved = tuple((x + 3.0, y - 2.0) for x, y in first.face.landmarks)
    box = Box(200.0, 10.0, 240.0, 60.0)
    for step in (
        lambda now: with_choice(now, 0, landmarks=moved),
        lambda now: with_choice(now, 0, model="compact-512", strength=0.7),
        lambda now: without(now, 1),
        lambda now: with_added(now, second.face.box, second.face.landmarks)[0],
        lambda now: with_added(now, box, usual_landmarks(box))[0],
    ):
        settings = step(settings)
        trace = engine.run(photo, settings, previous=trace)
    return save_photo(trace.result, settings, people.parent / "by window.png")


def restored(photo, recipe, out, capsys):
    words = ["restore", str(photo), "-o", str(out), "--recipe", str(recipe), "-q", "--json", "-"]
    assert main(words) == 0
    (report,) = json.loads(capsys.readouterr().out)
    return report


def test_the_recipe_gives_the_same_bytes(people, edited, tmp_path, capsys):
    report = restored(people, edited.recipe, tmp_path, capsys)
    assert Path(report["output"]).read_bytes() == edited.path.read_bytes()
    faces = {face["index"]: face for face in report["faces"]}
    assert sorted(faces) == [0, 1, FIRST_ADDED, FIRST_ADDED + 1]
    assert (faces[0]["model"], faces[0]["strength"]) == ("compact-512", 0.7)
    assert faces[0]["found_landmarks"] != faces[0]["landmarks"]
    assert faces[1]["removed"]
    assert not faces[1]["restored"]
    assert faces[FIRST_ADDED]["added"]
    assert faces[FIRST_ADDED]["model"] == "compact-256"
    assert faces[FIRST_ADDED]["likeness"] in ("same", "pulled_back", "given_up")


def test_another_photo_gets_the_settings_without_the_faces(edited, tmp_path, capsys):
    other = tmp_path / "wall.png"
    Image.new("RGB", (120, 90), (120, 110, 100)).save(other)
    report = restored(other, edited.recipe, tmp_path / "out", capsys)
    assert report["faces"] == []
