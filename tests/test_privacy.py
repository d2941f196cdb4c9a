"""Restoring a photo touches no network: not Heirloom, and none of the libraries that it uses."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PHOTO = ROOT / "tests" / "golden" / "astronaut.jpg"

WATCHED = """
import sys
seen = []
sys.addaudithook(
    lambda event, args: seen.append((event, str(args[1:])))
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}
    else None
)
"""
RESTORE = """
from app.cli import main
code = main(["restore", sys.argv[1], "-o", sys.argv[2], "-q"])
print(code, seen)
"""
CONNECT = """
import socket
with socket.socket() as plug:
    plug.settimeout(1)
    try:
        plug.connect(("127.0.0.1", 9))
    except OSError:
        pass
print(seen)
"""


def run(code: str, home: Path, *arguments: str) -> str:
    """What a watched program prints, in a home folder of its own and not in CI's surroundings."""
    folders = {name: str(home) for name in ("HOME", "USERPROFILE", "LOCALAPPDATA", "APPDATA")}
    kept = {name: value for name, value in os.environ.items() if name != "CI"}
    done = subprocess.run(
        [sys.executable, "-c", WATCHED + code, *arguments],
        cwd=ROOT,
        env={**kept, **folders},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_restoration_asks_nothing_of_the_network_and_leaves_nothing_at_home(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    assert run(RESTORE, home, str(PHOTO), str(tmp_path / "out")) == "0 []"
    assert (tmp_path / "out" / PHOTO.name).is_file()
    assert [path.name for path in home.rglob("*") if path.is_file()] == []


def test_the_watch_sees_a_connection(tmp_path: Path) -> None:
    assert "socket.connect" in run(CONNECT, tmp_path)
