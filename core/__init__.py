"""Heirloom's engine: reads, restores and writes photographs. Knows no window and no command line.

`import core` is free: it touches no file, no device and no network, and does not load torch.
The public names below are loaded at first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_PUBLIC = {
    "restore": "core.api",
    "open_photo": "core.api",
    "save_photo": "core.api",
    "Engine": "core.api",
    "RestorationSettings": "core.settings",
    "RestorationError": "core.errors",
    "Cancelled": "core.errors",
}

if TYPE_CHECKING:
    from core.api import Engine, open_photo, restore, save_photo
    from core.errors import Cancelled, RestorationError
    from core.settings import RestorationSettings

__all__ = [
    "Cancelled",
    "Engine",
    "RestorationError",
    "RestorationSettings",
    "__version__",
    "open_photo",
    "restore",
    "save_photo",
]


def __getattr__(name: str) -> Any:
    """Load a public name from the module that defines it."""
    try:
        module = _PUBLIC[name]
    except KeyError:
        raise AttributeError(f"module 'core' has no attribute {name!r}") from None
    return getattr(import_module(module), name)
