"""The log says what happened and never to whose photo."""

from __future__ import annotations

import faulthandler
import logging
from pathlib import Path

import pytest

from app.session.log_file import MAX_BYTES, LogFile, log, safe_traceback, scrubbed


@pytest.fixture
def log_file(tmp_path: Path):
    was_on = faulthandler.is_enabled()
    made = LogFile(tmp_path / "logs")
    assert made.open()
    yield made
    made.close()
    log.propagate = True
    if was_on:
        faulthandler.enable()


@pytest.mark.parametrize(
    ("message", "safe"),
    [
        ("“aunt mary.jpg” is empty.", "… is empty."),
        ("cannot open /home/mary/Photos/our wedding.png: denied", "cannot open …: denied"),
        (r"C:\Users\mary\x.tif is bad", "… is bad"),
        ("mary_1932.jpeg is bad", "….jpeg is bad"),
        ("list index out of range", "list index out of range"),
        ("took 3.5 s", "took 3.5 s"),
        ("'mary' was not found", "… was not found"),
    ],
)
def test_messages_lose_what_may_be_a_name(message, safe):
    assert scrubbed(message) == safe


def test_an_error_keeps_its_places_and_its_cause(tmp_path):
    try:
        try:
            (tmp_path / "mary.png").read_bytes()
        except OSError as error:
            raise ValueError("bad 'mary'") from error
    except ValueError as error:
        text = safe_traceback(error)
    assert "FileNotFoundError" in text
    assert "ValueError: bad …" in text
    assert f"{Path(__file__).name}:" in text
    assert "mary" not in text
    assert str(tmp_path) not in text


def test_the_log_rotates_and_holds_no_names(log_file):
    log.info("opened a photo: JPEG, 30 x 20, 8 bits")
    try:
        raise OSError("/home/mary/wedding.jpg")
    except OSError:
        log.exception("failed")
    logging.getLogger("some.library").warning("cannot read %s", "/home/mary/wedding.jpg")
    text = log_file.path.read_text("utf-8")
    assert "JPEG, 30 x 20, 8 bits" in text
    assert "OSError: …" in text
    assert "some.library: cannot read …" in text
    assert "mary" not in text
    assert "wedding" not in text
    for _ in range(30):
        log.info("x" * (MAX_BYTES // 10))
    files = list(log_file.path.parent.glob("heirloom.log*"))
    assert len(files) == 3
    assert sum(path.stat().st_size for path in files) < 3.2 * MAX_BYTES


def test_a_folder_that_cannot_be_written_to_is_no_reason_to_stop(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    assert not LogFile(blocked / "logs").open()
