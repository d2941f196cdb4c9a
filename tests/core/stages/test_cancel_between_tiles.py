"""A cancel is heard between the tiles of a slow network, against noise and for filling alike."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from core.damage.areas import filled_by_model, windows
from core.errors import Cancelled
from core.image import Photo
from core.interfaces import EngineInfo, Restored
from core.pipeline import Restoration
from core.progress import CancelToken, Progress
from core.settings import DenoiseSettings
from core.stages.denoise import DenoiseStage


@dataclass
class Deaf:
    """A network that asks nobody while it works; the user cancels during its second tile."""

    token: CancelToken = field(default_factory=CancelToken)
    info: EngineInfo = field(default_factory=lambda: EngineInfo("denoising", "deaf"))
    tile_px: int = 64
    side_px: int = 64
    scale: int = 1
    tiles: int = 0

    def upscale(self, tile, *, progress):
        return self._worked(tile)

    def inpaint(self, image, mask, *, progress):
        return self._worked(image)

    def _worked(self, image) -> Restored:
        self.tiles += 1
        if self.tiles == 2:
            self.token.cancel()
        return Restored(image, ())


def test_denoising_stops_after_the_running_tile():
    model = Deaf()
    photo = Photo(np.random.default_rng(0).integers(0, 256, (300, 300, 3), dtype=np.uint8))
    stage = DenoiseStage(DenoiseSettings(noise=0.5), model)
    with pytest.raises(Cancelled):
        stage.run(Restoration(photo, photo), Progress(token=model.token))
    assert model.tiles == 2


def test_filling_stops_after_the_running_window():
    model = Deaf()
    pixels = np.zeros((300, 300, 3), np.uint8)
    mask = np.ones((300, 300), bool)
    assert len(windows(mask, model.side_px)) > 2
    with pytest.raises(Cancelled):
        filled_by_model(pixels, mask, model, Progress(token=model.token))
    assert model.tiles == 2
