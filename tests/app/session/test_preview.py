import numpy as np
import pytest
from app_fakes import FakeEngine

from app.session.preview import PREVIEW_AREA_PX, preview_factor, preview_trace
from core.geometry import transformed
from core.image import Photo
from core.settings import RestorationSettings


@pytest.fixture
def big() -> Photo:
    return Photo(np.full((1500, 2000, 3), 100, np.uint8))


def test_small_photos_stand_for_themselves(big):
    assert preview_factor(Photo(np.zeros((100, 100, 3), np.uint8))) == 1.0
    factor = preview_factor(big)
    assert big.size.scaled(factor).area_px == pytest.approx(PREVIEW_AREA_PX, rel=0.01)


def test_the_stand_in_runs_the_last_stages_only(big):
    engine = FakeEngine()
    settings = RestorationSettings()
    trace = engine.run(big, settings)
    factor = preview_factor(big)
    small = preview_trace(trace, factor)
    weaker = settings.replace(faces=settings.faces.replace(strength=0.2))
    result = engine.run(small.original, weaker, previous=small).result
    assert engine.network_runs == 1
    assert result.photo.size == big.size.scaled(factor)
    full = engine.run(big, weaker, previous=trace).result
    assert abs(result.photo.pixels.mean() - full.photo.pixels.mean()) < 1


def test_crops_of_the_stand_in_show_the_same_place(big):
    engine = FakeEngine()
    trace = engine.run(big, RestorationSettings())
    factor = preview_factor(big)
    small = preview_trace(trace, factor)
    for face, twin in zip(trace.result.faces, small.result.faces, strict=True):
        crop = transformed(face.to_crop, face.face.landmarks)
        same = transformed(twin.to_crop, twin.face.landmarks)
        assert same == pytest.approx(crop, abs=1e-6)
        assert twin.face.box.width == pytest.approx(face.face.box.width * factor)
