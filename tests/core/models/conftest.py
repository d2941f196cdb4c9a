"""A server of models, a clock that does not wait, and a place for what arrives."""

from __future__ import annotations

import os

import pytest
from download_helpers import FakeClock
from model_server import ModelServer


@pytest.fixture
def no_proxy(monkeypatch):
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def server():
    with ModelServer() as running:
        yield running


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def part(tmp_path):
    return tmp_path / "models" / "net.pth.part"
