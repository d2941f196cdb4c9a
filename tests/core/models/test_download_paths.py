"""Downloads over HTTPS, proxies and mirrors, onto full disks, and stopped midway."""

import errno
import signal
import socket
import socketserver
import ssl
import subprocess
import sys
import threading

import model_server as ms
import msgspec
import pytest
import trustme
from download_helpers import SHA256, FakeClock, fetch
from made_up_models import FREE
from model_server import CONTENT, ModelServer

from core.errors import Cancelled, DownloadError
from core.models.download import SPARE_BYTES, Downloader, DownloadRequest, request_for
from core.models.http_stream import new_session
from core.models.part_file import PartFile
from core.progress import CancelToken, Progress, no_progress

pytestmark = pytest.mark.usefixtures("no_proxy")


@pytest.fixture
def secure_server(tmp_path, monkeypatch):
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    with ModelServer(tls=context) as running:
        yield running


def test_https_with_a_company_certificate_works(secure_server, part, clock, tmp_path, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authority.pem"))
    secure_server.behaviours = [ms.drop_after(100_000), ms.serve]
    fetch(secure_server, part, clock)
    assert part.read_bytes() == CONTENT


def test_an_unknown_certificate_is_refused_at_once(secure_server, part, clock):
    with pytest.raises(DownloadError, match="could not be verified"):
        fetch(secure_server, part, clock)
    assert secure_server.requests == []
    assert clock.now_s == 0


def test_a_redirect_from_https_to_http_is_refused(
    server, secure_server, part, clock, tmp_path, monkeypatch
):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authority.pem"))
    secure_server.behaviours = [ms.redirect(f"{server.url}/net.pth")]
    with pytest.raises(DownloadError, match="insecure"):
        fetch(secure_server, part, clock)
    assert server.requests == []


def test_the_proxy_of_the_environment_is_used(server, part, clock, monkeypatch):
    monkeypatch.setenv("http_proxy", server.url.removesuffix("/files"))
    fetch(server, part, clock, urls=("http://models.invalid/net.pth",))
    assert [seen.path for seen in server.requests] == ["http://models.invalid/net.pth"]
    assert part.read_bytes() == CONTENT


def test_nobody_there_is_said_plainly(part, clock):
    with ModelServer() as gone:
        url = f"{gone.url}/net.pth"
    with pytest.raises(DownloadError, match="the connection to localhost broke"):
        fetch(None, part, clock, urls=(url,))


def test_the_next_address_is_tried_and_continues(server, part, clock):
    with ModelServer([ms.drop_after(100_000), ms.status(404)]) as first:
        fetch(server, part, clock, urls=(f"{first.url}/net.pth", f"{server.url}/net.pth"))
    assert part.read_bytes() == CONTENT
    assert [seen.range for seen in server.requests] == ["bytes=100000-"]


def test_too_little_room_is_said_before_anything_is_asked(server, part):
    free = len(CONTENT) + SPARE_BYTES - 1
    request = DownloadRequest("Net", (f"{server.url}/net.pth",), part, SHA256, len(CONTENT))
    with pytest.raises(DownloadError, match="Make 33 MB free"):
        Downloader(free_bytes=lambda _folder: free).fetch(request, no_progress())
    assert server.requests == []
    Downloader(free_bytes=lambda _folder: free + 1).fetch(request, no_progress())
    assert part.read_bytes() == CONTENT


def test_a_disk_that_fills_up_keeps_what_arrived(server, part, clock, monkeypatch):
    append = PartFile.append

    def append_until_full(self, chunk):
        if self.size_bytes > 200_000:
            raise OSError(errno.ENOSPC, "No space left on device")
        append(self, chunk)

    monkeypatch.setattr(PartFile, "append", append_until_full)
    with pytest.raises(OSError, match="No space"):
        fetch(server, part, clock)
    assert CONTENT.startswith(part.read_bytes())
    assert part.stat().st_size > 200_000


@pytest.mark.parametrize("behaviour", [ms.stall_after(150_000), ms.say_nothing])
def test_cancelling_works_while_the_server_is_silent(server, part, clock, behaviour):
    server.behaviours = [behaviour]
    token = CancelToken()

    def cancel_once_stalled():
        server.stalled.wait(ms.PATIENCE_S)
        token.cancel()

    canceller = threading.Thread(target=cancel_once_stalled)
    canceller.start()
    with pytest.raises(Cancelled):
        fetch(server, part, clock, Progress(token=token))
    canceller.join()
    assert not server.release.is_set()  # the server was still silent
    assert not part.exists() or CONTENT.startswith(part.read_bytes())


def test_cancelling_works_while_waiting_for_the_next_attempt(server, part, clock):
    server.behaviours = [ms.status(503, Retry_After="100")]
    token = CancelToken()

    def cancel_when_waiting(_fraction, message):
        if "trying again" in message:
            token.cancel()

    with pytest.raises(Cancelled):
        fetch(server, part, clock, Progress(cancel_when_waiting, token))
    assert clock.now_s < 1


def test_no_thread_outlives_a_finished_or_cancelled_download(server, part, clock):
    fetch(server, part, clock)
    part.unlink()
    test_cancelling_works_while_the_server_is_silent(server, part, clock, ms.stall_after(150_000))
    assert not [one for one in threading.enumerate() if one.name == "heirloom-download"]


def test_progress_tells_share_and_speed(server, part):
    class TickingClock(FakeClock):
        def monotonic(self):
            self.now_s += 0.06
            return self.now_s

    reports = []
    sink = lambda share, message: reports.append((share, message))  # noqa: E731
    fetch(server, part, TickingClock(), Progress(sink))
    shares = [share for share, _message in reports]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(reports) > 3
    assert "MB/s" in reports[-1][1]
    assert "Net: 0.6 of 0.6 MB" in reports[-1][1]


CHILD = """
import sys
from pathlib import Path
from core.models.download import DownloadRequest, Downloader
from core.progress import Progress

url, part, sha256, size = sys.argv[1:]
request = DownloadRequest("Net", (url,), Path(part), sha256, int(size))
Downloader().fetch(request, Progress(lambda share, _message: print(share, flush=True)))
"""


def test_kill_9_in_the_middle_then_resume(server, part, clock):
    server.behaviours = [ms.stall_after(400_000), ms.serve]
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, f"{server.url}/net.pth", part, SHA256, str(len(CONTENT))],
        stdout=subprocess.PIPE,
        text=True,
    )
    with child:
        for line in child.stdout:
            if float(line) > 0.1:
                break
        child.kill()
    assert child.returncode == -signal.SIGKILL
    kept = part.read_bytes()
    assert 0 < len(kept) < len(CONTENT)
    fetch(server, part, clock)
    assert part.read_bytes() == CONTENT
    assert server.requests[-1].range == f"bytes={len(kept)}-"


SPEC = msgspec.structs.replace(
    FREE, id="net++", file="Net++.ckpt", urls=("https://example.org/v1/Net%2B%2B.ckpt",)
)


@pytest.mark.parametrize(
    ("mirror", "url"),
    [
        (None, "https://example.org/v1/Net%2B%2B.ckpt"),
        ("https://mirror.org", "https://mirror.org/Net%2B%2B.ckpt"),
        ("http://10.0.0.1:8000/models/", "http://10.0.0.1:8000/models/Net%2B%2B.ckpt"),
        ("https://mirror.org/a/Net++.ckpt", "https://mirror.org/a/Net++.ckpt"),
        ("https://mirror.org/a/Net%2B%2B.ckpt?t=1", "https://mirror.org/a/Net%2B%2B.ckpt?t=1"),
    ],
)
def test_a_mirror_is_a_folder_or_the_file(part, mirror, url):
    assert request_for(SPEC, part, mirror).urls == (url,)


@pytest.mark.parametrize("mirror", ["", "mirror.org", "file:///tmp", "https://", "ftp://a/b"])
def test_a_mirror_that_is_no_web_address_is_refused(part, mirror):
    with pytest.raises(DownloadError, match="not the address of a mirror"):
        request_for(SPEC, part, mirror)


def test_each_request_gets_a_session_that_trusts_the_system():
    with new_session() as session:
        assert type(session.get_adapter("https://example.org")).__name__ == "SystemTrustAdapter"
        assert session.trust_env


class SocksProxy(socketserver.BaseRequestHandler):
    """Just enough of SOCKS 5: no password, names looked up here, one connection."""

    def handle(self):
        assert self.request.recv(3)[:1] == b"\x05"
        self.request.sendall(b"\x05\x00")
        header = self.request.recv(5)
        self.server.names.append(self.request.recv(header[4] + 2)[:-2].decode())
        self.request.sendall(b"\x05\x00\x00\x01" + bytes(6))
        with socket.create_connection(self.server.target) as onward:
            onward.sendall(self.request.recv(65536))
            while data := onward.recv(65536):
                self.request.sendall(data)


def test_a_socks_proxy_is_used(server, part, clock, monkeypatch):
    with socketserver.TCPServer(("127.0.0.1", 0), SocksProxy) as proxy:
        proxy.names, proxy.target = [], server._server.server_address
        thread = threading.Thread(target=proxy.handle_request)
        thread.start()
        monkeypatch.setenv("all_proxy", f"socks5h://127.0.0.1:{proxy.server_address[1]}")
        fetch(server, part, clock, urls=("http://models.invalid/net.pth",))
        thread.join()
    assert proxy.names == ["models.invalid"]
    assert part.read_bytes() == CONTENT


def test_a_proxy_that_is_not_there_is_named(server, part, clock, monkeypatch):
    with ModelServer() as gone:
        monkeypatch.setenv("http_proxy", gone.url.removesuffix("/files"))
    with pytest.raises(DownloadError, match="proxy of this network"):
        fetch(server, part, clock, urls=("http://models.invalid/net.pth",))
