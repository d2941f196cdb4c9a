"""Nothing is sent to OpenVINO's maker, and its telemetry leaves nothing in the user's folder."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("core.engines.openvino_silent")

ROOT = Path(__file__).parents[3]
CODE = """
import sys
import core.engines.openvino_runtime, core.engines.openvino_gfpgan, core.engines.openvino_rrdbnet
from core.engines.openvino_silent import ov
assert ov.Core().available_devices
print(sorted(name for name in sys.modules if name.split(".")[0] == "openvino_telemetry"))
"""


def test_its_telemetry_is_not_loaded_and_leaves_no_file(tmp_path: Path) -> None:
    home = {name: str(tmp_path) for name in ("HOME", "USERPROFILE")}
    # In continuous integration the telemetry switches itself off, which would hide a defect.
    kept = {name: value for name, value in os.environ.items() if name not in {"CI", "TF_BUILD"}}
    done = subprocess.run(
        [sys.executable, "-c", CODE],
        cwd=ROOT,
        env={**kept, **home},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "[]"
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == []


def test_nobody_imports_openvino_past_it() -> None:
    offenders = []
    for package in ("app", "core", "training"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                if isinstance(node, ast.ImportFrom) and node.level == 0:
                    names = [node.module or ""]
                if any(name.split(".")[0] == "openvino" for name in names):
                    offenders.append(path.name)
    assert set(offenders) == {"openvino_silent.py"}


def test_a_telemetry_that_was_loaded_before_stays_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from core.engines import openvino_silent

    marker = type(sys)("openvino_telemetry")
    monkeypatch.setitem(sys.modules, "openvino_telemetry", marker)
    with openvino_silent._hidden("openvino_telemetry"), pytest.raises(ImportError):
        import openvino_telemetry  # noqa: F401
    assert sys.modules["openvino_telemetry"] is marker
