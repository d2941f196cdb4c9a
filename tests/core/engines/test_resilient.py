"""Out of memory and broken output, injected by a fake runtime."""

import threading

import numpy as np
import pytest
import torch

from core.device import Chosen
from core.engines.resilient import ResilientRunner, is_broken, safer_than, tells_of_memory
from core.errors import Cancelled, MemoryExhaustedError, RestorationError
from core.progress import CancelToken, Progress, no_progress

GPU = Chosen("cuda:0", "torch", "fp16")
CPU = Chosen("cpu", "torch", "fp32")
PICTURES = np.random.default_rng(0).random((5, 3, 4, 4), dtype=np.float32)


class FakeRuntime:
    """Inverts pictures, unless it is told to fail."""

    def __init__(self, chosen, log, fits=lambda chosen, n: True, spoil=lambda chosen, out: out):
        self.chosen = chosen
        self.log = log
        self.fits = fits
        self.spoil = spoil

    def infer(self, images, extras, poll):
        poll(0.0)
        self.log.append((self.chosen.device, self.chosen.precision, len(images)))
        if not self.fits(self.chosen, len(images)):
            raise torch.OutOfMemoryError("injected")
        return self.spoil(self.chosen, 1 - images)


def runner(chosen, log, **faults):
    return ResilientRunner(lambda wanted: FakeRuntime(wanted, log, **faults), chosen)


def run(runner, images=PICTURES, batch=4, progress=None):
    return runner.run(images, (), batch=batch, progress=progress or no_progress())


def test_without_trouble_nothing_is_said():
    log = []
    done = run(runner(GPU, log))
    np.testing.assert_allclose(done.images, 1 - PICTURES)
    assert done.warnings == ()
    assert log == [("cuda:0", "fp16", 4), ("cuda:0", "fp16", 1)]


def test_out_of_memory_halves_the_batch_and_says_so():
    log = []
    done = run(runner(GPU, log, fits=lambda _chosen, n: n <= 2))
    np.testing.assert_allclose(done.images, 1 - PICTURES)
    assert [n for _, _, n in log] == [4, 2, 2, 1]
    assert len(done.warnings) == 1
    assert "fewer pictures" in done.warnings[0]


def test_a_card_that_cannot_hold_one_picture_hands_over_to_the_processor():
    log = []
    done = run(runner(GPU, log, fits=lambda chosen, _n: chosen.device == "cpu"), batch=1)
    np.testing.assert_allclose(done.images, 1 - PICTURES)
    assert ("cpu", "fp32", 1) in log
    assert any("the processor did the work" in w for w in done.warnings)


def test_python_memory_errors_count_as_well():
    def spoil(_chosen, out):
        if len(out) > 1:
            raise MemoryError
        return out

    done = run(runner(CPU, [], spoil=spoil))
    np.testing.assert_allclose(done.images, 1 - PICTURES)


@pytest.mark.parametrize(
    "message",
    [
        "[enforce fail at alloc_cpu.cpp:121] DefaultCPUAllocator: can't allocate memory: you tried",
        "DefaultCPUAllocator: not enough memory: you tried to allocate 1 bytes.",
        "MPS backend out of memory (MPS allocated: 1 GB)",
        "Check 'false' failed at src/inference: std::bad_alloc",
        "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
    ],
)
def test_so_does_what_runtimes_say_in_words(message):
    def spoil(_chosen, out):
        if len(out) > 1:
            raise RuntimeError(message)
        return out

    done = run(runner(CPU, [], spoil=spoil))
    np.testing.assert_allclose(done.images, 1 - PICTURES)
    assert any("fewer pictures" in warning for warning in done.warnings)


def test_torch_on_the_processor_says_it_in_such_words():
    with pytest.raises(RuntimeError) as caught:
        torch.empty(2**61, dtype=torch.uint8)
    assert tells_of_memory(str(caught.value))


def test_other_errors_are_not_mistaken_for_missing_memory():
    def spoil(_chosen, _out):
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    with pytest.raises(RuntimeError):
        run(runner(GPU, [], spoil=spoil))


def test_not_even_one_picture_on_the_processor_is_a_plain_error():
    with pytest.raises(MemoryExhaustedError, match="memory"):
        run(runner(GPU, [], fits=lambda _chosen, _n: False))


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0, 0.5])
def test_an_empty_picture_is_made_again_in_full_precision(value):
    log = []

    def spoil(chosen, out):
        if chosen.precision == "fp16":
            out[1] = value
        return out

    done = run(runner(GPU, log, spoil=spoil), PICTURES[:3])
    np.testing.assert_allclose(done.images, 1 - PICTURES[:3])
    assert log == [("cuda:0", "fp16", 3), ("cuda:0", "fp32", 1)]
    assert "made again in fp32" in done.warnings[0]


def test_a_card_that_fails_in_full_precision_too_hands_over_to_the_processor():
    def spoil(chosen, out):
        return out if chosen.device == "cpu" else out * np.nan

    done = run(runner(GPU, [], spoil=spoil))
    np.testing.assert_allclose(done.images, 1 - PICTURES)
    assert len(done.warnings) == 2


def test_a_model_that_is_broken_everywhere_gives_an_error_and_no_picture():
    with pytest.raises(RestorationError, match="no usable picture"):
        run(runner(GPU, [], spoil=lambda _chosen, out: out * np.nan))


def test_a_flat_picture_may_stay_flat():
    flat = np.full((3, 4, 4), 0.2, np.float32)
    assert not is_broken(flat, flat)
    assert is_broken(PICTURES[0], flat)


def test_openvino_falls_back_to_torch_in_the_end():
    first = Chosen("cpu", "openvino", "bf16")
    second = safer_than(first)
    assert (second.runtime, second.precision) == ("openvino", "fp32")
    third = safer_than(second)
    assert (third.runtime, third.precision) == ("torch", "fp32")
    assert safer_than(third) is None


def test_output_is_clipped():
    done = run(runner(CPU, [], spoil=lambda _chosen, out: out * 3 - 1))
    assert done.images.min() == 0
    assert done.images.max() == 1


def test_a_cancelled_job_stops_before_the_next_batch():
    token, log = CancelToken(), []

    def spoil(_chosen, out):
        token.cancel()
        return out

    with pytest.raises(Cancelled):
        run(runner(CPU, log, spoil=spoil), progress=Progress(token=token))
    assert len(log) == 1


def test_progress_runs_from_start_to_end():
    seen = []
    run(
        runner(CPU, []),
        batch=1,
        progress=Progress(lambda fraction, _message: seen.append(fraction)),
    )
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert {round(f, 6) for f in seen} >= {0.0, 0.2, 0.4, 0.6, 0.8, 1.0}


def test_progress_never_goes_back_when_memory_runs_short():
    class Reporting(FakeRuntime):
        def infer(self, images, extras, poll):
            for fraction in (0.2, 0.5, 0.9):
                poll(fraction)
            return super().infer(images, extras, lambda _fraction: None)

    seen = []
    subject = ResilientRunner(
        lambda wanted: Reporting(
            wanted, [], fits=lambda chosen, n: n == 1 and chosen.device == "cpu"
        ),
        GPU,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.engines.resilient._REPORT_EVERY_S", 0.0)
        progress = Progress(lambda fraction, _message: seen.append(fraction))
        run(subject, batch=2, progress=progress)
    assert seen == sorted(seen)
    assert seen[-1] == 1
    assert len(set(seen)) > 15


def test_making_a_runtime_is_left_at_once_when_cancelled():
    token, going = CancelToken(), threading.Event()
    subject = ResilientRunner(lambda _chosen: going.wait(20), CPU)
    seen = []

    def sink(fraction, _message):
        seen.append(fraction)
        if len(seen) > 2:
            token.cancel()

    try:
        with pytest.raises(Cancelled):
            run(subject, progress=Progress(sink, token))
        assert not going.is_set()
        assert seen == sorted(seen)
        assert seen[-1] > 0  # it moved meanwhile
    finally:
        going.set()
