"""Names of files that are no text do not stop a report or a recipe."""

from __future__ import annotations

import json

import msgspec
import pytest

from core.plain_json import from_exact_json, to_exact_json, to_json
from core.report import FileReport
from core.report import to_json as reports_to_json


def test_text_is_written_as_it_is():
    assert json.loads(to_json({"größe": ["👵", 1]})) == {"größe": ["👵", 1]}


@pytest.mark.parametrize("wrap", [lambda n: n, lambda n: [n], lambda n: {"a": (n, 2.5, None)}])
def test_bytes_that_are_no_text_become_a_question_mark(wrap):
    given = to_json(wrap("oma\udcff.jpg"))
    assert b"oma?.jpg" in given
    json.loads(given)


def test_a_report_on_such_a_file_keeps_everything_else():
    reports = [
        FileReport(input="\udce4.jpg", status="skipped"),
        FileReport(input="b", status="done"),
    ]
    entries = json.loads(reports_to_json(reports))
    assert [(entry["input"], entry["status"]) for entry in entries] == [
        ("?.jpg", "skipped"),
        ("b", "done"),
    ]


@pytest.mark.parametrize("name", ["oma\udcff.jpg", "\udce4\udcf6", "größe", "👵\udcc3", "a\\udcff"])
def test_exact_json_keeps_every_byte_of_a_name(name):
    report = FileReport(input=name, status="skipped")
    data = to_exact_json([report, report])
    (first, second) = from_exact_json(data, list[FileReport])
    assert first == second == report


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b'"\\udcff', b"[" * 100_000, b'{"status":1}'])
def test_what_is_no_such_json_is_one_kind_of_error(data):
    with pytest.raises(msgspec.DecodeError):
        from_exact_json(data, FileReport)
