"""Checkpoint files, honest, broken and hostile."""

import os
import pickle
import struct
import zipfile

import pytest
import torch
from safetensors.torch import save_file

from core.errors import ModelFileError
from core.models.checkpoint import read_state_dict

WEIGHTS = {"a.weight": torch.arange(6.0).reshape(2, 3), "a.bias": torch.ones(2).half()}


class Bomb:
    """Touches a file if anybody unpickles it."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def assert_read(path):
    found = read_state_dict(path).tensors
    assert found.keys() == WEIGHTS.keys()
    for name, tensor in WEIGHTS.items():
        assert torch.equal(found[name], tensor)
        assert found[name].dtype == tensor.dtype


def refusal(path):
    with pytest.raises(ModelFileError) as caught:
        read_state_dict(path)
    assert path.name in caught.value.summary
    assert caught.value.remedy
    return caught.value.summary


@pytest.mark.parametrize("wrapper", [None, "params_ema", "params", "state_dict"])
@pytest.mark.parametrize("modern", [True, False])
def test_torch_files_with_and_without_a_wrapper(tmp_path, wrapper, modern):
    path = tmp_path / "model.pth"
    content = WEIGHTS if wrapper is None else {wrapper: WEIGHTS, "iter": 3}
    torch.save(content, path, _use_new_zipfile_serialization=modern)
    assert_read(path)


def test_averaged_weights_come_before_plain_ones(tmp_path):
    path = tmp_path / "model.pth"
    torch.save({"params": {"a.weight": torch.zeros(1)}, "params_ema": WEIGHTS}, path)
    assert_read(path)


def test_the_prefix_of_parallel_training_is_dropped(tmp_path):
    path = tmp_path / "model.pth"
    torch.save({f"module.{name}": tensor for name, tensor in WEIGHTS.items()}, path)
    assert_read(path)


def test_safetensors_with_metadata_whatever_the_name(tmp_path):
    path = tmp_path / "model.pth"
    save_file(WEIGHTS, path, {"architecture": "gfpgan-clean"})
    assert_read(path)
    assert read_state_dict(path).metadata == {"architecture": "gfpgan-clean"}
    assert read_state_dict(path).shapes == {"a.weight": (2, 3), "a.bias": (2,)}


@pytest.mark.parametrize("modern", [True, False])
def test_program_code_is_refused_and_not_executed(tmp_path, modern):
    path, touched = tmp_path / "model.pth", tmp_path / "touched"
    torch.save({**WEIGHTS, "x": Bomb(touched)}, path, _use_new_zipfile_serialization=modern)
    assert "code" in refusal(path)
    assert not touched.exists()


def test_a_bare_pickle_is_refused_and_not_executed(tmp_path):
    path, touched = tmp_path / "model.pkl", tmp_path / "touched"
    path.write_bytes(pickle.dumps(Bomb(touched)))
    assert "code" in refusal(path)
    assert not touched.exists()


@pytest.mark.parametrize("keep", [0, 5, 100, 0.5, 0.99])
@pytest.mark.parametrize("kind", ["safetensors", "torch", "legacy"])
def test_truncated_files_are_refused(tmp_path, kind, keep):
    path = tmp_path / "model.pth"
    weights = {"a": torch.arange(5000.0)}
    if kind == "safetensors":
        save_file(weights, path)
    else:
        torch.save(weights, path, _use_new_zipfile_serialization=kind == "torch")
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep) if isinstance(keep, float) else keep])
    refusal(path)


@pytest.mark.parametrize("length", [2**63, 2**40, 10**9, 200])
def test_a_huge_safetensors_header_is_refused(tmp_path, length):
    path = tmp_path / "model.safetensors"
    path.write_bytes(struct.pack("<Q", length) + b'{"a":{}}')
    assert "damaged" in refusal(path)


def test_a_safetensors_header_that_lies_is_refused(tmp_path):
    path = tmp_path / "model.safetensors"
    header = b'{"a":{"dtype":"F32","shape":[1000000],"data_offsets":[0,4]}}'
    path.write_bytes(struct.pack("<Q", len(header)) + header + b"\0" * 4)
    assert "damaged" in refusal(path)


def test_an_archive_that_unpacks_to_more_than_its_size_is_refused(tmp_path):
    path = tmp_path / "model.pth"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model/data.pkl", pickle.dumps({}))
        archive.writestr("model/data/0", b"\0" * 10_000_000)
    assert path.stat().st_size < 100_000
    assert "unpacks to more" in refusal(path)


def test_a_tensor_that_claims_more_numbers_than_it_has_is_refused(tmp_path):
    path = tmp_path / "model.pth"
    torch.save({"a": torch.zeros(1).expand(1_000_000, 1_000_000)}, path)
    assert "plain array" in refusal(path)


@pytest.mark.parametrize("content", [{}, [1, 2], {"params": {}}, {"a": "text"}, torch.ones(3)])
def test_files_without_weights_are_refused(tmp_path, content):
    path = tmp_path / "model.pth"
    torch.save(content, path)
    assert "no weights" in refusal(path)


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"\xff\xd8\xff\xe0 not a model")
    assert "neither safetensors nor" in refusal(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    refusal(tmp_path / "missing.pth")
    refusal(tmp_path)
