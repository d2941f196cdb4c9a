"""Torch's libraries, loaded so that the other threads of the program go on meanwhile.

Python holds its lock while it loads a compiled module with all libraries behind it. For torch's
that is a third of a second at best, and several seconds on a busy computer or a cold disk, in which
a window does not answer and a cancel is not heard. A library that is there already costs nothing,
so they are loaded first, by a call that gives the lock away.
"""

from __future__ import annotations

import ctypes
import os
import sys
from importlib.util import find_spec
from pathlib import Path

_LIBRARIES = {"linux": "libtorch_python.so", "darwin": "libtorch_python.dylib"}
"""The one that needs all others. On Windows torch loads its own without Python's lock."""

_CUDA_LIBRARY = "libtorch_cuda.so"
"""Where torch was built for NVIDIA's cards it loads their libraries in an order of its own."""


def load_torch_libraries() -> bool:
    """Load the libraries that `import torch` needs, unless they are there.

    Returns:
        True where it did; False where there was nothing to do or it could not be done, which
        leaves everything to the import.
    """
    name = _LIBRARIES.get(sys.platform)
    if name is None or "torch" in sys.modules:
        return False
    spec = find_spec("torch")
    if spec is None or spec.origin is None:
        return False
    path = Path(spec.origin).parent / "lib" / name
    if path.with_name(_CUDA_LIBRARY).exists():
        return False
    return path.is_file() and _load(path)


def _load(path: Path) -> bool:
    """Load a library, and leave it loaded.

    `ctypes.CDLL(path)` would keep the lock; calling a function of the system's library does not.
    """
    loader = ctypes.CDLL(None).dlopen
    loader.restype = ctypes.c_void_p
    loader.argtypes = [ctypes.c_char_p, ctypes.c_int]
    return loader(os.fsencode(path), os.RTLD_LAZY) is not None
