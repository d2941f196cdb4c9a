"""A web server on this computer that misbehaves as told, for tests of downloads."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl

CONTENT = random.Random(0).randbytes(600_000)
"""What the server holds under every address."""

PATIENCE_S = 60.0
"""How long a stalled answer waits for `ModelServer.release` before it gives up."""


class Handler(BaseHTTPRequestHandler):
    """Answers GET with the next behaviour of its server."""

    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self):
        owner = self.server.owner
        owner.requests.append(Seen(self.path, self.headers.get("Range"), dict(self.headers)))
        owner.next_behaviour()(self, owner)

    def log_message(self, *_args):
        """Keep the test output quiet."""

    @property
    def offset(self) -> int:
        """First byte that the request asks for."""
        asked = self.headers.get("Range", "bytes=0-")
        return int(asked.removeprefix("bytes=").rstrip("-"))

    def begin(self, status: int, length: int | None, **headers: str):
        """Send status line and headers; header names with underscores for hyphens."""
        self.send_response(status)
        if length is not None:
            self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True

    def begin_range(self, content: bytes, length: int | None = None):
        """Begin an answer as a good server does: 206 for a range, 200 otherwise."""
        rest = len(content) - self.offset
        if self.headers.get("Range") is None:
            self.begin(200, rest if length is None else length)
        else:
            where = f"bytes {self.offset}-{len(content) - 1}/{len(content)}"
            self.begin(206, rest if length is None else length, Content_Range=where)


Behaviour = Callable[[Handler, "ModelServer"], None]


@dataclass
class Seen:
    """A request that arrived."""

    path: str
    range: str | None
    headers: dict[str, str]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    owner: ModelServer

    def handle_error(self, *_args):
        """A client that went away is what these tests are about."""


@dataclass
class ModelServer:
    """The server. A context manager.

    Attributes:
        behaviours: One a request; the last one stays.
        content: What it holds.
        requests: What was asked of it.
        stalled: Set by a behaviour that now waits.
        release: Set it to let a waiting behaviour go on.
    """

    behaviours: list[Behaviour] = field(default_factory=lambda: [serve])
    content: bytes = CONTENT
    requests: list[Seen] = field(default_factory=list)
    stalled: threading.Event = field(default_factory=threading.Event)
    release: threading.Event = field(default_factory=threading.Event)
    tls: ssl.SSLContext | None = None

    def __enter__(self):
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), Handler)
        self._server.owner = self
        if self.tls is not None:
            self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()
        return self

    def __exit__(self, *_args):
        self.release.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Address of its folder."""
        scheme = "http" if self.tls is None else "https"
        return f"{scheme}://localhost:{self._server.server_address[1]}/files"

    def next_behaviour(self) -> Behaviour:
        """Take the next behaviour off the list."""
        with self._lock:
            return self.behaviours.pop(0) if len(self.behaviours) > 1 else self.behaviours[0]


def serve(handler, server):
    """Do everything right."""
    handler.begin_range(server.content)
    handler.wfile.write(server.content[handler.offset :])


def ignore_range(handler, server):
    """Send the whole file whatever was asked."""
    handler.begin(200, len(server.content))
    handler.wfile.write(server.content)


def drop_after(count):
    """Announce everything, send `count` bytes, hang up."""

    def behave(handler, server):
        handler.begin_range(server.content)
        handler.wfile.write(server.content[handler.offset : handler.offset + count])

    return behave


def chunked(handler, server):
    """Announce no length."""
    handler.begin(200, None, Transfer_Encoding="chunked")
    for start in range(0, len(server.content), 50_000):
        piece = server.content[start : start + 50_000]
        handler.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
    handler.wfile.write(b"0\r\n\r\n")


def wrong_byte(handler, server):
    """Send the right number of bytes, one of them wrong."""
    spoilt = bytearray(server.content)
    spoilt[-7] ^= 1
    handler.begin_range(bytes(spoilt))
    handler.wfile.write(spoilt[handler.offset :])


def too_many(handler, server):
    """Send more than the file has, and say so."""
    longer = server.content + bytes(300_000)
    handler.begin(200, len(longer))
    handler.wfile.write(longer)


def lie_about_length(length):
    """Announce another length than what follows."""

    def behave(handler, server):
        handler.begin_range(server.content, length)
        handler.wfile.write(server.content[handler.offset :])

    return behave


def status(code, **headers):
    """Answer with an error page."""

    def behave(handler, _server):
        handler.begin(code, 5, **headers)
        handler.wfile.write(b"sorry")

    return behave


def web_page(handler, _server):
    """Answer as a hotel's login page does."""
    handler.begin(200, 13, Content_Type="text/html; charset=utf-8")
    handler.wfile.write(b"<html></html>")


def redirect(url):
    """Send the request elsewhere."""
    return status(302, Location=url)


def wrong_range(handler, server):
    """Answer a range request with another range."""
    handler.begin(206, 10, Content_Range=f"bytes 0-9/{len(server.content)}")
    handler.wfile.write(server.content[:10])


def stall_after(count):
    """Send `count` bytes, then wait to be released before sending the rest."""

    def behave(handler, server):
        handler.begin_range(server.content)
        handler.wfile.write(server.content[handler.offset : handler.offset + count])
        handler.wfile.flush()
        server.stalled.set()
        server.release.wait(PATIENCE_S)
        handler.wfile.write(server.content[handler.offset + count :])

    return behave


def say_nothing(handler, server):
    """Accept the request and never answer."""
    server.stalled.set()
    server.release.wait(PATIENCE_S)
    handler.close_connection = True


def trickle(step):
    """Send a few bytes at a time."""

    def behave(handler, server):
        handler.begin_range(server.content)
        for start in range(handler.offset, len(server.content), step):
            handler.wfile.write(server.content[start : start + step])
            handler.wfile.flush()

    return behave
