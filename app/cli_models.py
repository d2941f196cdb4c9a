"""`heirloom models`: list, install, import, verify and remove models without a window."""

from __future__ import annotations

import argparse
import shutil
import sys
import textwrap
from collections.abc import Callable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from app.exit_codes import EXIT_DONE, EXIT_FAILED
from core.errors import RestorationError
from core.models.resolve import ALIASES
from core.models.spec import ModelSpec, Task, load_registry
from core.models.store import ModelState, ModelStatus, ModelStore, default_models_dir
from core.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_LINE_LENGTH = 120

_STATE_WORDS = {
    ModelState.BUNDLED: "built in",
    ModelState.INSTALLED: "installed",
    ModelState.UNVERIFIED: "unverified",
    ModelState.PARTIAL: "partial",
    ModelState.MISSING: "",
}
_TASK_WORDS: dict[Task, str] = {
    "face-restoration": "faces",
    "upscaling": "enlarging",
    "denoising": "noise",
    "inpainting": "filling",
    "detection": "face finder",
    "damage": "scratches",
    "parsing": "face mask",
    "identity": "identity",
    "landmarks": "landmarks",
    "prior": "training",
    "training": "training",
}


def add_models_commands(commands: Any) -> None:
    """Add `models` and its actions to the commands of the parser.

    Args:
        commands: What `ArgumentParser.add_subparsers` returned.
    """
    parser = commands.add_parser(
        "models",
        help="list, install, import, verify and remove models",
        description="Shows and changes which models are on this computer. Only “install” uses the "
        "network, and only to get the model that it was asked for.",
    )
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    _add_list(_action(actions, "list", run_list, "show all models and which are installed"))
    _add_install(_action(actions, "install", run_install, "download models, or continue to"))
    _add_import(_action(actions, "import", run_import, "add model files that you already have"))
    removing = _action(actions, "remove", run_remove, "delete installed or partial models")
    removing.add_argument("ids", nargs="+", metavar="ID")
    verifying = _action(actions, "verify", run_verify, "compute the hashes again and compare them")
    verifying.add_argument("ids", nargs="*", metavar="ID", help="all installed ones by default")
    showing = _action(actions, "path", run_path, "print where a model lies")
    showing.add_argument("id", nargs="?", metavar="ID", help="the models folder by default")


def run_list(args: argparse.Namespace) -> int:
    """Print all models as a table, in detail, or as JSON."""
    store = _store(args)
    statuses = [
        status
        for status in store.statuses()
        if args.task in {None, status.spec.task} and (status.is_usable or not args.installed)
    ]
    if args.json:
        import msgspec

        entries = [_as_builtins(status) for status in statuses]
        print(msgspec.json.format(msgspec.json.encode(entries), indent=2).decode())
        return EXIT_DONE
    show = _print_details if args.details else _print_table
    show(statuses)
    usable = sum(status.is_usable for status in statuses)
    print(f"\n{usable} of {len(statuses)} can be used; {size_text(store.disk_use_bytes())} taken")
    print(f"in {store.root}")
    return EXIT_DONE


def run_install(args: argparse.Namespace) -> int:
    """Download each model; go on with the next where one fails."""
    store = _store(args)

    def install(model_id: str) -> None:
        spec = store.spec(model_id)
        # Asked before the bar is drawn, which would be in the way of the question.
        asks = store.needs_acceptance(model_id) and not args.accept_licence
        accept = _ask_for_licence(spec) if asks else args.accept_licence
        with _bar(spec.name, spec.size_bytes) as progress:
            path = store.install(model_id, progress, mirror=args.mirror, accept_licence=accept)
        print(f"{spec.name} is installed: {path}")

    return _for_each([_id(name) for name in args.ids], install)


def run_import(args: argparse.Namespace) -> int:
    """Copy each file into the store; go on with the next where one fails."""
    store = _store(args)

    def import_one(name: str) -> None:
        path = Path(name)
        size_bytes = path.stat().st_size if path.is_file() else 1
        accept = True if args.accept_licence else _ask_for_licence
        with _bar(path.name, size_bytes) as progress:
            spec = store.import_file(path, progress, inspect=_inspect, accept_licence=accept)
        print(f"{path.name} is {spec.name}; use it as {spec.id}")

    return _for_each(args.files, import_one)


def run_remove(args: argparse.Namespace) -> int:
    """Delete each model."""
    store = _store(args)

    def remove(model_id: str) -> None:
        freed_bytes = store.remove(model_id)
        print(f"{model_id} is removed; {size_text(freed_bytes)} freed")

    return _for_each([_id(name) for name in args.ids], remove)


def run_verify(args: argparse.Namespace) -> int:
    """Compare the hash of each model with the published one."""
    store = _store(args)

    def verify(model_id: str) -> None:
        spec = store.spec(model_id)
        with _bar(spec.name, spec.size_bytes) as progress:
            store.verify(model_id, progress)
        print(f"{model_id}: intact")

    ids = [_id(name) for name in args.ids] or [spec.id for spec in store.installed()]
    return _for_each(ids, verify)


def run_path(args: argparse.Namespace) -> int:
    """Print the path of a model, or of the models folder."""
    store = _store(args)
    print(store.root if args.id is None else store.path_of(_id(args.id)))
    return EXIT_DONE


def size_text(size_bytes: int) -> str:
    """A size for people: "4.9 MB"."""
    megabytes = size_bytes / 1e6
    if megabytes >= 1000:
        return f"{megabytes / 1000:.1f} GB"
    return f"{megabytes:.0f} MB" if megabytes >= 10 or not size_bytes else f"{megabytes:.1f} MB"


def _action(
    actions: Any, name: str, run: Callable[[argparse.Namespace], int], help_text: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=help_text)
    parser.add_argument("--models-dir", type=Path, metavar="DIR", help="folder of installed models")
    parser.set_defaults(run=run)
    return parser


def _add_list(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--installed", action="store_true", help="only those that can be used now")
    parser.add_argument("--task", choices=get_args(Task), help="only those for one task")
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--details", action="store_true", help="what each is good at, and its terms")
    shape.add_argument("--json", action="store_true", help="print JSON")


def _add_install(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("ids", nargs="+", metavar="ID")
    parser.add_argument(
        "--mirror", metavar="URL", help="download from this folder or file instead; hashes stay"
    )
    _add_accept(parser)


def _add_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", metavar="FILE")
    _add_accept(parser)


def _add_accept(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--accept-licence",
        action="store_true",
        help="accept terms that forbid commercial use without being asked",
    )


def _store(args: argparse.Namespace) -> ModelStore:
    return ModelStore(args.models_dir or default_models_dir(), load_registry())


def _id(name: str) -> str:
    return ALIASES.get(name, name)


def _inspect(path: Path) -> Any:
    from core.models.inspection import inspect_model  # loads torch, which only unknown files need

    return inspect_model(path)


def _for_each(names: list[str], work: Callable[[str], None]) -> int:
    code = EXIT_DONE
    for name in names:
        try:
            work(name)
        except RestorationError as error:
            print(f"{name}: {error}", file=sys.stderr)
            code = EXIT_FAILED
    return code


@contextmanager
def _bar(title: str, size_bytes: int) -> Iterator[Progress]:
    """A progress bar on the terminal; nothing where the output is no terminal."""
    from tqdm import tqdm

    with tqdm(
        total=size_bytes, desc=title, unit="B", unit_scale=True, disable=None, leave=False
    ) as bar:

        def show(fraction: float, message: str) -> None:
            waits = message if "again in" in message or message.startswith("Waiting") else title
            bar.set_description_str(waits, refresh=False)
            bar.update(round(fraction * size_bytes) - bar.n)

        yield Progress(show)


def _ask_for_licence(spec: ModelSpec) -> bool:
    """Show the terms and ask, where there is somebody to ask."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    lines = ("", f"{spec.name}: {spec.licence}", _wrapped(spec.note), f"    {spec.licence_url}")
    question = "These terms do not allow commercial use. Accept them? [y/N] "
    print(*lines, question, sep="\n", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _print_table(statuses: list[ModelStatus]) -> None:
    ids = [status.spec.id for status in statuses]
    width = max([len("MODEL"), *map(len, ids)])
    room = min(MAX_LINE_LENGTH, shutil.get_terminal_size().columns) - width - 53
    named = room >= max([len("NAME"), *(len(status.spec.name) for status in statuses)])
    print(_row(width, ("MODEL", "FOR", "SIZE", "STATE", "USE", "NAME" if named else "")))
    for status in statuses:
        spec = status.spec
        task, state = _TASK_WORDS[spec.task], _STATE_WORDS[status.state]
        use = "any" if spec.commercial_use else "not commercial"
        name = spec.name if named else ""
        print(_row(width, (spec.id, task, size_text(spec.size_bytes), state or "-", use, name)))


def _row(width: int, cells: tuple[str, str, str, str, str, str]) -> str:
    model_id, task, size, state, use, name = cells
    return f"{model_id:<{width}}  {task:<11}  {size:>6}  {state:<10}  {use:<14}  {name}".rstrip()


def _print_details(statuses: list[ModelStatus]) -> None:
    for status in statuses:
        spec = status.spec
        use = "any use" if spec.commercial_use else "not for commercial use"
        print(f"{spec.id}: {spec.name} ({_TASK_WORDS[spec.task]})")
        print(_wrapped(spec.good_at))
        state = _STATE_WORDS[status.state] or "not installed"
        print(_wrapped(f"{size_text(spec.size_bytes)}, {state}, by {spec.origin}"))
        print(f"    {spec.licence}: {use}")
        for line in filter(None, (spec.licence_url, *spec.urls)):
            print(f"    {line}")
        if spec.note:
            print(_wrapped(spec.note))
        print()


def _wrapped(text: str) -> str:
    columns = min(MAX_LINE_LENGTH, shutil.get_terminal_size().columns)
    return textwrap.fill(text, columns, initial_indent="    ", subsequent_indent="    ")


def _as_builtins(status: ModelStatus) -> dict[str, Any]:
    import msgspec

    fields: dict[str, Any] = msgspec.to_builtins(status.spec)
    return {**fields, "state": str(status.state), "disk_bytes": status.disk_bytes}
