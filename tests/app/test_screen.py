"""Whether a window can be opened at all."""

import socket
import sys

import pytest

from app.screen import has_screen, socket_answers


@pytest.mark.parametrize(
    ("platform", "environment", "expected"),
    [
        ("linux", {}, False),
        ("linux", {"DISPLAY": ""}, False),
        ("linux", {"DISPLAY": ":0"}, True),
        ("linux", {"DISPLAY": ":7"}, False),
        ("linux", {"DISPLAY": "unix:0.1"}, True),
        ("linux", {"DISPLAY": "localhost:10.0"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0", "XDG_RUNTIME_DIR": "/run/user/1"}, True),
        ("linux", {"WAYLAND_DISPLAY": "wayland-9", "XDG_RUNTIME_DIR": "/run/user/1"}, False),
        ("linux", {"WAYLAND_DISPLAY": "gone", "DISPLAY": ":0"}, True),
        ("linux", {"QT_QPA_PLATFORM": "offscreen"}, True),
        ("win32", {}, True),
        ("darwin", {}, True),
    ],
)
def test_where_there_is_a_screen(platform, environment, expected):
    there = {"/tmp/.X11-unix/X0", "/run/user/1/wayland-0"}
    assert has_screen(platform, environment, there.__contains__) is expected


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Unix sockets")
def test_a_server_must_answer(tmp_path):
    address = str(tmp_path / "wayland-0")
    environment = {"WAYLAND_DISPLAY": "wayland-0", "XDG_RUNTIME_DIR": str(tmp_path)}
    assert not has_screen("linux", environment)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(address)
        server.listen()
        assert socket_answers(address)
        assert has_screen("linux", environment)
    assert not socket_answers(address)  # the file of a server that died
