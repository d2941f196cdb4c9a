"""Reports on the disk: which results they find, and what they write."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from report_samples import Page, photo, recipe

import core.api
from core.errors import Cancelled, OutputError, RestorationError, UnreadableImageError
from core.image import Source
from core.imageio import WriteOptions, write_photo
from core.progress import CancelToken, Progress, no_progress
from core.recipe import encode, path_beside
from core.report import FileReport, failed
from core.reports.collect import entries_of_results, entries_of_run, find_results
from core.reports.entries import FailedEntry, PhotoEntry, entry_of_result, photo_entry
from core.reports.photos_html import photos_html
from core.reports.write import free_report_path, write_report


@pytest.fixture
def saved(tmp_path) -> Path:
    """A result with its recipe, and the original in another folder."""
    scans = tmp_path / "scans" / "1932"
    scans.mkdir(parents=True)
    source = scans / "anna.png"
    Image.fromarray(photo().pixels).save(source)
    original = core.api.open_photo(source)
    result = tmp_path / "restored" / "anna.png"
    result.parent.mkdir()
    bright = original.with_pixels(original.pixels + np.uint8(20))
    write_photo(bright, result, WriteOptions(), altered=False, software="x", protected=())
    done = recipe(photo="anna.png", photo_sha256=original.source.sha256)
    path_beside(result).write_bytes(encode(done))
    return result


def test_a_result_finds_its_original_by_name_and_hash(saved, tmp_path):
    decoy = tmp_path / "scans" / "anna.png"
    Image.fromarray(photo(10).pixels).save(decoy)
    made = entry_of_result(saved, no_progress(), folders=(tmp_path / "scans",))
    assert made.name == "anna.png"
    assert made.size == (240, 300)
    entries = entries_of_results([saved], (tmp_path / "scans",), no_progress())
    assert isinstance(entries[0], PhotoEntry)


def test_a_result_whose_original_is_gone_says_so_and_stops_nothing(saved, tmp_path):
    entries = entries_of_results([saved, saved], (), no_progress())
    assert all(isinstance(entry, FailedEntry) for entry in entries)
    assert "original" in entries[0].summary


def test_results_are_found_in_folders_by_their_recipes(saved, tmp_path):
    Image.fromarray(photo().pixels).save(saved.parent / "holiday.png")
    assert find_results([saved.parent], recursive=False) == [saved]
    assert find_results([saved, path_beside(saved)], recursive=False) == [saved]
    with pytest.raises(UnreadableImageError, match="no result"):
        find_results([tmp_path / "scans"], recursive=True)
    with pytest.raises(RestorationError, match="does not exist"):
        find_results([tmp_path / "nowhere"], recursive=False)


def test_a_run_becomes_entries_with_what_failed_and_without_what_was_skipped(saved, tmp_path):
    source = tmp_path / "scans" / "1932" / "anna.png"
    reports = [
        FileReport(input=str(source), status="done", output=str(saved)),
        FileReport(input="b.jpg", status="skipped"),
        failed("c.jpg", UnreadableImageError("“c.jpg” is empty.", "Copy it again.")),
        FileReport(input="d.jpg", status="cancelled"),
    ]
    entries = entries_of_run(reports, no_progress())
    assert [entry.name for entry in entries] == ["anna.png", "c.jpg", "d.jpg"]


def test_a_report_is_three_files_that_replace_nothing(entry, tmp_path):
    target = free_report_path(tmp_path, "anna")
    written = write_report(target, [entry], no_progress())
    assert written.page == tmp_path / "anna-report.html"
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "anna-report.csv",
        "anna-report.html",
        "anna-report.png",
    ]
    assert free_report_path(tmp_path, "anna").name == "anna-report-2.html"
    before = written.page.read_bytes()
    with pytest.raises(OutputError):
        write_report(target, [], no_progress())
    assert written.page.read_bytes() == before
    write_report(target, [entry], no_progress(), overwrite=True)
    write_report(target, [], no_progress(), overwrite=True)
    assert written.page.read_bytes() != before


@pytest.mark.parametrize("ending", [".html", ".png", ".csv"])
def test_a_report_replaces_nothing_but_a_report(entry, tmp_path, ending):
    mine = tmp_path / f"anna{ending}"
    mine.write_bytes(b"a photo, a page or a table of somebody")
    with pytest.raises(OutputError):
        write_report(tmp_path / "anna.html", [entry], no_progress(), overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == [mine.name]
    assert mine.read_bytes().startswith(b"a photo")


def test_a_stopped_report_leaves_nothing(entry, tmp_path):
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        write_report(tmp_path / "a.html", [entry], Progress(token=token))
    assert not list(tmp_path.iterdir())


def test_a_photo_from_the_clipboard_has_no_name_and_is_called_by_its_result():
    made = photo_entry(
        photo(source=Source()),
        photo(),
        recipe(photo="", photo_sha256=""),
        "pasted.png",
        no_progress(),
    )
    assert made.name == "pasted.png"
    assert "pasted.png" in Page(photos_html([made])).words


def test_the_search_for_results_can_be_stopped(saved):
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        find_results([saved.parent], recursive=True, progress=Progress(token=token))
