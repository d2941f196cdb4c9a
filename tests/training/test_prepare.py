"""Photographs become aligned faces; what is not good enough is left out with its reason."""

import json

import cv2
import numpy as np
import pytest

from core.errors import Cancelled, OutputError
from core.faces import FFHQ_TEMPLATE_512, Face
from core.geometry import Box
from core.interfaces import EngineInfo
from core.progress import CancelToken, Progress, no_progress
from training.crops import fingerprint, sharpness
from training.holding_out import hold_some_out
from training.prepare import PrepareOptions, prepare
from training.records import TrainingDataError, read_records

OPTIONS = PrepareOptions(size_px=128, min_side_px=100, licence="CC0-1.0")


def textured(seed, side=160):
    """A picture with detail at every size; grey level 250 marks where the eyes would be."""
    rng = np.random.default_rng(seed)
    coarse = cv2.resize(rng.random((6, 6, 3)), (side, side), interpolation=cv2.INTER_CUBIC)
    fine = rng.random((side, side, 3))
    return np.clip((0.75 * coarse + 0.25 * fine) * 255, 0, 255).astype(np.uint8)


class MiddleDetector:
    """Finds one face that fills the photo, at any size."""

    def __init__(self, share=1.0):
        self.share = share

    @property
    def info(self):
        return EngineInfo("detection", "middle")

    def detect(self, pixels, *, min_size_px, min_score, progress):
        progress.check()
        if pixels.max() < 20:  # a black photo has no face
            return ()
        side = pixels.shape[0] * self.share
        points = tuple((float(x), float(y)) for x, y in FFHQ_TEMPLATE_512 / 512 * side)
        return (Face(Box(0, 0, side, side), points, 0.99),)


def save(path, image):
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), image[..., ::-1])


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    for index in range(6):
        save(folder / f"person{index // 2}" / f"{index}.png", textured(index))
    return folder


def test_good_faces_are_aligned_and_can_be_trained_on(photos, tmp_path):
    result = prepare([photos], tmp_path / "out", MiddleDetector(), OPTIONS, no_progress())
    assert (result.photos, len(result.faces), result.left_out) == (6, 6, [])
    records = read_records(tmp_path / "out")
    crop = cv2.imread(str(records[0].path))
    assert crop.shape == (128, 128, 3)
    assert records[0].side_px == 128
    expected = (FFHQ_TEMPLATE_512 + 0.5) / 512
    assert np.allclose(records[0].landmarks, expected, atol=0.004)
    document = json.loads((tmp_path / "out" / "faces.json").read_text())
    assert document["licence"] == "CC0-1.0"


def test_every_reason_is_named_and_shown(photos, tmp_path):
    first = cv2.imread(str(photos / "person0" / "0.png"))[..., ::-1]
    save(photos / "z-copy.jpg", first)
    save(photos / "z-blurred.png", cv2.GaussianBlur(textured(20), (0, 0), 6))
    save(photos / "z-black.png", np.zeros((90, 90, 3), np.uint8))
    save(photos / "z-tiny.png", textured(21, 60))
    (photos / "z-broken.jpg").write_bytes(b"\xff\xd8\xff not a picture")
    result = prepare([photos], tmp_path / "out", MiddleDetector(), OPTIONS, no_progress())
    assert result.reasons() == {
        "duplicate": 1, "blurred": 1, "no face": 1, "tiny": 1, "unreadable": 1,
    }  # fmt: skip
    assert len(result.faces) == 6
    shown = [item for item in result.left_out if item.reason != "unreadable"]
    assert all(cv2.imread(str(tmp_path / "out" / item.thumbnail)) is not None for item in shown)


def test_nobody_is_on_both_sides_of_the_split(photos, tmp_path):
    options = PrepareOptions(size_px=128, min_side_px=100, persons=True)
    prepare([photos], tmp_path / "out", MiddleDetector(), options, no_progress())
    sides = {}
    for record in read_records(tmp_path / "out"):
        assert record.person.startswith("person")
        sides.setdefault(record.person, set()).add(record.split)
    assert all(len(side) == 1 for side in sides.values())
    assert {"train", "val"} == set.union(*sides.values())


def test_a_single_photo_is_only_trained_on():
    faces = [{"person": "", "photo": "a.png", "split": "val"}]
    hold_some_out(faces)
    assert faces[0]["split"] == "train"


def test_copies_of_one_photo_leave_one_face(tmp_path):
    image = textured(3)
    for index in range(4):
        save(tmp_path / "photos" / f"{index}.jpg", image)
    result = prepare(
        [tmp_path / "photos"], tmp_path / "out", MiddleDetector(), OPTIONS, no_progress()
    )
    assert len(result.faces) == 1
    assert result.reasons() == {"duplicate": 3}


def test_no_face_at_all_is_explained(tmp_path):
    save(tmp_path / "photos" / "a.png", np.zeros((64, 64, 3), np.uint8))
    expected = r"No usable face in one photo \(no face was found in the photo: 1\)"
    with pytest.raises(TrainingDataError, match=expected):
        prepare([tmp_path / "photos"], tmp_path / "out", MiddleDetector(), OPTIONS, no_progress())
    assert not (tmp_path / "out").exists()  # the same folder can be named again
    with pytest.raises(TrainingDataError):
        read_records(tmp_path / "nowhere")


def test_a_folder_of_the_user_stays_when_nothing_comes_of_it(tmp_path, photos):
    folder, token = tmp_path / "mine", CancelToken()
    folder.mkdir()
    with pytest.raises(Cancelled):
        prepare(
            [photos], folder, MiddleDetector(), OPTIONS, Progress(lambda *_: token.cancel(), token)
        )
    assert folder.is_dir()
    assert not list(folder.iterdir())
    assert len(list(photos.rglob("*.png"))) == 6


def test_no_photo_is_explained(tmp_path):
    with pytest.raises(TrainingDataError, match="no photo"):
        prepare([tmp_path], tmp_path / "out", MiddleDetector(), OPTIONS, no_progress())


def test_a_folder_in_use_is_left_alone(photos, tmp_path):
    out = tmp_path / "out"
    save(out / "mine.png", textured(0))
    with pytest.raises(OutputError, match="not empty"):
        prepare([photos], out, MiddleDetector(), OPTIONS, no_progress())
    assert [p.name for p in out.iterdir()] == ["mine.png"]


def test_a_stopped_preparation_does_not_count(photos, tmp_path):
    token = CancelToken()

    def stop(fraction, _message):
        if fraction > 0.4:
            token.cancel()

    with pytest.raises(Cancelled):
        prepare([photos], tmp_path / "out", MiddleDetector(), OPTIONS, Progress(stop, token))
    assert not (tmp_path / "out" / "faces.json").exists()


def test_sharpness_falls_with_blur_and_not_with_contrast():
    sharp = textured(0)
    blurred = cv2.GaussianBlur(sharp, (0, 0), 4)
    pale = (sharp // 2 + 60).astype(np.uint8)
    assert sharpness(blurred) < sharpness(sharp) / 2
    assert sharpness(pale) == pytest.approx(sharpness(sharp), rel=0.1)


def test_fingerprints_tell_copies_from_others():
    image = textured(0)
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 85])
    copy = cv2.imdecode(data, cv2.IMREAD_COLOR)
    assert (fingerprint(image) != fingerprint(copy)).sum() <= 8
    assert (fingerprint(image) != fingerprint(textured(1))).sum() > 60
