"""The data check can be corrected by hand, enough is held out, and damage has a strength."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from test_prepare import OPTIONS, MiddleDetector, save, textured

from core.degradation import PROFILES
from core.errors import Cancelled
from core.imageio.read import read_photo
from core.progress import CancelToken, Progress, no_progress
from training import selection
from training.degrade import Degrader, scaled_camera, scaled_damage
from training.holding_out import hold_some_out
from training.options import DataOptions
from training.prepare import PrepareOptions, prepare, write_document
from training.records import TrainingDataError, licence_of, read_records
from training.selection import choose_faces, read_document, set_licence


@pytest.fixture
def prepared(tmp_path):
    for index in range(5):
        save(tmp_path / "photos" / f"{index}.png", textured(index))
    save(tmp_path / "photos" / "soft.png", cv2.GaussianBlur(textured(20), (0, 0), 6))
    save(tmp_path / "photos" / "black.png", np.zeros((90, 90, 3), np.uint8))
    out = tmp_path / "out"
    prepare([tmp_path / "photos"], out, MiddleDetector(), OPTIONS, no_progress())
    return out


def left_out(folder, reason):
    return [item for item in read_document(folder)["left_out"] if item["reason"] == reason]


def test_a_left_out_face_is_used_after_all(prepared):
    (soft,) = left_out(prepared, "blurred")
    choose_faces(prepared, no_progress(), use={soft["thumbnail"]})
    assert left_out(prepared, "blurred") == []
    records = read_records(prepared)
    assert len(records) == 6
    crop = cv2.imread(str(records[-1].path))
    assert crop.shape == (128, 128, 3)
    assert {record.split for record in records} == {"train", "val"}


def test_a_used_face_is_left_out_and_comes_back(prepared):
    before = read_document(prepared)
    face = before["faces"][0]
    choose_faces(prepared, no_progress(), leave_out={face["thumbnail"]})
    assert len(read_records(prepared)) == 4
    (item,) = left_out(prepared, "by hand")
    assert (prepared / face["file"]).is_file()
    choose_faces(prepared, no_progress(), use={item["thumbnail"]})
    after = read_document(prepared)
    assert sorted(f["file"] for f in after["faces"]) == sorted(f["file"] for f in before["faces"])
    assert left_out(prepared, "by hand") == []


def test_a_group_is_read_once_for_all_its_faces(prepared, monkeypatch):
    (soft,) = left_out(prepared, "blurred")
    document = read_document(prepared)
    document["left_out"] += [dict(soft, thumbnail=f"left-out/more-{n}.jpg") for n in range(3)]
    write_document(prepared, document)
    seen = []
    monkeypatch.setattr(
        selection, "read_photo", lambda path, *rest: seen.append(path) or read_photo(path, *rest)
    )
    chosen = {item["thumbnail"] for item in left_out(prepared, "blurred")}
    choose_faces(prepared, no_progress(), use=chosen)
    assert seen == [Path(soft["photo"])]
    assert len(read_records(prepared)) == 9


def test_choosing_is_stopped_while_a_photo_is_read(prepared):
    (soft,) = left_out(prepared, "blurred")
    before = read_document(prepared)
    token = CancelToken()
    progress = Progress(lambda *_: token.cancel(), token)
    with pytest.raises(Cancelled):
        choose_faces(prepared, progress, use={soft["thumbnail"]})
    assert read_document(prepared) == before


def test_a_photo_without_a_face_cannot_be_used(prepared):
    (black,) = left_out(prepared, "no face")
    choose_faces(prepared, no_progress(), use={black["thumbnail"]})
    assert left_out(prepared, "no face") == [black]


def test_a_photo_that_is_gone_changes_nothing(prepared, tmp_path):
    (soft,) = left_out(prepared, "blurred")
    (tmp_path / "photos" / "soft.png").unlink()
    before = read_document(prepared)
    with pytest.raises(TrainingDataError, match=r"soft\.png"):
        choose_faces(prepared, no_progress(), use={soft["thumbnail"]})
    assert read_document(prepared) == before


def test_the_licence_is_kept_with_the_faces(prepared, tmp_path):
    assert licence_of(prepared) == ("CC0-1.0", False)
    set_licence(prepared, "CC-BY-4.0", commercial_use=True)
    assert licence_of(prepared) == ("CC-BY-4.0", True)
    assert licence_of(tmp_path) == ("", False)


def test_a_folder_without_a_usable_face_can_be_kept_to_look_at(tmp_path):
    save(tmp_path / "photos" / "a.png", np.zeros((64, 64, 3), np.uint8))
    options = PrepareOptions(keep_empty=True)
    out = tmp_path / "out"
    result = prepare([tmp_path / "photos"], out, MiddleDetector(), options, no_progress())
    assert result.faces == []
    assert len(read_document(out)["left_out"]) == 1


@pytest.mark.parametrize(("count", "expected"), [(8, 1), (12, 2), (40, 5), (100, 8), (150, 8)])
@pytest.mark.parametrize("start", ["train", "val"])
def test_enough_is_held_out_whatever_the_names_say(count, expected, start):
    faces = [{"person": "", "photo": f"{n}.jpg", "split": start} for n in range(count)]
    hold_some_out(faces)
    held = sum(face["split"] == "val" for face in faces)
    assert held == expected if start == "train" else expected <= held <= count // 3


def test_persons_stay_on_one_side():
    faces = [{"person": f"p{n % 4}", "photo": f"{n}.jpg", "split": "train"} for n in range(40)]
    hold_some_out(faces)
    sides = {}
    for face in faces:
        sides.setdefault(face["person"], set()).add(face["split"])
    assert all(len(side) == 1 for side in sides.values())
    assert {"train", "val"} == set.union(*sides.values())


def test_one_is_the_recipe_and_zero_is_no_damage():
    full = PROFILES["training"]
    assert scaled_camera(full.camera, 1.0) is full.camera
    assert scaled_damage(full, 1.0) is full
    none = scaled_camera(full.camera, 0.0)
    assert (none.blur_high_px, none.shrink_high, none.noise_high, none.jpeg_low) == (0, 1, 0, 100)
    assert scaled_damage(full, 0.0).scratches.high == 0
    twice = scaled_camera(full.camera, 2.0)
    assert (twice.blur_high_px, twice.noise_high) == (28, 40)


def test_stronger_damage_is_farther_from_the_truth():
    face = textured(1, 64)
    distances = []
    for strength in (0.0, 1.0, 2.0):
        options = DataOptions(
            clean_share=0.0, mild_share=0.0, grey_share=0.0, jitter_share=0.0, damage_share=0.0,
            degradation=strength,
        )  # fmt: skip
        made = [Degrader(options)(face, np.random.default_rng(n)) for n in range(12)]
        distances.append(
            float(np.mean([np.abs(a.astype(float) - b.astype(float)).mean() for a, b in made]))
        )
    assert distances[0] < 1 < distances[1] < distances[2]
