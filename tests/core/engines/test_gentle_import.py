"""Torch's libraries are loaded without holding up the other threads, or are left to the import."""

import subprocess
import sys

import pytest

from core.engines import gentle_import

PROGRAM = """
import sys
from pathlib import Path
from core.engines import gentle_import
gentle_import._CUDA_LIBRARY = "not there"
assert "torch" not in sys.modules
first = gentle_import.load_torch_libraries()
assert "torch" not in sys.modules
import torch
assert torch.ones(3).sum() == 3
print(first, gentle_import.load_torch_libraries())
"""


@pytest.mark.skipif(sys.platform not in ("linux", "darwin"), reason="Windows loads otherwise")
def test_the_libraries_are_loaded_once_and_torch_works_with_them():
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "False"]


def test_nothing_is_done_where_torch_is_there():
    assert "torch" in sys.modules or __import__("torch")
    assert gentle_import.load_torch_libraries() is False


def test_a_build_for_cuda_is_left_to_its_own_order(monkeypatch, tmp_path):
    library = gentle_import._LIBRARIES.get(sys.platform, "x")
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / library).write_bytes(b"")
    (tmp_path / "lib" / "libtorch_cuda.so").write_bytes(b"")
    spec = type("Spec", (), {"origin": str(tmp_path / "__init__.py")})
    monkeypatch.setattr(gentle_import, "find_spec", lambda _name: spec)
    monkeypatch.setattr(gentle_import, "_load", lambda _path: pytest.fail("loaded"))
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    assert gentle_import.load_torch_libraries() is False


@pytest.mark.skipif(sys.platform not in ("linux", "darwin"), reason="Windows loads otherwise")
def test_a_library_that_cannot_be_loaded_is_left_to_the_import(tmp_path):
    broken = tmp_path / "broken.so"
    broken.write_bytes(b"no library")
    assert gentle_import._load(broken) is False
