"""Figures of one photo: what they compare, at which size, and what they refuse."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from evaluation_fakes import FakeEmbedder

from core.errors import Cancelled, ImageSizeError
from core.evaluation import photo_scores
from core.evaluation.photo_scores import LARGEST_PX, score_photo
from core.faces import Face, FaceResult, crop_transform
from core.geometry import Box, Size
from core.image import Photo, to_float
from core.metrics.fidelity import psnr, ssim
from core.metrics.niqe import niqe
from core.pipeline import Restoration
from core.progress import CancelToken, Progress, no_progress

GOLDEN = Path(__file__).parents[2] / "golden" / "astronaut.jpg"
POINTS = ((140.0, 110.0), (190.0, 110.0), (165.0, 135.0), (145.0, 160.0), (185.0, 160.0))


@pytest.fixture(scope="module")
def picture() -> np.ndarray:
    image = cv2.cvtColor(cv2.imread(str(GOLDEN)), cv2.COLOR_BGR2RGB)
    return np.ascontiguousarray(image)


def result_of(before: np.ndarray, after: np.ndarray, *faces: FaceResult) -> Restoration:
    return replace(Restoration(Photo(before), Photo(after)), faces=faces)


def a_face(index: int, picture: np.ndarray) -> FaceResult:
    face = Face(Box(120, 80, 210, 190), POINTS, 0.9)
    crop = np.zeros((8, 8, 3), np.float32)
    return FaceResult(index, face, crop_transform(POINTS, 8), crop)


def scored(result, reference=None, progress=None, models=Path("nowhere")):
    photo = None if reference is None else Photo(reference)
    return score_photo(result, photo, FakeEmbedder(), models, progress or no_progress())


def blurred(picture: np.ndarray, sigma: float = 3.0) -> np.ndarray:
    return cv2.GaussianBlur(picture, (0, 0), sigma)


def test_a_sharper_result_scores_as_such_without_a_reference(picture):
    found = scored(result_of(blurred(picture), picture))
    by_metric = {figure.metric: figure for figure in found.figures}
    assert list(by_metric) == ["niqe", "blur", "noise"]
    for metric in ("niqe", "blur"):
        assert by_metric[metric].after < by_metric[metric].before - 0.5
    assert by_metric["niqe"].after == pytest.approx(niqe(picture), abs=1e-9)
    assert by_metric["noise"].after > by_metric["noise"].before
    assert found.compared_size is None
    assert found.missing == ()


def test_the_reference_is_compared_with_both(picture):
    before = blurred(picture)
    found = scored(result_of(before, picture), picture)
    by_metric = {figure.metric: figure for figure in found.figures}
    expected = psnr(to_float(before), to_float(picture)), ssim(to_float(before), to_float(picture))
    assert by_metric["psnr"].before == pytest.approx(expected[0])
    assert by_metric["psnr"].after == 100
    assert by_metric["ssim"].before == pytest.approx(expected[1])
    assert by_metric["colour"].after == 0
    assert by_metric["colour"].before > 0.5
    assert (by_metric["lpips"].before, by_metric["lpips"].after) == (None, None)
    ((metric, command),) = found.missing
    assert metric == "lpips"
    assert "curl" in command


def test_a_smaller_reference_and_a_larger_result_are_brought_to_one_size(picture):
    half = cv2.resize(picture, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    twice = cv2.resize(picture, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    found = scored(result_of(picture, twice), half)
    height, width = picture.shape[:2]
    assert found.size == Size(width, height)
    assert found.compared_size == Size(half.shape[1], half.shape[0])
    by_metric = {figure.metric: figure for figure in found.figures}
    assert by_metric["psnr"].before > 40  # the photo itself, made small
    assert by_metric["psnr"].after > 35


def test_large_photos_are_measured_smaller(picture, monkeypatch):
    assert LARGEST_PX == photo_scores.LARGEST_PX > picture.shape[0] * picture.shape[1]
    monkeypatch.setattr(photo_scores, "LARGEST_PX", 60_000)
    found = scored(result_of(picture, picture))
    assert 59_000 < found.size.area_px < 61_000


def test_faces_are_compared_where_they_are_in_each_picture(picture):
    twice = cv2.resize(picture, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    gone = replace(a_face(1, picture), removed=True)
    found = scored(result_of(picture, twice, a_face(0, picture), gone), blurred(picture, 9))
    (face,) = found.faces
    assert face.kept == pytest.approx(1, abs=1e-3)  # the same face, twice as large
    assert face.before == pytest.approx(face.after, abs=1e-3)
    assert face.before < 0.9999
    moved = np.ascontiguousarray(np.roll(picture, 60, axis=1))
    (other,) = scored(result_of(picture, moved, a_face(0, picture))).faces
    assert other.kept < face.kept - 0.005


def test_another_part_of_the_scene_is_refused(picture):
    with pytest.raises(ImageSizeError, match="proportions"):
        scored(result_of(picture, picture), picture[: picture.shape[0] // 2])


def test_a_tiny_photo_has_no_naturalness_but_no_failure_either(picture):
    small = np.ascontiguousarray(picture[:60, :60])
    found = scored(result_of(small, small), small)
    by_metric = {figure.metric: figure for figure in found.figures}
    assert by_metric["niqe"].after is None
    assert by_metric["ssim"].after == pytest.approx(1)


def test_scoring_is_cancelled_at_once(picture):
    token = CancelToken()
    seen = []

    def stop_in_the_middle(fraction: float, _message: str) -> None:
        seen.append(fraction)
        if fraction > 0.3:
            token.cancel()

    with pytest.raises(Cancelled):
        scored(result_of(picture, picture), picture, Progress(stop_in_the_middle, token))
    assert max(seen) < 0.6
