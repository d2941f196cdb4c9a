"""OpenVINO without its telemetry; every other module takes OpenVINO from here.

`import openvino` reports each import to its maker over the network, unless the package
`openvino_telemetry`, which it always installs, cannot be imported. Heirloom promises that nothing
leaves the computer, so that package is hidden while OpenVINO is imported.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

_TELEMETRY = "openvino_telemetry"


@contextmanager
def _hidden(name: str) -> Iterator[None]:
    """Let importing a package fail inside the block; what was imported before stays usable."""
    modules: dict[str, ModuleType | Any] = sys.modules
    before = {key: modules.pop(key) for key in list(modules) if key.split(".")[0] == name}
    modules[name] = None
    try:
        yield
    finally:
        del modules[name]
        modules.update(before)


with _hidden(_TELEMETRY):
    import openvino as ov
    from openvino import opset13 as ops

__all__ = ["ops", "ov"]
