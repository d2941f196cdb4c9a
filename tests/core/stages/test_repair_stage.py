"""Finding and filling damage as stages: apart, so that painting does not search again."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
import pytest

from core.damage.areas import windows
from core.damage.correcting import painted
from core.image import Photo
from core.interfaces import EngineInfo, Restored
from core.pipeline import Pipeline, Restoration
from core.progress import no_progress
from core.stages.repair import FindDamageStage, RepairStage


def smooth_photo(dtype=np.uint8, side_px: int = 120) -> np.ndarray:
    coarse = np.random.default_rng(2).random((5, 6, 3), dtype=np.float32)
    image = np.clip(cv2.resize(coarse, (side_px + 20, side_px)), 0, 1)
    return np.rint(image * (255 if dtype == np.uint8 else 65535)).astype(dtype)


def line_mask(shape, start=(10, 5)) -> np.ndarray:
    plane = np.zeros(shape, np.uint8)
    cv2.line(plane, start, (shape[1] - 20, shape[0] - 8), 1, 2)
    return plane.astype(bool)


class KnownDamage:
    """A detector that is told where the damage is, and counts how often it is asked."""

    def __init__(self, mask):
        self.mask = mask
        self.asked = 0
        self.info = EngineInfo("damage detection", "known")

    def likelihood(self, pixels, progress):
        self.asked += 1
        progress.report(0.5)
        return self.mask.astype(np.float32)


@dataclass
class GreenFiller:
    """Fills with green, and keeps what it was shown."""

    side_px: int = 64
    info: EngineInfo = field(default_factory=lambda: EngineInfo("inpainting", "green"))
    shown: list = field(default_factory=list)

    def inpaint(self, image, mask, *, progress):
        progress.check()
        self.shown.append((image.copy(), mask.copy()))
        return Restored(np.broadcast_to(np.float32([0, 1, 0]), image.shape), ("It was green.",))


def test_what_is_found_is_filled_and_kept_for_the_window():
    clean = smooth_photo()
    mask = line_mask(clean.shape[:2])
    scratched = clean.copy()
    scratched[mask] = 255
    stages = FindDamageStage(0.5, KnownDamage(mask)), RepairStage()
    result = Pipeline(stages).run(Photo(scratched)).result
    assert np.abs(result.photo.pixels.astype(int) - clean).mean() < 0.5
    assert result.engines[-1].model == "known"
    assert (result.damage & mask).sum() == mask.sum()


def test_nothing_found_hands_on_the_very_same_pixels():
    photo = Photo(smooth_photo())
    detector = KnownDamage(np.zeros(photo.pixels.shape[:2], bool))
    result = Pipeline((FindDamageStage(0.5, detector), RepairStage())).run(photo).result
    assert result.photo is photo


def test_a_stroke_fills_again_but_does_not_search_again():
    photo = Photo(smooth_photo())
    shape = photo.pixels.shape[:2]
    detector = KnownDamage(line_mask(shape))
    find = FindDamageStage(0.5, detector)
    first = Pipeline((find, RepairStage())).run(photo)
    stroke = line_mask(shape, (100, 3))
    edits = painted(stroke, np.zeros(shape, bool))
    second = Pipeline((find, RepairStage(edits))).run(photo, previous=first)
    assert detector.asked == 1
    changed = (second.result.photo.pixels != first.result.photo.pixels).any(axis=2)
    assert changed.any()
    assert not changed[~stroke & ~first.result.damage].any()


def test_what_was_erased_stays_as_it_was():
    photo = Photo(smooth_photo())
    shape = photo.pixels.shape[:2]
    everything = np.ones(shape, bool)
    edits = painted(np.zeros(shape, bool), everything)
    find = FindDamageStage(0.5, KnownDamage(line_mask(shape)))
    result = Pipeline((find, RepairStage(edits))).run(photo).result
    assert result.photo is photo


def test_marks_of_another_size_are_left_out_and_said():
    photo = Photo(smooth_photo())
    edits = painted(np.ones((5, 5), bool), np.zeros((5, 5), bool))
    result = RepairStage(edits).run(Restoration(photo, photo), no_progress())
    assert result.photo is photo
    assert "another size" in result.warnings[0]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_a_model_fills_marks_and_touches_nothing_else(dtype):
    photo = Photo(smooth_photo(dtype))
    shape = photo.pixels.shape[:2]
    stroke = line_mask(shape)
    filler = GreenFiller()
    stage = RepairStage(painted(stroke, np.zeros(shape, bool)), filler)
    result = stage.run(Restoration(photo, photo), no_progress())
    assert (result.photo.pixels[stroke] == [0, np.iinfo(dtype).max, 0]).all()
    assert np.array_equal(result.photo.pixels[~stroke], photo.pixels[~stroke])
    assert result.warnings == ("It was green.",)
    assert result.is_altered_by_model
    # Windows fill in turn, and a later one knows what an earlier one made up.
    assert sum(mask.sum() for _, mask in filler.shown) >= stroke.sum()


def test_a_model_keeps_grey_photos_grey():
    grey = np.repeat(smooth_photo()[..., :1], 3, axis=2)
    shape = grey.shape[:2]
    stage = RepairStage(painted(line_mask(shape), np.zeros(shape, bool)), GreenFiller())
    result = stage.run(Restoration(Photo(grey), Photo(grey)), no_progress()).photo.pixels
    assert (result == result[..., :1]).all()
    assert (result != grey).any()


def test_windows_cover_all_marks_and_stay_within_the_photo():
    mask = np.random.default_rng(3).random((150, 210)) < 0.001
    mask[[0, -1], [0, -1]] = True
    covered = np.zeros_like(mask)
    for part in windows(mask, 64):
        covered[part.inner_rows, part.inner_columns] = True
        assert part.rows.start <= part.inner_rows.start < part.inner_rows.stop <= part.rows.stop
        assert part.columns.stop <= 210
    assert not (mask & ~covered).any()


def strokes(*rows: int, side_px: int = 700):
    added = np.zeros((side_px, side_px + 20), np.bool_)
    for row in rows:
        added[row : row + 2, 30:90] = True
    return painted(added, np.zeros_like(added))


class MeanFiller(GreenFiller):
    """Fills with the mean of what it sees, so that windows depend on each other."""

    def inpaint(self, image, mask, *, progress):
        self.shown.append((image.copy(), mask.copy()))
        return Restored(np.broadcast_to(image.mean(axis=(0, 1)), image.shape).astype(np.float32))


@pytest.mark.parametrize("filler", [None, MeanFiller()], ids=["nearby", "model"])
@pytest.mark.parametrize("rows", [(40, 600), (600,), (40, 60), (40, 41, 300)])
def test_only_what_a_stroke_reaches_is_filled_again(filler, rows, monkeypatch):
    photo = Photo(smooth_photo(side_px=700))
    first = Pipeline((RepairStage(strokes(40, 300), filler),)).run(photo)
    calls: list[int] = []
    inpaint = cv2.inpaint
    monkeypatch.setattr(cv2, "inpaint", lambda *given: (calls.append(1), inpaint(*given))[1])
    changed = Pipeline((RepairStage(strokes(*rows), filler),))

    def run(previous):
        calls.clear()
        if filler is not None:
            filler.shown.clear()
        result = changed.run(photo, previous=previous).result
        return result, len(calls) if filler is None else len(filler.shown)

    again, few = run(first)
    fresh, all_of_them = run(None)
    assert np.array_equal(again.photo.pixels, fresh.photo.pixels)
    assert again.engines == fresh.engines
    assert few <= all_of_them
    if rows == (40, 41, 300):
        assert few < all_of_them or filler is None


def test_a_filler_that_warned_fills_everything_again():
    filler = GreenFiller()
    photo = Photo(smooth_photo(side_px=700))
    first = Pipeline((RepairStage(strokes(40, 300), filler),)).run(photo)
    filler.shown.clear()
    again = Pipeline((RepairStage(strokes(40, 301), filler),)).run(photo, previous=first)
    assert again.result.warnings == ("It was green.",)
    assert len(filler.shown) > 1
