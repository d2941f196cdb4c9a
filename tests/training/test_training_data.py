"""Faces are read from every kind of folder, and samples depend on (seed, number) alone."""

import csv
import json
import subprocess
import sys

import cv2
import numpy as np
import pytest
import torch

from training.data import FaceSamples, Place, batches, record_index, to_network
from training.degrade import Degrader
from training.options import DataOptions
from training.records import TrainingDataError, read_records, split_by_name, template_shares


def draw_face(seed, side=64):
    rng = np.random.default_rng(seed)
    small = rng.integers(40, 220, (8, 8, 3), dtype=np.uint8)
    return cv2.resize(small, (side, side), interpolation=cv2.INTER_CUBIC)


@pytest.fixture
def plain(tmp_path):
    for index in range(6):
        cv2.imwrite(str(tmp_path / f"face{index}.png"), draw_face(index))
    return tmp_path


def samples_of(folder, options=None, seed=0, place=None):
    records = [r for r in read_records(folder) if r.split == "train"]
    return FaceSamples(records, options or DataOptions(workers=0), 32, seed, place or Place(2))


def test_the_same_number_gives_the_same_sample_whatever_was_read_before(plain):
    first, again = samples_of(plain), samples_of(plain)
    again.sample(0)
    for one, other in zip(first.sample(7), again.sample(7), strict=True):
        assert np.array_equal(one, other)
    assert not np.array_equal(first.sample(7)[0], samples_of(plain, seed=1).sample(7)[0])


def test_each_face_is_seen_once_an_epoch():
    for epoch in range(3):
        seen = sorted(record_index(5, epoch * 7 + n, 7) for n in range(7))
        assert seen == list(range(7))


def test_two_processes_share_the_batch_of_one():
    together = list(Place(4).numbers(3))
    apart = [*Place(2, 0, 2).numbers(3), *Place(2, 1, 2).numbers(3)]
    assert together == apart == [12, 13, 14, 15]


def test_workers_change_nothing(plain):
    alone = samples_of(plain)
    helped = samples_of(plain, DataOptions(workers=1))
    for one, other in zip(batches(alone, 2, 4), batches(helped, 2, 4), strict=True):
        assert torch.equal(one["input"], other["input"])
        assert torch.equal(one["target"], other["target"])


@pytest.mark.parametrize("workers", [0, 1])
def test_a_face_that_vanishes_while_training_is_named(plain, workers):
    records = read_records(plain)
    samples = FaceSamples(records, DataOptions(workers=workers), 32, 0, Place(2))
    for record in records:
        record.path.unlink()
    with pytest.raises(TrainingDataError, match=r"^The face “.*” cannot be read\. Remove"):
        next(batches(samples, 0, 4))


FAILS_WHILE_A_WORKER_LOADS = """
import sys
from pathlib import Path
from training.data import FaceSamples, Place, batches
from training.options import DataOptions
from training.records import read_records

if __name__ == "__main__":
    records = [r for r in read_records(Path(sys.argv[1])) if r.split == "train"]
    samples = FaceSamples(records, DataOptions(workers=1), 32, 0, Place(2))
    loaded = batches(samples, 0, 10_000)
    next(loaded)
    raise ValueError("an error that nobody expected")
"""


def test_an_unexpected_error_ends_the_program_although_a_worker_still_loads(plain):
    done = subprocess.run(
        [sys.executable, "-c", FAILS_WHILE_A_WORKER_LOADS, str(plain)],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1
    assert "nobody expected" in done.stderr


def test_a_mirrored_face_swaps_its_eyes(plain):
    options = DataOptions(workers=0, flip_share=1.0)
    _, target, points = samples_of(plain, options).sample(0)
    straight = samples_of(plain, options.replace(flip_share=0.0)).sample(0)
    assert np.array_equal(target[:, ::-1], straight[1])
    left, right = straight[2][0], straight[2][1]
    assert points[0] == pytest.approx([31 - right[0], right[1]])
    assert points[1] == pytest.approx([31 - left[0], left[1]])
    assert points[0][0] < points[1][0]


def test_untouched_samples_equal_their_target(plain):
    options = DataOptions(workers=0, clean_share=1.0, mild_share=0.0, grey_share=0.0)
    degraded, target, _ = samples_of(plain, options).sample(3)
    assert np.array_equal(degraded, target)


def test_grey_in_means_grey_out_unless_it_is_to_be_coloured():
    face = draw_face(1)
    grey = Degrader(DataOptions(grey_share=1.0, damage_share=0.0))
    image, target = grey(face, np.random.default_rng(0))
    assert np.ptp(target.astype(int), axis=2).max() <= 1
    colouring = Degrader(DataOptions(grey_share=0.0, colourise_share=1.0))
    image, target = colouring(face, np.random.default_rng(0))
    assert np.ptp(image.astype(int), axis=2).max() == 0
    assert np.array_equal(target, face)


def test_the_shares_are_kept():
    degrader = Degrader(DataOptions(clean_share=0.2, mild_share=0.3, damage_share=0.0))
    rng = np.random.default_rng(0)
    profiles = [degrader.profile(rng) for _ in range(2000)]
    untouched = sum(p.camera.blur_high_px == 0 for p in profiles)
    mild = sum(0 < p.camera.blur_high_px <= 3 for p in profiles)
    assert 340 < untouched < 460
    assert 520 < mild < 680


def test_a_manifest_is_read(tmp_path):
    cv2.imwrite(str(tmp_path / "a.png"), draw_face(0))
    with (tmp_path / "manifest.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "source", "px", "split", "person"])
        writer.writerow(["a.png", "album", "64", "val", "Ada"])
    (record,) = read_records(tmp_path)
    assert (record.split, record.person, record.source, record.side_px) == (
        "val",
        "Ada",
        "album",
        64,
    )
    assert np.array_equal(record.landmarks, template_shares())


def test_a_prepared_folder_is_read(tmp_path):
    face = {"file": "f.png", "landmarks": template_shares().tolist(), "split": "train"}
    (tmp_path / "faces.json").write_text(json.dumps({"faces": [face]}))
    (record,) = read_records(tmp_path)
    assert record.path == tmp_path / "f.png"


def test_the_paired_layout_takes_its_input_as_it_is(tmp_path):
    for kind in ("color", "gray"):
        (tmp_path / kind).mkdir()
    for index in range(5):
        face = draw_face(index, 32)
        cv2.imwrite(str(tmp_path / "color" / f"{index}.png"), face)
        cv2.imwrite(str(tmp_path / "gray" / f"{index}.png"), face // 2)
    cv2.imwrite(str(tmp_path / "color" / "alone.png"), draw_face(9, 32))
    records = read_records(tmp_path)
    assert len(records) == 5
    degraded, target, _ = samples_of(tmp_path, DataOptions(workers=0, flip_share=1.0)).sample(0)
    assert np.array_equal(degraded, target // 2)


def test_the_split_by_name_is_stable():
    names = [f"face{n}" for n in range(2000)]
    held_out = sum(split_by_name(name) == "val" for name in names)
    assert 60 < held_out < 140


@pytest.mark.parametrize("kind", ["missing", "empty", "broken"])
def test_folders_that_cannot_be_used_are_explained(tmp_path, kind):
    folder = tmp_path / "faces"
    if kind != "missing":
        folder.mkdir()
    if kind == "broken":
        (folder / "faces.json").write_text("{")
    with pytest.raises(TrainingDataError):
        read_records(folder)


def test_pixels_become_minus_one_to_one():
    images = torch.tensor([0, 255], dtype=torch.uint8).view(1, 1, 1, 2).expand(1, 3, 2, 2)
    floats = to_network(images, torch.device("cpu"), channels_last=True)
    assert floats.unique().tolist() == [-1.0, 1.0]
