import numpy as np
import pytest
from evaluation_fakes import clean_face, save_faces
from PIL import Image

from core.errors import OutputError, SettingsError
from core.evaluation.datasets import open_set
from core.evaluation.groups import read_groups
from core.evaluation.inputs import damage, prepare
from core.evaluation.start import Request, chosen_names, claim_folder
from core.evaluation.values import EvaluationSettings
from core.image import to_float
from core.progress import no_progress

ALIGNED = EvaluationSettings(aligned=True)


def files(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*.png"))
    }


def make(folder, out, settings=ALIGNED, limit=0):
    faces = open_set(folder)
    return prepare(faces, chosen_names(faces, limit), settings, out, no_progress())


def test_the_same_seed_saves_the_same_bytes_and_another_one_does_not(tmp_path):
    folder = save_faces(tmp_path / "faces", 2)
    made = make(folder, tmp_path / "a")
    make(folder, tmp_path / "b")
    make(folder, tmp_path / "c", ALIGNED.replace(seed=1))
    assert files(tmp_path / "a") == files(tmp_path / "b")
    first, other = (files(tmp_path / name)["inputs/severe/face0.png"] for name in "ac")
    assert first != other
    assert len(made.cases) == 6
    assert {case.condition for case in made.cases} == {"mild", "medium", "severe"}


def test_damage_depends_on_the_face_alone_not_on_which_others_are_there(tmp_path):
    folder = save_faces(tmp_path / "faces", 3)
    make(folder, tmp_path / "all")
    make(folder, tmp_path / "one", limit=1)
    one, all_of_them = files(tmp_path / "one"), files(tmp_path / "all")
    assert len(one) == 4
    assert all(all_of_them[name] == data for name, data in one.items())


def test_stronger_profiles_damage_more():
    clean = to_float(clean_face(0, 128))
    errors = []
    for strength in ("mild", "medium", "severe"):
        damaged, truth = damage("face", strength, clean, ALIGNED)
        assert truth is clean
        errors.append(float(np.mean((damaged - clean) ** 2)))
    assert errors == sorted(errors)


def test_photo_damage_keeps_a_truth_for_each_strength(tmp_path):
    folder = save_faces(tmp_path / "faces", 1)
    made = make(folder, tmp_path / "out", ALIGNED.replace(damage="photo"))
    assert len({case.truth for case in made.cases}) == 3


def test_sr4_is_a_quarter_of_the_size_and_keeps_the_mean(tmp_path):
    folder = save_faces(tmp_path / "faces", 1, side=98)
    (case,) = make(folder, tmp_path / "out", ALIGNED.replace(protocol="sr4")).cases
    small, truth = (np.asarray(Image.open(path)) for path in (case.input, case.truth))
    assert small.shape == (24, 24, 3)
    assert truth.shape == (96, 96, 3)
    assert abs(float(small.mean()) - float(truth.mean())) < 1


def test_what_is_saved_already_is_used_again(tmp_path):
    folder = save_faces(tmp_path / "faces", 1)
    case = make(folder, tmp_path / "out").cases[0]
    Image.new("RGB", (96, 96)).save(case.input)
    again = make(folder, tmp_path / "out").cases[0]
    assert again.input_sha256 != case.input_sha256
    assert np.asarray(Image.open(case.input)).max() == 0


def test_an_unreadable_face_is_left_out_by_name(tmp_path):
    folder = save_faces(tmp_path / "faces", 1)
    (folder / "broken.png").write_bytes(b"no picture")
    made = make(folder, tmp_path / "out")
    assert [trouble.name for trouble in made.troubles] == ["broken"]
    assert {case.name for case in made.cases} == {"face0"}


def pictures(folder, *names):
    folder.mkdir(parents=True)
    for name in names:
        Image.fromarray(clean_face(0)).save(folder / name)


def test_celeba_test_is_recognised_and_pictures_without_partner_are_named(tmp_path):
    pictures(tmp_path / "celeba_512_validation", "00000000.png", "00000001.png")
    pictures(tmp_path / "celeba_512_validation_lq", "00000001.png", "00000002.png")
    found = open_set(tmp_path)
    assert (found.layout, found.aligned, found.protocol) == ("celeba-test", True, "blind")
    assert found.names == ("00000001",)
    assert {(each.kind, each.name) for each in found.troubles} == {
        ("missing", "00000000"),
        ("extra", "00000002"),
    }


@pytest.mark.parametrize(
    ("layout", "inside"),
    [
        ("lfw-test", "lfw_cropped_faces/cropped_faces"),
        ("celebchild", "CelebChild-Test"),
        ("webphoto-test", "WebPhoto-Test"),
    ],
)
def test_real_sets_are_recognised_from_above_and_from_within(tmp_path, layout, inside):
    pictures(tmp_path / inside, "a_00.png", "b_00.png")
    for folder in (tmp_path, tmp_path / inside.partition("/")[0]):
        found = open_set(folder)
        assert (found.layout, found.protocol, found.aligned) == (layout, "real", True)
        assert found.names == ("a_00", "b_00")


def test_the_dissertations_folders_become_groups(tmp_path):
    pictures(tmp_path / "color", "1.jpg")
    pictures(tmp_path / "gray", "1.jpg")
    found = open_set(tmp_path)
    assert found.names == ("color/1", "gray/1")
    assert found.groups["gray/1"] == {"folder": "gray"}
    made = prepare(found, found.names, ALIGNED, tmp_path / "out", no_progress())
    assert len({case.input for case in made.cases}) == 6


def test_a_layout_whose_folders_are_missing_is_refused(tmp_path):
    pictures(tmp_path / "faces", "a.png")
    for layout in ("celeba-test", "dissertation"):
        with pytest.raises(SettingsError, match="does not hold"):
            open_set(tmp_path / "faces", layout)
    (tmp_path / "empty").mkdir()
    with pytest.raises(SettingsError, match="no picture"):
        open_set(tmp_path / "empty")


def test_two_files_of_one_name_are_reported(tmp_path):
    pictures(tmp_path / "faces", "a.png", "a.jpg")
    assert [each.kind for each in open_set(tmp_path / "faces").troubles] == ["ambiguous"]


def test_a_folder_belongs_to_one_evaluation(tmp_path):
    folder = save_faces(tmp_path / "faces", 1)
    faces = open_set(folder)
    request = Request(faces, folder, ALIGNED, tmp_path / "out", faces.names)
    claim_folder(request)
    claim_folder(request)
    other = Request(faces, folder, ALIGNED.replace(seed=5), tmp_path / "out", faces.names)
    with pytest.raises(OutputError, match="other settings"):
        claim_folder(other)
    with pytest.raises(OutputError, match="not empty"):
        claim_folder(Request(faces, tmp_path / "x", ALIGNED, folder, faces.names))
    with pytest.raises(OutputError, match="among the faces"):
        claim_folder(Request(faces, folder, ALIGNED, folder / "out", faces.names))
    assert not (folder / "out").exists()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"strengths": ("gentle",)}, "no strength"),
        ({"strengths": ("mild", "mild")}, "once"),
        ({"size_px": 128}, "aligned"),
        ({"aligned": True, "size_px": 8}, "64"),
    ],
)
def test_settings_that_make_no_sense_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        EvaluationSettings(**changes)


def test_groups_are_found_with_folder_ending_and_semicolons(tmp_path):
    path = tmp_path / "groups.csv"
    path.write_text("﻿face;age;sex\nset/a.jpg;old;f\nb;;m\nnobody;x;y\n", encoding="utf-8")
    groups = read_groups(path, ["a", "b", "c"])
    assert groups.by_face == {"a": {"age": "old", "sex": "f"}, "b": {"sex": "m"}}
    assert [trouble.name for trouble in groups.troubles] == ["nobody"]


@pytest.mark.parametrize("text", ["", "face\na\n", "face,age\na,1\na.png,2\n"])
def test_a_csv_that_names_no_groups_or_a_face_twice_is_refused(tmp_path, text):
    path = tmp_path / "groups.csv"
    path.write_text(text)
    with pytest.raises(SettingsError):
        read_groups(path, ["a"])
