"""Whether two paths lead to one file, by whatever name."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path


def is_any_of(path: Path, others: Iterable[Path]) -> bool:
    """True where `path` is one of the other files: through links, or by an equal name.

    Where both exist the file system decides, so that "A.JPG" and "a.jpg" are one file on a disk
    that ignores case and two on one that does not.
    """
    try:
        found = path.stat()
    except OSError:
        return _is_named(path, others)
    return any(_is_file(found, other) for other in others)


def canonical(path: Path) -> str:
    """The path without links, in the system's normal case."""
    return os.path.normcase(os.path.realpath(path))


def _is_file(found: os.stat_result, other: Path) -> bool:
    try:
        return os.path.samestat(found, other.stat())
    except OSError:
        return False


def _is_named(path: Path, others: Iterable[Path]) -> bool:
    """True where one of the other paths, which may be gone by now, is the same name."""
    name = os.path.normcase(path.name)
    wanted = canonical(path)
    # Resolving links is slow, and a batch may hold thousands of photos: compare names first.
    alike = (other for other in others if os.path.normcase(other).endswith(name))
    return any(canonical(other) == wanted for other in alike)
