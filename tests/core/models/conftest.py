"""A clock that does not wait, and a place for what arrives."""

from __future__ import annotations

import pytest
from download_helpers import FakeClock


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def part(tmp_path):
    return tmp_path / "models" / "net.pth.part"
