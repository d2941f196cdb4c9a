"""The sample photo that ships, and the function that makes it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from core.degradation.make_sample import SIDE_PX, aged_portrait, make_sample
from core.errors import UnreadableImageError

SAMPLE = Path(__file__).parents[3] / "resources" / "samples" / "astronaut-aged.jpg"


@pytest.fixture
def portrait(tmp_path):
    coarse = np.random.default_rng(0).integers(40, 220, (6, 6, 3), dtype=np.uint8)
    path = tmp_path / "portrait.png"
    cv2.imwrite(str(path), cv2.resize(coarse, (96, 96), interpolation=cv2.INTER_CUBIC))
    return path


def test_the_sample_is_one_megapixel_with_profile_resolution_and_exif():
    with Image.open(SAMPLE) as image:
        assert image.size == (SIDE_PX, SIDE_PX)
        assert image.info["dpi"] == (300, 300)
        assert image.info["icc_profile"]
        assert "NASA" in image.getexif()[0x010E]


def test_the_same_portrait_gives_the_same_file(portrait, tmp_path):
    digests = []
    for name in ("one.jpg", "two.jpg"):
        make_sample(portrait, tmp_path / name)
        digests.append(hashlib.sha256((tmp_path / name).read_bytes()).hexdigest())
    assert digests[0] == digests[1]


def test_the_sample_is_visibly_aged(portrait):
    clean = cv2.imread(str(portrait))[..., ::-1].astype(np.float32) / 255
    aged = aged_portrait(clean)
    fresh = cv2.resize(clean, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_CUBIC)
    assert np.abs(aged - fresh).mean() > 0.05
    assert aged.min() > fresh.min()


def test_a_missing_portrait_is_explained(tmp_path):
    with pytest.raises(UnreadableImageError, match="scikit-image"):
        make_sample(tmp_path / "none.png", tmp_path / "out.jpg")
