"""A built bundle does on its own what Heirloom does from source.

    python3 bootstrap.py test -m bundle

tests dist/Heirloom, or the folder that HEIRLOOM_BUNDLE names. It takes some minutes.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from bundle_program import clean_environment, program_of
from PIL import Image

from core import __version__

pytestmark = [pytest.mark.bundle, pytest.mark.timeout(600)]


def names_inside(bundle: Path) -> list[str]:
    return [path.relative_to(bundle).as_posix() for path in bundle.rglob("*") if path.is_file()]


def test_it_knows_its_version(run) -> None:
    assert run("--version").stdout.strip() == f"Heirloom {__version__}"


def test_the_self_test_passes(run, home: Path) -> None:
    lines = run("--self-test").stdout.splitlines()
    assert lines[-1] == "All parts work."
    steps = [line.split()[1] for line in lines if line.startswith("ok")]
    assert {"Detection", "Restoration", "Colour", "Saving", "Metadata", "Processes"} <= set(steps)
    assert [path for path in home.rglob("*") if path.is_file()] == []


def test_it_restores_a_photo(run, sample: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    run("restore", sample, "-o", tmp_path / "out", "--repair", "--json", report, "-q")
    (entry,) = json.loads(report.read_text())
    assert entry["faces"]
    with Image.open(entry["output"]) as result, Image.open(sample) as photo:
        assert result.size == photo.size
        assert result.tobytes() != photo.tobytes()


def test_every_format_can_be_written_and_read_again(run, sample: Path, tmp_path: Path) -> None:
    for name in ("png", "tiff", "webp", "avif", "bmp"):
        run("restore", sample, "-o", tmp_path / name, "--strength", "0", "--format", name, "-q")
        (made,) = [p for p in (tmp_path / name).iterdir() if p.suffix != ".json"]
        assert "1000 x 1000 px" in run("info", "--no-faces", made).stdout


def test_the_embedded_models_are_there_and_intact(run) -> None:
    listed = json.loads(run("models", "list", "--json").stdout)
    shipped = [entry["id"] for entry in listed if entry["state"] == "bundled"]
    assert {"mtcnn", "compact-512", "realesrgan-x4plus-embedded"} <= set(shipped)
    for name in shipped:
        run("models", "verify", name)


def test_a_model_of_another_kind_is_imported_and_used(
    run, sample: Path, home: Path, tmp_path: Path
) -> None:
    # An upscaler that only spandrel reads: the library that brings torchvision along.
    from safetensors.torch import save_file
    from spandrel.architectures.Compact import Compact

    network = Compact(num_feat=8, num_conv=2, upscale=2)
    save_file(network.state_dict(), tmp_path / "small.safetensors")
    run("models", "import", tmp_path / "small.safetensors")
    listed = json.loads(run("models", "list", "--json").stdout)
    (own,) = [entry for entry in listed if "small" in entry["id"]]
    with Image.open(sample) as photo:
        photo.crop((0, 0, 160, 120)).save(tmp_path / "corner.png")
    out = tmp_path / "large"
    upscaling = ("--upscale", "2", "--upscaler", own["id"])
    run("restore", tmp_path / "corner.png", "-o", out, *upscaling, "-q")
    with Image.open(out / "corner.png") as result:
        assert result.size == (320, 240)
    outside = [p for p in home.rglob("*") if p.is_file() and "heirloom" not in p.parts]
    assert outside == []


def test_a_face_model_is_trained_exported_and_used(run, sample: Path, tmp_path: Path) -> None:
    photos, faces = tmp_path / "photos", tmp_path / "faces"
    photos.mkdir()
    shutil.copy(sample, photos)
    run("train", "prepare", photos, "-o", tmp_path / "prepared", "--size", "256")
    crop = next(p for p in (tmp_path / "prepared").rglob("*.png") if "left-out" not in p.parts)
    faces.mkdir()
    with Image.open(crop) as face:
        for turn in range(6):
            face.rotate(turn).save(faces / f"{turn}.png")
    steps = ("--preset", "finetune-quick", "--steps", "2", "--batch", "1")
    assert "Trained 2 steps" in run("train", "run", faces, "-o", tmp_path / "run", *steps).stdout
    model = tmp_path / "family.safetensors"
    run("train", "export", tmp_path / "run", "-o", model)
    run("restore", sample, "-o", tmp_path / "mine", "--model", model, "-q")
    assert (tmp_path / "mine" / sample.name).is_file()


def test_the_window_opens_and_closes(bundle: Path, home: Path) -> None:
    """Off the screen; closed by the signal that a session manager sends."""
    environment = clean_environment(home) | {"QT_LOGGING_RULES": "qt.qpa.*=false"}
    process = subprocess.Popen(
        [program_of(bundle)], env=environment, stderr=subprocess.PIPE, text=True
    )
    try:
        with pytest.raises(subprocess.TimeoutExpired):  # it stays open
            process.wait(timeout=20)
    finally:
        process.terminate()
        _, errors = process.communicate(timeout=60)
    assert "Traceback" not in errors


def test_there_are_no_tests_no_other_qt_and_nothing_under_the_gpl_in_it(bundle: Path) -> None:
    names = names_inside(bundle)
    assert [name for name in names if re.search(r"(^|/)tests?/", name)] == []
    unused = re.compile(r"Qt6?(Qml|Quick|Network|Pdf|WebEngine|Sql|Test|Multimedia)", re.IGNORECASE)
    assert [name for name in names if unused.search(Path(name).name)] == []
    gpl = re.compile(r"(readline|gdbm|pyqt|libx26[45])", re.IGNORECASE)
    assert [name for name in names if gpl.search(name)] == []
    assert [name for name in names if "telemetry" in name] == []


def test_the_licences_of_everything_are_in_one_file(bundle: Path) -> None:
    (text,) = [path.read_text("utf-8") for path in bundle.rglob("third-party-licences.txt")]
    for work in ("torch 2", "numpy 2", "PySide6_Essentials", "pillow", "opencv", "Python 3"):
        assert work.lower() in text.lower()
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in text
    assert "Redistribution and use in source and binary forms" in text


@pytest.mark.skipif(os.name == "nt", reason="the menu entry is Linux's")
def test_the_menu_entry_comes_and_goes(bundle: Path, home: Path) -> None:
    installer = bundle / "share" / "install.sh"
    if not installer.is_file():
        pytest.skip("not a bundle for Linux")
    environment = {"HOME": str(home), "PATH": os.environ["PATH"]}
    subprocess.run([installer], env=environment, check=True, capture_output=True)
    entry = home / ".local/share/applications/photo.heirloom.Heirloom.desktop"
    assert f'Exec="{bundle / "heirloom"}" %F' in entry.read_text()
    assert (home / ".local/bin/heirloom").resolve() == (bundle / "heirloom").resolve()
    subprocess.run([installer, "--remove"], env=environment, check=True, capture_output=True)
    left = [p.name for p in home.rglob("*") if not p.is_dir()]
    assert [name for name in left if name != "mimeinfo.cache"] == []
