"""What every test run needs before torch is imported, and what tests of downloads share."""

import os

import pytest
from model_server import ModelServer

# Tiny networks gain nothing from threads, and on a busy machine threads that wait for each other
# make the suite several times slower.
os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.fixture
def no_proxy(monkeypatch):
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def server():
    with ModelServer() as running:
        yield running
