"""Networks on OpenVINO: twice as fast as torch on an x86 processor, to the same result.

Only graphs that are written here in Heirloom run on it. OpenVINO's converter, which would report
its use over the network, is never called.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from typing import Any

import numpy as np

from core.device import Chosen
from core.engines.openvino_silent import ov
from core.engines.runtime import FloatBatch, Poll

GraphWriter = Callable[[int, int], ov.Model]
"""Writes a network as a graph for one picture of (height, width)."""

Report = Callable[[], None]
"""Says how far the work is; raises `Cancelled` to stop it."""

_HINTS = {"fp32": "f32", "bf16": "bf16"}
_WAIT_MS = 50
_FIRST_GUESS_S = 5.0
_ON_TIME = 0.9


class OpenVinoRuntime:
    """A graph on the processor.

    Pictures run one after the other: on a processor a batch gains nothing, and so the result of a
    picture cannot depend on what is beside it.

    Args:
        write: Writes the graph for a picture size.
        chosen: Precision; the device is the processor.
    """

    def __init__(self, write: GraphWriter, chosen: Chosen) -> None:
        self._write = write
        self._chosen = chosen
        self._core = ov.Core()
        self._last_s = _FIRST_GUESS_S
        self._requests: dict[tuple[int, int], Any] = {}

    @property
    def chosen(self) -> Chosen:
        """Device, runtime and precision."""
        return self._chosen

    def infer(self, images: FloatBatch, extras: Sequence[FloatBatch], poll: Poll) -> FloatBatch:
        """Run the network once; see `Runtime.infer`."""
        results: list[FloatBatch] = []
        for index in range(len(images)):
            report = self._estimate(poll, index, len(images))
            request = self._request(images.shape[2], images.shape[3], report)
            picture = np.ascontiguousarray(images[index : index + 1])
            began = time.monotonic()
            request.start_async([picture, *extras])
            _wait(request, report)
            self._last_s = max(_WAIT_MS / 1000, time.monotonic() - began)
            results.append(request.get_output_tensor(0).data.astype(np.float32))
        return np.concatenate(results)

    def _estimate(self, poll: Poll, index: int, count: int) -> Report:
        """A poll that estimates from the last run's time how far the present one is."""
        began, last_s = time.monotonic(), self._last_s

        def report() -> None:
            poll((index + estimated_share((time.monotonic() - began) / last_s)) / count)

        report()
        return report

    def _request(self, height: int, width: int, report: Report) -> Any:
        if (height, width) not in self._requests:
            # One size at a time: compiled graphs are large, and sizes come in runs.
            self._requests.clear()
            self._requests[height, width] = self._compiled(height, width, report)
        return self._requests[height, width]

    def _compiled(self, height: int, width: int, report: Report) -> Any:
        """Compile beside this thread, which takes a second or more and cannot be interrupted."""
        compiler = ThreadPoolExecutor(1, thread_name_prefix="openvino-compiler")
        try:
            compiled = compiler.submit(self._compile, height, width)
            while not wait([compiled], timeout=_WAIT_MS / 1000).done:
                report()
            return compiled.result()
        finally:
            compiler.shutdown(wait=False)

    def _compile(self, height: int, width: int) -> Any:
        hints = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": _HINTS[self._chosen.precision],
        }
        model = self._core.compile_model(self._write(height, width), "CPU", hints)
        return model.create_infer_request()


def estimated_share(elapsed: float) -> float:
    """How far a run probably is; always growing and never quite done.

    Args:
        elapsed: Time so far, as a multiple of what the last run took.
    """
    if elapsed < 1:
        return _ON_TIME * elapsed
    return 1 - (1 - _ON_TIME) * math.exp(1 - elapsed)


def _wait(request: Any, report: Report) -> None:
    """Wait for a request, and stop it where `report` raises."""
    try:
        while not request.wait_for(_WAIT_MS):
            report()
    except BaseException:
        request.cancel()
        # The inputs must stay alive until the last operation is over, and then waiting for a
        # request that was cancelled raises.
        with suppress(RuntimeError):
            while not request.wait_for(_WAIT_MS):
                pass
        raise
