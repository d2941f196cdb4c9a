"""Is there a screen? Asked before Qt is, which ends the process where there is none."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

NO_SCREEN = (
    "heirloom: There is no screen here to open the window on. "
    "“heirloom restore PHOTO -o FOLDER” works without one."
)

_LOCAL_DISPLAY = re.compile(r"(?:unix)?:(\d+)(?:\.\d+)?")
_X_SOCKETS = "/tmp/.X11-unix/X"  # noqa: S108
_TIMEOUT_S = 2.0


def has_screen(
    platform: str,
    environment: Mapping[str, str],
    answers: Callable[[str], bool] | None = None,
) -> bool:
    """False where a window is sure to fail: on Linux without an X or Wayland server that answers.

    Args:
        platform: As `sys.platform`.
        environment: As `os.environ`.
        answers: Whether somebody listens at a Unix socket; for tests.
    """
    listens = answers or socket_answers
    if not platform.startswith(("linux", "freebsd")) or environment.get("QT_QPA_PLATFORM"):
        return True
    wayland, display = environment.get("WAYLAND_DISPLAY"), environment.get("DISPLAY")
    if wayland:
        address = Path(environment.get("XDG_RUNTIME_DIR", "/"), wayland)
        if listens(str(address)):
            return True
    if not display:
        return False
    local = _LOCAL_DISPLAY.fullmatch(display)
    if local is None:  # on another computer: only Qt can tell
        return True
    address_of_x = f"{_X_SOCKETS}{local[1]}"
    return any(listens(name) for name in (f"\0{address_of_x}", address_of_x))


def socket_answers(address: str) -> bool:
    """True where a Unix socket can be connected to; a leading NUL makes the name abstract."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(_TIMEOUT_S)
        try:
            probe.connect(address)
        except OSError:
            return False
        return True
