"""Networks on OpenVINO: twice as fast as torch on an x86 processor, to the same result.

Only graphs that are written here in Heirloom run on it. OpenVINO's converter, which would report
its use over the network, is never called.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

import numpy as np
import openvino as ov

from core.device import Chosen
from core.engines.runtime import FloatBatch, Poll

GraphWriter = Callable[[int, int], ov.Model]
"""Writes a network as a graph for one picture of (height, width)."""

_HINTS = {"fp32": "f32", "bf16": "bf16"}
_WAIT_MS = 50
_FIRST_GUESS_S = 5.0
_MOST_ESTIMATED = 0.95


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
        request = self._request(images.shape[2], images.shape[3])
        results: list[FloatBatch] = []
        for index in range(len(images)):
            picture = np.ascontiguousarray(images[index : index + 1])
            self._run(request, [picture, *extras], poll, (index, len(images)))
            results.append(request.get_output_tensor(0).data.astype(np.float32))
        return np.concatenate(results)

    def _run(
        self, request: Any, inputs: list[FloatBatch], poll: Poll, step: tuple[int, int]
    ) -> None:
        """Run one picture, and estimate from the last one's time how far it is."""
        index, count = step
        began = time.monotonic()

        def report() -> None:
            elapsed = time.monotonic() - began
            poll((index + min(_MOST_ESTIMATED, elapsed / self._last_s)) / count)

        report()
        request.start_async(inputs)
        _wait(request, report)
        self._last_s = max(_WAIT_MS / 1000, time.monotonic() - began)

    def _request(self, height: int, width: int) -> Any:
        if (height, width) not in self._requests:
            # One size at a time: compiled graphs are large, and sizes come in runs.
            self._requests.clear()
            hints = {
                "PERFORMANCE_HINT": "LATENCY",
                "INFERENCE_PRECISION_HINT": _HINTS[self._chosen.precision],
            }
            compiled = self._core.compile_model(self._write(height, width), "CPU", hints)
            self._requests[height, width] = compiled.create_infer_request()
        return self._requests[height, width]


def _wait(request: Any, poll: Callable[[], None]) -> None:
    """Wait for a request, and stop it where `poll` raises."""
    try:
        while not request.wait_for(_WAIT_MS):
            poll()
    except BaseException:
        request.cancel()
        # The inputs must stay alive until the last operation is over, and then waiting for a
        # request that was cancelled raises.
        with suppress(RuntimeError):
            while not request.wait_for(_WAIT_MS):
                pass
        raise
