"""Networks on OpenVINO: twice as fast as torch on an x86 processor, to the same result.

Only graphs that are written here in Heirloom run on it. OpenVINO's converter, which would report
its use over the network, is never called.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.device import Chosen
from core.engines.beside import beside, estimated_share
from core.engines.openvino_parts import RESULT, Part, picture_names
from core.engines.openvino_silent import ov
from core.engines.runtime import FloatBatch, Poll

GraphWriter = Callable[[int, int], ov.Model | Sequence[Part]]
"""Writes a network for one picture of (height, width): as a graph, or as several in a row."""

Report = Callable[[], None]
"""Says how far the work is; raises `Cancelled` to stop it."""

_HINTS = {"fp32": "f32", "bf16": "bf16"}
_WAIT_MS = 50
_FIRST_GUESS_S = 5.0


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
        self._compiled: dict[tuple[int, int], tuple[_Compiled, ...]] = {}

    @property
    def chosen(self) -> Chosen:
        """Device, runtime and precision."""
        return self._chosen

    def infer(self, images: FloatBatch, extras: Sequence[FloatBatch], poll: Poll) -> FloatBatch:
        """Run the network once; see `Runtime.infer`."""
        results: list[FloatBatch] = []
        for index in range(len(images)):
            report = self._estimate(poll, index, len(images))
            parts = self._parts(images.shape[2], images.shape[3], report)
            picture = np.ascontiguousarray(images[index : index + 1])
            values = dict(zip(picture_names(len(extras)), [picture, *extras], strict=True))
            began = time.monotonic()
            for part in parts:
                part.run(values, report)
            self._last_s = max(_WAIT_MS / 1000, time.monotonic() - began)
            results.append(values[RESULT].astype(np.float32))
        return np.concatenate(results)

    def _estimate(self, poll: Poll, index: int, count: int) -> Report:
        """A poll that estimates from the last run's time how far the present one is."""
        began, last_s = time.monotonic(), self._last_s

        def report() -> None:
            poll((index + estimated_share((time.monotonic() - began) / last_s)) / count)

        report()
        return report

    def _parts(self, height: int, width: int, report: Report) -> tuple[_Compiled, ...]:
        if (height, width) not in self._compiled:
            # One size at a time: compiled graphs are large, and sizes come in runs.
            self._compiled.clear()
            # It takes a second or more and cannot be interrupted.
            compiled = beside(lambda: self._compile(height, width), report)
            self._compiled[height, width] = compiled
        return self._compiled[height, width]

    def _compile(self, height: int, width: int) -> tuple[_Compiled, ...]:
        written = self._write(height, width)
        parts = (Part.whole(written),) if isinstance(written, ov.Model) else written
        return tuple(self._compile_part(part) for part in parts)

    def _compile_part(self, part: Part) -> _Compiled:
        precision = "fp32" if part.exact else self._chosen.precision
        hints = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": _HINTS[precision]}
        model = self._core.compile_model(part.model, "CPU", hints)
        return _Compiled(part.takes, part.gives, model.create_infer_request())


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A part that can run."""

    takes: tuple[str, ...]
    gives: tuple[str, ...]
    request: Any

    def run(self, values: dict[str, FloatBatch], report: Report) -> None:
        """Take what is needed from `values` and add what comes out, which the next run reuses."""
        self.request.start_async([values[name] for name in self.takes])
        _wait(self.request, report)
        for index, name in enumerate(self.gives):
            values[name] = self.request.get_output_tensor(index).data


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
