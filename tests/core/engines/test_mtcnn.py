"""The embedded face finder on a real face: the NASA portrait of Eileen Collins (public domain)."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

import core.engines.mtcnn as mtcnn_module
from core.engines.mtcnn import MtcnnDetector
from core.engines.mtcnn_cascade import as_tensor, crop, neighbours, pyramid, squared, tiles
from core.errors import Cancelled, ModelFileError
from core.progress import CancelToken, Progress, no_progress

ROOT = Path(__file__).parents[3]
WEIGHTS = ROOT / "resources" / "models" / "mtcnn.safetensors"
EYES_NOSE_MOUTH = np.array([[139, 100], [182, 103], [160, 128], [138, 140], [180, 141]])
"""Set by eye in the 320 px portrait."""


@pytest.fixture(scope="module")
def detector():
    return MtcnnDetector(WEIGHTS)


@pytest.fixture(scope="module")
def portrait():
    picture = cv2.imread(str(ROOT / "tests" / "golden" / "astronaut.jpg"))
    return np.ascontiguousarray(picture[..., ::-1])


def found(detector, pixels, min_size_px=20, min_score=0.9):
    pixels = np.ascontiguousarray(pixels)
    return detector.detect(
        pixels, min_size_px=min_size_px, min_score=min_score, progress=no_progress()
    )


def in_turned(points, width, height, quarters):
    """Points of a picture in the picture turned to the left."""
    for _ in range(quarters):
        points = np.stack([points[:, 1], width - 1 - points[:, 0]], axis=1)
        width, height = height, width
    return points


@pytest.mark.parametrize("quarters", range(4))
def test_landmarks_are_right_in_every_orientation(detector, portrait, quarters):
    faces = found(detector, np.rot90(portrait, quarters))
    assert len(faces) == 1
    expected = in_turned(EYES_NOSE_MOUTH, 320, 320, quarters)
    assert np.abs(np.array(faces[0].landmarks) - expected).max() < 5
    assert faces[0].score > 0.9


def test_forty_faces(detector, portrait):
    face = cv2.resize(portrait[30:200, 75:245], (80, 80), interpolation=cv2.INTER_AREA)
    faces = found(detector, np.tile(face, (5, 8, 1)))
    assert len(faces) == 40
    centres = np.array([np.mean(face.landmarks, axis=0) for face in faces])
    cells = (centres // 80).astype(int)
    assert {tuple(cell) for cell in cells} == {(x, y) for x in range(8) for y in range(5)}
    within = centres - 80 * cells
    assert np.abs(within - np.median(within, axis=0)).max() < 4


def test_small_face(detector, portrait):
    scale = 24 / 86  # the face is 86 px wide
    small = cv2.resize(portrait, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    faces = found(detector, np.pad(small, ((60, 200), (300, 60), (0, 0)), "reflect"))
    eyes = np.array([[300 + 139 * scale, 60 + 100 * scale], [300 + 182 * scale, 60 + 103 * scale]])
    errors = [np.abs(np.array(face.landmarks[:2]) - eyes).max() for face in faces]
    assert min(errors) < 3
    assert not found(detector, small, min_size_px=40)


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        (slice(None), slice(155, None)),
        (slice(85, None), slice(None)),
        (slice(0, 135), slice(0, 190)),
    ],
    ids=["left half missing", "forehead missing", "mouth and cheek missing"],
)
def test_face_cut_by_the_border(detector, portrait, rows, columns):
    picture = portrait[rows, columns]
    faces = found(detector, picture, min_score=0.7)
    assert len(faces) == 1
    x, y = np.mean(faces[0].landmarks, axis=0)
    expected = EYES_NOSE_MOUTH.mean(axis=0) - (columns.start or 0, rows.start or 0)
    assert np.hypot(*(expected - (x, y))) < 40


def test_nothing_is_found_where_nothing_is(detector):
    grain = np.random.default_rng(0).normal(128, 20, (200, 260, 1)).clip(0, 255)
    assert found(detector, np.repeat(grain, 3, axis=2).astype(np.uint8)) == ()
    assert found(detector, np.full((50, 60, 3), 200, np.uint8)) == ()


@pytest.mark.parametrize("shape", [(1, 1), (1, 900), (900, 1), (2, 3), (11, 11), (12, 3000)])
def test_tiny_and_extreme_pictures(detector, shape):
    assert found(detector, np.full((*shape, 3), 77, np.uint8)) == ()


def test_large_photos_are_searched_at_a_bounded_size(detector, portrait, monkeypatch):
    largest = []
    original = mtcnn_module.sweep

    def watched(picture, *rest):
        largest.append(max(picture.shape[:2]))
        return original(picture, *rest)

    monkeypatch.setattr(mtcnn_module, "WORK_SIDE_PX", 480)
    monkeypatch.setattr(mtcnn_module, "sweep", watched)
    huge = cv2.resize(portrait, None, fx=5, fy=5, interpolation=cv2.INTER_CUBIC)
    faces = found(detector, huge)
    assert max(largest) <= 481
    assert len(faces) == 1
    assert np.abs(np.array(faces[0].landmarks) / 5 - EYES_NOSE_MOUTH).max() < 5


def test_same_input_same_faces_and_the_thread_count_is_given_back(detector, portrait):
    threads = torch.get_num_threads()
    assert found(detector, portrait) == found(detector, portrait)
    assert torch.get_num_threads() == threads


def test_cancel_in_the_middle(detector, portrait):
    token, seen = CancelToken(), []

    def sink(fraction, _message):
        seen.append(fraction)
        if fraction > 0.15:
            token.cancel()

    with pytest.raises(Cancelled):
        detector.detect(portrait, min_size_px=20, min_score=0.9, progress=Progress(sink, token))
    assert max(seen) < 0.5


def test_progress_rises_to_the_end(detector, portrait):
    seen = []
    progress = Progress(lambda fraction, _message: seen.append(fraction))
    detector.detect(portrait, min_size_px=40, min_score=0.9, progress=progress)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_report_names_the_weights(detector):
    assert detector.info.model == "mtcnn"
    assert detector.info.licence == "MIT"
    assert len(detector.info.sha256) == 64


@pytest.mark.parametrize("content", [None, b"", b"no weights", b"{}"])
def test_unusable_weights(tmp_path, content):
    path = tmp_path / "weights.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelFileError, match=r"weights\.safetensors"):
        MtcnnDetector(path)


def test_crop_is_black_outside_the_picture():
    picture = np.full((10, 10, 3), 200, np.uint8)
    half_out = crop(picture, np.array([-4.0, 0.0, 4.0, 8.0]), 8)
    assert (half_out[:, :4] == 0).all()
    assert (half_out[:, 4:] == 200).all()
    assert (crop(picture, np.array([30.0, 30.0, 38.0, 38.0]), 8) == 0).all()


def test_squares_hold_whole_pixels():
    boxes = squared(np.array([[0.2, 0.4, 10.3, 20.9]]))
    assert boxes.tolist() == [[-5.0, 1.0, 15.0, 21.0]]


def test_pyramid_goes_down_to_one_window():
    sizes = [level.shape[:2] for level, _ in pyramid(np.zeros((100, 60, 3), np.uint8), 20)]
    assert sizes[0] == (60, 36)
    assert min(sizes[-1]) >= 12
    assert sizes == sorted(sizes, reverse=True)


def test_after_a_change_in_one_place_only_that_place_is_looked_at_again(portrait, monkeypatch):
    picture = np.tile(portrait, (2, 4, 1))
    changed = picture.copy()
    changed[100:140, 100:180] = 128
    detector, fresh = MtcnnDetector(WEIGHTS), MtcnnDetector(WEIGHTS)
    asked: list[int] = []
    for net in (detector._cascade.nets.pnet, detector._cascade.nets.rnet):
        forward = net.forward
        monkeypatch.setattr(
            net, "forward", lambda x, forward=forward: asked.append(x.numel()) or forward(x)
        )
    first = found(detector, picture)
    all_of_it = sum(asked)
    asked.clear()
    assert found(detector, changed) == found(fresh, changed) != first
    assert 0 < sum(asked) < 0.7 * all_of_it
    asked.clear()
    assert found(detector, picture) == first
    assert not asked


@pytest.mark.parametrize("size", [(12, 12), (13, 40), (266, 267), (268, 300), (531, 270)])
def test_tiles_say_what_the_whole_says(detector, size):
    level = np.random.default_rng(3).integers(0, 256, (*size, 3), np.uint8)
    pnet = detector._cascade.nets.pnet
    with torch.inference_mode():
        whole = pnet(as_tensor(level[None], torch.device("cpu")))[0][0]
        joined = torch.full_like(whole, np.nan)
        for top, left, tile in tiles(level):
            part = pnet(as_tensor(tile[None], torch.device("cpu")))[0][0]
            rows, columns = slice(top, top + part.shape[0]), slice(left, left + part.shape[1])
            assert joined[rows, columns].isnan().all()
            joined[rows, columns] = part
    assert torch.allclose(joined, whole, atol=1e-4)


def test_boxes_of_one_place_are_grouped_whatever_the_others_are():
    boxes = np.array([[0, 0, 10, 10], [80, 80, 99, 99], [2, 2, 12, 12], [90, 5, 130, 20.0]])
    groups = neighbours(boxes, 100, 100)
    assert sorted(np.concatenate(groups)) == [0, 1, 2, 3]
    assert [0, 2] in [list(group) for group in groups]
    assert [0, 1] in [list(group) for group in neighbours(boxes[[0, 2]], 100, 100)]
