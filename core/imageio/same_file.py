"""Whether two paths lead to one file, by whatever name."""

from __future__ import annotations

import os
from pathlib import Path


def is_same_file(left: Path, right: Path) -> bool:
    """True where both paths are one file: through links, or by names that the system holds equal.

    Where both exist the file system decides, so that "A.JPG" and "a.jpg" are one file on a disk
    that ignores case and two on one that does not.
    """
    try:
        return left.samefile(right)
    except OSError:
        return canonical(left) == canonical(right)


def canonical(path: Path) -> str:
    """The path without links, in the system's normal case."""
    return os.path.normcase(os.path.realpath(path))
