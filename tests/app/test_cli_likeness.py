"""`heirloom info --compare`: the people of two pictures, by the real networks."""

import json
from importlib.resources import files

import numpy as np
import pytest
from PIL import Image, ImageFilter

from app.cli import main


@pytest.fixture(scope="module")
def pictures(tmp_path_factory):
    """The sample, a softer half as large, one of two people, and one of nobody."""
    folder = tmp_path_factory.mktemp("pictures")
    with Image.open(str(files("resources").joinpath("samples", "astronaut-aged.jpg"))) as image:
        sample = image.convert("RGB")
    sample.save(folder / "before.png")
    half = (sample.width // 2, sample.height // 2)
    sample.resize(half).filter(ImageFilter.GaussianBlur(0.7)).save(folder / "after.png")
    turned = np.asarray(sample)[:, ::-1]
    both = np.hstack([np.full_like(turned, 90), turned])
    Image.fromarray(np.ascontiguousarray(both)).save(folder / "wide.png")
    Image.new("RGB", (64, 64), (90, 80, 70)).save(folder / "nobody.png")
    return folder


def compared(capsys, *words):
    assert main(["info", "--compare", *(str(word) for word in words)]) == 0
    return capsys.readouterr().out


def test_the_same_face_in_the_same_place_is_the_same_person(pictures, capsys):
    text = compared(capsys, pictures / "before.png", pictures / "after.png", "--json")
    found = json.loads(text)
    (pair,) = found["pairs"]
    assert pair["paired_by"] == "place"
    assert pair["likeness"] == "same"
    assert pair["cosine"] >= found["floor_cosine"]
    assert found["only_a"] == found["only_b"] == []
    assert pair["b"]["box"][0] == pytest.approx(pair["a"]["box"][0] / 2, rel=0.1)


def test_words_say_the_same_as_the_figures(pictures, capsys):
    text = compared(capsys, pictures / "before.png", pictures / "after.png")
    assert "Face 1 and face 1 (in the same place): looks like the same person (0.9" in text


def test_pictures_of_other_shapes_are_paired_by_likeness(pictures, capsys):
    text = compared(capsys, pictures / "before.png", pictures / "wide.png", "--json")
    (pair,) = json.loads(text)["pairs"]
    assert pair["paired_by"] == "likeness"


def test_a_picture_of_nobody_is_an_answer_not_an_error(pictures, capsys):
    text = compared(capsys, pictures / "before.png", pictures / "nobody.png")
    assert "There is no face in" in text
    assert "has no partner" in text


def test_a_missing_picture_is_a_sentence(pictures, capsys):
    assert main(["info", "--compare", str(pictures / "gone.png"), str(pictures / "after.png")]) == 1
    assert "gone.png" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["info"], ["info", "x.png", "--compare", "a.png", "b.png"]])
def test_either_photos_or_two_pictures_to_compare(words, capsys):
    assert main(words) == 2
    assert "--compare" in capsys.readouterr().err
