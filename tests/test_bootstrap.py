"""bootstrap.py: what it decides, without installing anything."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import sys
import venv
from pathlib import Path
from typing import Any

import pytest

SOURCE = Path(__file__).parents[1] / "bootstrap.py"


@pytest.fixture
def bootstrap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The module, with a checkout and a log of its own."""
    spec = importlib.util.spec_from_file_location("bootstrap", SOURCE)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "bootstrap", module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "LOG", tmp_path / "build" / "setup.log")
    return module


def folder_entries(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


# --- Python ----------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [(3, 7, 16), (3, 10, 13), (2, 7, 18)])
def test_old_python_is_named_in_one_sentence(bootstrap: Any, version: tuple[int, ...]) -> None:
    sentence = bootstrap.python_problem(version, is_64_bit=True)
    assert ".".join(map(str, version)) in sentence
    assert "3.11 or newer" in sentence
    assert "\n" not in sentence


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 13, 1), (4, 0, 0)])
def test_new_python_is_accepted(bootstrap: Any, version: tuple[int, ...]) -> None:
    assert bootstrap.python_problem(version, is_64_bit=True) == ""


def test_32_bit_python_is_refused(bootstrap: Any) -> None:
    assert "64-bit" in bootstrap.python_problem((3, 12, 0), is_64_bit=False)


def test_an_old_python_can_read_the_file() -> None:
    ast.parse(SOURCE.read_text("utf-8"), feature_version=(3, 7))


# --- system libraries ------------------------------------------------------------------------


def test_nothing_is_missing_where_all_libraries_load(bootstrap: Any) -> None:
    assert bootstrap.missing_packages(lambda _name: True) == []


def test_missing_libraries_are_mapped_to_packages_once(bootstrap: Any) -> None:
    gone = {"libglib-2.0.so.0", "libgthread-2.0.so.0", "libEGL.so.1"}
    assert bootstrap.missing_packages(lambda name: name not in gone) == ["libegl1", "libglib2.0-0"]


def test_only_the_uses_asked_for_are_looked_at(bootstrap: Any) -> None:
    def nothing_loads(_name: str) -> bool:
        return False

    photos = bootstrap.missing_packages(nothing_loads, uses=[bootstrap.PHOTOS])
    everything = bootstrap.missing_packages(nothing_loads)
    assert "libgl1" in photos
    assert "libxcb-cursor0" not in photos
    assert set(photos) < set(everything)


def test_can_load_tells_a_real_library_from_an_invented_one(bootstrap: Any) -> None:
    assert not bootstrap.can_load("libheirloom-does-not-exist.so.7")
    if sys.platform.startswith("linux"):
        assert bootstrap.can_load("libc.so.6")


def test_every_word_needs_known_uses_only(bootstrap: Any) -> None:
    uses = {use for _, _, use in bootstrap.SYSTEM_LIBRARIES}
    assert uses == {bootstrap.PHOTOS, bootstrap.WINDOW, bootstrap.SCREEN}
    assert all(word.needs <= uses for word in bootstrap.WORDS.values())


def test_missing_sentence_gives_the_command_where_there_is_apt(bootstrap: Any) -> None:
    sentence = bootstrap.missing_sentence(["libegl1", "libgl1"], has_apt=True)
    assert sentence.endswith("sudo apt-get install libegl1 libgl1")
    assert "apt-get" not in bootstrap.missing_sentence(["libgl1"], has_apt=False)


def test_a_library_that_cannot_be_done_without_stops_the_set_up(
    bootstrap: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap.sys, "platform", "linux")
    monkeypatch.setattr(bootstrap, "apt_prefix", lambda: None)
    monkeypatch.setattr(bootstrap, "missing_packages", lambda uses=None: ["libgl1"])
    with pytest.raises(bootstrap.SetupError, match="libgl1"):
        bootstrap.provide_system_libraries(frozenset({bootstrap.PHOTOS}))


def test_a_library_for_the_window_alone_is_a_note_to_the_demo(
    bootstrap: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing(uses: Any = None) -> list[str]:
        return [] if uses == frozenset({bootstrap.PHOTOS}) else ["libxcb-cursor0"]

    monkeypatch.setattr(bootstrap.sys, "platform", "linux")
    monkeypatch.setattr(bootstrap, "apt_prefix", lambda: None)
    monkeypatch.setattr(bootstrap, "missing_packages", missing)
    bootstrap.provide_system_libraries(frozenset({bootstrap.PHOTOS}))
    assert "libxcb-cursor0" in capsys.readouterr().out


# --- virtual environment ---------------------------------------------------------------------


SOUND = {"project": "hash", "extras": [], "python": "3.11", "folder": "/here"}


@pytest.mark.parametrize(
    ("version", "stamp", "expected"),
    [
        ((3, 11), SOUND, ""),
        ((3, 11), {}, ""),
        (None, SOUND, "incomplete"),
        ((3, 10), {}, "too old"),
        ((3, 12), SOUND, "another version"),
        ((3, 11), {**SOUND, "folder": "/there"}, "moved"),
    ],
)
def test_environment_fault(
    bootstrap: Any, version: tuple[int, int] | None, stamp: dict[str, Any], expected: str
) -> None:
    fault = bootstrap.environment_fault(version, stamp, "/here")
    assert bool(fault) == bool(expected)
    assert expected in fault


def test_extras_once_installed_are_kept(bootstrap: Any) -> None:
    old = {**SOUND, "extras": ["dev"]}
    assert bootstrap.wanted_stamp(old, "hash", [], "3.11", "/here") == old


def test_a_new_extra_changes_the_stamp(bootstrap: Any) -> None:
    assert bootstrap.wanted_stamp(SOUND, "hash", ["dev"], "3.11", "/here") != SOUND


@pytest.mark.parametrize("content", ["", "{", "[1]", '"text"'])
def test_a_damaged_stamp_counts_as_none(bootstrap: Any, tmp_path: Path, content: str) -> None:
    path = tmp_path / "stamp.json"
    path.write_text(content, "utf-8")
    assert bootstrap.read_stamp(path) == {}
    assert bootstrap.read_stamp(tmp_path / "none.json") == {}


def test_project_hash_ignores_linters_and_sees_dependencies(bootstrap: Any) -> None:
    base = '[project]\nname = "x"\ndependencies = ["numpy"]\n'
    same = base + "[tool.ruff]\nline-length = 88\n"
    other = base.replace("numpy", "numpy>=2")
    assert bootstrap.project_hash(base) == bootstrap.project_hash(same)
    assert bootstrap.project_hash(base) != bootstrap.project_hash(other)


def test_a_folder_with_files_of_the_user_is_never_replaced(bootstrap: Any, tmp_path: Path) -> None:
    folder = tmp_path / ".venv"
    assert bootstrap.may_replace(folder)
    (folder / "bin").mkdir(parents=True)
    assert bootstrap.may_replace(folder)
    (folder / "bin" / "letter.txt").write_text("dear")
    assert not bootstrap.may_replace(folder)
    (folder / "pyvenv.cfg").write_text("home = /usr/bin\n")
    assert bootstrap.may_replace(folder)


def make_bare_environment(bootstrap: Any) -> Any:
    """An environment with a Python but without pip, which is quick to make."""
    environment = bootstrap.Environment(bootstrap.ROOT / ".venv")
    venv.create(environment.path, symlinks=not bootstrap.WINDOWS, with_pip=False)
    return environment


def give_pip(environment: Any) -> None:
    """Something that can be imported as pip."""
    if sys.platform == "win32":
        library = environment.path / "Lib" / "site-packages"
    else:
        version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
        library = environment.path / "lib" / version / "site-packages"
    (library / "pip.py").write_text("")


def test_an_environment_counts_once_it_has_pip(bootstrap: Any) -> None:
    environment = make_bare_environment(bootstrap)
    assert bootstrap.python_version(environment.python) is None
    give_pip(environment)
    assert bootstrap.python_version(environment.python) == sys.version_info[:2]
    assert bootstrap.python_version(environment.path / "python") is None


def test_a_half_deleted_environment_is_not_taken_for_one(bootstrap: Any) -> None:
    environment = make_bare_environment(bootstrap)
    give_pip(environment)
    (environment.path / "pyvenv.cfg").unlink()
    assert bootstrap.python_version(environment.python) is None


def test_pip_refuses_to_work_outside_an_environment(bootstrap: Any) -> None:
    assert bootstrap.clean_environment()["PIP_REQUIRE_VIRTUALENV"] == "1"


def test_removing_takes_programs_first_and_the_mark_last(
    bootstrap: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = make_bare_environment(bootstrap)
    environment.stamp.write_text("{}")
    (environment.path / "pyvenv.cfg").unlink()

    def interrupted(path: Path) -> None:
        if path != environment.scripts:
            raise KeyboardInterrupt
        really_remove(path)

    really_remove = bootstrap.shutil.rmtree
    with monkeypatch.context() as patch:
        patch.setattr(bootstrap.shutil, "rmtree", interrupted)
        with pytest.raises(KeyboardInterrupt):
            bootstrap.remove_environment(environment)
    assert not environment.stamp.exists()
    assert bootstrap.python_version(environment.python) is None
    assert bootstrap.may_replace(environment.path)
    bootstrap.remove_environment(environment)
    assert list(environment.path.iterdir()) == []


def test_an_interruption_ends_the_command_too(bootstrap: Any) -> None:
    code = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"
    seen: list[int] = []

    def interrupt(line: str) -> str:
        seen.append(int(line))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bootstrap.run_logged([sys.executable, "-c", code], interrupt)
    if not bootstrap.WINDOWS:
        with pytest.raises(ProcessLookupError):
            os.kill(seen[0], 0)


class Recorder:
    """Stands in for what would install something."""

    def __init__(self, bootstrap: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        self.done: list[str] = []
        self.version: tuple[int, int] | None = None
        self.module = bootstrap
        monkeypatch.setattr(bootstrap, "make_environment", self.make)
        monkeypatch.setattr(bootstrap, "install_project", self.install)
        monkeypatch.setattr(bootstrap, "python_version", lambda _python: self.version)
        monkeypatch.setattr(bootstrap.subprocess, "call", lambda *_args, **_named: 0)
        (bootstrap.ROOT / "pyproject.toml").write_text('[project]\nname = "x"\n', "utf-8")

    def make(self, environment: Any) -> None:
        self.done.append("make")
        environment.scripts.mkdir(parents=True, exist_ok=True)
        environment.stamp.unlink(missing_ok=True)
        self.version = (3, 11)

    def install(self, environment: Any, extras: list[str]) -> None:
        self.done.append("install " + ",".join(extras))
        environment.heirloom.touch()

    def run(self, *extras: str) -> list[str]:
        """What a run of the set-up does."""
        self.done = []
        self.module.provide_environment(frozenset(extras))
        return self.done


@pytest.fixture
def recorder(bootstrap: Any, monkeypatch: pytest.MonkeyPatch) -> Recorder:
    return Recorder(bootstrap, monkeypatch)


def test_the_second_run_installs_nothing(recorder: Recorder) -> None:
    assert recorder.run() == ["make", "install "]
    assert recorder.run() == []


def test_tests_add_their_extra_once_and_the_demo_keeps_it(recorder: Recorder) -> None:
    recorder.run()
    assert recorder.run("dev") == ["install dev"]
    assert recorder.run("dev") == []
    assert recorder.run() == []


def test_a_changed_project_is_installed_again(recorder: Recorder) -> None:
    recorder.run()
    (recorder.module.ROOT / "pyproject.toml").write_text('[project]\nname = "y"\n', "utf-8")
    assert recorder.run() == ["install "]


def test_an_interrupted_installation_is_finished(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_args: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(recorder.module, "install_project", interrupted)
        with pytest.raises(KeyboardInterrupt):
            recorder.run()
    assert recorder.run() == ["install "]


def test_a_broken_environment_is_made_anew(recorder: Recorder) -> None:
    recorder.run("dev")
    recorder.version = None
    assert recorder.run() == ["make", "install dev"]


def test_a_missing_command_is_installed_again(recorder: Recorder) -> None:
    recorder.run()
    recorder.module.Environment(recorder.module.ROOT / ".venv").heirloom.unlink()
    assert recorder.run() == ["install "]


# --- pip -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "news"),
    [
        ("  Downloading torch-2.14.1-cp311-cp311-manylinux.whl (899.7 MB)", "torch (899.7 MB)"),
        ("Downloading big_thing-1.0-py3-none-any.whl.metadata (26 kB)", ""),
        ("  Downloading small-1.0-py3-none-any.whl (9.9 MB)", ""),
        ("Installing collected packages: a, b, c", "unpacking 3 packages"),
        ("Requirement already satisfied: numpy", ""),
    ],
)
def test_pip_news_is_short(bootstrap: Any, line: str, news: str) -> None:
    assert news in bootstrap.pip_news(line)
    assert bool(bootstrap.pip_news(line)) == bool(news)


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        ("ERROR: Could not install: [Errno 28] No space left on device", "disk is full"),
        ("WARNING: Retrying: NewConnectionError\nERROR: No matching distribution", "network"),
        ("ERROR: No matching distribution found for torch>=2.9", "no PyTorch"),
        ("warming up\nERROR: something else", "ERROR: something else"),
        ("", "no reason"),
    ],
)
def test_pip_reason_is_plain(bootstrap: Any, output: str, reason: str) -> None:
    assert reason in bootstrap.pip_reason(output)


def test_pip_is_not_led_astray_by_the_users_environment(
    bootstrap: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PIP_USER", "PIP_TARGET", "PYTHONPATH", "PYTHONHOME"):
        monkeypatch.setenv(name, "astray")
    monkeypatch.setenv("PIP_DEFAULT_TIMEOUT", "180")
    env = bootstrap.clean_environment()
    assert not {"PIP_USER", "PIP_TARGET", "PYTHONPATH", "PYTHONHOME"} & set(env)
    assert env["PIP_DEFAULT_TIMEOUT"] == "180"


def test_run_logged_returns_the_code_and_keeps_the_output(
    bootstrap: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    code = bootstrap.run_logged(
        [sys.executable, "-c", "print('Installing collected packages: a, b'); raise SystemExit(3)"],
        bootstrap.pip_news,
    )
    assert code == 3
    assert "Installing collected packages: a, b" in bootstrap.LOG.read_text("utf-8")
    assert capsys.readouterr().out == "  unpacking 2 packages\n"


# --- the command line ------------------------------------------------------------------------


def test_help_and_unknown_words_install_nothing(
    bootstrap: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bootstrap.main([]) == 0
    assert "bootstrap.py demo" in capsys.readouterr().out
    assert bootstrap.main(["restore"]) == 2
    assert folder_entries(tmp_path) == []


def test_arguments_and_exit_code_of_the_tests_are_handed_on(
    bootstrap: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[list[str]] = []

    def call(command: list[str]) -> int:
        calls.append(command)
        return 5

    monkeypatch.setattr(bootstrap, "call", call)
    monkeypatch.setattr(bootstrap, "provide_system_libraries", lambda _needs: None)
    monkeypatch.setattr(
        bootstrap, "provide_environment", lambda _extras: bootstrap.Environment(Path("env"))
    )
    assert bootstrap.main(["test", "-k", "colour"]) == 5
    assert calls[0][1:] == ["-m", "pytest", "-k", "colour"]


def test_the_demo_prints_where_the_restored_photo_is(
    bootstrap: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def restore(command: list[str]) -> int:
        report = Path(command[command.index("--json") + 1])
        report.write_text(json.dumps([{"output": "out/astronaut-aged.jpg"}]), "utf-8")
        return 0

    monkeypatch.setattr(bootstrap, "call", restore)
    assert bootstrap.run_demo(bootstrap.Environment(Path("env")), []) == 0
    expected = bootstrap.ROOT / "out" / "astronaut-aged.jpg"
    assert f"Restored photo: {expected.resolve()}" in capsys.readouterr().out


def test_a_command_ended_by_a_signal_gets_the_shells_code(bootstrap: Any) -> None:
    if bootstrap.WINDOWS:
        pytest.skip("no signals on Windows")
    code = bootstrap.call([sys.executable, "-c", "import os; os.kill(os.getpid(), 15)"])
    assert code == 128 + 15
