"""Downloads that survive what networks do: they resume, retry, verify, and stop when told to.

Every byte is hashed as it arrives. A file whose hash is not the published one is deleted; nothing
but a verified file is left for the caller to rename.
"""

from __future__ import annotations

import random
import shutil
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote, unquote, urlsplit

from core import __version__
from core.errors import DownloadError
from core.models.http_answer import ContinuationRefusedError, Plan, plan_for
from core.models.http_stream import HttpStream, TransientError, host_of, new_session
from core.models.part_file import PartFile

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import requests

    from core.models.spec import ModelSpec
    from core.progress import Progress

SPARE_BYTES = 32_000_000
MAX_FAILURES = 5
FIRST_WAIT_S = 1.0
MAX_WAIT_S = 30.0
WAIT_STEP_S = 0.1
HEADWAY_BYTES = 1 << 18
REPORT_EVERY_S = 0.1
SPEED_WINDOW_S = 3.0
SMALL_BYTES = 10_000_000
USER_AGENT = f"Heirloom/{__version__}"


class Clock(Protocol):
    """Time, so that tests need not wait for it."""

    def monotonic(self) -> float:
        """Seconds since some moment."""
        ...

    def sleep(self, seconds: float, /) -> None:
        """Let time pass."""
        ...


@dataclass(frozen=True, slots=True)
class DownloadRequest:
    """One file to download.

    Attributes:
        name: What to call it in messages.
        urls: Where it lies, best first.
        part: Where to collect it; after `Downloader.fetch` it holds the verified file.
        sha256: Its published hash.
        size_bytes: Its size.
        size_is_exact: False where the size is only roughly known.
    """

    name: str
    urls: tuple[str, ...]
    part: Path
    sha256: str
    size_bytes: int
    size_is_exact: bool = True

    @property
    def known_size_bytes(self) -> int | None:
        """The size where it is known exactly."""
        return self.size_bytes if self.size_is_exact else None

    @property
    def max_bytes(self) -> int:
        """More than this cannot be the right file."""
        return self.size_bytes if self.size_is_exact else 2 * self.size_bytes


def request_for(spec: ModelSpec, part: Path, mirror: str | None = None) -> DownloadRequest:
    """The download of a model, from where it was published or from a mirror.

    Args:
        spec: The model.
        part: Where to collect it.
        mirror: Address of a folder that holds the file under its published name, or of the file
            itself. Plain http is allowed: the hash protects the content.

    Raises:
        DownloadError: The mirror is not an http or https address.
    """
    urls = spec.urls
    if mirror is not None:
        parts = urlsplit(mirror)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise DownloadError(
                f"“{mirror}” is not the address of a mirror.",
                "It must begin with https:// or http://.",
            )
        published = unquote(urlsplit(spec.urls[0]).path.rsplit("/", 1)[-1])
        is_file = unquote(parts.path).endswith(f"/{published}")
        urls = (mirror if is_file else f"{mirror.rstrip('/')}/{quote(published)}",)
    return DownloadRequest(
        spec.name, urls, part, spec.sha256, spec.size_bytes, size_is_exact=spec.size_is_exact
    )


def free_disk_bytes(folder: Path) -> int:
    """How much more fits on the disk that holds `folder`."""
    return shutil.disk_usage(folder).free


@dataclass(frozen=True, slots=True)
class Downloader:
    """Downloads files. Holds no state between downloads.

    Attributes:
        open_session: Makes the network session of one request.
        clock: For waiting and for the speed.
        free_bytes: How much room the disk that holds a folder has.
        jitter: A random number in [0, 1), so that many computers do not retry at the same moment.
        max_failures: Attempts in a row without headway before giving up.
    """

    open_session: Callable[[], requests.Session] = new_session
    clock: Clock = field(default_factory=lambda: time)
    free_bytes: Callable[[Path], int] = free_disk_bytes
    jitter: Callable[[], float] = field(default_factory=lambda: random.Random().random)  # noqa: S311
    max_failures: int = MAX_FAILURES

    def fetch(self, request: DownloadRequest, progress: Progress) -> None:
        """Collect a file in `request.part`, continuing what is there, and verify it.

        Args:
            request: What to download.
            progress: Told the share that has arrived and the speed; polled ten times a second.

        Raises:
            DownloadError: No address gave the right file. What has arrived is kept unless it was
                wrong.
            Cancelled: The job was stopped; what has arrived is kept.
            OSError: The disk is full or fails.
        """
        request.part.parent.mkdir(parents=True, exist_ok=True)
        progress = progress.part(0.0, 1.0, f"Downloading {request.name}")
        progress.report(0.0)
        self._ensure_space(request)
        try:
            with PartFile(request.part, progress) as part:
                self._fetch_from_any(request, part, progress)
                part.flush_to_disk()
        finally:
            _drop_if_empty(request.part)

    def _fetch_from_any(self, request: DownloadRequest, part: PartFile, progress: Progress) -> None:
        """Get the verified file from the first address that gives it."""
        problem: DownloadError | None = None
        for url in request.urls:
            try:
                self._fetch_from(url, request, part, progress)
            except DownloadError as error:
                problem = error
            else:
                return
        raise problem or DownloadError(
            f"There is no address to download {request.name} from.", "Import it from a file."
        )

    def _fetch_from(
        self, url: str, request: DownloadRequest, part: PartFile, progress: Progress
    ) -> None:
        """Get the verified file from one address; if a continued one is wrong, start over once."""
        for _ in range(2):
            self._collect(url, request, part, progress)
            if part.sha256 == request.sha256:
                return
            was_continued = part.is_continued
            part.restart()
            if not was_continued:
                break
        raise DownloadError(
            f"What {host_of(url)} sent is not {request.name}: the hash is wrong. It was deleted.",
            "Try again, use another network or a mirror, or import the model from a file.",
        )

    def _collect(
        self, url: str, request: DownloadRequest, part: PartFile, progress: Progress
    ) -> None:
        """Repeat attempts until the file is complete or nothing moves any more."""
        failures = 0
        if part.size_bytes > request.max_bytes:
            part.restart()
        while part.size_bytes != request.known_size_bytes:
            before_bytes = part.size_bytes
            try:
                if self._attempt(url, request, part, progress):
                    return
                problem = TransientError(f"{host_of(url)} stopped in the middle.")
            except ContinuationRefusedError as error:
                part.restart()
                problem = error
            except TransientError as error:
                problem = error
            if part.size_bytes == request.known_size_bytes:
                return
            part.is_continued = part.size_bytes > 0
            made_headway = part.size_bytes - before_bytes >= HEADWAY_BYTES
            failures = 1 if made_headway else failures + 1
            if failures >= self.max_failures:
                raise DownloadError(
                    f"The download of {request.name} stopped: {problem.reason}",
                    "Try again later; it goes on where it stopped. "
                    "You can also use a mirror or import the model from a file.",
                ) from problem
            self._wait(self._wait_s(failures, problem), part, request, progress)

    def _attempt(
        self, url: str, request: DownloadRequest, part: PartFile, progress: Progress
    ) -> bool:
        """One request. True where the file may be complete."""
        headers = {"User-Agent": USER_AGENT}
        if part.size_bytes:
            headers["Range"] = f"bytes={part.size_bytes}-"
        with HttpStream(self.open_session(), url, headers) as stream:
            head = stream.head(progress)
            plan = plan_for(head, part.size_bytes, request.known_size_bytes)
            if plan is Plan.NOTHING_LEFT:
                if request.size_is_exact:
                    raise ContinuationRefusedError(f"{host_of(url)} cannot continue the download.")
                return True
            if plan is Plan.RESTART:
                part.restart()
            meter = _Meter(self.clock, request, progress)
            for chunk in stream.chunks(progress):
                self._append(chunk, url, request, part)
                meter.report(part.size_bytes)
        return not request.size_is_exact or part.size_bytes == request.size_bytes

    def _append(self, chunk: bytes, url: str, request: DownloadRequest, part: PartFile) -> None:
        if part.size_bytes + len(chunk) > request.max_bytes:
            part.restart()
            raise DownloadError(
                f"{host_of(url)} sent more than {request.name} has. It was deleted.",
                "Use a mirror, or import the model from a file.",
            )
        part.append(chunk)

    def _wait_s(self, failures: int, problem: TransientError) -> float:
        backoff_s = min(MAX_WAIT_S, FIRST_WAIT_S * 2.0 ** (failures - 1))
        return max(problem.retry_after_s, backoff_s * (0.5 + 0.5 * self.jitter()))

    def _wait(
        self, seconds: float, part: PartFile, request: DownloadRequest, progress: Progress
    ) -> None:
        end_s = self.clock.monotonic() + seconds
        share = min(1.0, part.size_bytes / request.size_bytes)
        while (left_s := end_s - self.clock.monotonic()) > 0:
            progress.report(share, f"{request.name}: trying again in {left_s:.0f} s")
            self.clock.sleep(min(WAIT_STEP_S, left_s))

    def _ensure_space(self, request: DownloadRequest) -> None:
        have_bytes = request.part.stat().st_size if request.part.is_file() else 0
        needed_bytes = max(0, request.size_bytes - have_bytes) + SPARE_BYTES
        if self.free_bytes(request.part.parent) < needed_bytes:
            raise DownloadError(
                f"There is not enough room on the disk for {request.name}.",
                f"Make {needed_bytes / 1e6:.0f} MB free where {request.part.parent} lies, "
                "and try again.",
            )


class _Meter:
    """Reports how much has arrived and how fast, at most ten times a second."""

    def __init__(self, clock: Clock, request: DownloadRequest, progress: Progress) -> None:
        self._clock = clock
        self._request = request
        self._progress = progress
        self._history: deque[tuple[float, int]] = deque()
        self._next_report_s = clock.monotonic()

    def report(self, done_bytes: int) -> None:
        """Say that so many bytes of the file are here."""
        self._progress.check()
        now_s = self._clock.monotonic()
        if now_s < self._next_report_s and done_bytes < self._request.size_bytes:
            return
        self._next_report_s = now_s + REPORT_EVERY_S
        self._history.append((now_s, done_bytes))
        while now_s - self._history[0][0] > SPEED_WINDOW_S:
            self._history.popleft()
        self._progress.report(done_bytes / self._request.size_bytes, self._message(done_bytes))

    def _message(self, done_bytes: int) -> str:
        begun_s, begun_bytes = self._history[0]
        elapsed_s = self._history[-1][0] - begun_s
        speed = f", {(done_bytes - begun_bytes) / elapsed_s / 1e6:.1f} MB/s" if elapsed_s else ""
        size_bytes = max(done_bytes, self._request.size_bytes)
        digits = 1 if size_bytes < SMALL_BYTES else 0
        done, size = f"{done_bytes / 1e6:.{digits}f}", f"{size_bytes / 1e6:.{digits}f}"
        return f"{self._request.name}: {done} of {size} MB{speed}"


def _drop_if_empty(part: Path) -> None:
    if part.is_file() and part.stat().st_size == 0:
        part.unlink()
