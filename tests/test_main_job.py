"""The main job with the real engine: a damaged photo in, a restored photo out."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import tifffile

import core
from app.cli import main
from core.imageio import WriteOptions
from core.settings import COLOUR_PRESETS, DEFAULT_FACE_MODEL, RestorationSettings

SAMPLE = Path(__file__).parent / "golden" / "astronaut.jpg"
SIDE_PX = 360


@pytest.fixture(scope="module")
def photo(tmp_path_factory) -> Path:
    """A small picture with one face."""
    picture = cv2.imread(str(SAMPLE))
    picture = cv2.resize(picture, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
    picture = cv2.GaussianBlur(picture, (0, 0), 1.5)
    path = tmp_path_factory.mktemp("photo") / "portrait.png"
    assert cv2.imwrite(str(path), picture)
    return path


def restore(photo: Path, out: Path, *options: str) -> Path:
    assert main(["restore", str(photo), "-o", str(out), "-q", *options]) == 0
    return out / photo.name


def face_mask(entry: dict) -> np.ndarray:
    """True well outside of every face of a report."""
    outside = np.ones((SIDE_PX, SIDE_PX), dtype=bool)
    for face in entry["faces"]:
        left, top, right, bottom = face["box"]
        margin = 1.2 * max(right - left, bottom - top)
        rows = slice(max(0, int(top - margin)), int(bottom + margin))
        outside[rows, max(0, int(left - margin)) : int(right + margin)] = False
    return outside


def test_the_face_is_found_restored_and_recorded(photo, tmp_path):
    report = tmp_path / "report.json"
    output = restore(photo, tmp_path / "out", "--json", str(report))
    (entry,) = json.loads(report.read_text())
    assert entry["model"] == DEFAULT_FACE_MODEL
    (face,) = entry["faces"]
    assert face["restored"]
    assert face["identity"] > 0.9
    before, after = cv2.imread(str(photo)), cv2.imread(str(output))
    left, top, right, bottom = (int(v) for v in face["box"])
    changed = np.abs(after.astype(int) - before)[top:bottom, left:right].mean()
    assert changed > 2
    recipe = json.loads((tmp_path / "out" / "portrait.png.heirloom.json").read_text())
    assert recipe["engines"][0]["sha256"]
    assert recipe["faces"][0]["box"] == face["box"]


def test_the_same_photo_and_settings_give_the_same_bytes(photo, tmp_path):
    first = restore(photo, tmp_path / "one", "--strength", "0.8")
    second = restore(photo, tmp_path / "two", "--strength", "0.8")
    recipe = tmp_path / "one" / "portrait.png.heirloom.json"
    third = restore(photo, tmp_path / "three", "--recipe", str(recipe))
    assert first.read_bytes() == second.read_bytes() == third.read_bytes()
    assert recipe.read_bytes() == (tmp_path / "two" / recipe.name).read_bytes()


def test_the_library_and_a_run_in_steps_give_the_bytes_of_the_command_line(photo, tmp_path):
    """What the window does: run, then change a slider, then save."""
    expected = restore(photo, tmp_path / "cli", "--strength", "0.6", "--colour", "strong")
    engine = core.Engine()
    picture = core.open_photo(photo)
    first = engine.run(picture, RestorationSettings())
    settings = RestorationSettings(colour=COLOUR_PRESETS["strong"])
    settings = settings.replace(faces=settings.faces.replace(strength=0.6))
    second = engine.run(picture, settings, previous=first)
    saved = core.save_photo(second.result, settings, tmp_path / "window.png", WriteOptions())
    assert saved.path.read_bytes() == expected.read_bytes()
    assert first.steps[1][1] is second.steps[1][1], "the network ran again for a slider"


def test_pixels_that_no_stage_touched_are_identical_at_16_bits(photo, tmp_path):
    deep = cv2.imread(str(photo)).astype(np.uint16) * 257
    deep[..., 0] ^= 0x5A  # low bits that 8-bit handling would lose
    source = tmp_path / "deep.tiff"
    tifffile.imwrite(source, cv2.cvtColor(deep, cv2.COLOR_BGR2RGB), photometric="rgb")
    report = tmp_path / "report.json"
    output = restore(source, tmp_path / "out", "--colour", "none", "--json", str(report))
    before, after = tifffile.imread(source), tifffile.imread(output)
    assert after.dtype == np.uint16
    outside = face_mask(json.loads(report.read_text())[0])
    assert outside.any()
    np.testing.assert_array_equal(after[outside], before[outside])
    assert (after[~outside] != before[~outside]).any()


def test_a_grey_photo_stays_grey_exactly(photo, tmp_path):
    grey = cv2.imread(str(photo), cv2.IMREAD_GRAYSCALE)
    source = tmp_path / "grey.png"
    cv2.imwrite(str(source), cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR))
    after = cv2.imread(str(restore(source, tmp_path / "out", "--colour", "strong")))
    np.testing.assert_array_equal(after[..., 0], after[..., 1])
    np.testing.assert_array_equal(after[..., 0], after[..., 2])


def test_a_scratch_is_filled_only_when_asked(photo, tmp_path):
    clean = cv2.imread(str(photo))
    scratched = clean.copy()
    cv2.line(scratched, (40, 60), (320, 300), (245, 245, 245), 2, cv2.LINE_AA)
    damage = (scratched != clean).any(axis=2)
    source = tmp_path / "scratched.png"
    cv2.imwrite(str(source), scratched)
    plain = ["--colour", "none", "--no-faces"]

    def error(output: Path) -> float:
        return float(np.abs(cv2.imread(str(output)).astype(int) - clean)[damage].mean())

    kept = restore(source, tmp_path / "kept", *plain)
    np.testing.assert_array_equal(cv2.imread(str(kept)), scratched)
    report = tmp_path / "report.json"
    mended = restore(source, tmp_path / "mended", *plain, "--repair", "--json", str(report))
    assert error(mended) < 0.4 * error(kept)
    engines = json.loads(report.read_text())[0]["engines"]
    assert [engine["model"] for engine in engines] == ["damage-unet"]


def test_upscaling_doubles_the_picture_with_the_face(photo, tmp_path):
    report = tmp_path / "report.json"
    output = restore(photo, tmp_path / "out", "--upscale", "2", "--json", str(report))
    assert cv2.imread(str(output)).shape == (2 * SIDE_PX, 2 * SIDE_PX, 3)
    assert json.loads(report.read_text())[0]["faces"][0]["restored"]


def test_an_aligned_crop_is_restored_whole_without_searching(tmp_path):
    source = tmp_path / "crop.png"
    noise = np.random.default_rng(0).integers(0, 255, (16, 16, 3), dtype=np.uint8)
    cv2.imwrite(str(source), cv2.resize(noise, (128, 128), interpolation=cv2.INTER_CUBIC))
    report = tmp_path / "report.json"
    output = restore(
        source, tmp_path / "out", "--aligned", "--colour", "none", "--json", str(report)
    )
    (entry,) = json.loads(report.read_text())
    assert len(entry["faces"]) == 1
    assert not any(engine["task"] == "detection" for engine in entry["engines"])
    changed = cv2.imread(str(output)) != cv2.imread(str(source))
    assert changed.mean() > 0.5


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (8, 8)])
def test_tiny_photos_come_back_without_a_face(tmp_path, shape):
    source = tmp_path / "tiny.png"
    cv2.imwrite(str(source), np.full((*shape, 3), 120, dtype=np.uint8))
    report = tmp_path / "report.json"
    output = restore(source, tmp_path / "out", "--json", str(report))
    (entry,) = json.loads(report.read_text())
    assert entry["faces"] == []
    assert any("face" in warning for warning in entry["warnings"])
    assert cv2.imread(str(output)).shape == (*shape, 3)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize(("stop", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_a_stopped_process_leaves_no_file(photo, tmp_path, stop, code):
    out = tmp_path / "out"
    command = [sys.executable, "-u", "-m", "app.cli", "restore", str(photo), "-o", str(out)]
    process = subprocess.Popen(
        [*command, "--upscale", "4"], stderr=subprocess.PIPE, cwd=Path(__file__).parents[1]
    )
    seen = b""
    while b"Finding faces" not in seen:
        chunk = process.stderr.read(1)
        assert chunk, seen
        seen += chunk
    process.send_signal(stop)
    process.communicate()
    assert process.returncode == code
    left = [path for path in out.rglob("*") if path.is_file()] if out.exists() else []
    assert [path for path in left if not path.name.startswith(".")] == []
    if stop == signal.SIGINT:
        assert left == []
