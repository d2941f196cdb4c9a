"""Networks on OpenVINO: twice as fast as torch on an x86 processor, to the same result.

Only graphs that are written here in Heirloom run on it. OpenVINO's converter, which would report
its use over the network, is never called.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import openvino as ov

from core.device import Chosen
from core.engines.runtime import FloatBatch, Poll

GraphWriter = Callable[[int, int], ov.Model]
"""Writes a network as a graph for one picture of (height, width)."""

_HINTS = {"fp32": "f32", "bf16": "bf16"}
_WAIT_MS = 50


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
            done = index / len(images)
            poll(done)
            picture = np.ascontiguousarray(images[index : index + 1])
            request.start_async([picture, *extras])
            _wait(request, partial(poll, done))
            results.append(request.get_output_tensor(0).data.astype(np.float32))
        return np.concatenate(results)

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
        # The inputs must stay alive until the last operation is over.
        while not request.wait_for(_WAIT_MS):
            pass
        raise
