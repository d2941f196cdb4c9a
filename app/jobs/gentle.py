"""Keeps the window answering while the worker thread loads libraries and calculates.

All threads of Python share one lock. Whoever holds it for long lets the window stand still:

- Loading torch's libraries takes the system up to a second, and `import` holds the lock meanwhile.
  Calls through ctypes do not, so the libraries are opened that way first; `import` then finds them.
- Modules that only some windows need are imported one at a time while the user does nothing.
- While the objects of thousands of modules are made, the garbage collector walks over all of them
  again and again, 0.4 s at a time. It rests during the import, and afterwards leaves these objects
  alone, as they live as long as the program.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import importlib.util
import os
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from PySide6.QtCore import QObject, QTimer

SWITCH_INTERVAL_S = 0.001
"""How long a thread may keep the lock while another one waits; Python's own choice is 5 ms."""

NICENESS = 3
"""How far calculating steps back behind the window, where processors are short (Linux)."""

TURN_MS = 50
"""Between two imports of modules that may be needed later."""

_LIBRARIES = ("c10", "torch_cpu", "torch", "torch_python")
_RTLD_LAZY = 1


@contextmanager
def gentle_loading() -> Iterator[None]:
    """Import large libraries in the block without holding up other threads for long."""
    was_enabled = gc.isenabled()
    open_torch_libraries()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
        gc.freeze()


def open_torch_libraries() -> int:
    """Open torch's libraries without Python's lock, so that importing torch finds them open.

    Returns:
        How many were opened; 0 where there is no torch or the system keeps them elsewhere.
    """
    if "torch" in sys.modules or sys.platform == "win32":
        return 0  # Windows opens them without the lock anyway
    spec = importlib.util.find_spec("torch")
    places = spec.submodule_search_locations if spec else None
    if not places:
        return 0
    suffix = ".dylib" if sys.platform == "darwin" else ".so"
    paths = [Path(places[0]) / "lib" / f"lib{name}{suffix}" for name in _LIBRARIES]
    open_library = ctypes.CDLL(None).dlopen
    open_library.argtypes = [ctypes.c_char_p, ctypes.c_int]
    open_library.restype = ctypes.c_void_p
    existing = [path for path in paths if path.is_file()]
    return sum(bool(open_library(os.fsencode(path), _RTLD_LAZY)) for path in existing)


def step_back() -> None:
    """Let other threads go first; for the worker thread, and for all threads that it starts."""
    if sys.platform == "linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICENESS)


class ImportsInTurns(QObject):
    """Imports modules before they are needed, one in each turn, so that no turn is long.

    Args:
        names: Modules, those first that others of them need.
        parent: Owner.
    """

    def __init__(self, names: Sequence[str], parent: QObject) -> None:
        super().__init__(parent)
        self._names = deque(names)
        self._timer = QTimer(self)
        self._timer.setInterval(TURN_MS)
        self._timer.timeout.connect(self._import_one)

    @property
    def is_done(self) -> bool:
        """Whether all of them are there."""
        return not self._names

    def start(self) -> None:
        """Begin; ends by itself."""
        self._timer.start()

    def _import_one(self) -> None:
        if self._names:
            importlib.import_module(self._names.popleft())
        if self.is_done:
            self._timer.stop()
