"""What a server's answer to "the rest of this file, please" means. Pure: no network here."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from typing import TYPE_CHECKING

from core.errors import DownloadError
from core.models.http_stream import TransientError, host_of

if TYPE_CHECKING:
    from core.models.http_stream import Head

MAX_RETRY_AFTER_S = 120.0

_CONTENT_RANGE = re.compile(r"bytes\s+(\d+)-(\d+)/(\d+|\*)")
_WAIT_AND_SEE = frozenset({408, 425, 429, 500, 502, 503, 504})


class Plan(Enum):
    """What to do with the content that follows."""

    APPEND = auto()
    RESTART = auto()
    NOTHING_LEFT = auto()


def plan_for(head: Head, have_bytes: int, size_bytes: int | None) -> Plan:
    """Decide what an answer means.

    Args:
        head: The beginning of the answer.
        have_bytes: How much has arrived before; the request asked for what follows.
        size_bytes: Size of the whole file where it is known exactly.

    Returns:
        APPEND: the content continues what has arrived. RESTART: it is the whole file, from the
        start. NOTHING_LEFT: the file ends where what has arrived ends.

    Raises:
        TransientError: Try again, after a while.
        DownloadError: This address will not give the file.
    """
    if head.status == 206:
        return _plan_for_part(head, have_bytes, size_bytes)
    if head.status == 200:
        _refuse_web_page(head)
        return Plan.RESTART
    if head.status == 416 and have_bytes:
        return Plan.NOTHING_LEFT
    raise _failure(head)


def retry_after_s(value: str, now: datetime | None = None) -> float:
    """Seconds that a Retry-After header asks for (a number or a date), at most two minutes."""
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = parsedate_to_datetime(value)
        except ValueError:
            return 0.0
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = (moment - (now or datetime.now(UTC))).total_seconds()
    return min(MAX_RETRY_AFTER_S, seconds) if seconds > 0 else 0.0


def _plan_for_part(head: Head, have_bytes: int, size_bytes: int | None) -> Plan:
    match = _CONTENT_RANGE.fullmatch(head.headers.get("content-range", "").strip().lower())
    if match is None or int(match[1]) != have_bytes:
        # What follows cannot be put anywhere; ask for the whole file instead.
        raise ContinuationRefusedError(f"{host_of(head.url)} sent another part than was asked for.")
    if match[3] != "*" and size_bytes is not None and int(match[3]) != size_bytes:
        raise DownloadError(
            f"{host_of(head.url)} has another file under this address: "
            f"{int(match[3]):,} bytes instead of {size_bytes:,}.",
            "Try again without the mirror, or import the model from a file.",
        )
    return Plan.APPEND


class ContinuationRefusedError(TransientError):
    """The server cannot continue a download; start from the beginning."""


def _refuse_web_page(head: Head) -> None:
    if head.headers.get("content-type", "").lower().startswith("text/html"):
        raise DownloadError(
            f"{host_of(head.url)} sent a web page instead of the model.",
            "If this network asks you to log in, open a browser, log in, and try again.",
        )


def _failure(head: Head) -> Exception:
    host, status = host_of(head.url), head.status
    if status in _WAIT_AND_SEE:
        busy = "is too busy" if status in {429, 503} else "has a problem"
        wait_s = retry_after_s(head.headers.get("retry-after", ""))
        return TransientError(f"{host} {busy} (HTTP {status}).", wait_s)
    remedy = "Use a mirror, or import the model from a file that you already have."
    if status in {404, 410}:
        return DownloadError(f"The model is not at this address any more ({host}).", remedy)
    if status in {401, 403, 451}:
        return DownloadError(f"{host} refuses to give the model (HTTP {status}).", remedy)
    if status == 407:
        return DownloadError(
            "The proxy of this network asks for a name and a password.",
            "Set HTTPS_PROXY=http://name:password@proxy:port, or import the model from a file.",
        )
    return DownloadError(f"{host} answered with HTTP {status}.", remedy)
