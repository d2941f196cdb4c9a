"""Laying faces back: nothing outside changes, no seam, no order, every size and depth."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from face_fakes import FakeDetector, FakeRestorer, crop_to_photo, face_at, scene, start

from core.errors import Cancelled
from core.image import is_grey, to_float
from core.pipeline import Pipeline
from core.progress import CancelToken, Progress, no_progress
from core.settings import FaceChoice
from core.stages.background import BackgroundStage
from core.stages.composite import TILE_PX, CompositeStage, follow
from core.stages.detect import AlignedStage, DetectStage
from core.stages.restore import RestoreFacesStage

SIDE = 64


def restored(pixels, faces, change, side=SIDE):
    """The record before compositing."""
    state = DetectStage(FakeDetector(tuple(faces))).run(start(pixels), no_progress())
    return RestoreFacesStage(FakeRestorer(change, side)).run(state, no_progress())


def composite(state, *arguments):
    return CompositeStage(*arguments).run(state, no_progress())


def sharpened(crops):
    """A change that has detail, so that it survives the matching of colour and brightness."""
    rng = np.random.default_rng(3)
    return crops + rng.uniform(-0.2, 0.2, (*crops.shape[:3], 1))


def inside_crops(state, margin_px=1):
    """True where a crop covers the photo."""
    covered = np.zeros(state.photo.pixels.shape[:2], np.uint8)
    for item in state.faces:
        corners = crop_to_photo(item) * state.scale + (state.scale - 1) / 2
        cv2.fillConvexPoly(covered, np.rint(corners).astype(np.int32), 1)
    return cv2.dilate(covered, np.ones((2 * margin_px + 1,) * 2, np.uint8)) > 0


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("angle", [0, 30, 90])
def test_pixels_outside_the_crop_stay_bit_for_bit(dtype, angle):
    state = restored(scene(200, 240, dtype), [face_at((120, 100), 90, angle)], sharpened)
    result = composite(state)
    before, after = state.photo.pixels, result.photo.pixels
    outside = ~inside_crops(state)
    assert after.dtype == dtype
    assert np.array_equal(before[outside], after[outside])
    assert not np.array_equal(before, after)
    assert np.array_equal(state.photo.pixels, state.original.pixels)


@pytest.mark.parametrize(
    "stage",
    [
        CompositeStage(0.0),
        CompositeStage(1.0, (FaceChoice(index=0, enabled=False),)),
        CompositeStage(1.0, (FaceChoice(index=0, strength=0.0),)),
    ],
)
def test_switched_off_leaves_the_very_same_photo(stage):
    state = restored(scene(120, 120), [face_at((60, 60), 60)], sharpened)
    result = stage.run(state, no_progress())
    assert result.photo is state.photo
    assert result.faces[0].strength == 0.0


def test_choices_are_face_by_face():
    pixels = scene(120, 240)
    state = restored(pixels, [face_at((60, 60), 60), face_at((180, 60), 60)], sharpened)
    choices = (FaceChoice(index=0, enabled=False), FaceChoice(index=1, strength=0.25))
    result = composite(state, 1.0, choices)
    assert [item.strength for item in result.faces] == [0.0, 0.25]
    assert np.array_equal(result.photo.pixels[:, :120], pixels[:, :120])
    assert not np.array_equal(result.photo.pixels[:, 120:], pixels[:, 120:])


def test_strength_mixes_linearly():
    pixels = scene(120, 120, np.uint16)
    state = restored(pixels, [face_at((60, 60), 80)], sharpened)
    none = to_float(pixels)
    full = to_float(composite(state, 1.0).photo.pixels) - none
    half = to_float(composite(state, 0.5).photo.pixels) - none
    unclipped = np.abs(full) < 0.3
    assert np.abs(half - full / 2)[unclipped].max() < 1e-4


def ring(state, inner=0.9, outer=1.12):
    """The photo's pixels around the crop's border, and those around the mask's."""
    height, width = state.photo.pixels.shape[:2]
    y, x = np.mgrid[0:height, 0:width]
    (cx, cy), half = crop_to_photo(state.faces[0]).mean(axis=0), 40
    distance = np.maximum(np.abs(x - cx), np.abs(y - cy)) / half
    return (distance > inner) & (distance < outer)


def gradient(pixels):
    grey = cv2.GaussianBlur(to_float(pixels).mean(axis=2), (0, 0), 1)
    return np.hypot(cv2.Sobel(grey, -1, 1, 0), cv2.Sobel(grey, -1, 0, 1))


def test_no_seam_where_a_hard_box_paste_has_one():
    pixels = scene(160, 160)

    def brighter(crops):
        return sharpened(crops) * 0.9 + 0.12

    state = restored(pixels, [face_at((80, 80), 80)], brighter)
    blended = composite(state).photo.pixels
    pasted = pixels.copy()
    box = cv2.resize(state.faces[0].restored, (80, 80), interpolation=cv2.INTER_AREA)
    pasted[40:120, 40:120] = np.rint(box * 255)
    where = ring(state)
    before, soft, hard = (gradient(p)[where].mean() for p in (pixels, blended, pasted))
    assert soft <= before * 1.1
    assert hard > before * 2


def test_colour_and_brightness_follow_the_photo():
    rng = np.random.default_rng(0)
    crop = np.clip(0.5 + rng.normal(0, 0.05, (SIDE, SIDE, 3)), 0, 1).astype(np.float32)
    shifted = crop * 0.7 + np.float32([0.2, 0.05, 0.0])
    matched = follow(shifted.astype(np.float32), crop)
    assert np.abs(matched.mean(axis=(0, 1)) - crop.mean(axis=(0, 1))).max() < 0.005
    assert np.corrcoef(matched[..., 0].ravel(), shifted[..., 0].ravel())[0, 1] > 0.95


def test_hair_at_the_crops_edge_is_not_cut():
    state = restored(scene(160, 160), [face_at((80, 80), 100)], lambda crops: 1 - crops)
    change = np.abs(to_float(composite(state).photo.pixels) - to_float(state.photo.pixels))
    corners = crop_to_photo(state.faces[0])
    left, top = np.ceil(corners.min(axis=0)).astype(int)
    right, bottom = np.floor(corners.max(axis=0)).astype(int)
    inner = change[top:bottom, left:right]
    assert inner[:1].max() == inner[:, :1].max() == inner[:, -1:].max() == 0


def overlapping():
    return [face_at((80, 80), 90), face_at((120, 84), 90)]


def test_the_order_of_overlapping_faces_does_not_matter():
    state = restored(scene(170, 200), overlapping(), sharpened)
    one = composite(state).photo.pixels
    other = composite(replace(state, faces=state.faces[::-1])).photo.pixels
    assert np.abs(one.astype(int) - other).max() <= 1


def test_a_neighbour_does_not_cut_a_face():
    pixels, faces = scene(170, 200), overlapping()
    alone = composite(restored(pixels, faces[:1], sharpened)).photo.pixels
    both = composite(restored(pixels, faces, sharpened)).photo.pixels
    eyes = slice(70, 85), slice(60, 80)  # the part of the first face that faces away
    assert np.abs(alone[eyes].astype(int) - both[eyes]).max() <= 2


def test_half_strength_of_two_faces_is_not_full_strength():
    state = restored(scene(170, 200), overlapping(), lambda crops: crops + noise(crops))
    half = to_float(composite(state, 0.5).photo.pixels)
    full = to_float(composite(state, 1.0).photo.pixels)
    none = to_float(state.photo.pixels)
    assert np.abs(half - none).sum() < 0.6 * np.abs(full - none).sum()


def noise(crops):
    return np.random.default_rng(5).normal(0, 0.05, crops.shape)


@pytest.mark.parametrize("centre", [(0, 60), (119, 119), (60, -20), (60, 139)])
def test_a_face_cut_by_the_border(centre):
    state = restored(scene(120, 120), [face_at(centre, 90)], sharpened)
    result = composite(state)
    outside = ~inside_crops(state)
    assert np.array_equal(result.photo.pixels[outside], state.photo.pixels[outside])
    assert result.photo.size == state.photo.size


def test_a_face_beyond_the_photo_changes_nothing():
    state = restored(scene(60, 60), [face_at((400, 400), 50)], sharpened)
    assert np.array_equal(composite(state).photo.pixels, state.photo.pixels)


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 2)])
def test_tiny_and_extreme_photos(shape):
    state = restored(scene(*shape), [face_at((0, 0), 40)], sharpened)
    assert composite(state).photo.pixels.shape == (*shape, 3)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_grey_stays_exactly_grey(dtype):
    grey = np.repeat(scene(140, 140, dtype)[..., :1], 3, axis=2)
    state = restored(grey, [face_at((70, 70), 90, 20)], lambda crops: crops * [1, 0.6, 0.3])
    for strength in (0.3, 1.0):
        assert is_grey(composite(state, strength).photo.pixels)


@pytest.mark.parametrize("width_px", [24, 200])
def test_an_unchanged_face_is_hardly_changed_at_any_size(width_px):
    """What resampling alone costs: shrinking must not alias, enlarging must not shift."""
    y, x = np.mgrid[0:240, 0:240]
    waves = 0.5 + 0.2 * np.sin(x / 9)[..., None] * np.cos(y / 7)[..., None]
    pixels = np.rint(np.repeat(waves, 3, axis=2) * 255).astype(np.uint8)
    state = restored(pixels, [face_at((120, 120), width_px, 10)], lambda crops: crops)
    change = np.abs(composite(state).photo.pixels.astype(int) - pixels)
    assert change.max() <= 4


def test_fine_detail_does_not_alias_into_a_small_face():
    def checkered(crops):
        board = np.indices(crops.shape[1:3]).sum(axis=0) % 2
        return np.where(board[None, ..., None], 0.75, 0.25) + 0 * crops

    pixels = np.full((60, 60, 3), 128, np.uint8)
    state = restored(pixels, [face_at((30, 30), 23)], checkered)
    assert np.abs(composite(state).photo.pixels.astype(int) - 128).max() <= 8


def test_faces_land_in_the_right_place_when_the_photo_is_enlarged():
    pixels = scene(100, 100)
    stages = (
        DetectStage(FakeDetector((face_at((50, 50), 64),))),
        RestoreFacesStage(FakeRestorer(lambda crops: crops)),
        BackgroundStage(2),
    )
    before = Pipeline(stages).run(start(pixels).photo).result
    after = composite(before)
    difference = np.abs(after.photo.pixels.astype(int) - before.photo.pixels)
    assert difference.max() <= 12  # grain, resampled twice; a shift would tear the picture
    assert difference.mean() < 0.8


def test_faces_over_several_tiles_are_seamless():
    size = TILE_PX + 200
    state = restored(
        np.full((size, size, 3), 120, np.uint8),
        [face_at((TILE_PX, TILE_PX), 300)],
        lambda crops: crops + 0.2 * np.sin(np.arange(SIDE) / 3)[None, None, :, None],
    )
    after = composite(state).photo.pixels.astype(int)
    for axis in (0, 1):
        line = np.moveaxis(after, axis, 0)
        step = np.abs(line[TILE_PX] - line[TILE_PX - 1]).max()
        usual = np.abs(np.diff(line[TILE_PX - 40 : TILE_PX + 40], axis=0)).max()
        assert step <= usual


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_aligned_photo_is_replaced_whole(dtype):
    pixels = scene(90, 90, dtype)
    state = AlignedStage().run(start(pixels), no_progress())
    state = RestoreFacesStage(FakeRestorer(lambda crops: 1 - crops)).run(state, no_progress())
    result = composite(state)
    assert result.photo.pixels.dtype == dtype
    assert np.abs(to_float(result.photo.pixels) - (1 - to_float(pixels))).mean() < 0.02
    half = to_float(composite(state, 0.5).photo.pixels)
    assert np.abs(half - 0.5).mean() < 0.02


def test_cancel_between_tiles():
    size = 3 * TILE_PX
    state = restored(scene(size, size), [face_at((size / 2, size / 2), size)], sharpened)
    token = CancelToken()
    progress = Progress(lambda fraction, _: fraction > 0.3 and token.cancel(), token)
    with pytest.raises(Cancelled):
        CompositeStage().run(state, progress)


def test_same_input_same_bytes():
    state = restored(scene(170, 200), overlapping(), sharpened)
    assert np.array_equal(composite(state).photo.pixels, composite(state).photo.pixels)


def test_a_restored_face_gets_the_grain_of_the_photo_back():
    rng = np.random.default_rng(4)
    noise = rng.normal(0, 12, (256, 256, 1))
    pixels = np.clip(128 + noise, 0, 255).astype(np.uint8).repeat(3, axis=2)
    state = restored(pixels, [face_at((128, 128), 200)], lambda crops: crops * 0 + 0.5, 128)
    middle = (slice(110, 170), slice(100, 156))

    def roughness(blend_in: float) -> float:
        stage = CompositeStage(1.0, blend_in=blend_in)
        result = stage.run(state, no_progress()).photo.pixels[middle]
        return float(cv2.Laplacian(result[..., 0].astype(np.float32), cv2.CV_32F).std())

    before = float(cv2.Laplacian(pixels[middle][..., 0].astype(np.float32), cv2.CV_32F).std())
    assert roughness(0.0) < 0.15 * before
    assert roughness(1.0) == pytest.approx(before, rel=0.2)
    assert roughness(0.0) < roughness(0.5) < roughness(1.0)
    again = CompositeStage(1.0, blend_in=1.0).run(state, no_progress()).photo.pixels
    np.testing.assert_array_equal(again[..., 0], again[..., 1])


def soft_scene(sigma):
    """Hard edges, blurred: a photo with nothing finer than `sigma` pixels."""
    rng = np.random.default_rng(6)
    plane = np.full((300, 300), 90, np.float32)
    for _ in range(40):
        x, y, side = (int(v) for v in rng.integers((0, 0, 20), (300, 300, 70)))
        plane[y : y + side, x : x + side] = rng.uniform(30, 220)
    blurred = cv2.GaussianBlur(plane, (0, 0), sigma) if sigma else plane
    return np.rint(np.repeat(blurred[..., None], 3, axis=2)).astype(np.uint8)


def clear_face(crops):
    """Sharp dark discs, as a network draws eyes and mouth."""
    side = crops.shape[1]
    y, x = np.mgrid[0:side, 0:side] / side
    dark = np.zeros((side, side), bool)
    for cx, cy in ((0.38, 0.47), (0.62, 0.47), (0.5, 0.72)):
        dark |= np.hypot(x - cx, y - cy) < 0.06
    return np.where(dark[None, ..., None], 0.2, 0.6) + 0 * crops


def steepest(state, blend_in):
    result = CompositeStage(1.0, (), blend_in).run(state, no_progress()).photo.pixels
    luma = result[110:190, 110:190, 0].astype(np.float32)
    return float(np.percentile(np.hypot(*np.gradient(luma)), 98))


def test_blend_in_makes_a_face_in_a_soft_photo_softer_step_by_step():
    state = restored(soft_scene(4), [face_at((150, 150), 200)], clear_face, 200)
    steps = [steepest(state, share) for share in (0.0, 0.5, 1.0)]
    assert steps[0] > 1.05 * steps[1] > 1.1 * steps[2]
    assert steepest(state, 0.5) == steps[1]


def test_blend_in_leaves_the_sharpness_of_a_face_in_a_sharp_photo():
    state = restored(soft_scene(0), [face_at((150, 150), 200)], clear_face, 200)
    assert steepest(state, 1.0) == pytest.approx(steepest(state, 0.0), rel=0.05)
