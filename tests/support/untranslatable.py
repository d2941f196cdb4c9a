"""Finds texts of the window that nobody can translate.

A text for people must stand as a literal in `self.tr(...)` or `QCoreApplication.translate(context,
...)`, since Qt's lupdate reads the sources and does not run them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.i18n_sources import called_name, template_of

SHOWING_CALLS = frozenset(
    {
        "QAction",
        "QCheckBox",
        "QGroupBox",
        "QLabel",
        "QPushButton",
        "QRadioButton",
        "addAction",
        "addItem",
        "addMenu",
        "addTab",
        "drawText",
        "setAccessibleDescription",
        "setAccessibleName",
        "setHeaderLabels",
        "setHorizontalHeaderLabels",
        "setInformativeText",
        "setPlaceholderText",
        "setPrefix",
        "setStatusTip",
        "setSuffix",
        "setTabText",
        "setText",
        "setTitle",
        "setToolTip",
        "setWhatsThis",
        "setWindowTitle",
        "showMessage",
        "show_note",
    }
)
_NOT_SHOWN = frozenset({"setObjectName", "setProperty", "property", "TypeVar", "getLogger"})
_DEVELOPERS = frozenset({"ValueError", "TypeError", "RuntimeError", "KeyError", "AssertionError"})
_WORD = re.compile(r"[^\W\d_]{2,}")
_SENTENCE = re.compile(r"^[“{]?[A-Z].*[a-z]{2,} ?.*", re.DOTALL)
_SYMBOLS = frozenset({"px", "dpi", "Heirloom", "PNG", "JPEG", "TIFF", "MB", "GB", "CSV", "HTML"})
"""Names and units that are the same in every language."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A text that cannot be translated, with the reason."""

    path: Path
    line: int
    text: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.reason}: {self.text!r}"


def untranslatable(path: Path) -> list[Literal]:
    """All texts of one source file that no translation can reach."""
    return untranslatable_in(ast.parse(path.read_text("utf-8")), path)


def untranslatable_in(tree: ast.AST, path: Path = Path("here")) -> list[Literal]:
    """The same for a source that is parsed already."""
    return [Literal(path, line, text, reason) for line, text, reason in _walk(tree, "")]


def _walk(node: ast.AST, call: str) -> Iterator[tuple[int, str, str]]:
    text = template_of(node)
    if text is not None:
        if call in SHOWING_CALLS and _has_words(text):
            yield _line(node), text, f"given to {call} without tr()"
        elif _is_sentence(text):
            yield _line(node), text, "looks like a sentence, and stands outside of tr()"
        return
    if isinstance(node, ast.Call):
        yield from _walk_call(node)
        return
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)):
            yield from _walk(child, call if isinstance(node, (ast.List, ast.Tuple)) else "")


def _walk_call(node: ast.Call) -> Iterator[tuple[int, str, str]]:
    name = called_name(node)
    if name in _NOT_SHOWN or name in _DEVELOPERS:
        return
    if name == "core_text":  # words of the core, which stand in its own sources
        return
    if name in ("tr", "translate"):
        yield from _wrong_call(node, name)
        return
    yield from _walk(node.func, "")
    for argument in (*node.args, *(keyword.value for keyword in node.keywords)):
        yield from _walk(argument, name)


def _wrong_call(node: ast.Call, name: str) -> Iterator[tuple[int, str, str]]:
    """What lupdate cannot read: a text that is no literal, or `translate` under another name."""
    texts = [_literal_of(argument) for argument in node.args]
    if name == "tr":
        if not isinstance(node.func, ast.Attribute):
            yield node.lineno, ast.unparse(node), "tr() without self: call it translate(...)"
        elif not texts or texts[0] is None:
            yield node.lineno, ast.unparse(node), "tr() needs a literal"
    elif isinstance(node.func, ast.Attribute) and _is_painter(node.func):
        return
    elif len(texts) < 2 or None in texts[:2]:
        yield node.lineno, ast.unparse(node), "translate() needs two literals"
    elif len(texts) > 3 or node.keywords:
        # Qt's lupdate then passes over the text, or finds it without its plural forms.
        yield node.lineno, ast.unparse(node), 'a number needs self.tr(text, "", count)'


def _is_painter(function: ast.Attribute) -> bool:
    """True for `painter.translate(x, y)`, which moves and says nothing."""
    return not (isinstance(function.value, ast.Name) and function.value.id == "QCoreApplication")


def _literal_of(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return None


def _is_sentence(text: str) -> bool:
    return " " in text.strip() and bool(_SENTENCE.match(text)) and _has_words(text)


def _has_words(text: str) -> bool:
    bare = re.sub(r"\{\w*\}|<[^>]*>|&\w+;|\*\.\w+", " ", text)
    return any(word not in _SYMBOLS for word in _WORD.findall(bare))


def _line(node: ast.AST) -> int:
    return getattr(node, "lineno", 0)
