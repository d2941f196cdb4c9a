"""Photos, recipes and pages of the tests of reports."""

from __future__ import annotations

from html.parser import HTMLParser

import numpy as np

from core.image import Photo
from core.recipe import Recipe
from core.report import EngineReport, FaceReport
from core.settings import RestorationSettings

LANDMARKS = ((90.0, 100.0), (150.0, 100.0), (120.0, 135.0), (95.0, 165.0), (145.0, 165.0))


def photo(value: int = 90, size: tuple[int, int] = (240, 300), **fields) -> Photo:
    """A photo with some structure, so that its quality can be judged."""
    random = np.random.default_rng(value)
    noise = random.integers(0, 60, (size[1] // 4, size[0] // 4, 3), np.uint8)
    pixels = np.kron(noise, np.ones((4, 4, 1), np.uint8)) + np.uint8(value)
    return Photo(np.ascontiguousarray(pixels), **fields)


def face(index: int = 0, **changes) -> FaceReport:
    values = {
        "index": index,
        "box": (60.0, 60.0, 180.0, 190.0),
        "landmarks": LANDMARKS,
        "score": 0.987,
        "strength": 0.8,
        "restored": True,
        "identity": 0.91,
        "likeness": "same",
        "model": "compact-512",
    }
    return FaceReport(**(values | changes))


def recipe(**changes) -> Recipe:
    values = {
        "heirloom": "1",
        "format": 1,
        "photo": "anna & <max>.jpg",
        "photo_sha256": "ab" * 32,
        "settings": RestorationSettings(),
        "faces": (face(), face(1, restored=False, note="Too small.", identity=None)),
        "engines": (
            EngineReport(
                task="restoration",
                model="compact-512",
                sha256="5c" * 32,
                licence="Apache-2.0",
                device="cpu",
                runtime="torch",
                precision="fp32",
            ),
        ),
        "warnings": ("Face 1 may look like somebody else.",),
    }
    return Recipe(**(values | changes))


class Page(HTMLParser):
    """What a page holds, and whether each element is closed."""

    VOID = frozenset({"meta", "img", "input", "br", "link"})

    def __init__(self, html: bytes) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words = ""
        self.feed(html.decode())

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not self.open or self.open[-1] not in ("style", "script"):
            self.words += data + "\n"

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]
