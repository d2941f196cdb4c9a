import json
import subprocess
import sys

import pytest
from PIL import Image

from app.cli import main


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "aunt.jpg"
    exif = Image.Exif()
    exif[0x010F] = "Zeiss"
    exif[0x0112] = 6
    Image.new("RGB", (30, 20), (90, 80, 70)).save(path, exif=exif, dpi=(300, 300))
    return path


def test_it_shows_size_resolution_and_metadata(photo, capsys):
    assert main(["info", "--no-faces", str(photo)]) == 0
    text = capsys.readouterr().out
    for expected in ("20 x 30 px", "JPEG", "300 x 300 dpi", "Zeiss", "sRGB"):
        assert expected in text


def test_json_says_the_same(photo, capsys):
    assert main(["info", "--no-faces", "--json", str(photo)]) == 0
    (entry,) = json.loads(capsys.readouterr().out)
    assert (entry["width"], entry["height"]) == (20, 30)
    assert entry["orientation"] == 6
    assert entry["faces"] is None


def test_a_photo_without_a_face_has_none(photo, capsys):
    assert main(["info", "--json", str(photo)]) == 0
    (entry,) = json.loads(capsys.readouterr().out)
    assert entry["faces"] == []


def test_a_bad_file_is_a_sentence_and_the_next_is_shown(photo, tmp_path, capsys):
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"nothing")
    assert main(["info", "--no-faces", str(bad), str(photo)]) == 1
    printed = capsys.readouterr()
    assert "bad.jpg" in printed.err
    assert "Zeiss" in printed.out


@pytest.mark.parametrize("words", [["--help"], ["restore", "--help"], ["models", "list"]])
def test_help_and_lists_load_neither_torch_nor_qt(words):
    code = (
        "import sys\n"
        "from app.cli import main\n"
        "try:\n"
        "    main(sys.argv[1:])\n"
        "except SystemExit:\n"
        "    pass\n"
        "bad = {'torch', 'PySide6', 'cv2'} & set(sys.modules)\n"
        "sys.exit(f'loaded {bad}' if bad else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_restoring_never_loads_qt(tmp_path):
    source = tmp_path / "a.png"
    Image.new("RGB", (20, 20)).save(source)
    code = (
        "import sys\n"
        "from app.cli import main\n"
        "code = main(sys.argv[1:])\n"
        "sys.exit('Qt was loaded' if 'PySide6' in sys.modules else code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "restore", str(source), "-q", "-o", str(tmp_path / "out")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out" / "a.png").exists()
