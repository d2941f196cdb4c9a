"""Finds the sentences of the parts without Qt: settings, stages, warnings, errors, models.

`core` and `training` know nothing of languages. What they say reaches the window as finished
English text, and `app.widgets.core_text` looks it up. A sentence with values in it is an f-string;
it is kept as a template with the numbers of its values: "“{0}” is empty." At run time the template
is found again by matching, so no error class needs to know of translations.

A text counts as a sentence for people where it looks like one (several words, a capital letter) or
stands where only such texts stand: titles of settings, messages of progress, names of stages.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

CONTEXT = "Core"
ROOT = Path(__file__).resolve().parent.parent

_FOLDERS = ("core", "training", "app/session", "app/jobs", "app/main.py")
_NEVER_SHOWN = (
    "app/session/bug_report.py",
    "app/session/log_file.py",
    "core/__init__.py",
    "core/api.py:Heirloom {0}",
    "core/degradation/make_sample.py",
    "core/engines/openvino",
    "core/evaluation",
    "core/imageio/beside.py:Raw",
    "core/imageio/exif_tree.py",
    "core/imageio/iptc.py",
    "core/imageio/xmp.py",
    "core/metrics",
    "training/__main__.py",
    "training/ablation",
    "training/damage",
    "training/fading",
)
"""Parts that only the command line uses; "file:start" leaves out the texts that begin so."""

_FOR_DEVELOPERS = frozenset(
    {
        "AssertionError",
        "ImportError",
        "KeyError",
        "NotImplementedError",
        "RuntimeError",
        "TypeError",
        "ValueError",
    }
)
_LOGS = frozenset({"log", "logger", "parser", "group"})
_TRANSLATED_ALREADY = frozenset({"tr", "translate"})
_WORD_PLACES = {"Meta": ("title", "description"), "ModelOption": ("title", "description")}
_MESSAGE_CALLS = frozenset({"report", "part", "step"})
_SENTENCE = re.compile(r"^[“{]?[A-Z{“].*[a-z]{3}", re.DOTALL)
_PHRASE = re.compile(r"^[a-z’']+( [a-z’']+){2,}")


def core_sentences(root: Path = ROOT) -> list[str]:
    """All sentences, in a fixed order, each once."""
    found: dict[str, None] = {}
    for path in _files(root):
        name = path.relative_to(root).as_posix()
        for text in _sentences_of(ast.parse(path.read_text("utf-8")), is_app=name[:4] == "app/"):
            if not _is_left_out(name, text):
                found.setdefault(text)
    for text in _model_texts(root / "resources" / "models.toml"):
        found.setdefault(text)
    return sorted(found)


def _files(root: Path) -> Iterator[Path]:
    for name in _FOLDERS:
        path = root / name
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


def _is_left_out(name: str, text: str) -> bool:
    for rule in _NEVER_SHOWN:
        place, _, beginning = rule.partition(":")
        if name.startswith(place) and text.startswith(beginning):
            return True
    return False


def _model_texts(path: Path) -> Iterable[str]:
    for model in tomllib.loads(path.read_text("utf-8"))["models"]:
        for key in ("good_at", "note"):
            if model.get(key):
                yield model[key]


def _sentences_of(node: ast.AST, *, is_app: bool, in_place: bool = False) -> Iterator[str]:
    text = template_of(node)
    if text is not None:
        if in_place or _is_sentence(text):
            yield text
        for value in _values_in(node):
            yield from _sentences_of(value, is_app=is_app)
        return
    if isinstance(node, ast.Call):
        if _is_for_developers(node) or (is_app and called_name(node) in _TRANSLATED_ALREADY):
            return
        yield from _sentences_of_call(node, is_app=is_app)
        return
    for child in ast.iter_child_nodes(node):
        if not _is_docstring(child):
            yield from _sentences_of(child, is_app=is_app, in_place=_is_stage_name(child))


def _values_in(node: ast.AST) -> Iterator[ast.AST]:
    """What an f-string or a sum of texts puts in; it may hold sentences of its own."""
    if isinstance(node, ast.FormattedValue):
        yield node.value
    elif isinstance(node, (ast.JoinedStr, ast.BinOp)):
        for child in ast.iter_child_nodes(node):
            yield from _values_in(child)
    elif not isinstance(node, (ast.Constant, ast.operator)):
        yield node


def _sentences_of_call(node: ast.Call, *, is_app: bool) -> Iterator[str]:
    name = called_name(node)
    yield from _sentences_of(node.func, is_app=is_app)
    for number, argument in enumerate(node.args):
        is_message = name in _MESSAGE_CALLS and number > 0
        in_place = is_message or name == "say" or (name == "ModelOption" and number > 0)
        yield from _sentences_of(
            argument, is_app=is_app, in_place=in_place and _has_words(argument)
        )
    for keyword in node.keywords:
        in_place = keyword.arg in _WORD_PLACES.get(name, ()) and _has_words(keyword.value)
        yield from _sentences_of(keyword.value, is_app=is_app, in_place=in_place)


def _has_words(node: ast.AST) -> bool:
    return bool(re.search(r"[A-Za-z]{3}", template_of(node) or ""))


def _is_stage_name(node: ast.AST) -> bool:
    """True for `name: str = "Finding faces"` in a class."""
    return (
        isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and node.target.id == "name"
    )


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _is_for_developers(node: ast.Call) -> bool:
    owner = node.func.value if isinstance(node.func, ast.Attribute) else None
    is_log = isinstance(owner, ast.Name) and owner.id in _LOGS
    return is_log or called_name(node) in _FOR_DEVELOPERS


def _is_sentence(text: str) -> bool:
    if " " not in text.strip():
        return False
    return bool(_SENTENCE.search(text) or _PHRASE.search(text))


def called_name(node: ast.Call) -> str:
    """The last part of what is called: "translate" of `QCoreApplication.translate(...)`."""
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def template_of(node: ast.AST) -> str | None:
    """A literal as it is, with {0}, {1}, ... for what an f-string or a sum puts in; else None."""
    parts = _parts_of(node)
    if parts is None or not any(isinstance(part, str) for part in parts):
        return None
    numbers = iter(range(len(parts)))
    return "".join(f"{{{next(numbers)}}}" if part is None else part for part in parts)


def _parts_of(node: ast.AST) -> list[str | None] | None:
    """Literal parts and None for values; None for what is no text."""
    if isinstance(node, ast.Constant):
        return [node.value] if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return [str(part.value) if isinstance(part, ast.Constant) else None for part in node.values]
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        sides = [_parts_of(side) for side in (node.left, node.right)]
        if all(side is None for side in sides):
            return None
        return [part for side in sides for part in (side if side is not None else [None])]
    return None
