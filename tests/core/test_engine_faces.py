"""Which stages the engine builds for faces, and that sliders leave the slow ones alone."""

import pytest

from core.api import Engine
from core.settings import BackgroundSettings, FaceSettings, RestorationSettings
from core.stages.background import BackgroundStage
from core.stages.composite import CompositeStage
from core.stages.detail import KeepDetailStage
from core.stages.detect import AlignedStage, DetectStage
from core.stages.finish import ALWAYS, FinishStage
from core.stages.identity import IdentityStage
from core.stages.restore import RestoreFacesStage


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    return Engine(models_dir=tmp_path_factory.mktemp("models"))


def kinds(engine, **faces):
    return [type(stage) for stage in engine.pipeline(settings(**faces)).stages]


def settings(scale=1, upscaler="lanczos", **faces):
    return RestorationSettings(
        faces=FaceSettings(**faces), background=BackgroundSettings(scale=scale, upscaler=upscaler)
    )


def test_the_order_of_the_stages(engine):
    order = [
        DetectStage,
        RestoreFacesStage,
        KeepDetailStage,
        FinishStage,
        IdentityStage,
        BackgroundStage,
        CompositeStage,
    ]
    found = kinds(engine, finish="sharp")
    assert [kind for kind in found if kind in order] == order
    aligned = kinds(engine, finish="sharp", aligned=True)
    assert [kind for kind in aligned if kind in order] == order[1:]
    assert AlignedStage in aligned


def test_off_is_off(engine):
    assert FinishStage not in kinds(engine, finish="off")


def test_automatic_on_a_processor_only_beside_an_enlarging_model(engine, monkeypatch):
    from core.device import ComputePreference

    monkeypatch.setattr(engine, "_compute", ComputePreference(device="cpu"))
    assert FinishStage not in kinds(engine, finish="auto")
    monkeypatch.setattr(engine, "_upscaler", lambda name: None)
    large = settings(scale=2, upscaler="sharp", finish="auto")
    assert FinishStage in [type(stage) for stage in engine.pipeline(large).stages]


def test_sliders_of_the_blend_leave_the_networks_alone(engine):
    one = engine.pipeline(settings(finish="sharp", strength=1.0, blend_in=0.5)).stages
    two = engine.pipeline(settings(finish="sharp", strength=0.3, blend_in=0.1)).stages
    floor = engine.pipeline(settings(finish="sharp", identity_floor="strict")).stages
    changed = [first != second for first, second in zip(one, floor, strict=True)]
    assert type(one[changed.index(True)]) is IdentityStage
    same = [first == second for first, second in zip(one, two, strict=True)]
    different = [type(stage) for stage, is_same in zip(one, same, strict=True) if not is_same]
    assert different == [IdentityStage, CompositeStage]  # measured as strong as it is seen
    finish = next(stage for stage in one if isinstance(stage, FinishStage))
    assert finish.rule is ALWAYS
