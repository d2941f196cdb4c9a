"""`heirloom --self-test`: each step can fail, and says so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app import cli, self_test
from core.pipeline import Restoration


@pytest.fixture
def bench(tmp_path: Path) -> self_test._Bench:
    made = self_test._Bench(tmp_path, lambda _line: None)
    self_test._reading(made)
    return made


def neutral(bench: self_test._Bench) -> Restoration:
    """The sample without any colour, as a result that no network made."""
    grey = np.repeat(bench.photo.pixels.mean(axis=2, keepdims=True), 3, axis=2)
    photo = bench.photo.with_pixels(np.ascontiguousarray(grey.astype(np.uint8)))
    return Restoration(bench.photo, photo)


def test_all_steps_run_in_order_and_the_folder_is_gone_afterwards(monkeypatch) -> None:
    folders: list[Path] = []

    def step(bench):
        folders.append(bench.folder)
        return "fine"

    monkeypatch.setattr(self_test, "STEPS", (("One", step), ("Two", step)))
    lines: list[str] = []
    assert self_test.run_self_test(lines.append) == 0
    assert [line.split()[:2] for line in lines[1:3]] == [["ok", "One"], ["ok", "Two"]]
    assert lines[-1] == "All parts work."
    assert len(folders) == 2
    assert not folders[0].exists()


def test_a_failure_ends_the_test_and_names_what_was_not_tried(monkeypatch) -> None:
    def fails(_bench):
        raise self_test.SelfTestError("the paper is missing")

    steps = (("One", fails), ("Two", fails), ("Three", fails))
    monkeypatch.setattr(self_test, "STEPS", steps)
    lines: list[str] = []
    assert self_test.run_self_test(lines.append) == 1
    assert "FAILED" in lines[1]
    assert "the paper is missing" in lines[1]
    assert lines[2] == "Not tried: Two, Three."


def test_the_option_ends_the_program_with_the_tests_exit_code(monkeypatch, capsys) -> None:
    monkeypatch.setattr(self_test, "STEPS", (("One", lambda _bench: "fine"),))
    with pytest.raises(SystemExit) as ended:
        cli.main(["--self-test"])
    assert ended.value.code == 0
    assert "All parts work." in capsys.readouterr().out


def test_colour_that_did_not_change_is_a_failure(bench) -> None:
    bench.result = Restoration(bench.photo, bench.photo)
    with pytest.raises(self_test.SelfTestError, match="did not shrink"):
        self_test._colour(bench)
    bench.result = neutral(bench)
    assert "to 0.0" in self_test._colour(bench)


def test_saving_keeps_what_the_metadata_step_compares(bench) -> None:
    bench.result = neutral(bench)
    assert "original is unchanged" in self_test._saving(bench)
    # No network touched it, so it is not marked as altered, and the step notices.
    with pytest.raises(self_test.SelfTestError, match="not marked as altered"):
        self_test._metadata(bench)


def test_lost_metadata_is_a_failure(bench) -> None:
    bench.result = neutral(bench)
    self_test._saving(bench)
    bench.saved = replace(bench.saved, dpi=(72.0, 72.0))
    with pytest.raises(self_test.SelfTestError, match="resolution"):
        self_test._metadata(bench)


def test_every_module_is_among_the_parts() -> None:
    names = self_test._module_names("core") + self_test._module_names("app")
    assert {"core.api", "core.imageio.read", "app.windows.main_window"} <= set(names)


def test_a_process_of_its_own_answers() -> None:
    assert "answered" in self_test._processes(None)
