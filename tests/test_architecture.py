"""The layering of the house, proved by tools rather than by good will."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
QT = {"PySide6", "shiboken6"}
HEAVY = {"torch", "torchvision", "cv2", "openvino", "spandrel", "facexlib", "requests", *QT}
QT_FOLDERS = {"windows", "views", "dialogs", "widgets", "jobs"}
VALUES = (
    "core",
    "core.errors",
    "core.faces",
    "core.geometry",
    "core.image",
    "core.interfaces",
    "core.pipeline",
    "core.progress",
    "core.recipe",
    "core.report",
    "core.settings",
)

WITHOUT_QT = """
import importlib, sys, warnings

class NoQt:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"PySide6", "shiboken6"}:
            raise ImportError(f"{name} was asked for")

sys.meta_path.insert(0, NoQt())
warnings.simplefilter("ignore")
failed = []
for name in sys.argv[1:]:
    try:
        importlib.import_module(name)
    except Exception as error:
        failed.append(f"{name}: {type(error).__name__}: {error}")
print("\\n".join(failed))
"""

HELP = """
import contextlib, io, sys
from app.cli import build_parser, main
for words in [["--help"], ["--version"], *([name, "--help"] for name in build_parser()[1])]:
    with contextlib.redirect_stdout(io.StringIO()) as text:
        try:
            main(words)
        except SystemExit as end:
            assert end.code == 0, (words, end.code)
    assert text.getvalue().strip(), words
pass"""

LOADED = "print(*sorted({name.split('.')[0] for name in sys.modules}))"


def modules(package: str) -> list[str]:
    """Dotted names of all modules of a top-level package."""
    names = []
    for path in sorted((ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        names.append(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return names


def python(code: str, *arguments: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def imported(path: Path) -> set[str]:
    """Top-level packages that a file imports anywhere, type-checking blocks included."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names


def calls(path: Path, function: str) -> Iterator[int]:
    """Lines on which a file calls a plain function."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == function
        ):
            yield node.lineno


def test_import_contracts_hold() -> None:
    code = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-4000:]


@pytest.mark.parametrize("package", ["core", "training"])
def test_every_module_imports_where_there_is_no_qt(package: str) -> None:
    names = modules(package)
    assert len(names) > 10
    assert python(WITHOUT_QT, *names).strip() == ""


def test_the_trap_for_qt_catches_qt() -> None:
    assert "PySide6 was asked for" in python(WITHOUT_QT, "PySide6")


def test_values_import_nothing_heavy() -> None:
    loaded = set(python(f"import sys, {', '.join(VALUES)}; {LOADED}").split())
    assert "numpy" in loaded
    assert loaded & HEAVY == set()


def test_the_command_lines_help_imports_nothing_heavy() -> None:
    loaded = set(python(f"{HELP}; {LOADED}").split())
    assert "argparse" in loaded
    assert loaded & HEAVY == set()


def test_qt_is_imported_only_where_windows_are() -> None:
    offenders = []
    for path in (ROOT / "app").rglob("*.py"):
        parts = path.relative_to(ROOT / "app").parts
        allowed = parts[0] in QT_FOLDERS or parts == ("main.py",)
        if not allowed and imported(path) & QT:
            offenders.append(path.name)
    assert offenders == []


@pytest.mark.parametrize("function", ["print", "input", "exit", "breakpoint"])
def test_core_neither_prints_nor_asks_nor_exits(function: str) -> None:
    offenders = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in (ROOT / "core").rglob("*.py")
        for line in calls(path, function)
    ]
    assert offenders == []


def imported_code(path: Path) -> Iterator[ast.AST]:
    """All nodes of a file but those that run only when it is started as a program."""
    for statement in ast.parse(path.read_text("utf-8")).body:
        if not (isinstance(statement, ast.If) and "__main__" in ast.unparse(statement.test)):
            yield from ast.walk(statement)


def test_core_reads_neither_arguments_nor_environment() -> None:
    forbidden = {"sys.argv", "os.environ", "os.environb", "os.getenv"}
    offenders = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (ROOT / "core").rglob("*.py")
        for node in imported_code(path)
        if isinstance(node, ast.Attribute) and ast.unparse(node) in forbidden
    ]
    assert offenders == []


def test_every_file_that_the_licence_notice_names_is_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    for pattern in project["license-files"]:
        assert list(ROOT.glob(pattern)), pattern


def test_no_name_says_nothing() -> None:
    empty_names = {"utils.py", "util.py", "helpers.py", "helper.py", "common.py", "misc.py"}
    offenders = [
        path.relative_to(ROOT).as_posix()
        for package in ("app", "core", "training")
        for path in (ROOT / package).rglob("*.py")
        if path.name in empty_names
    ]
    assert offenders == []
