"""Sets Heirloom up in this folder, then runs it. Needs only Python 3.11 or newer.

    python3 bootstrap.py demo    restore the sample photo into the folder out
    python3 bootstrap.py test    run all tests
    python3 bootstrap.py app     open the window
    python3 bootstrap.py check   run the linters, the type checker and the layering check
    python3 bootstrap.py bundle  make a program that needs no Python, in the folder dist

What follows the word is handed on: `python3 bootstrap.py test tests/core -k colour`.

The first run makes a virtual environment in the folder .venv and installs what Heirloom needs into
it; on Debian and Ubuntu it also installs missing system libraries where it may. Later runs find
all that in place and need no network. Running it again after an interruption is safe.

The file keeps to syntax that Python 3.7 can read, so that an old Python says what is wrong.
"""

from __future__ import annotations

import sys

MIN_PYTHON = (3, 11)


def python_problem(version: tuple[int, ...], *, is_64_bit: bool) -> str:
    """Say in one sentence why this Python cannot run Heirloom; empty where it can."""
    found = ".".join(str(part) for part in version[:3])
    if tuple(version[:2]) < MIN_PYTHON:
        return (
            f"Heirloom needs Python 3.11 or newer and this is Python {found}: install a newer one "
            "and start bootstrap.py with it, for example: python3.11 bootstrap.py demo"
        )
    if not is_64_bit:
        return f"Heirloom needs a 64-bit Python and this one (Python {found}) is 32-bit."
    return ""


_PROBLEM = python_problem(tuple(sys.version_info[:3]), is_64_bit=sys.maxsize > 2**32)
if _PROBLEM:
    sys.exit(_PROBLEM)

import argparse
import ctypes
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent
LOG = ROOT / "build" / "setup.log"
SAMPLE = Path("resources") / "samples" / "astronaut-aged.jpg"
OUT = Path("out")
WINDOWS = os.name == "nt"

PHOTOS, WINDOW, SCREEN = "photos", "window", "screen"
"""What a system library is for: reading photos, the window at all, the window on a real screen."""

SYSTEM_LIBRARIES = (
    ("libGL.so.1", "libgl1", PHOTOS),
    ("libglib-2.0.so.0", "libglib2.0-0", PHOTOS),
    ("libgthread-2.0.so.0", "libglib2.0-0", PHOTOS),
    ("libxcb.so.1", "libxcb1", PHOTOS),
    ("libz.so.1", "zlib1g", PHOTOS),
    ("libEGL.so.1", "libegl1", WINDOW),
    ("libX11.so.6", "libx11-6", WINDOW),
    ("libdbus-1.so.3", "libdbus-1-3", WINDOW),
    ("libfontconfig.so.1", "libfontconfig1", WINDOW),
    ("libfreetype.so.6", "libfreetype6", WINDOW),
    ("libgssapi_krb5.so.2", "libgssapi-krb5-2", WINDOW),
    ("libxkbcommon.so.0", "libxkbcommon0", WINDOW),
    ("libwayland-client.so.0", "libwayland-client0", SCREEN),
    ("libwayland-cursor.so.0", "libwayland-cursor0", SCREEN),
    ("libX11-xcb.so.1", "libx11-xcb1", SCREEN),
    ("libxcb-cursor.so.0", "libxcb-cursor0", SCREEN),
    ("libxcb-icccm.so.4", "libxcb-icccm4", SCREEN),
    ("libxcb-image.so.0", "libxcb-image0", SCREEN),
    ("libxcb-keysyms.so.1", "libxcb-keysyms1", SCREEN),
    ("libxcb-randr.so.0", "libxcb-randr0", SCREEN),
    ("libxcb-render-util.so.0", "libxcb-render-util0", SCREEN),
    ("libxcb-shape.so.0", "libxcb-shape0", SCREEN),
    ("libxcb-sync.so.1", "libxcb-sync1", SCREEN),
    ("libxcb-util.so.1", "libxcb-util1", SCREEN),
    ("libxcb-xfixes.so.0", "libxcb-xfixes0", SCREEN),
    ("libxcb-xkb.so.1", "libxcb-xkb1", SCREEN),
    ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0", SCREEN),
)
"""Shared libraries that the wheels of OpenCV and Qt expect of the system: name, package, use."""

CHECKS = {
    "lint": ("-m", "ruff", "check", "."),
    "format": ("-m", "ruff", "format", "--check", "."),
    "types": ("-m", "mypy"),
    "layers": ("-c", "from importlinter.cli import lint_imports_command as lint; lint()"),
}
TORCH_FOR_CPU = "https://download.pytorch.org/whl/cpu"
TORCH_FOR_CUDA = "https://download.pytorch.org/whl/cu130"
SMOKE = "import cv2, msgspec, numpy, PIL.Image, safetensors, torch, torchvision"
"""Fails where an installation was cut off half way."""


NETWORK_TROUBLE = (
    "connectionerror",
    "connectiontimeout",
    "connecttimeout",
    "name resolution",
    "readtimeout",
    "proxyerror",
    "sslerror",
    "max retries",
)
"""Words by which pip's output shows that it could not reach an index, lower case."""


class SetupError(Exception):
    """The set-up cannot go on. The message is for the user."""


@dataclass(frozen=True)
class Word:
    """One thing that bootstrap.py can be told to do.

    Attributes:
        extras: Extra dependencies of the project that it needs.
        needs: Uses of system libraries that it cannot do without.
        run: Does it, given the environment and the remaining arguments; returns the exit code.
        provide: Makes an environment of its own, given the extras and the remaining arguments;
            None for the one that all others share.
    """

    extras: frozenset[str]
    needs: frozenset[str]
    run: Callable[[Environment, Sequence[str]], int]
    provide: Callable[[frozenset[str], Sequence[str]], Environment] | None = None


@dataclass(frozen=True)
class Environment:
    """The virtual environment in the folder `path`."""

    path: Path

    @property
    def scripts(self) -> Path:
        """Folder of its programs."""
        return self.path / ("Scripts" if WINDOWS else "bin")

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.scripts / ("python.exe" if WINDOWS else "python")

    @property
    def heirloom(self) -> Path:
        """The command `heirloom`."""
        return self.scripts / ("heirloom.exe" if WINDOWS else "heirloom")

    @property
    def stamp(self) -> Path:
        """Says what was installed; there only after an installation that came to its end."""
        return self.path / "heirloom-setup.json"


# --- system libraries ------------------------------------------------------------------------


def can_load(soname: str) -> bool:
    """True where the dynamic linker finds a shared library."""
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def missing_packages(
    loads: Callable[[str], bool] = can_load, uses: Iterable[str] = (PHOTOS, WINDOW, SCREEN)
) -> list[str]:
    """Names of the Debian packages whose libraries are missing, sorted, each once."""
    wanted = set(uses)
    return sorted(
        {package for name, package, use in SYSTEM_LIBRARIES if use in wanted and not loads(name)}
    )


def apt_prefix() -> list[str] | None:
    """What to put before `apt-get`; None where there is no apt-get or no right to use it."""
    if shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return ["env", "DEBIAN_FRONTEND=noninteractive"]
    sudo = shutil.which("sudo")
    if sudo and succeeds([sudo, "-n", "true"]):
        return [sudo, "-n", "env", "DEBIAN_FRONTEND=noninteractive"]
    return None


def install_packages(packages: Sequence[str]) -> bool:
    """Install Debian packages; False where that is not possible here."""
    prefix = apt_prefix()
    if prefix is None:
        return False
    say("Installing system packages: " + " ".join(packages))
    apt = [*prefix, "apt-get", "-q", "-o", "DPkg::Lock::Timeout=120"]
    # A list that cannot be refreshed may still be good enough, so only the installation counts.
    run_logged([*apt, "update"])
    return run_logged([*apt, "install", "-y", "--no-install-recommends", *packages]) == 0


def provide_system_libraries(needs: frozenset[str]) -> None:
    """Install the missing system libraries, or say which are missing.

    Raises:
        SetupError: One that cannot be done without is missing and could not be installed.
    """
    if not sys.platform.startswith("linux"):
        return
    packages = missing_packages()
    if not packages or (install_packages(packages) and not missing_packages()):
        return
    message = missing_sentence(missing_packages(), has_apt=shutil.which("apt-get") is not None)
    if missing_packages(uses=needs):
        raise SetupError(message)
    say("Note: " + message)


def missing_sentence(packages: Sequence[str], *, has_apt: bool) -> str:
    """One sentence that names missing packages and what to do."""
    names = " ".join(packages)
    if has_apt:
        return f"Missing system libraries, please run: sudo apt-get install {names}"
    return (
        "Missing system libraries, please install what your system calls these Debian packages: "
        f"{names}"
    )


# --- virtual environment ---------------------------------------------------------------------


def project_hash(pyproject: str) -> str:
    """Hash of what decides the installation: not of the settings of linters and tests."""
    import tomllib

    data = tomllib.loads(pyproject)
    tools = data.get("tool", {})
    relevant = [data.get("build-system"), data.get("project"), tools.get("setuptools")]
    return hashlib.sha256(json.dumps(relevant, sort_keys=True).encode()).hexdigest()


def read_stamp(path: Path) -> dict[str, Any]:
    """What was installed; empty where nothing was or the file is damaged."""
    try:
        stamp = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def wanted_stamp(
    old: dict[str, Any], project: str, extras: Iterable[str], version: str, folder: str
) -> dict[str, Any]:
    """The stamp that an installation should have. Extras once installed are kept."""
    kept = {name for name in old.get("extras", ()) if isinstance(name, str)}
    return {
        "project": project,
        "extras": sorted(kept | set(extras)),
        "python": version,
        "folder": folder,
    }


def environment_fault(version: tuple[int, int] | None, stamp: dict[str, Any], folder: str) -> str:
    """Say why an environment must be made anew; empty where it is sound.

    Args:
        version: What its Python answered; None where it did not, or has no pip.
        stamp: What was installed into it.
        folder: Where it is now.
    """
    if version is None:
        return "it is incomplete or its Python is gone"
    if version < MIN_PYTHON:
        return f"its Python {version[0]}.{version[1]} is too old"
    if stamp and stamp.get("folder") != folder:
        return "the folder was moved"
    if stamp and stamp.get("python") != f"{version[0]}.{version[1]}":
        return "its Python was replaced by another version"
    return ""


def python_version(python: Path) -> tuple[int, int] | None:
    """Version of an environment's interpreter that runs, has pip and knows where it belongs.

    None otherwise. Without its pyvenv.cfg it would take itself for the Python that it was made
    from, and pip would install into that one.
    """
    code = "import pip, sys; print(*sys.version_info[:2], sys.prefix != sys.base_prefix)"
    try:
        answer = subprocess.run(
            [str(python), "-c", code],
            capture_output=True,
            text=True,
            check=False,
            env=clean_environment(),
            timeout=120,
        )
        major, minor, is_environment = answer.stdout.split()
        return (int(major), int(minor)) if is_environment == "True" else None
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def clean_environment() -> dict[str, str]:
    """The process's environment without what would lead Python or pip astray."""
    env = {
        key: value
        for key, value in os.environ.items()
        if key not in {"PYTHONHOME", "PYTHONPATH", "PIP_USER", "PIP_TARGET", "PIP_PREFIX"}
    }
    env.setdefault("PIP_DEFAULT_TIMEOUT", "60")
    env.setdefault("PIP_RETRIES", "5")
    for name in ("PIP_DISABLE_PIP_VERSION_CHECK", "PIP_NO_INPUT", "PIP_REQUIRE_VIRTUALENV"):
        env[name] = "1"
    return env


def may_replace(folder: Path) -> bool:
    """True for a folder that is a virtual environment or holds no file at all."""
    if folder.is_symlink() or not folder.is_dir():
        return not os.path.lexists(folder)
    if (folder / "pyvenv.cfg").is_file() or Environment(folder).stamp.is_file():
        return True
    return not any(path.is_file() for path in folder.rglob("*"))


def make_environment(environment: Environment) -> None:
    """Make the virtual environment, in place of a broken one.

    Raises:
        SetupError: It cannot be made.
    """
    if not may_replace(environment.path):
        raise SetupError(
            f"{environment.path} is not a virtual environment: please move it away and run again."
        )
    # Started from within an environment, the Python that it was made from does the work.
    python = getattr(sys, "_base_executable", None) or sys.executable
    provide_venv_module(python)
    say("Making a virtual environment in " + str(environment.path))
    try:
        remove_environment(environment)
    except OSError as error:
        raise SetupError(
            f"{environment.path} cannot be replaced ({error.strerror}): please close Heirloom, "
            "delete that folder and run again."
        ) from error
    if run_logged([python, "-m", "venv", str(environment.path)]) != 0:
        raise SetupError(f"The virtual environment could not be made; the reason is in {LOG}")


def remove_environment(environment: Environment) -> None:
    """Delete an environment in an order that an interruption cannot spoil.

    The stamp and the programs go first, so that a rest does not work, and pyvenv.cfg goes last, so
    that a rest is still known as an environment.
    """
    if not environment.path.is_dir():
        return
    (environment.path / "pyvenv.cfg").touch()
    environment.stamp.unlink(missing_ok=True)

    def order(path: Path) -> int:
        return 0 if path == environment.scripts else 2 if path.name == "pyvenv.cfg" else 1

    for path in sorted(environment.path.iterdir(), key=order):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def provide_venv_module(python: str) -> None:
    """Install Debian's venv package where Python came without it.

    Raises:
        SetupError: It is missing and could not be installed.
    """
    probe = [python, "-c", "import ensurepip, venv"]

    if succeeds(probe):
        return
    package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
    if not (install_packages([package]) and succeeds(probe)):
        raise SetupError(
            "Python cannot make virtual environments here, please run: "
            f"sudo apt-get install {package}"
        )


def provide_environment(extras: frozenset[str]) -> Environment:
    """The virtual environment with everything installed; quick where it already is.

    Raises:
        SetupError: It cannot be made or filled.
    """
    environment = Environment(ROOT / ".venv")
    stamp, version, fault = sound_environment(environment)
    project = project_hash((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = wanted_stamp(stamp, project, extras, version, str(ROOT))
    if fault or stamp != wanted or not environment.heirloom.is_file():
        fill_environment(environment, wanted)
    return environment


def sound_environment(environment: Environment) -> tuple[dict[str, Any], str, str]:
    """Make the environment where it is missing or broken.

    Returns:
        What had been installed, the version of its Python, and why it was made anew (empty where
        it was sound).

    Raises:
        SetupError: It cannot be made.
    """
    stamp, version = read_stamp(environment.stamp), python_version(environment.python)
    fault = environment_fault(version, stamp, str(ROOT))
    if fault:
        if environment.path.exists():
            say(f"The virtual environment is made anew: {fault}.")
        make_environment(environment)
        version = python_version(environment.python)
    if version is None:
        raise SetupError(f"The new virtual environment does not work; see {LOG}")
    return stamp, f"{version[0]}.{version[1]}", fault


def fill_environment(environment: Environment, wanted: dict[str, Any]) -> None:
    """Install Heirloom and what it needs, and note that it is complete.

    Raises:
        SetupError: It cannot be installed.
    """
    environment.stamp.unlink(missing_ok=True)
    install_project(environment, wanted["extras"])
    if subprocess.call([str(environment.python), "-c", SMOKE], stderr=subprocess.DEVNULL) != 0:
        say("An earlier installation was cut off; installing everything again.")
        make_environment(environment)
        install_project(environment, wanted["extras"])
    environment.stamp.write_text(json.dumps(wanted, indent=2) + "\n", "utf-8")


def install_project(environment: Environment, extras: Sequence[str]) -> None:
    """Let pip install the checkout itself, editable, with its dependencies.

    Raises:
        SetupError: pip failed.
    """
    say("Installing Heirloom and what it needs; the first time this takes some minutes ...")
    project = ".[" + ",".join(extras) + "]" if extras else "."
    run_pip(environment, "install", "--editable", project)


def run_pip(environment: Environment, *arguments: str) -> None:
    """Run an environment's pip.

    Raises:
        SetupError: It failed.
    """
    command = [str(environment.python), "-m", "pip", *arguments]
    mark = LOG.stat().st_size if LOG.exists() else 0
    if run_logged(command, pip_news) != 0:
        with LOG.open(encoding="utf-8", errors="replace") as log:
            log.seek(mark)
            reason = pip_reason(log.read())
        raise SetupError(f"The installation failed: {reason} All details are in {LOG}")


def pip_news(line: str) -> str:
    """What to tell the user of a line that pip prints; empty for nothing."""
    download = re.match(r"\s*Downloading (\S+?)-(\d[^-\s]*)-\S*\s+\(([\d.]+) (MB|GB)\)", line)
    if download and (download[4] == "GB" or float(download[3]) >= 10):
        return f"  downloading {download[1].rsplit('/', 1)[-1]} ({download[3]} {download[4]})"
    if line.startswith("Installing collected packages:"):
        return f"  unpacking {line.count(',') + 1} packages"
    return ""


def pip_reason(output: str) -> str:
    """Say in one sentence why pip failed."""
    text = output.lower()
    if "no space left on device" in text:
        return "the disk is full; about 8 GB are needed."
    if any(word in text for word in NETWORK_TROUBLE):
        return "the package index cannot be reached; check the network or proxy and run again."
    if "no matching distribution found for torch" in text:
        return "there is no PyTorch for this kind of computer or this version of Python."
    errors = [line.strip() for line in output.splitlines() if line.startswith("ERROR:")]
    return errors[-1] if errors else "pip gave no reason."


# --- bundle ----------------------------------------------------------------------------------


def bundle_options(arguments: Sequence[str]) -> argparse.Namespace:
    """What was asked of the bundle."""
    parser = argparse.ArgumentParser(
        prog="bootstrap.py bundle",
        description="Makes the program as a folder that needs no Python, in dist; see "
        "docs/bundle.md.",
    )
    parser.add_argument(
        "--cuda", action="store_true", help="with the libraries for NVIDIA cards: several GB more"
    )
    parser.add_argument(
        "--torch", default="", metavar="VERSION", help="this version of torch, not the newest"
    )
    parser.add_argument(
        "--index",
        metavar="URL",
        help="where torch and torchvision come from; “default” for what pip is set up with. "
        f"Without it: {TORCH_FOR_CPU}, with --cuda on Windows {TORCH_FOR_CUDA}",
    )
    return parser.parse_args(list(arguments))


def torch_arguments(options: argparse.Namespace, *, windows: bool, mac: bool) -> list[str]:
    """What pip is told to install torch with."""
    torch = f"torch=={options.torch}" if options.torch else "torch"
    index = options.index
    if index is None and not mac:  # there is only one torch for macOS
        # The package index itself has torch for CUDA on Linux and for the processor on Windows.
        index = TORCH_FOR_CPU if not options.cuda else TORCH_FOR_CUDA if windows else None
    chosen = ["--index-url", index] if index and index != "default" else []
    return ["install", torch, "torchvision", *chosen]


def provide_bundle_environment(extras: frozenset[str], arguments: Sequence[str]) -> Environment:
    """An environment of its own for the bundle: another torch, nothing for developers.

    Raises:
        SetupError: It cannot be made or filled.
    """
    options = bundle_options(arguments)
    environment = Environment(ROOT / "build" / "bundle-env")
    torch = torch_arguments(options, windows=WINDOWS, mac=sys.platform == "darwin")
    stamp, version, fault = sound_environment(environment)
    if not fault and stamp.get("torch", torch) != torch:
        say("The virtual environment is made anew: another torch was asked for.")
        make_environment(environment)
        stamp = {}
    project = project_hash((ROOT / "pyproject.toml").read_text("utf-8"))
    wanted = {**wanted_stamp({}, project, extras, version, str(ROOT)), "torch": torch}
    if stamp != wanted:
        environment.stamp.unlink(missing_ok=True)
        say("Installing torch for the bundle ...")
        run_pip(environment, *torch)
        install_project(environment, wanted["extras"])
        use_headless_opencv(environment)
        environment.stamp.write_text(json.dumps(wanted, indent=2) + "\n", "utf-8")
    return environment


def use_headless_opencv(environment: Environment) -> None:
    """Put OpenCV without windows in the place of the one that brings another Qt along.

    Raises:
        SetupError: It cannot be installed.
    """
    code = "import importlib.metadata as m; print(m.version('opencv-python'))"
    answer = subprocess.run(
        [str(environment.python), "-c", code], capture_output=True, text=True, check=False
    )
    if answer.returncode != 0:
        return
    headless = f"opencv-python-headless=={answer.stdout.strip()}"
    run_pip(environment, "uninstall", "-y", "opencv-python")
    run_pip(environment, "install", "--force-reinstall", "--no-deps", headless)


def run_bundle(environment: Environment, _arguments: Sequence[str]) -> int:
    """Make the bundle."""
    say("Making the bundle; this takes some minutes ...")
    return call([str(environment.python), str(ROOT / "packaging" / "make_bundle.py")])


# --- running ---------------------------------------------------------------------------------


def say(text: str) -> None:
    """Print a line at once."""
    print(text, flush=True)


def succeeds(command: Sequence[str]) -> bool:
    """Run a command silently; True where it ends well."""
    return subprocess.run(list(command), capture_output=True, check=False).returncode == 0


def no_news(_line: str) -> str:
    """Report nothing of a command's output."""
    return ""


def run_logged(command: Sequence[str], news: Callable[[str], str] = no_news) -> int:
    """Run a command into the log and return its exit code; `news` turns lines into reports."""
    LOG.parent.mkdir(exist_ok=True)
    with LOG.open("a", encoding="utf-8") as log:
        log.write("\n$ " + " ".join(command) + "\n")
        process = subprocess.Popen(
            list(command),
            cwd=ROOT,
            env=clean_environment(),
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        with process:
            try:
                for line in process.stdout or ():
                    log.write(line)
                    report = news(line)
                    if report:
                        say(report)
            except BaseException:
                # Left alone it would go on working on what the next run repairs.
                process.terminate()
                process.wait()
                raise
    return process.returncode


def run_demo(environment: Environment, arguments: Sequence[str]) -> int:
    """Restore the sample photo and say where the result is."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        options = ["--repair", "--overwrite", "--quiet", "--json", report]
        command = [environment.heirloom, "restore", SAMPLE, "-o", OUT, *options]
        say("Restoring " + str(SAMPLE))
        code = call([*map(str, command), *arguments])
        entries = json.loads(report.read_text("utf-8")) if report.exists() else []
    for entry in entries:
        if entry.get("output"):
            say("Restored photo: " + str((ROOT / entry["output"]).resolve()))
        elif entry.get("error"):
            say("{summary} {remedy}".format(**entry["error"]))
    return code


def run_tests(environment: Environment, arguments: Sequence[str]) -> int:
    """Run the tests without a screen."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    return call([str(environment.python), "-m", "pytest", *arguments])


def run_app(environment: Environment, arguments: Sequence[str]) -> int:
    """Open the window, with the photos named after the word."""
    return call([str(environment.heirloom), *arguments])


def run_checks(environment: Environment, arguments: Sequence[str]) -> int:
    """Run all checks of the source, or those named."""
    unknown = set(arguments) - set(CHECKS)
    if unknown:
        raise SetupError("There are these checks: " + ", ".join(CHECKS))
    failed = []
    for name in arguments or CHECKS:
        say("Checking " + name)
        if call([str(environment.python), *CHECKS[name]]) != 0:
            failed.append(name)
    if failed:
        say("Not passed: " + ", ".join(failed))
    return 1 if failed else 0


def call(command: Sequence[str]) -> int:
    """Run a command in the checkout and return its exit code as a shell would."""
    code = subprocess.call(list(command), cwd=ROOT)
    return code if code >= 0 else 128 - code


WORDS = {
    "demo": Word(frozenset(), frozenset({PHOTOS}), run_demo),
    "test": Word(frozenset({"dev"}), frozenset({PHOTOS, WINDOW}), run_tests),
    "app": Word(frozenset(), frozenset({PHOTOS, WINDOW}), run_app),
    "check": Word(frozenset({"dev"}), frozenset(), run_checks),
    "bundle": Word(
        frozenset({"bundle"}),
        frozenset({PHOTOS, WINDOW}),
        run_bundle,
        provide_bundle_environment,
    ),
}


def main(arguments: Sequence[str]) -> int:
    """Set up, then do what the first argument says."""
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        say((__doc__ or "").strip())
        return 0
    word = WORDS.get(arguments[0])
    if word is None:
        say(f"“{arguments[0]}” is not one of: " + ", ".join(WORDS))
        return 2
    try:
        provide_system_libraries(word.needs)
        if word.provide is None:
            environment = provide_environment(word.extras)
        else:
            environment = word.provide(word.extras, arguments[1:])
        return word.run(environment, arguments[1:])
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. Run the same command to go on.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
