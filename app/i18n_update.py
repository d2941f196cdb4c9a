"""Brings the translations up to date with the sources: `python -m app.i18n_update [--check]`.

1. Finds the sentences of the parts without Qt (`app.i18n_sources`) and lists their templates.
2. Lets Qt's lupdate put all texts into resources/translations/heirloom_<language>.ts.
3. Lets Qt's lrelease compile each of them into the .qm file that the program reads.

Both tools come with PySide6. docs/translating.md says how to add a language.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from app.i18n_sources import CONTEXT, ROOT, core_sentences

TEMPLATES = "core_templates.json"
SOURCE = "en"
_FOLDER = Path("resources") / "translations"

QT_TEXTS = {
    "QPlatformTheme": (
        "OK",
        "Save",
        "Save All",
        "Open",
        "&Yes",
        "Yes to &All",
        "&No",
        "N&o to All",
        "Abort",
        "Retry",
        "Ignore",
        "Close",
        "Cancel",
        "Discard",
        "Help",
        "Apply",
        "Reset",
        "Restore Defaults",
    ),
    "QWidgetTextControl": (
        "&Undo",
        "&Redo",
        "Cu&t",
        "&Copy",
        "Copy &Link Location",
        "&Paste",
        "Delete",
        "Select All",
    ),
    "QLineEdit": ("&Undo", "&Redo", "Cu&t", "&Copy", "&Paste", "Delete", "Select All"),
    "QAbstractSpinBox": ("&Select All", "&Step up", "Step &down"),
    "QFileDialog": (
        "Look in:",
        "Back",
        "Forward",
        "Parent Directory",
        "Create New Folder",
        "List View",
        "Detail View",
        "Sidebar",
        "Files of type:",
        "&Rename",
        "&Delete",
        "Show &hidden files",
        "&New Folder",
        "&Open",
        "&Save",
        "&Choose",
        "File &name:",
        "Directory:",
        "All Files (*)",
        "All files (*)",
        "Directories",
        "Recent Places",
        "Computer",
        "File",
        "New Folder",
        "%1 already exists.\nDo you want to replace it?",
        "%1\nFile not found.\nPlease verify the correct file name was given.",
    ),
    "QFileSystemModel": ("Name", "Size", "Kind", "Type", "Date Modified", "Computer"),
}
"""Words of Qt itself that our window shows, for languages that Qt has no translation of."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Update everything, or only say whether that is needed."""
    parser = argparse.ArgumentParser(prog="python -m app.i18n_update", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; 1 where it is needed")
    parser.add_argument("--add", metavar="CODE", help="begin a language: fr, pt_BR, ...")
    wanted = parser.parse_args(arguments)
    folder = ROOT / _FOLDER
    languages = [*languages_in(folder), *([wanted.add] if wanted.add else [])]
    if not wanted.check:
        update(folder, languages)
        return 0
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name)
        for path in folder.glob("*.ts"):
            (copy / path.name).write_bytes(path.read_bytes())
        update(copy, languages)
        stale = [path.name for path in sorted(copy.iterdir()) if differs(path, folder / path.name)]
    if stale:
        sys.stderr.write(f"Not up to date: {', '.join(stale)}. Run: python -m app.i18n_update\n")
    return 1 if stale else 0


def languages_in(folder: Path) -> list[str]:
    """Codes of the languages that have a source file."""
    return sorted(path.stem.removeprefix("heirloom_") for path in folder.glob("heirloom_*.ts"))


def differs(new: Path, old: Path) -> bool:
    """True where the file in use is not what the tools would make now."""
    return not old.is_file() or new.read_bytes() != old.read_bytes()


def update(folder: Path, languages: Sequence[str]) -> None:
    """Bring the files of a folder up to date.

    Raises:
        subprocess.CalledProcessError: One of Qt's tools failed.
    """
    sentences = core_sentences()
    templates = [text for text in sentences if "{" in text]
    listed = json.dumps(templates, ensure_ascii=False, indent=0) + "\n"
    (folder / TEMPLATES).write_text(listed, "utf-8", newline="\n")
    with tempfile.TemporaryDirectory() as name:
        given = Path(name) / "given.py"
        given.write_text(_as_calls(sentences), "utf-8")
        sources = [str(given), *map(str, sorted((ROOT / "app").rglob("*.py")))]
        for language in languages:
            path = folder / f"heirloom_{language}.ts"
            plural = ["-pluralonly"] if language == SOURCE else []
            options = ["-silent", "-locations", "none", "-no-obsolete", "-source-language", "en"]
            _run_tool(
                "lupdate", *options, *plural, "-target-language", language, *sources, "-ts", path
            )
            _run_tool("lrelease", "-silent", path, "-qm", path.with_suffix(".qm"))


def _as_calls(sentences: Sequence[str]) -> str:
    """The sentences in the form in which lupdate finds them."""
    calls = [f"translate({CONTEXT!r}, {_literal(text)})" for text in sentences]
    for context, texts in QT_TEXTS.items():
        calls += [f"translate({context!r}, {_literal(text)})" for text in texts]
    return "\n".join(calls) + "\n"


def _literal(text: str) -> str:
    """A literal in double quotes, which is what lupdate reads best."""
    return json.dumps(text, ensure_ascii=False)


def _run_tool(name: str, *arguments: str | Path) -> None:
    spec = importlib.util.find_spec("PySide6")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("PySide6 is not installed")
    suffix = ".exe" if sys.platform == "win32" else ""
    tool = Path(spec.origin).parent / f"{name}{suffix}"
    subprocess.run([str(tool), *map(str, arguments)], check=True, stdout=subprocess.DEVNULL)  # noqa: S603


if __name__ == "__main__":
    sys.exit(main())
