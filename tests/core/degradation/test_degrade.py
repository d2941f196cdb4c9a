"""Damage synthesis: seeded, bounded, truthful about what it damaged."""

from __future__ import annotations

import numpy as np
import pytest

from core.degradation import PROFILES, CameraProfile, DamageProfile, Effect, degrade, generator_for
from core.degradation.camera import gaussian_kernel, jpeg, unit_px

KINDS = (
    "sepia", "fading", "yellowing", "grain", "halftone", "stains", "creases", "scratches", "dust",
)  # fmt: skip
LOCAL_KINDS = ("stains", "creases", "scratches", "dust")


def picture(side_px: int = 128, seed: int = 5) -> np.ndarray:
    """Smooth colours with some edges, uint8."""
    rng = np.random.default_rng(seed)
    x = np.linspace(0, 1, side_px, dtype=np.float32)
    base = np.stack(np.broadcast_arrays(x[None, :], x[:, None], 0.5 + 0.3 * x[None, :]), axis=2)
    base = base + 0.2 * (rng.random((1, 1, 3)) - 0.5)
    base[side_px // 3 : side_px // 2, side_px // 4 : side_px // 2] = (0.8, 0.5, 0.4)
    return (np.clip(base, 0.1, 0.9) * 255).astype(np.uint8)


def always(kind: str, strength: float) -> DamageProfile:
    return DamageProfile(**{kind: Effect(probability=1.0, low=strength, high=strength)})


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_same_seed_and_index_give_the_same_picture(name):
    image = picture()
    first = degrade(image, PROFILES[name], generator_for(7, 3))
    second = degrade(image, PROFILES[name], generator_for(7, 3))
    assert np.array_equal(first.image, second.image)
    assert np.array_equal(first.mask, second.mask)
    assert first.record == second.record


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_output_has_the_shape_and_range_of_a_picture(name):
    image = picture(96)[:, :80].copy()
    before = image.copy()
    for index in range(8):
        done = degrade(image, PROFILES[name], generator_for(1, index))
        assert done.image.shape == done.target.shape == image.shape
        assert done.image.dtype == done.target.dtype == np.float32
        assert done.mask.shape == image.shape[:2]
        assert done.mask.dtype == np.bool_
        assert np.isfinite(done.image).all()
        assert done.image.min() >= 0
        assert done.image.max() <= 1
        assert done.image.flags.c_contiguous
    assert np.array_equal(image, before)


def test_another_index_gives_other_damage():
    image = picture()
    first = degrade(image, PROFILES["old-print"], generator_for(7, 0))
    second = degrade(image, PROFILES["old-print"], generator_for(7, 1))
    assert not np.array_equal(first.image, second.image)


def test_nothing_happens_under_the_empty_profile():
    image = picture()
    done = degrade(image, PROFILES["none"], generator_for(0, 0))
    assert np.array_equal(np.rint(done.image * 255).astype(np.uint8), image)
    assert not done.mask.any()
    assert done.record == ()


def test_a_share_of_the_pictures_is_spared():
    profile = PROFILES["old-print"].replace(clean_probability=0.5)
    spared = [degrade(picture(32), profile, generator_for(2, i)).record == () for i in range(60)]
    assert 15 < sum(spared) < 45


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "sepia"])
def test_each_kind_grows_with_its_strength(kind):
    image = picture(160)
    clean = image.astype(np.float32) / 255
    change = []
    for strength in (0.15, 1.0):
        totals = []
        for index in range(12):
            done = degrade(image, always(kind, strength), generator_for(4, index))
            assert [step.kind for step in done.record] == [kind]
            totals.append(np.abs(done.image - clean).mean())
        change.append(np.mean(totals))
    assert change[0] > 1e-4
    assert change[1] > 1.3 * change[0]


def test_sepia_grows_browner_with_its_strength():
    image = picture()
    weak, strong = (
        degrade(image, always("sepia", strength), generator_for(4, 0)).image.mean(axis=(0, 1))
        for strength in (0.2, 1.0)
    )
    assert strong[0] - strong[2] > 2 * (weak[0] - weak[2]) > 0.01


@pytest.mark.parametrize("kind", LOCAL_KINDS)
def test_the_mask_is_exactly_where_local_damage_changed_the_picture(kind):
    image = picture(160)
    clean = image.astype(np.float32) / 255
    marked = 0
    for index in range(6):
        done = degrade(image, always(kind, 0.8), generator_for(9, index))
        change = np.abs(done.image - clean).max(axis=2)
        assert change[~done.mask].max() < 6 / 255 + 1e-6
        assert not done.mask.any() or change[done.mask].min() > 5.9 / 255
        marked += int(done.mask.sum())
    assert marked > 50


@pytest.mark.parametrize("kind", ["sepia", "fading", "yellowing", "grain", "halftone"])
def test_whole_picture_effects_leave_no_mask(kind):
    assert not degrade(picture(), always(kind, 0.8), generator_for(9, 0)).mask.any()


def test_switching_one_kind_off_leaves_the_others_as_they_were():
    image = picture()
    both = DamageProfile(
        scratches=Effect(probability=1, low=0.5, high=0.5),
        fading=Effect(probability=1, low=0.5, high=0.5),
    )
    alone = degrade(image, both.only("scratches"), generator_for(3, 1))
    together = degrade(image, both, generator_for(3, 1))
    faded = degrade(image, both.only("fading"), generator_for(3, 1))
    changed = np.abs(together.image - faded.image).max(axis=2) > 0.1
    assert alone.mask.any()
    assert alone.mask[changed].mean() > 0.95


def test_the_target_has_the_tone_of_the_damaged_picture():
    image = picture()
    grey = DamageProfile(camera=CameraProfile(grey_probability=1.0))
    done = degrade(image, grey, generator_for(0, 0))
    assert done.is_monochrome
    assert np.array_equal(done.target[..., 0], done.target[..., 2])
    toned = degrade(image, always("sepia", 1.0), generator_for(0, 0))
    assert toned.is_monochrome
    assert (toned.target[..., 0] - toned.target[..., 2]).mean() > 0.05
    faded = degrade(image, always("fading", 1.0), generator_for(0, 0))
    assert not faded.is_monochrome
    assert np.array_equal(faded.target, image.astype(np.float32) / np.float32(255))


def test_fading_lifts_the_blacks_and_yellowing_takes_the_blue():
    black = np.zeros((32, 32, 3), np.uint8)
    white = np.full((32, 32, 3), 255, np.uint8)
    for index in range(5):
        assert degrade(black, always("fading", 1.0), generator_for(1, index)).image.min() > 0.08
        done = degrade(white, always("yellowing", 1.0), generator_for(1, index)).image
        red, green, blue = done.mean(axis=(0, 1))
        assert red > green > blue + 0.1


def test_camera_damage_keeps_its_proportion_to_the_picture():
    """A blur of 8 px at 512 px is one of 2 px at 128 px: both lose the same detail."""
    camera = CameraProfile(blur_low_px=8, blur_high_px=8, anisotropic=0.0)
    lost = []
    for side in (128, 256):
        stripes = np.zeros((side, side, 3), np.uint8)
        stripes[:, (np.arange(side) * 16 // side) % 2 == 0] = 255
        done = degrade(stripes, DamageProfile(camera=camera), generator_for(0, 0))
        lost.append(done.image.std())
    assert lost[0] == pytest.approx(lost[1], rel=0.05)
    assert unit_px(np.zeros((256, 300, 3))) == 0.5


def test_the_blur_kernel_sums_to_one_and_turns():
    kernel = gaussian_kernel(3.0, 1.0, 0.0)
    assert kernel.sum() == pytest.approx(1.0, abs=1e-6)
    spread = (kernel.sum(axis=0) * (np.arange(kernel.shape[1]) - kernel.shape[1] // 2) ** 2).sum()
    assert spread == pytest.approx(9.0, rel=0.05)
    assert np.allclose(gaussian_kernel(3.0, 1.0, np.pi / 2), kernel.T, atol=1e-6)


def test_jpeg_costs_more_at_a_lower_quality():
    image = degrade(picture(), always("grain", 1.0), generator_for(0, 0)).image
    fine, coarse = (np.abs(jpeg(image, quality) - image).mean() for quality in (95, 30))
    assert coarse > 1.5 * fine


def test_profiles_read_and_write_json():
    for profile in PROFILES.values():
        assert DamageProfile.from_json(profile.to_json()) == profile


@pytest.mark.parametrize(
    "image",
    [
        np.zeros((8, 64, 3), np.uint8),
        np.zeros((64, 64), np.uint8),
        np.zeros((64, 64, 3), np.uint16),
    ],
)
def test_a_picture_of_another_kind_is_refused(image):
    with pytest.raises(ValueError, match=r"px|uint8"):
        degrade(image, PROFILES["mild"], generator_for(0, 0))


def test_an_effect_whose_range_is_upside_down_is_refused():
    with pytest.raises(ValueError, match="at least low"):
        Effect(probability=1.0, low=0.8, high=0.2)
