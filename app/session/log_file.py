"""The log: what the program did, for a bug report. It names no file and shows no content.

A rotating file in the user's log folder, at most 1.5 MB in all. Of a photo it holds kind and size;
of an error its class, the places in the program, and its message without anything that could be a
name. A crash that Python cannot see, such as one in a driver, leaves its places in a second file.
"""

from __future__ import annotations

import faulthandler
import logging
import re
import sys
import traceback
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TextIO

FILE_NAME = "heirloom.log"
CRASH_NAME = "crash.log"
MAX_BYTES = 500_000
KEPT_FILES = 2
MAX_FRAMES = 40

log = logging.getLogger("heirloom")

_QUOTED = re.compile(r"“[^”]*”|„[^“]*“|\"[^\"]*\"|'[^']*'|`[^`]*`")
_LONG_PATH = re.compile(r"(?:[A-Za-z]:)?[/\\][^\n:;]*?\.[A-Za-z]\w{1,5}\b")
_PATH = re.compile(r"(?:[A-Za-z]:)?[^\s:;,()]*[/\\][^\s:;,()]*")
_FILE = re.compile(r"[^\s:;,()/\\]+\.(?:[A-Za-z]\w{1,10})\b(?!\.)")
_LEFT_OUT = "…"


def scrubbed(text: str) -> str:
    """A message without what may be private: quoted words, paths and names of files."""
    for pattern in (_QUOTED, _LONG_PATH, _PATH):
        text = pattern.sub(_LEFT_OUT, text)
    return _FILE.sub(_without_name, text)


def _without_name(found: re.Match[str]) -> str:
    """The ending of a file name stays; numbers and names of our own modules do as well."""
    name = found[0]
    top = name.partition(".")[0]
    if top in sys.modules or top.lstrip("-+").isdigit():
        return name
    return f"{_LEFT_OUT}.{name.rpartition('.')[2]}"


def safe_traceback(error: BaseException) -> str:
    """Class, scrubbed message and places of an error and of what caused it, newest last."""
    parts = [_one(each) for each in reversed(list(_chain(error)))]
    return "\n".join(parts)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _one(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-MAX_FRAMES:]
    places = [f"  {module_place(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]
    message = scrubbed(str(error))
    name = type(error).__name__
    return "\n".join([*places, f"{name}: {message}" if message else name])


def module_place(filename: str) -> str:
    """The path of a module below the folder it is imported from, never the user's folders."""
    path = Path(filename)
    for root in sorted(filter(None, sys.path), key=len, reverse=True):
        if path.is_relative_to(root):
            return path.relative_to(root).as_posix()
    return path.name


class _SafeFormatter(logging.Formatter):
    """Scrubs every message, also those of libraries."""

    def format(self, record: logging.LogRecord) -> str:
        """One record as text; an error takes several lines."""
        when = self.formatTime(record, "%Y-%m-%d %H:%M:%S")
        own = record.name == log.name
        message = record.getMessage() if own else scrubbed(record.getMessage())
        text = f"{when} {record.levelname.lower()} {record.name}: {message}"
        error = record.exc_info[1] if record.exc_info else None
        return f"{text}\n{safe_traceback(error)}" if error is not None else text


class LogFile:
    """Writes the log while it is open.

    Args:
        folder: Where the files lie; made when needed. Where that cannot be, nothing is logged.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE_NAME
        self._handler: RotatingFileHandler | None = None
        self._crashes: TextIO | None = None

    def open(self) -> bool:
        """Begin to log. Returns False where the folder cannot be written to."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._crashes = (self.path.parent / CRASH_NAME).open("a", encoding="utf-8")
            handler = RotatingFileHandler(
                self.path, maxBytes=MAX_BYTES, backupCount=KEPT_FILES, encoding="utf-8"
            )
        except OSError:
            return False
        handler.setFormatter(_SafeFormatter())
        handler.setLevel(logging.INFO)
        self._handler = handler
        log.setLevel(logging.INFO)
        log.addHandler(handler)
        # Other parts and libraries are heard where something is wrong.
        warnings = logging.getLogger()
        warnings.addHandler(handler)
        log.propagate = False
        faulthandler.enable(self._crashes)
        return True

    def close(self) -> None:
        """Stop logging."""
        if self._handler is not None:
            log.removeHandler(self._handler)
            logging.getLogger().removeHandler(self._handler)
            self._handler.close()
            self._handler = None
        if self._crashes is not None:
            faulthandler.disable()
            self._crashes.close()
            self._crashes = None
