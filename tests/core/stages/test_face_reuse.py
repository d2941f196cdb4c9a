"""A change to one face asks the networks about that one only, and gives the very same picture."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from face_fakes import FakeDetector, FakeRestorer, face_at, scene

from core import face_tiles
from core.damage.correcting import painted
from core.image import Photo
from core.interfaces import EngineInfo, FaceParts, Restored
from core.pipeline import Pipeline
from core.settings import FIRST_ADDED, AddedFace, ColourSettings, FaceChoice, FaceSettings
from core.stages import composite
from core.stages.background import BackgroundStage
from core.stages.choose import ChooseFacesStage
from core.stages.colour import ColourStage
from core.stages.composite import CompositeStage
from core.stages.detail import KeepDetailStage
from core.stages.detect import DetectStage
from core.stages.finish import ALWAYS, FinishStage
from core.stages.identity import IdentityStage
from core.stages.outline import OutlineStage
from core.stages.repair import RepairStage
from core.stages.restore import RestoreFacesStage

FACES = tuple(face_at((60 + 110 * x, 70 + 110 * y), 80) for y in range(2) for x in range(3))
DRAWN = AddedFace(
    index=FIRST_ADDED, box=(10.0, 230.0, 90.0, 310.0), landmarks=face_at((60, 280), 80).landmarks
)


@dataclass(eq=False)
class CountingParser:
    calls: int = 0
    info = EngineInfo("parsing", "fake")

    def parse(self, crop, progress):
        self.calls += 1
        plane = np.ones(crop.shape[:2], np.float32)
        return FaceParts(plane, np.zeros_like(plane))


@dataclass(eq=False)
class CountingEmbedder:
    calls: int = 0
    info = EngineInfo("identity", "fake")
    floors = {"normal": 0.2}

    def embed(self, crops):
        self.calls += 1
        means = crops.mean(axis=(1, 2)) + 0.01
        return (means / np.linalg.norm(means, axis=1, keepdims=True)).astype(np.float32)


@dataclass(eq=False)
class CountingUpscaler:
    calls: int = 0
    scale: int = 4
    tile_px: int = 64
    info = EngineInfo("upscaling", "fake")

    def upscale(self, tile, *, progress):
        self.calls += 1
        return Restored(np.repeat(np.repeat(tile, 4, axis=0), 4, axis=1))


@dataclass
class Models:
    """Every network of a run, each counting how many faces it was asked about."""

    detector: FakeDetector = field(default_factory=lambda: FakeDetector(FACES))
    restorer: FakeRestorer = field(default_factory=lambda: FakeRestorer(lambda crops: crops**0.8))
    other: FakeRestorer = field(
        default_factory=lambda: FakeRestorer(lambda crops: 1 - crops, crop_size_px=48)
    )
    parser: CountingParser = field(default_factory=CountingParser)
    embedder: CountingEmbedder = field(default_factory=CountingEmbedder)
    upscaler: CountingUpscaler = field(default_factory=CountingUpscaler)

    def pipeline(self, settings: FaceSettings) -> Pipeline:
        others = tuple(
            (choice.index, self.other) for choice in settings.choices if choice.model == "other"
        )
        return Pipeline(
            (
                DetectStage(self.detector),
                ChooseFacesStage.of(settings),
                RestoreFacesStage(self.restorer, 0, others),
                KeepDetailStage(0.5),
                OutlineStage(self.parser),
                FinishStage(self.upscaler, ALWAYS),
                IdentityStage(self.embedder),
                CompositeStage(settings.strength, settings.choices, 0.5),
            )
        )

    def asked(self) -> list[int]:
        """Faces that each network was asked about since the last time."""
        crops = [sum(len(crop) for crop, _ in net.calls) for net in (self.restorer, self.other)]
        counts = [*crops, self.parser.calls // 2, self.upscaler.calls, self.embedder.calls // 2]
        self.restorer.calls.clear()
        self.other.calls.clear()
        self.parser.calls = self.upscaler.calls = self.embedder.calls = 0
        return counts


def small_tiles(monkeypatch) -> None:
    for module in (composite, face_tiles):
        monkeypatch.setattr(module, "TILE_PX", 64)


@pytest.fixture
def photo():
    return Photo(scene(340, 360))


@pytest.fixture
def models():
    return Models()


CHANGES = {
    "another model": (FaceChoice(index=2, model="other"),),
    "corrected landmarks": (
        FaceChoice(index=2, landmarks=tuple((x + 4.0, y) for x, y in FACES[2].landmarks)),
    ),
}


@pytest.mark.parametrize("choices", CHANGES.values(), ids=CHANGES)
def test_one_changed_face_is_the_only_one_that_runs_again(photo, models, choices):
    first = models.pipeline(FaceSettings()).run(photo)
    asked = models.asked()
    assert asked[0] == asked[2] == asked[4] == len(FACES)
    changed = models.pipeline(FaceSettings(choices=choices))
    trace = changed.run(photo, previous=first)
    counts = models.asked()
    assert counts[0] + counts[1] == 1
    assert counts[2] == counts[4] == 1
    assert counts[3] <= 1
    fresh = changed.run(photo)
    assert np.array_equal(trace.result.photo.pixels, fresh.result.photo.pixels)
    assert trace.result.warnings == fresh.result.warnings
    assert trace.result.engines == fresh.result.engines
    for again, new in zip(trace.result.faces, fresh.result.faces, strict=True):
        assert (again.identity, again.model) == (new.identity, new.model)


def test_an_added_face_runs_alone(photo, models):
    first = models.pipeline(FaceSettings()).run(photo)
    models.asked()
    trace = models.pipeline(FaceSettings(added=(DRAWN,))).run(photo, previous=first)
    assert models.asked()[0] == 1
    for old, new in zip(first.result.faces, trace.result.faces[:6], strict=True):
        assert new.restored is old.restored


def test_a_removed_face_asks_no_network_and_comes_back_without_the_others(photo, models):
    first = models.pipeline(FaceSettings()).run(photo)
    models.asked()
    removed = models.pipeline(FaceSettings(choices=(FaceChoice(index=1, removed=True),)))
    second = removed.run(photo, previous=first)
    assert models.asked() == [0, 0, 0, 0, 0]
    back = models.pipeline(FaceSettings()).run(photo, previous=second)
    assert models.asked()[0] == 1
    assert np.array_equal(back.result.photo.pixels, first.result.photo.pixels)


EVERY_CHANGE = {
    **CHANGES,
    "strength": (FaceChoice(index=2, strength=0.5),),
    "switched off": (FaceChoice(index=2, enabled=False),),
    "taken out": (FaceChoice(index=2, removed=True),),
}


@pytest.mark.parametrize("choices", EVERY_CHANGE.values(), ids=EVERY_CHANGE)
def test_only_the_changed_part_of_the_photo_is_blended_again(photo, models, choices, monkeypatch):
    small_tiles(monkeypatch)
    first = models.pipeline(FaceSettings()).run(photo)
    changed = models.pipeline(FaceSettings(choices=choices))
    fresh = changed.run(photo)
    blended = []
    blend = composite._blend_tile
    monkeypatch.setattr(
        composite, "_blend_tile", lambda *given: (blended.append(given[1]), blend(*given))
    )
    trace = changed.run(photo, previous=first)
    assert np.array_equal(trace.result.photo.pixels, fresh.result.photo.pixels)
    assert 0 < len(blended) < 16  # of 36 tiles
    back = models.pipeline(FaceSettings()).run(photo, previous=trace)
    assert np.array_equal(back.result.photo.pixels, first.result.photo.pixels)


def test_the_photo_is_not_enlarged_again_for_a_face(photo, models):
    enlarger = CountingUpscaler()

    def pipeline(*choices):
        stages = models.pipeline(FaceSettings(choices=choices)).stages
        return Pipeline((*stages[:-1], BackgroundStage(2, enlarger), stages[-1]))

    first = pipeline().run(photo)
    assert enlarger.calls > 0
    enlarger.calls = 0
    changed = pipeline(FaceChoice(index=2, model="other"))
    trace = changed.run(photo, previous=first)
    assert enlarger.calls == 0
    fresh = changed.run(photo)
    assert np.array_equal(trace.result.photo.pixels, fresh.result.photo.pixels)
    assert trace.result.scale == 2
    assert trace.result.engines == fresh.result.engines


def test_strength_and_switch_ask_no_network(photo, models):
    first = models.pipeline(FaceSettings()).run(photo)
    models.asked()
    choices = (FaceChoice(index=0, strength=0.5), FaceChoice(index=3, enabled=False))
    models.pipeline(FaceSettings(choices=choices)).run(photo, previous=first)
    assert models.asked() == [0, 0, 0, 0, 0]


def test_the_same_faces_found_again_are_not_restored_again(photo, models):
    first = models.pipeline(FaceSettings()).run(photo)
    models.asked()
    models.detector = FakeDetector(FACES[1:])  # the first is no longer sure enough
    trace = models.pipeline(FaceSettings()).run(photo, previous=first)
    assert models.asked()[0] == 0
    assert [face.index for face in trace.result.faces] == list(range(5))


def test_another_seed_or_network_restores_all_again(photo, models):
    first = models.pipeline(FaceSettings()).run(photo)
    models.asked()
    pipeline = models.pipeline(FaceSettings())
    stages = tuple(
        RestoreFacesStage(models.restorer, seed=1)
        if isinstance(stage, RestoreFacesStage)
        else stage
        for stage in pipeline.stages
    )
    Pipeline(stages).run(photo, previous=first)
    assert models.asked()[0] == len(FACES)
    models.restorer = FakeRestorer(lambda crops: crops)
    models.pipeline(FaceSettings()).run(photo, previous=first)
    assert models.asked()[0] == len(FACES)


def test_another_photo_with_the_same_faces_reuses_nothing(photo, models):
    first = models.pipeline(FaceSettings()).run(photo)
    models.asked()
    models.pipeline(FaceSettings()).run(Photo(scene(340, 360, seed=5)), previous=first)
    assert models.asked()[0] == len(FACES)


def test_what_a_network_warned_of_is_not_forgotten(photo, models):
    models.restorer = FakeRestorer(lambda crops: crops, warnings=("The processor was used.",))
    first = models.pipeline(FaceSettings()).run(photo)
    choices = (FaceChoice(index=0, model="other"),)
    trace = models.pipeline(FaceSettings(choices=choices)).run(photo, previous=first)
    assert trace.result.warnings.count("The processor was used.") == 1


def stroke_at(row: int, column: int, shape=(340, 360)):
    """The setting of one short stroke."""
    added = np.zeros(shape, np.bool_)
    added[row : row + 3, column : column + 24] = True
    return painted(added, np.zeros(shape, np.bool_))


def toned(photo: Photo) -> Photo:
    share = photo.pixels.mean(axis=2, keepdims=True) / 255
    return Photo((share * [250, 225, 190]).astype(np.uint8))


STROKES = {"beside the faces": (5, 5, 0), "over one face": (95, 50, 1), "beside one": (12, 50, 0)}


@pytest.mark.parametrize("kind", ["colour", "grey", "toned", "16 bits"])
@pytest.mark.parametrize(("row", "column", "asked"), STROKES.values(), ids=STROKES)
def test_after_a_stroke_only_the_faces_under_it_are_restored_again(
    photo, models, monkeypatch, kind, row, column, asked
):
    small_tiles(monkeypatch)
    if kind == "grey":
        photo = Photo(np.repeat(photo.pixels[..., :1], 3, axis=2))
    elif kind == "toned":
        photo = toned(photo)
    elif kind == "16 bits":
        photo = Photo(photo.pixels.astype(np.uint16) * 257)

    def pipeline(edits):
        stages = models.pipeline(FaceSettings()).stages
        return Pipeline((RepairStage(edits), *stages, ColourStage(ColourSettings(contrast=0.3))))

    first = pipeline(stroke_at(300, 200)).run(photo)
    models.asked()
    changed = pipeline(stroke_at(row, column))
    trace = changed.run(photo, previous=first)
    counts = models.asked()
    fresh = changed.run(photo)
    assert np.array_equal(trace.result.photo.pixels, fresh.result.photo.pixels)
    assert not np.array_equal(trace.result.photo.pixels, first.result.photo.pixels)
    assert trace.result.warnings == fresh.result.warnings
    assert trace.result.engines == fresh.result.engines
    for again, new in zip(trace.result.faces, fresh.result.faces, strict=True):
        assert (again.identity, again.skipped, again.model) == (
            new.identity,
            new.skipped,
            new.model,
        )
        assert np.array_equal(again.restored, new.restored)
    assert counts[0] == asked
    if kind != "toned":  # there every face follows the colour of the whole photo
        assert counts[2] == counts[4] == asked


def test_marks_that_are_taken_back_give_the_first_picture_again(photo, models):
    def pipeline(edits):
        return Pipeline((RepairStage(edits), *models.pipeline(FaceSettings()).stages))

    first = pipeline(None).run(photo)
    second = pipeline(stroke_at(95, 50)).run(photo, previous=first)
    third = pipeline(None).run(photo, previous=second)
    assert np.array_equal(third.result.photo.pixels, first.result.photo.pixels)
