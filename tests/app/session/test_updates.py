"""The update check, against a real HTTPS server on this computer."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from pathlib import Path

import model_server as ms
import pytest
import trustme
from model_server import ModelServer

from app.session import updates
from app.session.updates import UpdateError, check_for_update, is_newer
from core.errors import Cancelled
from core.progress import CancelToken, Progress

PAGE = "https://example.org/heirloom"


@pytest.fixture
def server(tmp_path: Path, monkeypatch) -> Iterator[ModelServer]:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "authority.pem"))
    with ModelServer(tls=context) as running:
        running.content = json.dumps({"version": "9.1.0", "page": PAGE}).encode()
        yield running


def check(server: ModelServer, current: str = "0.1.0", progress: Progress | None = None):
    return check_for_update(f"{server.url}/newest.json", current, progress or Progress())


def test_a_newer_version_is_reported_with_its_page(server) -> None:
    assert check(server) == updates.UpdateAnswer("9.1.0", is_newer=True, page=PAGE)


@pytest.mark.parametrize("current", ["9.1.0", "9.1", "10.0"])
def test_the_newest_version_needs_no_update(server, current: str) -> None:
    assert not check(server, current).is_newer


def test_nothing_is_sent_but_the_request(server, tmp_path, monkeypatch) -> None:
    # Even where the user's own files hold a name and a password for that very server.
    (tmp_path / "netrc").write_text("machine localhost login grandmother password secret\n")
    (tmp_path / "netrc").chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    check(server)
    (seen,) = server.requests
    assert seen.path == "/files/newest.json"
    assert set(seen.headers) == {"Host", "User-Agent", "Accept", "Accept-Encoding", "Connection"}
    assert seen.headers["User-Agent"] == "Heirloom"


def test_a_page_that_is_not_secure_is_dropped(server) -> None:
    server.content = b'{"version": "9.1.0", "page": "javascript:alert(1)"}'
    assert check(server).page == ""


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>Please log in</html>", b"[]", b'{"page": ""}', b'{"version": "newest"}', b"\xff"],
)
def test_an_answer_that_says_nothing_is_an_error(server, content: bytes) -> None:
    server.content = content
    with pytest.raises(UpdateError, match="localhost did not say"):
        check(server)


def test_an_endless_answer_is_not_read(server) -> None:
    server.content = b" " * (updates.MAX_BYTES + 1)
    with pytest.raises(UpdateError, match="understands"):
        check(server)


def test_a_missing_file_and_a_missing_server_are_said_plainly(server) -> None:
    server.behaviours = [ms.status(404)]
    with pytest.raises(UpdateError, match=r"HTTP 404"):
        check(server)
    with ModelServer() as gone:
        url = gone.url.replace("http:", "https:")
    with pytest.raises(UpdateError, match="could not be found out"):
        check_for_update(url, "0.1.0", Progress())


def test_a_stranger_is_not_believed(server, monkeypatch) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    with pytest.raises(UpdateError, match="could not be verified"):
        check(server)
    assert server.requests == []


def test_leaving_the_secure_connection_is_refused(server) -> None:
    with ModelServer() as plain:
        server.behaviours = [ms.redirect(f"{plain.url}/newest.json")]
        with pytest.raises(UpdateError, match="insecure"):
            check(server)
        assert plain.requests == []


@pytest.mark.parametrize("url", ["http://localhost/newest.json", "file:///etc/hostname", "newest"])
def test_only_https_is_asked(url: str) -> None:
    with pytest.raises(UpdateError, match="is not an address"):
        check_for_update(url, "0.1.0", Progress())


def test_without_an_address_nobody_is_asked() -> None:
    with pytest.raises(UpdateError, match="does not know"):
        check_for_update("", "0.1.0", Progress())


def test_it_can_be_stopped(server) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        check(server, progress=Progress(token=token))


@pytest.mark.parametrize(
    ("version", "current", "newer"),
    [
        ("0.2", "0.1.9", True),
        ("0.10.0", "0.9.0", True),
        ("v1.0", "1.0.0", False),
        ("1.0.0", "1.0.0rc1", True),
        ("1.0.0rc1", "1.0.0", False),
        ("1.0.0rc2", "1.0.0rc1", True),
    ],
)
def test_order_of_versions(version: str, current: str, newer: bool) -> None:
    assert is_newer(version, current) is newer


def test_the_published_address_is_empty_or_https() -> None:
    assert updates.published_address() == "" or updates.published_address().startswith("https://")
