"""Makes the bundle in the folder dist, and says how large it is.

    python packaging/make_bundle.py

`python3 bootstrap.py bundle` makes an environment of its own for this and then runs it there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MADE = ROOT / "build" / "bundle"
DIST = ROOT / "dist"
LARGEST = 10
STRIPPED = (
    "torch/lib/*.so",
    "torch/lib/*.so.*",
    "libpython3*.so*",
    "python3*/lib-dynload/*.so",
)
"""Libraries whose symbol tables, for debuggers only, are large: a sixth of torch."""


def main() -> int:
    """Draw the icons, run PyInstaller, strip, and report."""
    subprocess.run(
        [sys.executable, ROOT / "packaging" / "make_icons.py", MADE / "icons"], check=True
    )
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--distpath", str(DIST), "--workpath", str(MADE / "work"), str(ROOT / "build.spec")]
    done = subprocess.run(command, cwd=ROOT, check=False)
    if done.returncode:
        return done.returncode
    folder = DIST / ("Heirloom.app" if sys.platform == "darwin" else "Heirloom")
    if sys.platform.startswith("linux"):
        add_linux_files(folder)
        strip(folder)
    for line in report(folder):
        print(line)
    return 0


def add_linux_files(folder: Path) -> None:
    """Put the menu entry, its icon and its installer beside the program."""
    target = folder / "share"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(ROOT / "packaging" / "linux", target)
    icons = target / "icons"
    icons.mkdir()
    for picture in (MADE / "icons").glob("heirloom-*.png"):
        shutil.copy(picture, icons)
    shutil.copy(ROOT / "resources" / "icons" / "heirloom.svg", icons)


def strip(folder: Path) -> None:
    """Take the debugger's symbols out of torch and Python, where the tool for it is installed."""
    if shutil.which("strip") is None:
        print(
            "“strip” is not installed (Debian: binutils); the bundle is 100 MB larger without it."
        )
        return
    for pattern in STRIPPED:
        for path in (folder / "_internal").glob(pattern):
            if not path.is_symlink():
                subprocess.run(["strip", "--strip-unneeded", path], check=True)


def sizes(folder: Path) -> Iterator[tuple[str, int]]:
    """The files of a bundle: the part that each belongs to, and its size in bytes."""
    for path in folder.rglob("*"):
        if path.is_symlink() or not path.is_file():
            continue
        parts = [part for part in path.relative_to(folder).parts if part != "_internal"]
        name = parts[0] if len(parts) > 1 else path.name
        yield name.removesuffix(".libs"), path.stat().st_size


def report(folder: Path) -> list[str]:
    """The size of a bundle and its largest parts."""
    parts: Counter[str] = Counter()
    for name, size_bytes in sizes(folder):
        parts[name] += size_bytes
    lines = [f"{folder}: {sum(parts.values()) / 1e6:.0f} MB"]
    lines += [f"{size / 1e6:8.1f} MB  {name}" for name, size in parts.most_common(LARGEST)]
    return lines


if __name__ == "__main__":
    os.nice(5) if hasattr(os, "nice") else None
    sys.exit(main())
