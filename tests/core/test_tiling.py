"""Tiles against the whole picture."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from core.errors import Cancelled, MemoryExhaustedError
from core.progress import CancelToken, Progress, no_progress
from core.tiling import Shrinking, Tiling, run_tiled, spans

SIZES = [(50, 70), (33, 97), (20, 200), (64, 64), (7, 5), (65, 31)]


def convolutional_upscaler(scale, layers=3):
    """A random network whose receptive field reaches `layers` pixels."""
    torch.manual_seed(0)
    convs = [torch.nn.Conv2d(3, 3, 3, padding=1) for _ in range(layers)]
    net = torch.nn.Sequential(
        *(m for conv in convs for m in (conv, torch.nn.LeakyReLU(0.2))),
        torch.nn.Upsample(scale_factor=scale, mode="nearest"),
    )

    @torch.no_grad()
    def work(tile, progress):
        progress.check()
        out = net(torch.from_numpy(np.ascontiguousarray(tile.transpose(2, 0, 1)[None])))
        return (out[0] * 0.5 + 0.5).numpy().transpose(1, 2, 0)

    return work


def photo(height, width, dtype=np.uint16):
    high = np.iinfo(dtype).max + 1
    return np.random.default_rng(5).integers(0, high, (height, width, 3)).astype(dtype)


def untiled(pixels, scale, work):
    return run_tiled(pixels, Tiling(10_000, 0, 0), scale, work, no_progress())


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(("context", "blend"), [(3, 0), (3, 6), (8, 3)])
def test_equals_the_untiled_result_where_the_context_covers_the_receptive_field(
    size, context, blend
):
    work = convolutional_upscaler(2)
    pixels = photo(*size)
    tiled = run_tiled(pixels, Tiling(30, context, blend), 2, work, no_progress())
    whole = untiled(pixels, 2, work)
    assert tiled.shape == whole.shape
    assert tiled.dtype == np.uint16
    assert np.abs(tiled.astype(int) - whole.astype(int)).max() <= 1


def test_a_seam_would_be_seen_without_context():
    work = convolutional_upscaler(2)
    pixels = photo(50, 70)
    tiled = run_tiled(pixels, Tiling(30, 0, 0), 2, work, no_progress())
    assert np.abs(tiled.astype(int) - untiled(pixels, 2, work).astype(int)).max() > 1000


def test_blending_leaves_no_jump_where_tiles_disagree():
    """Each tile is lighter than the one before: hard cuts would jump by a whole step."""
    shade = iter(np.linspace(0.1, 0.9, 200))

    def work(tile, _progress):
        return np.full_like(tile, next(shade))

    pixels = photo(30, 120, np.uint8)
    steps = {}
    for blend in (0, 10):
        shade = iter(np.linspace(0.1, 0.9, 12))
        tiled = run_tiled(pixels, Tiling(30, 0, blend), 1, work, no_progress())
        steps[blend] = np.abs(np.diff(tiled[15, :, 0].astype(int))).max()
    assert steps[10] <= steps[0] / 4


@pytest.mark.parametrize("length", [1, 29, 30, 31, 45, 100, 1001])
def test_spans_cover_an_axis_with_equal_tiles(length):
    tiling = Tiling(30, 4, 5)
    found = spans(length, tiling)
    assert found[0].start == 0
    assert found[-1].stop == length
    for span in found:
        assert span.read_stop - span.read_start == min(length, 30)
        assert 0 <= span.read_start <= span.start < span.stop <= span.read_stop <= length
        assert span.start == 0 or span.start - span.read_start >= 4
        assert span.stop == length or span.read_stop - span.stop == 4
    for one, two in pairwise(found):
        assert one.stop - two.start == 5


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_an_untouched_picture_comes_back_bit_for_bit(dtype):
    pixels = photo(61, 83, dtype)
    tiled = run_tiled(pixels, Tiling(24, 3, 4), 1, lambda tile, _progress: tile, no_progress())
    assert np.array_equal(tiled, pixels)


def test_progress_only_grows_and_reaches_the_end():
    seen = []
    progress = Progress(lambda fraction, _message: seen.append(fraction))
    run_tiled(photo(50, 70), Tiling(30, 2, 2), 1, lambda tile, _progress: tile, progress)
    assert seen == sorted(seen)
    assert seen[0] == 0
    assert seen[-1] == 1
    assert len(seen) > 4


def test_a_strip_is_stored_in_pieces_that_are_reported(monkeypatch):
    seen = []

    def work(tile, part):
        seen.append(None)  # a tile
        return tile

    monkeypatch.setattr("core.tiling._STORED_PX", 210)
    progress = Progress(lambda fraction, _message: seen.append(fraction))
    pixels = photo(50, 70)
    assert np.array_equal(run_tiled(pixels, Tiling(30, 2, 2), 1, work, progress), pixels)
    last = len(seen) - 1 - seen[::-1].index(None)
    assert len(seen[last + 1 :]) > 5
    fractions = [fraction for fraction in seen if fraction is not None]
    assert fractions == sorted(fractions)


def test_a_cancel_is_heard_while_a_strip_is_stored(monkeypatch):
    token = CancelToken()

    def sink(fraction, _message):
        if fraction > 0.995:  # behind the only tile
            token.cancel()

    monkeypatch.setattr("core.tiling._STORED_PX", 70)
    with pytest.raises(Cancelled):
        run_tiled(photo(50, 70), Tiling(100, 2, 2), 1, lambda tile, _: tile, Progress(sink, token))


def test_progress_goes_on_where_the_tile_that_did_not_fit_had_come_to():
    seen = []

    def work(tile, part):
        for fraction in (0.2, 0.6):
            part.report(fraction)
        if max(tile.shape[:2]) > 20:
            raise MemoryExhaustedError("It does not fit.", "")
        part.report(1.0)
        return tile

    tile = np.random.default_rng(0).random((30, 30, 3), dtype=np.float32)
    progress = Progress(lambda fraction, _message: seen.append(fraction))
    assert np.array_equal(Shrinking(work, 1, 2)(tile, progress), tile)
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1)


def test_cancelling_stops_before_the_next_tile():
    token, tiles = CancelToken(), []

    def work(tile, _progress):
        tiles.append(tile)
        token.cancel()
        return tile

    with pytest.raises(Cancelled):
        run_tiled(photo(50, 70), Tiling(30, 2, 2), 1, work, Progress(token=token))
    assert len(tiles) == 1


@pytest.mark.parametrize("tiling", [(10, 5, 0), (10, 3, 5), (10, -1, 0)])
def test_tiles_that_are_all_border_are_refused(tiling):
    with pytest.raises(ValueError, match="larger"):
        Tiling(*tiling)


def limited(work, most_px, log):
    def fits(tile, progress):
        log.append(max(tile.shape[:2]))
        if max(tile.shape[:2]) > most_px:
            raise MemoryExhaustedError("injected", "none")
        return work(tile, progress)

    return fits


def test_a_tile_that_does_not_fit_is_made_in_quarters_without_a_trace():
    log = []
    work = convolutional_upscaler(2)
    shrinking = Shrinking(limited(work, 40, log), 2, 4)
    pixels = photo(150, 130)
    tiled = run_tiled(pixels, Tiling(96, 4, 4), 2, shrinking, no_progress())
    assert np.abs(tiled.astype(int) - untiled(pixels, 2, work).astype(int)).max() <= 1
    assert shrinking.has_shrunk
    # It fails once at each size, then remembers.
    assert [side for side in log if side > 40] == [96, 52]


def test_a_tile_that_cannot_shrink_further_is_an_error():
    shrinking = Shrinking(limited(None, 1, []), 2, 4)
    with pytest.raises(MemoryExhaustedError):
        run_tiled(photo(100, 100), Tiling(96, 4, 4), 2, shrinking, no_progress())


def test_a_tile_that_fits_is_left_whole():
    log = []
    shrinking = Shrinking(limited(convolutional_upscaler(2), 96, log), 2, 4)
    run_tiled(photo(100, 100), Tiling(96, 4, 4), 2, shrinking, no_progress())
    assert not shrinking.has_shrunk
    assert set(log) == {96}
