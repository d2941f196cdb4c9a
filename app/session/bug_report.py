"""What a bug report needs: versions, computer, settings, last error. Nothing private."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from importlib import metadata
from typing import Any

import msgspec

from core import __version__
from core.interfaces import EngineInfo
from core.settings import RestorationSettings

PACKAGES = ("PySide6-Essentials", "torch", "openvino", "opencv-python", "numpy", "pillow")


def versions() -> str:
    """Program, system, Python and the packages that matter, one line each."""
    system = f"{platform.system()} {platform.release()}, {platform.machine()}"
    lines = [
        f"Heirloom {__version__}",
        f"{system}, {os.cpu_count()} processors",
        f"Python {platform.python_version()}",
    ]
    return "\n".join([*lines, *filter(None, map(_version, PACKAGES))])


def _version(package: str) -> str:
    try:
        return f"{package} {metadata.version(package)}"
    except metadata.PackageNotFoundError:
        return ""


def bug_report(
    settings: RestorationSettings | None,
    engines: Sequence[EngineInfo],
    last_error: str,
    photo: str = "",
) -> str:
    """Everything as text to paste.

    Args:
        settings: Those of the open photo, or None.
        engines: What ran last.
        last_error: Details of the last error; empty where there was none.
        photo: Kind and size of the open photo; see `photo_kind`.
    """
    parts = [versions()]
    if photo:
        parts.append(f"Photo: {photo}")
    if engines:
        lines = [
            f"  {info.task}: {_model(info.model)}, {info.device}, {info.runtime}, {info.precision}"
            for info in engines
        ]
        parts.append("\n".join(["What ran:", *dict.fromkeys(lines)]))
    if settings is not None:
        plain = msgspec.json.encode(_without_paths(settings.to_builtins()))
        parts.append("Settings:\n" + msgspec.json.format(plain, indent=2).decode())
    parts.append(f"Last error:\n{last_error}" if last_error else "Last error: none")
    return "\n\n".join(parts) + "\n"


def photo_kind(format_name: str, width: int, height: int, bits: int) -> str:
    """What may be said of a photo: kind and size, never its name."""
    return f"{format_name or 'pasted'}, {width} x {height}, {bits} bits"


def _model(name: str) -> str:
    """The id of a model; a file of the user's own has no name here."""
    return "own file" if "/" in name or "\\" in name or "." in name else name


def _without_paths(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_paths(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_paths(each) for each in value]
    return _model(value) if isinstance(value, str) else value
