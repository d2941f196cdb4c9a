from dataclasses import replace

import numpy as np
import pytest

from core.errors import Cancelled
from core.faces import Face, FaceResult, crop_transform, template
from core.geometry import Box
from core.image import Photo
from core.interfaces import EngineInfo
from core.pipeline import Earlier, Restoration
from core.progress import CancelToken, Progress, no_progress
from core.stages.identity import IdentityStage

LANDMARKS = tuple((float(x), float(y)) for x, y in template(32))


class AngleEmbedder:
    """Embeds a crop as an angle that grows with its mean: 0 is the old face, 1 a right angle."""

    info = EngineInfo("identity", "angle")
    floors = {"gentle": 0.2, "normal": 0.5, "strict": 0.9}

    def embed(self, crops):
        angle = crops.mean(axis=(1, 2, 3)) * np.pi / 2
        return np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)


def state(*new_values: float | None) -> Restoration:
    photo = Photo(np.zeros((32, 32, 3), dtype=np.uint8))
    crop = np.zeros((32, 32, 3), dtype=np.float32)
    face = Face(Box(0, 0, 32, 32), LANDMARKS, 1.0)
    faces = tuple(
        FaceResult(
            index,
            face,
            crop_transform(LANDMARKS, 32),
            crop,
            None if value is None else np.full_like(crop, value),
        )
        for index, value in enumerate(new_values)
    )
    return Restoration(photo, photo, faces=faces)


def run(stage: IdentityStage, before: Restoration) -> Restoration:
    return stage.run(before, no_progress())


def test_a_face_over_the_floor_is_scored_and_left_as_it_is():
    before = state(0.2)
    after = run(IdentityStage(AngleEmbedder()), before)
    (face,) = after.faces
    assert face.identity == pytest.approx(np.cos(0.2 * np.pi / 2), abs=1e-5)
    assert face.restored is before.faces[0].restored
    assert (face.kept_back, after.warnings) == (0, ())
    assert [info.model for info in after.engines] == ["angle"]


@pytest.mark.parametrize("floor", ["gentle", "normal", "strict"])
def test_a_stranger_is_blended_back_just_to_the_floor(floor):
    embedder = AngleEmbedder()
    after = run(IdentityStage(embedder, floor), state(1.0))
    (face,) = after.faces
    target = embedder.floors[floor]
    assert face.identity >= target
    assert face.identity == pytest.approx(target, abs=0.05)
    measured = embedder.embed(face.restored[None]) @ embedder.embed(face.crop[None]).T
    assert face.identity == pytest.approx(float(measured[0, 0]), abs=1e-6)
    assert "somebody else" in after.warnings[0]
    assert f"{face.kept_back:.0%}" in after.warnings[0]


def test_without_keeping_it_only_warns():
    before = state(0.1, 1.0)
    after = run(IdentityStage(AngleEmbedder(), "normal", keeps=False), before)
    assert after.faces[1].restored is before.faces[1].restored
    assert len(after.warnings) == 1
    assert after.warnings[0].startswith("Face 2")


def test_off_measures_but_neither_warns_nor_blends():
    after = run(IdentityStage(AngleEmbedder(), "off"), state(1.0))
    assert after.faces[0].identity == pytest.approx(0, abs=1e-6)
    assert after.warnings == ()
    assert after.faces[0].kept_back == 0


def test_faces_that_were_left_alone_are_not_scored():
    before = state(None)
    assert run(IdentityStage(AngleEmbedder()), before) is before
    mixed = run(IdentityStage(AngleEmbedder()), state(None, 0.1))
    assert mixed.faces[0].identity is None
    assert mixed.faces[1].identity is not None


def test_the_floor_is_a_setting_that_makes_stages_differ():
    embedder = AngleEmbedder()
    stage = IdentityStage(embedder)
    assert stage == IdentityStage(embedder)
    assert stage != replace(stage, floor="strict")


def test_a_face_that_no_blend_can_save_is_left_as_it_was():
    class Jumping(AngleEmbedder):
        """Takes the slightest change for another person."""

        def embed(self, crops):
            return super().embed((crops > 0).astype(np.float32))

    before = state(1.0)
    after = run(IdentityStage(Jumping()), before)
    (face,) = after.faces
    assert face.kept_back == 1
    np.testing.assert_array_equal(face.restored, face.crop)
    assert "left as it was" in after.warnings[0]


def test_a_cancel_is_noticed_between_two_comparisons():
    token = CancelToken()

    class Stopping(AngleEmbedder):
        calls = 0

        def embed(self, crops):
            Stopping.calls += 1
            if Stopping.calls == 3:
                token.cancel()
            return super().embed(crops)

    with pytest.raises(Cancelled):
        IdentityStage(Stopping()).run(state(1.0), Progress(token=token))
    assert Stopping.calls == 3


def test_a_finished_face_is_pulled_back_at_its_own_size():
    before = state(1.0)
    (face,) = before.faces
    large = np.repeat(np.repeat(face.restored, 3, axis=0), 3, axis=1)
    finished = replace(before, faces=(replace(face, restored=large, finished=True),))
    (after,) = run(IdentityStage(AngleEmbedder(), "normal"), finished).faces
    (expected,) = run(IdentityStage(AngleEmbedder(), "normal"), before).faces
    assert after.restored.shape == large.shape
    assert after.kept_back == pytest.approx(expected.kept_back, abs=0.05)
    assert after.kept_back > 0


class CountingEmbedder(AngleEmbedder):
    """Keeps how many crops it was asked about."""

    def __init__(self):
        self.crops = 0

    def embed(self, crops):
        self.crops += len(crops)
        return super().embed(crops)


def again(stage: IdentityStage, before: Restoration, then: IdentityStage) -> Restoration:
    """A run after an earlier one of another stage on the same faces."""
    earlier = Earlier(then, before, run(then, before))
    if isinstance(stage.embedder, CountingEmbedder):
        stage.embedder.crops = 0
    return stage.run_again(before, no_progress(), earlier)


@pytest.mark.parametrize("strength", [0.25, 0.5, 0.8])
def test_what_the_user_gets_is_measured_not_the_whole_change(strength):
    (face,) = run(IdentityStage(AngleEmbedder(), "off", strength=strength), state(0.6)).faces
    assert face.identity == pytest.approx(np.cos(strength * 0.6 * np.pi / 2), abs=1e-5)


def test_a_strength_that_keeps_the_person_takes_nothing_back():
    (whole,) = run(IdentityStage(AngleEmbedder()), state(1.0)).faces
    (half,) = run(IdentityStage(AngleEmbedder(), strength=0.5), state(1.0)).faces
    assert whole.likeness == "pulled_back"
    assert (half.likeness, half.kept_back) == ("same", 0.0)


@pytest.mark.parametrize("strength", [1.0, 0.9, 0.75])
@pytest.mark.parametrize("floor", ["normal", "strict"])
def test_what_the_user_gets_after_a_pull_back_meets_the_floor(strength, floor):
    embedder = AngleEmbedder()
    (face,) = run(IdentityStage(embedder, floor, strength=strength), state(1.0)).faces
    seen = face.crop + np.float32(strength) * (face.restored - face.crop)
    cosine = float(embedder.embed(seen[None])[0] @ embedder.embed(face.crop[None])[0])
    assert face.kept_back > 0
    assert cosine >= embedder.floors[floor] - 1e-6
    assert face.identity == pytest.approx(cosine, abs=1e-5)


def test_a_face_that_is_switched_off_is_not_measured():
    stage = IdentityStage(AngleEmbedder(), strengths=((1, 0.0),))
    on, off = run(stage, state(0.1, 1.0)).faces
    assert on.identity is not None
    assert (off.identity, off.likeness) == (None, "")


def test_another_strength_of_one_face_measures_that_face_once():
    embedder = CountingEmbedder()
    before = state(0.2, 0.3, 0.4)
    stage = IdentityStage(embedder, strengths=((1, 0.5),))
    after = again(stage, before, IdentityStage(embedder))
    assert embedder.crops == 1  # the old face is known
    fresh = run(stage, before)
    assert [face.identity for face in after.faces] == [face.identity for face in fresh.faces]


def test_a_pull_back_asks_at_most_seven_times():
    embedder = CountingEmbedder()
    run(IdentityStage(embedder), state(1.0))
    assert embedder.crops <= 7


def test_a_pull_back_does_not_depend_on_earlier_strengths():
    embedder = AngleEmbedder()
    before = state(1.0)
    stage = IdentityStage(embedder, strength=0.9)
    after = again(stage, before, IdentityStage(embedder, strength=0.3))
    fresh = run(stage, before)
    assert np.array_equal(after.faces[0].restored, fresh.faces[0].restored)
    assert after.warnings == fresh.warnings
