"""`heirloom --self-test`: restores the sample photo step by step and says what works here.

It is meant for a copy that was just installed: every part that a restoration needs is really used,
nothing is left behind, and the exit code says whether all went well.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.exit_codes import EXIT_DONE, EXIT_FAILED
from core import __version__

if TYPE_CHECKING:
    from core.image import Photo
    from core.imageio import PhotoInfo
    from core.pipeline import Restoration

PACKAGES = ("core", "app", "training")
SAMPLE = ("samples", "astronaut-aged.jpg")
OWN_PROCESS_S = 60.0
_TITLE_WIDTH = 12


class SelfTestError(Exception):
    """A step did not do what it should. The message is for the user."""


class SelfTestAction(argparse.Action):
    """The option `--self-test`: runs at once and ends the program."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        """Run all steps and end with their exit code."""
        del namespace, values, option_string
        parser.exit(run_self_test())


@dataclass(slots=True)
class _Bench:
    """What one step leaves for the next.

    Attributes:
        folder: Gone after the test.
        say: Prints a line.
    """

    folder: Path
    say: Callable[[str], None]
    source: Path = field(init=False)
    photo: Photo = field(init=False)
    found: int = field(init=False)
    result: Restoration = field(init=False)
    saved: PhotoInfo = field(init=False)


def run_self_test(say: Callable[[str], None] | None = None) -> int:
    """Run the steps in order until one fails.

    Args:
        say: Takes each line of the report; printed by default.

    Returns:
        The exit code: 0 where every step went well.
    """
    say = say or _print
    say(f"Heirloom {__version__}, Python {sys.version.split()[0]}, {sys.platform}")
    with tempfile.TemporaryDirectory(prefix="heirloom-self-test-") as folder:
        bench = _Bench(Path(folder), say)
        for index, (title, step) in enumerate(STEPS):
            began = time.perf_counter()
            try:
                outcome = step(bench)
            except Exception as error:  # noqa: BLE001 - whatever fails is what is asked for
                say(_line("FAILED", title, began, f"{type(error).__name__}: {error}"))
                left = ", ".join(name for name, _ in STEPS[index + 1 :])
                say(f"Not tried: {left}." if left else "")
                return EXIT_FAILED
            say(_line("ok", title, began, outcome))
    say("All parts work.")
    return EXIT_DONE


def _line(verdict: str, title: str, began: float, outcome: str) -> str:
    seconds = time.perf_counter() - began
    return f"{verdict:<7}{title:<{_TITLE_WIDTH}}{seconds:6.1f} s   {outcome}"


def _print(text: str) -> None:
    print(text, flush=True)


# --- the steps: each returns what it found, or raises ------------------------------------------


def _parts(_bench: _Bench) -> str:
    """Import every module, so that none is missing in this copy."""
    names = sorted(name for package in PACKAGES for name in _module_names(package))
    for name in names:
        import_module(name)
    return f"{len(names)} modules"


def _module_names(package: str) -> list[str]:
    import pkgutil

    found = pkgutil.walk_packages(import_module(package).__path__, f"{package}.")
    return [info.name for info in found if not info.name.endswith("__main__")]


def _networks(_bench: _Bench) -> str:
    """Import the libraries whose networks are loaded only for models that a user adds."""
    from core.engines.spandrel_network import extra_is_installed

    for name in ("facexlib.detection.retinaface", "facexlib.parsing", "spandrel", "torchvision"):
        import_module(name)
    extra_is_installed()
    return "libraries of other models are here"


def _reading(bench: _Bench) -> str:
    from importlib.resources import files

    from core.api import open_photo

    sample = files("resources").joinpath(*SAMPLE)
    bench.source = bench.folder / SAMPLE[-1]
    bench.source.write_bytes(sample.read_bytes())
    bench.photo = open_photo(bench.source)
    height, width = bench.photo.pixels.shape[:2]
    return f"{width} x {height} px"


def _detection(bench: _Bench) -> str:
    from core.api import Engine, find_faces

    bench.found = len(find_faces(Engine(), bench.photo))
    _expect(bench.found > 0, "no face was found in the sample photo, which shows one")
    return f"faces found: {bench.found}"


def _restoration(bench: _Bench) -> str:
    import numpy as np

    from core.api import Engine
    from core.settings import RestorationSettings

    bench.result = Engine().run(bench.photo, RestorationSettings()).result
    restored = [face for face in bench.result.faces if face.restored is not None]
    _expect(len(restored) > 0, "the face was not restored")
    _expect(
        all(np.isfinite(face.restored).all() for face in restored if face.restored is not None),
        "the restored face is not a picture",
    )
    engines = ", ".join(f"{info.task} on {info.runtime}" for info in bench.result.engines)
    return f"faces restored: {len(restored)} ({engines})"


def _colour(bench: _Bench) -> str:
    before, after = _cast(bench.photo.pixels), _cast(bench.result.photo.pixels)
    _expect(after < before, f"the colour cast did not shrink: {before:.1f} to {after:.1f}")
    return f"colour cast {before:.1f} to {after:.1f} of 255"


def _cast(pixels: Any) -> float:
    """How far the average colour is from grey, in levels of 255."""
    means = pixels.reshape(-1, 3).mean(axis=0)
    return float(means.max() - means.min())


def _saving(bench: _Bench) -> str:
    from core.api import save_photo
    from core.imageio import read_info
    from core.settings import RestorationSettings

    before = hashlib.sha256(bench.source.read_bytes()).hexdigest()
    target = bench.folder / "restored.jpg"
    written = save_photo(bench.result, RestorationSettings(), target)
    _expect(written.recipe is not None, "no recipe was saved beside the photo")
    after = hashlib.sha256(bench.source.read_bytes()).hexdigest()
    _expect(before == after, "the original was changed")
    bench.saved = read_info(written.path)
    return f"{bench.saved.file_bytes / 1000:.0f} kB and a recipe; the original is unchanged"


def _metadata(bench: _Bench) -> str:
    from core.imageio import read_info

    original, saved = read_info(bench.source), bench.saved
    _expect(saved.dpi == original.dpi, f"resolution {original.dpi} became {saved.dpi}")
    _expect(saved.profile == original.profile, "the colour profile was lost")
    lost = set(original.exif) - set(saved.exif)
    _expect(not lost, f"lost of the EXIF data: {', '.join(sorted(lost))}")
    _expect(bool(saved.digital_source_type), "the result is not marked as altered")
    return f"{len(original.exif)} EXIF entries, profile and resolution kept; marked as altered"


def _processes(_bench: _Bench) -> str:
    """Start this program once more as a worker, as loading training data does."""
    import multiprocessing

    answers: Any = multiprocessing.get_context("spawn").SimpleQueue()
    worker = multiprocessing.get_context("spawn").Process(target=_answer, args=(answers, 6, 7))
    worker.start()
    worker.join(OWN_PROCESS_S)
    if worker.is_alive():
        worker.kill()
        raise SelfTestError(f"a process of its own did not end within {OWN_PROCESS_S:.0f} s")
    _expect(worker.exitcode == 0, f"a process of its own ended with {worker.exitcode}")
    _expect(answers.get() == 42, "a process of its own answered wrongly")
    return "a process of its own answered"


def _answer(answers: Any, left: int, right: int) -> None:
    answers.put(left * right)


def _expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise SelfTestError(otherwise)


STEPS: tuple[tuple[str, Callable[[_Bench], str]], ...] = (
    ("Parts", _parts),
    ("Networks", _networks),
    ("Reading", _reading),
    ("Detection", _detection),
    ("Restoration", _restoration),
    ("Colour", _colour),
    ("Saving", _saving),
    ("Metadata", _metadata),
    ("Processes", _processes),
)
