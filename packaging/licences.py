"""Writes one file with the licences of everything that is inside the bundle.

What is inside is asked of the bundle itself: each collected file belongs to an installed Python
package (by the package's own list of files), to Python, or to a package of the Linux system.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

SUPPLIED = Path(__file__).parent / "licences"
"""Texts for packages that come without one."""

EXTRA_TEXTS = {"LGPL": ("LGPL-3.0.txt", "GPL-3.0.txt"), "MIT": ("MIT.txt",)}
NAMES = re.compile(r"(licen[cs]e|copying|notice|copyright|third-party)", re.IGNORECASE)
DEBIAN_DOCS = Path("/usr/share/doc")
RULE = "=" * 80
INTRODUCTION = """\
What is inside this copy of Heirloom, and on whose terms

Heirloom itself is under the Apache Licence 2.0. It contains the works listed here; their licences
follow, word by word. Qt and Qt for Python are used under the LGPL 3: they are separate shared
libraries in this folder, and you may replace them with versions of your own.
"""


@dataclass(frozen=True)
class Component:
    """One work that is inside.

    Attributes:
        name: What it is called, with its version.
        licence: Its licence in a few words, as its own metadata say.
        texts: Its licence texts, each with a title.
    """

    name: str
    licence: str
    texts: tuple[tuple[str, str], ...]


def components(sources: Iterable[str]) -> tuple[list[Component], list[str]]:
    """What the files of a bundle belong to.

    Args:
        sources: Where the bundle's files were taken from.

    Returns:
        The works, by name, and the files that belong to none of them.
    """
    owners = _files_of_packages()
    packages: dict[int, Distribution] = {}
    unknown: set[str] = set()
    system: set[Path] = set()
    for source in map(Path, sources):
        owner = owners.get(str(source)) or owners.get(str(source.resolve()))
        if owner is not None:
            packages[id(owner)] = owner
        elif not _is_of_python(source):
            system.add(source.resolve())
    found = {owner.metadata["Name"].lower(): of_package(owner) for owner in packages.values()}
    found["python"] = _python()
    for path, package in debian_packages(system).items():
        if package:
            found.setdefault(f"system {package}", of_debian(package))
        else:
            unknown.add(str(path))
    return [found[key] for key in sorted(found)], sorted(unknown)


def of_package(package: Distribution) -> Component:
    """A Python package and its texts."""
    metadata = package.metadata
    licence = metadata.get("License-Expression") or _first_line(metadata.get("License")) or ""
    if not licence:
        classifiers = metadata.get_all("Classifier") or []
        licence = ", ".join(
            name.rsplit(" :: ", 1)[-1] for name in classifiers if name.startswith("License ::")
        )
    texts = [
        (str(file), _read(Path(str(package.locate_file(file)))))
        for file in package.files or ()
        if ".dist-info" in file.parts[0] and NAMES.search(file.name)
    ]
    if not texts:
        texts = _supplied(metadata["Name"], metadata.get("Author") or "its authors", licence)
    return Component(f"{metadata['Name']} {package.version}", licence, tuple(texts))


def of_debian(package: str) -> Component:
    """A package of the system and its copyright file."""
    path = DEBIAN_DOCS / package.split(":", maxsplit=1)[0] / "copyright"
    version = _answer("dpkg-query", "-W", "-f", "${Version}", package)
    return Component(
        f"{package.split(':', maxsplit=1)[0]} {version} (system library)",
        "see its text",
        ((path.name, _read(path)),) if path.is_file() else (),
    )


def debian_packages(paths: Iterable[Path]) -> dict[Path, str]:
    """The Debian package of each file; empty where it belongs to none or there is no dpkg."""
    if shutil.which("dpkg-query") is None:
        return dict.fromkeys(paths, "")
    owners: dict[Path, str] = {}
    for path in paths:
        # What lies in /usr/lib may have been packed as /lib.
        names = [str(path), str(path).removeprefix("/usr")]
        answers = (_answer("dpkg-query", "-S", name) for name in names)
        owners[path] = next((text.split(": ")[0] for text in answers if ": " in text), "")
    return owners


def write(works: Sequence[Component], path: Path) -> None:
    """Write the list of the works, and then their licences; a text that recurs is written once."""
    lines = [INTRODUCTION]
    lines += [f"  {work.name}: {work.licence or 'see its text'}" for work in works]
    seen: dict[str, str] = {}
    for work in works:
        lines += ["", RULE, work.name, RULE]
        for title, text in work.texts:
            key = hashlib.sha256(" ".join(text.split()).encode()).hexdigest()
            if key in seen:
                lines += ["", f"{title}: the same text as {seen[key]}."]
                continue
            seen[key] = f"“{title}” of {work.name}"
            lines += ["", f"--- {title}", "", text.strip()]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", "utf-8")


def _files_of_packages() -> dict[str, Distribution]:
    return {
        str(package.locate_file(file)): package
        for package in distributions()
        for file in package.files or ()
    }


def _is_of_python(path: Path) -> bool:
    """True for Python itself, and for what this build has made or holds."""
    folders = {sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib"), sys.base_prefix}
    folders.add(str(Path(__file__).resolve().parents[1]))
    return any(path.resolve().is_relative_to(Path(folder).resolve()) for folder in folders)


def _python() -> Component:
    candidates = [
        Path(sysconfig.get_path("stdlib")) / "LICENSE.txt",
        Path(sys.base_prefix) / "LICENSE.txt",
        Path(sys.base_prefix) / "LICENSE",
    ]
    texts = [(path.name, _read(path)) for path in candidates if path.is_file()][:1]
    version = ".".join(map(str, sys.version_info[:3]))
    return Component(f"Python {version}", "PSF-2.0", tuple(texts))


def _supplied(name: str, author: str, licence: str) -> list[tuple[str, str]]:
    for word, files in EXTRA_TEXTS.items():
        if word in licence:
            notice = f"{name}, copyright by {author}\n\n"
            return [(file, notice + _read(SUPPLIED / file)) for file in files]
    return []


def _first_line(text: str | None) -> str:
    lines = [line for line in (text or "").splitlines() if line.strip(" =")]
    return lines[0].strip()[:100] if lines else ""


def _read(path: Path) -> str:
    return path.read_text("utf-8", errors="replace")


def _answer(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip()
