import json
import shutil
from pathlib import Path

import pytest

from app.cli import main
from core.errors import Cancelled

GOLDEN = Path(__file__).parents[1] / "golden" / "astronaut.jpg"


@pytest.fixture
def faces(tmp_path):
    folder = tmp_path / "faces"
    folder.mkdir()
    shutil.copy(GOLDEN, folder / "astronaut.jpg")
    return folder


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["-m", "input", "--pairs", "{faces}", "--strength", "mild"],
        ["-m", "input", "--protocol", "real", "--strength", "mild"],
        ["-m", "input", "--pairs", "{faces}", "--protocol", "real"],
        ["-m", "input", "--strength", "gentle"],
        ["-m", "input", "--size", "128"],
        ["-m", "input", "--seed", "-1"],
    ],
)
def test_a_wrong_call_is_explained_and_writes_nothing(faces, tmp_path, words, capsys):
    words = [word.format(faces=faces) for word in words]
    assert main(["evaluate", str(faces), "-o", str(tmp_path / "out"), *words]) == 2
    assert "heirloom evaluate:" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_inputs_can_be_prepared_for_other_programs(faces, tmp_path, capsys):
    out = tmp_path / "out"
    call = ["evaluate", str(faces), "-o", str(out), "-q", "--prepare-only", "--strength", "mild"]
    assert main(call) == 0
    assert capsys.readouterr().out.strip() == str(out / "inputs")
    assert [path.name for path in (out / "inputs/mild").iterdir()] == ["astronaut.png"]


def test_a_photo_is_evaluated_with_the_real_networks(faces, tmp_path, capsys):
    out = tmp_path / "out"
    other = tmp_path / "other"
    other.mkdir()
    call = ["evaluate", str(faces), "-o", str(out), "-q", "--strength", "mild"]
    call += ["--models-dir", str(tmp_path / "models"), "-m", "input", f"Another={other}"]
    assert main(call) == 1  # the other program's picture is missing
    printed = capsys.readouterr()
    assert "missing, Another, mild/astronaut" in printed.err
    assert "not installed" in printed.out
    assert "curl" in printed.out
    report = json.loads((out / "report.json").read_text())
    assert "dlib" in report["networks"]["deg, cosine"]
    (scores,) = [each["scores"] for each in report["scores"] if each["method"] == "input"]
    assert 20 < scores["psnr"] < 50
    assert 0 < scores["deg"] < 40
    assert 0 < scores["lmd"] < 20
    assert scores["lpips"] is None
    shutil.copytree(out / "inputs" / "mild", other, dirs_exist_ok=True)
    assert main(call) == 0
    rows = json.loads((out / "report.json").read_text())["table"]
    assert rows[0]["estimates"] == rows[1]["estimates"]


def test_stopping_says_how_to_go_on(faces, tmp_path, monkeypatch, capsys):
    def stopped(*_arguments):
        raise Cancelled

    monkeypatch.setattr("core.evaluation.start.prepared", stopped)
    call = ["evaluate", str(faces), "-o", str(tmp_path / "out"), "-q", "-m", "input"]
    assert main(call) == 130
    assert "continues" in capsys.readouterr().err
