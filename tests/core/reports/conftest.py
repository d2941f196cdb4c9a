"""One restored photo for the tests of reports."""

from __future__ import annotations

import pytest
from report_samples import photo, recipe

from core.progress import no_progress
from core.reports.entries import PhotoEntry, photo_entry


@pytest.fixture(scope="module")
def entry() -> PhotoEntry:
    after = photo(120, (480, 600))
    return photo_entry(photo(), after, recipe(), "anna-restored.jpg", no_progress())
