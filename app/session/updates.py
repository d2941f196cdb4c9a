"""Whether a newer Heirloom exists: one small file is read over HTTPS, only when the user asks.

Nothing is sent but the request itself: no version, no identifier, no cookie, no name or password.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from core.errors import RestorationError
from core.plain_json import from_json
from core.progress import Progress

if TYPE_CHECKING:
    import requests

MAX_BYTES = 65_536
_HEADERS = {"User-Agent": "Heirloom", "Accept": "application/json"}
_VERSION = r"^v?\d+(\.\d+){0,3}([-+.]?[0-9A-Za-z.]*)$"
_NUMBERS = re.compile(r"v?(\d+(?:\.\d+){0,3})(.*)", re.DOTALL)
_LATER = "Try again later. Heirloom works all the same."


class UpdateError(RestorationError):
    """It could not be found out whether a newer version exists."""


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """What the published file says; more entries in it are ignored.

    Attributes:
        version: The newest version: "1.2.0".
        page: Where people get it; empty where that is not said.
    """

    version: Annotated[str, Meta(pattern=_VERSION, max_length=40)]
    page: Annotated[str, Meta(max_length=300)] = ""


@dataclass(frozen=True, slots=True)
class UpdateAnswer:
    """What came of asking.

    Attributes:
        version: The newest published version.
        is_newer: True where it is newer than this one.
        page: An https address where it can be had; empty where none was given.
    """

    version: str
    is_newer: bool
    page: str = ""


def published_address() -> str:
    """Where this copy of Heirloom looks for updates; empty where its publisher named no address."""
    text = files("resources").joinpath("updates.toml").read_text("utf-8")
    return str(tomllib.loads(text)["url"])


def check_for_update(url: str, current: str, progress: Progress) -> UpdateAnswer:
    """Ask for the newest version.

    Args:
        url: Address of the published file, https.
        current: This version.
        progress: Polled for cancellation.

    Returns:
        The newest version, and whether it is newer.

    Raises:
        UpdateError: There is no address, or no usable answer.
        Cancelled: The job was stopped.
    """
    if not url:
        raise UpdateError(
            "This copy of Heirloom does not know where newer versions are published.",
            "Look where you got it from.",
        )
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise UpdateError(
            f"“{url}” is not an address that updates can be looked for at.",
            "It must begin with https://.",
        )
    release = _decoded(_fetched(url, progress), parts.hostname)
    page = release.page if urlsplit(release.page).scheme == "https" else ""
    return UpdateAnswer(release.version, is_newer(release.version, current), page)


def is_newer(version: str, current: str) -> bool:
    """True where `version` comes after `current`; a pre-release comes before its release."""
    return _order(version) > _order(current)


def _order(version: str) -> tuple[tuple[int, ...], bool, str]:
    match = _NUMBERS.match(version)
    numbers, rest = match.groups() if match else ("0", version)
    counted = [int(part) for part in numbers.split(".")]
    return (*counted, *[0] * (4 - len(counted))), not rest, rest


def _fetched(url: str, progress: Progress) -> bytes:
    # Costs a tenth of a second to import, which the window should not pay at its start.
    from core.errors import DownloadError
    from core.models.http_stream import HttpStream, TransientError, host_of, new_session

    session = new_session()
    session.auth = _without_credentials  # or requests would look into the user's .netrc
    content = b""
    try:
        with HttpStream(session, url, _HEADERS) as stream:
            head = stream.head(progress)
            if head.status != 200:
                raise UpdateError(
                    f"{host_of(url)} did not say which version is the newest (HTTP {head.status}).",
                    _LATER,
                )
            for chunk in stream.chunks(progress):
                content += chunk
                if len(content) > MAX_BYTES:
                    raise _not_understood(host_of(url))
    except TransientError as error:
        raise UpdateError(
            f"It could not be found out whether there is a newer version: {error.reason}", _LATER
        ) from error
    except DownloadError as error:
        raise UpdateError(error.summary, _LATER) from error
    return content


def _without_credentials(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _decoded(content: bytes, host: str) -> Release:
    try:
        return from_json(content, Release)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _not_understood(host) from error


def _not_understood(host: str) -> UpdateError:
    return UpdateError(
        f"{host} did not say which version is the newest in a way that Heirloom understands.",
        _LATER,
    )
