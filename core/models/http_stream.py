"""One HTTP answer, read by a thread of its own so that its reader can be stopped at any moment.

Looking up a name, connecting, waiting for an answer and a stalled connection all block inside the
system. The thread takes that on itself; the caller only looks into a queue, ten times a second.
"""

from __future__ import annotations

import queue
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urljoin, urlsplit

import requests
import truststore
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError

from core.errors import DownloadError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import TracebackType

    from core.progress import Progress

CHUNK_BYTES = 1 << 16
QUEUE_LENGTH = 32
POLL_S = 0.1
CONNECT_TIMEOUT_S = 15.0
READ_TIMEOUT_S = 30.0
MAX_REDIRECTS = 10
JOIN_S = 0.5


class TransientError(Exception):
    """The connection failed in a way that may pass: worth another attempt.

    Args:
        reason: What happened, in plain words, as the end of "The download stopped: ...".
        retry_after_s: How long the server asked to wait; 0 where it did not.
    """

    def __init__(self, reason: str, retry_after_s: float = 0.0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning of an answer. Header names are lower case."""

    url: str
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)


class SystemTrustAdapter(HTTPAdapter):
    """Trusts what the operating system trusts, so that a company's own proxy certificate works."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Give direct connections the system's certificates."""
        super().init_poolmanager(*args, ssl_context=_system_context(), **kwargs)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Give connections through a proxy the system's certificates."""
        return super().proxy_manager_for(proxy, ssl_context=_system_context(), **kwargs)


def new_session() -> requests.Session:
    """A session that uses the proxies of the environment and of the system settings."""
    session = requests.Session()
    session.mount("https://", SystemTrustAdapter())
    return session


class HttpStream:
    """One GET request, redirects followed. A context manager: leaving it ends the request.

    Args:
        session: Used by this stream alone.
        url: What to get.
        headers: Sent with the request.
    """

    def __init__(self, session: requests.Session, url: str, headers: Mapping[str, str]) -> None:
        self._session = session
        self._url = url
        self._headers = {"Accept-Encoding": "identity", **headers}
        self._queue: queue.Queue[Head | bytes | Exception | None] = queue.Queue(QUEUE_LENGTH)
        self._closed = threading.Event()
        self._response: requests.Response | None = None
        self._thread = threading.Thread(target=self._work, name="heirloom-download", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _value: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._closed.set()
        if self._response is not None:
            # Nothing to shut down any more where the answer has been read to its end.
            with suppress(RuntimeError, ValueError, TypeError, OSError):
                self._response.raw.shutdown()
        # A thread that is still connecting ends by itself at its time limit and touches nothing.
        self._thread.join(JOIN_S)

    def head(self, progress: Progress) -> Head:
        """Wait for the beginning of the answer.

        Raises:
            TransientError, DownloadError: There is none.
            Cancelled: The job was stopped; noticed within 0.1 s.
        """
        while (item := self._next(progress)) == b"":
            continue
        if not isinstance(item, Head):
            raise TransientError("the server closed the connection.")
        return item

    def chunks(self, progress: Progress) -> Iterator[bytes]:
        """The content as it arrives, until the server ends it; empty while nothing arrives.

        Raises:
            TransientError: The connection failed.
            Cancelled: The job was stopped; noticed within 0.1 s.
        """
        while isinstance(item := self._next(progress), bytes):
            yield item

    def _next(self, progress: Progress) -> Head | bytes | None:
        """What the thread read next; empty bytes where nothing came for 0.1 s."""
        progress.check()
        try:
            item = self._queue.get(timeout=POLL_S)
        except queue.Empty:
            if self._thread.is_alive() or not self._queue.empty():
                return b""
            raise TransientError("the download stopped unexpectedly.") from None
        if isinstance(item, Exception):
            raise item
        return item

    def _work(self) -> None:
        try:
            with self._session:
                self._read()
        except DownloadError as error:
            self._put(error)
        except (requests.RequestException, HTTPError, OSError, ValueError) as error:
            self._put(in_plain_words(error, self._url))
        else:
            self._put(None)

    def _read(self) -> None:
        response = self._open()
        try:
            self._response = response
            headers = {name.lower(): value for name, value in response.headers.items()}
            self._put(Head(response.url, response.status_code, headers))
            while not self._closed.is_set():
                chunk = response.raw.read1(CHUNK_BYTES, decode_content=False)
                if not chunk:
                    return
                self._put(chunk)
        finally:
            response.close()

    def _open(self) -> requests.Response:
        url = self._url
        for _ in range(MAX_REDIRECTS):
            response = self._session.get(
                url,
                headers=self._headers,
                stream=True,
                allow_redirects=False,
                timeout=(CONNECT_TIMEOUT_S, READ_TIMEOUT_S),
            )
            target = self._session.get_redirect_target(response)
            if target is None:
                return response
            response.close()
            url = _redirected(url, target)
        raise DownloadError(
            f"{host_of(self._url)} sends the download round in circles.",
            "Try again later, or use a mirror.",
        )

    def _put(self, item: Head | bytes | Exception | None) -> None:
        while not self._closed.is_set():
            try:
                self._queue.put(item, timeout=POLL_S)
            except queue.Full:
                continue
            return


def host_of(url: str) -> str:
    """The host of an address, for messages."""
    return urlsplit(url).hostname or url


def in_plain_words(error: Exception, url: str) -> TransientError | DownloadError:
    """What a failure of the network library means to the user, and whether to try again."""
    host = host_of(url)
    if isinstance(error, requests.exceptions.SSLError):
        return DownloadError(
            f"The secure connection to {host} could not be verified.",
            "A proxy or virus scanner may be reading along; install its certificate in the system, "
            "or import the model from a file.",
        )
    if isinstance(error, requests.exceptions.ProxyError):
        return TransientError("the proxy of this network refused or did not answer.")
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
        return DownloadError(
            f"“{url}” is not an address that can be downloaded from.",
            "It must begin with https:// or http://.",
        )
    if isinstance(error, requests.exceptions.Timeout):
        return TransientError(f"{host} did not answer in time.")
    if "NameResolutionError" in repr(error):
        return TransientError(f"{host} was not found; is this computer online?")
    return TransientError(f"the connection to {host} broke.")


def _redirected(url: str, target: str) -> str:
    new_url = urljoin(url, target)
    schemes = urlsplit(url).scheme, urlsplit(new_url).scheme
    if schemes[1] not in {"http", "https"} or schemes == ("https", "http"):
        raise DownloadError(
            f"{host_of(url)} wants to send the download over an insecure connection.",
            "It was stopped. Try another network, use a mirror, or import the model from a file.",
        )
    return new_url


def _system_context() -> ssl.SSLContext:
    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
