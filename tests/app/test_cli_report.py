"""`heirloom report` and `heirloom restore --report`, in this process."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import core.api
from app.cli import main
from core.pipeline import Pipeline, Restoration, Trace


class BrightEngine:
    """Makes every photo brighter."""

    def __init__(self, compute=None, models_dir=None):
        pass

    def run(self, photo, settings, progress, previous=None, faces=None) -> Trace:
        return Pipeline((BrightStage(),)).run(photo, progress)


class BrightStage:
    name, cost = "Brightening", 1.0

    def run(self, state: Restoration, progress) -> Restoration:
        return Restoration(
            state.original, state.photo.with_pixels(state.photo.pixels + np.uint8(9))
        )


@pytest.fixture(autouse=True)
def engine(monkeypatch):
    monkeypatch.setattr(core.api, "Engine", BrightEngine)


@pytest.fixture
def scans(tmp_path) -> Path:
    folder = tmp_path / "scans"
    folder.mkdir()
    for number in range(2):
        Image.new("RGB", (60, 40), (40 + number, 90, 20)).save(folder / f"{number}.png")
    return folder


def test_restoring_writes_a_report_of_all_photos_and_of_what_failed(scans, tmp_path, capsys):
    (scans / "letter.png").write_text("Dear aunt")
    page = tmp_path / "report.html"
    assert main(["restore", str(scans), "-o", str(tmp_path / "out"), "--report", str(page)]) == 1
    html = page.read_text()
    assert html.count('class="compare"') == 2
    assert "letter.png" in html
    assert page.with_suffix(".png").is_file()
    assert len(page.with_suffix(".csv").read_text().splitlines()) == 4
    assert f"Report: {page}" in capsys.readouterr().err


def test_a_report_that_is_there_is_noticed_before_the_work(scans, tmp_path, capsys):
    page = tmp_path / "report.html"
    page.write_text("mine")
    out = tmp_path / "out"
    assert main(["restore", str(scans), "-o", str(out), "--report", str(page)]) == 1
    assert "already exists" in capsys.readouterr().err
    assert page.read_text() == "mine"
    assert not out.exists()


def test_a_report_on_results_finds_their_originals(scans, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["restore", str(scans), "-o", str(out), "-q"]) == 0
    page = tmp_path / "later.html"
    call = ["report", str(out), "--originals", str(scans), "-o", str(page), "-q"]
    assert main(call) == 0
    assert page.read_text().count('class="compare"') == 2
    assert capsys.readouterr().err == ""
    assert main(call) == 1
    assert "already exists" in capsys.readouterr().err
    assert main([*call, "--overwrite"]) == 0


def test_without_originals_the_report_says_so(scans, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["restore", str(scans), "-o", str(out), "-q"]) == 0
    page = tmp_path / "lost.html"
    assert main(["report", str(out), "-o", str(page)]) == 1
    assert "was not found" in capsys.readouterr().err
    assert "was not found" in page.read_text()


def test_a_folder_without_results_makes_no_report(tmp_path, capsys):
    page = tmp_path / "a.html"
    assert main(["report", str(tmp_path), "-o", str(page)]) == 1
    assert "no result" in capsys.readouterr().err
    assert not page.exists()
