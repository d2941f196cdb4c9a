"""A detector and restorers with known behaviour, and records to run face stages on."""

from dataclasses import dataclass, field

import numpy as np

from core.faces import Face, template
from core.geometry import Box, inverted, transformed
from core.image import Photo
from core.interfaces import EngineInfo, Restored
from core.pipeline import Restoration


def face_at(centre, width_px, angle_degrees=0.0, score=0.99):
    """A face whose crop is `width_px` photo pixels wide and centred at `centre`."""
    scale, angle = width_px / 512, np.radians(angle_degrees)
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.array([255.5, 255.5])
    matrix = np.column_stack([turn, np.asarray(centre, float) - turn @ middle])
    points = tuple((float(x), float(y)) for x, y in transformed(matrix, template(512)))
    low, high = np.min(points, axis=0), np.max(points, axis=0)
    return Face(Box(*low, *high), points, score)


@dataclass(frozen=True)
class FakeDetector:
    faces: tuple = ()

    @property
    def info(self):
        return EngineInfo("detection", "fake")

    def detect(self, pixels, *, min_size_px, min_score, progress):
        progress.report(1.0)
        assert pixels.dtype == np.uint8
        return tuple(face for face in self.faces if face.score >= min_score)


@dataclass(frozen=True)
class FakeRestorer:
    """Gives back `change(crops)`; remembers what it was asked."""

    change: object = lambda crops: crops
    crop_size_px: int = 64
    warnings: tuple = ()
    calls: list = field(default_factory=list)

    @property
    def info(self):
        return EngineInfo("restoration", "fake")

    def restore(self, crops, *, seed, progress):
        self.calls.append((crops, seed))
        for index in range(len(crops)):
            progress.report(index / len(crops))
        images = np.clip(self.change(crops), 0, 1).astype(np.float32)
        return Restored(images, self.warnings)


def start(pixels):
    """The record before the first stage."""
    photo = Photo(np.ascontiguousarray(pixels))
    return Restoration(photo, photo)


def scene(height, width, dtype=np.uint8, seed=0):
    """A smooth colour picture with some grain."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width] / max(height, width)
    colour = np.stack([0.3 + 0.4 * x, 0.5 + 0.2 * np.sin(5 * y), 0.6 - 0.3 * y], axis=2)
    noisy = colour + rng.normal(0, 0.01, colour.shape)
    white = 255 if np.dtype(dtype) == np.uint8 else 65535
    return np.rint(noisy.clip(0, 1) * white).astype(dtype)


def crop_to_photo(face_result):
    """Where the corners of a crop lie in the photo."""
    side = face_result.crop.shape[0]
    corners = [(-0.5, -0.5), (side - 0.5, -0.5), (side - 0.5, side - 0.5), (-0.5, side - 0.5)]
    return transformed(inverted(face_result.to_crop), corners)
