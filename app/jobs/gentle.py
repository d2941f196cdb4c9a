"""Keeps the window answering while the worker thread loads libraries and calculates.

All threads of Python share one lock. Whoever holds it for long lets the window stand still:

- Loading torch's libraries takes the system up to a second, and `import` holds the lock meanwhile.
  Calls through ctypes do not, so the libraries are opened that way first; `import` then finds them.
- While the objects of thousands of modules are made, the garbage collector walks over all of them
  again and again, 0.4 s at a time. It rests during the import, and afterwards leaves these objects
  alone, as they live as long as the program.
"""

from __future__ import annotations

import ctypes
import gc
import importlib.util
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

SWITCH_INTERVAL_S = 0.001
"""How long a thread may keep the lock while another one waits; Python's own choice is 5 ms."""

NICENESS = 3
"""How far calculating steps back behind the window, where processors are short (Linux)."""

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
