"""Large faces are drawn larger: which, how large, in which colour, and where they land."""

from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from face_fakes import FakeDetector, FakeRestorer, crop_to_photo, face_at, scene, start

from core.engines.lazy import LazyUpscaler
from core.errors import Cancelled
from core.image import is_grey, to_float
from core.interfaces import EngineInfo, Restored
from core.progress import CancelToken, Progress, no_progress
from core.stages.background import BackgroundStage
from core.stages.composite import CompositeStage
from core.stages.detect import AlignedStage, DetectStage
from core.stages.finish import (
    ALWAYS,
    MOST_SIDE_PX,
    ON_GRAPHICS_CARD,
    ON_PROCESSOR,
    SHARE,
    FinishRule,
    FinishStage,
    automatic_rule,
)
from core.stages.restore import RestoreFacesStage

SIDE = 64


@dataclass(frozen=True)
class FakeUpscaler:
    """Repeats pixels and adds what `change` adds."""

    change: object = lambda image: image
    warnings: tuple = ()
    tiles: list = field(default_factory=list)
    scale: int = 4
    tile_px: int = 16

    @property
    def info(self):
        return EngineInfo("upscaling", "fake-x4")

    def upscale(self, tile, *, progress):
        progress.check()
        self.tiles.append(tile.shape)
        large = np.repeat(np.repeat(tile, 4, axis=0), 4, axis=1)
        return Restored(np.clip(self.change(large), 0, 1).astype(np.float32), self.warnings)


def restored(pixels, *faces, side=SIDE):
    state = DetectStage(FakeDetector(faces)).run(start(pixels), no_progress())
    return RestoreFacesStage(FakeRestorer(crop_size_px=side)).run(state, no_progress())


def finished(state, upscaler=None, rule=ALWAYS, scale=1):
    stage = FinishStage(upscaler or FakeUpscaler(), rule, scale)
    return stage.run(state, no_progress())


def test_only_faces_that_fill_more_than_the_crop_are_finished():
    state = restored(scene(400, 500), face_at((80, 80), 60), face_at((300, 250), 160))
    after = finished(state)
    small, large = after.faces
    assert (small.finished, small.restored.shape[0]) == (False, SIDE)
    assert (large.finished, large.restored.shape[0]) == (True, 160)
    assert after.engines[-1].model == "fake-x4"
    assert large.crop is state.faces[1].crop


def test_the_scale_of_the_photo_counts():
    state = restored(scene(200, 200), face_at((100, 100), 60))
    assert not finished(state, scale=1).faces[0].finished
    assert finished(state, scale=2).faces[0].restored.shape[0] == 120
    assert finished(state, scale=4).faces[0].restored.shape[0] == 240


def test_never_larger_than_the_model_makes_it():
    state = restored(scene(700, 700), face_at((350, 350), 640))
    assert finished(state).faces[0].restored.shape[0] == 4 * SIDE
    assert 4 * SIDE <= MOST_SIDE_PX


def test_only_so_many_faces_and_the_largest_first():
    faces = [face_at((100 + 220 * k, 120), width) for k, width in enumerate((110, 190, 150))]
    state = restored(scene(240, 700), *faces)
    after = finished(state, rule=FinishRule(1.25, 2))
    assert [face.finished for face in after.faces] == [False, True, True]


def test_nothing_to_do_loads_nothing():
    def refuse():
        raise AssertionError("loaded")

    state = restored(scene(120, 120), face_at((60, 60), 60))
    assert finished(state, LazyUpscaler(refuse)) is state


def test_a_lazy_model_is_loaded_once():
    loads = []
    lazy = LazyUpscaler(lambda: loads.append(1) or FakeUpscaler())
    state = restored(scene(240, 240), face_at((120, 120), 150))
    assert finished(state, lazy).faces[0].finished
    assert (lazy.scale, lazy.tile_px, lazy.info.model, loads) == (4, 16, "fake-x4", [1])


def test_the_model_draws_half_of_what_is_seen_and_nothing_else():
    upscaler = FakeUpscaler(lambda image: image + 0.2)
    pixels = np.full((600, 600, 3), 100, np.uint8)
    state = restored(pixels, face_at((300, 300), 500), side=256)
    face = finished(state, upscaler).faces[0]
    change = face.restored.mean(axis=2) - 100 / 255
    assert change[250, 250] == pytest.approx(0.2 * SHARE, abs=0.01)
    assert abs(change[2, 2]) < 0.01
    assert upscaler.tiles[0][0] < 256


def test_grey_stays_exactly_grey():
    pixels = np.repeat(scene(240, 240)[..., :1], 3, axis=2)
    upscaler = FakeUpscaler(lambda image: image * np.array([1.0, 0.8, 0.6]))
    state = finished(restored(pixels, face_at((120, 120), 180)), upscaler)
    result = CompositeStage(1.0, (), 0.5).run(state, no_progress())
    assert is_grey(result.photo.pixels)
    assert not np.array_equal(result.photo.pixels, pixels)


@pytest.mark.parametrize("scale", [1, 2])
def test_a_finished_face_lands_where_it_was(scale):
    y, x = np.mgrid[0:240, 0:240]
    waves = 0.5 + 0.2 * np.sin(x / 9)[..., None] * np.cos(y / 7)[..., None]
    pixels = np.rint(np.repeat(waves, 3, axis=2) * 255).astype(np.uint8)
    state = finished(restored(pixels, face_at((120, 120), 150, 10)), scale=scale)
    state = BackgroundStage(scale).run(state, no_progress())
    result = CompositeStage().run(state, no_progress())
    assert state.faces[0].finished
    change = np.abs(result.photo.pixels.astype(int) - state.photo.pixels)
    assert change.max() <= 6
    corners = crop_to_photo(state.faces[0]) * scale
    top = int(np.floor(corners.min(axis=0)[1])) - 1
    assert change[:top].max() == 0


def test_an_aligned_photo_is_finished_whole():
    state = AlignedStage().run(start(scene(150, 150)), no_progress())
    state = RestoreFacesStage(FakeRestorer()).run(state, no_progress())
    upscaler = FakeUpscaler()
    after = finished(state, upscaler)
    assert after.faces[0].restored.shape == (150, 150, 3)
    assert upscaler.tiles == [(SIDE, SIDE, 3)]
    result = CompositeStage().run(after, no_progress()).photo.pixels
    assert np.abs(to_float(result) - to_float(state.photo.pixels)).mean() < 0.02


def test_warnings_and_cancel():
    state = restored(scene(240, 240), face_at((120, 120), 150))
    assert "Slow." in finished(state, FakeUpscaler(warnings=("Slow.",))).warnings
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        FinishStage(FakeUpscaler(), ALWAYS).run(state, Progress(token=token))


def test_the_automatic_rule():
    assert automatic_rule("cuda:0", enlarged_by_model=False) is ON_GRAPHICS_CARD
    assert automatic_rule("cpu", enlarged_by_model=False) is None
    assert automatic_rule("cpu", enlarged_by_model=True) is ON_PROCESSOR


def test_sliders_do_not_finish_again():
    upscaler = FakeUpscaler()
    one, two = (FinishStage(upscaler, ALWAYS, 1) for _ in range(2))
    assert one == two
    assert one != replace(two, scale=2)
