"""Weights out of TorchScript files: the same numbers, and nothing of the program runs."""

from __future__ import annotations

import io
import pickle
import zipfile

import pytest
import torch
from torch import nn

from core.errors import ModelFileError
from core.models.checkpoint import read_state_dict

pytestmark = pytest.mark.filterwarnings(
    "ignore:.torch.jit:FutureWarning", "ignore:.torch.jit:DeprecationWarning"
)


class Small(nn.Module):
    """Something of every kind that networks keep: parameters, buffers, lists, plain values."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU())
        self.second = nn.Conv2d(4, 3, 1)
        self.register_buffer("grid", torch.arange(12.0).reshape(3, 4).T)
        self.sizes = [1, 2, 3]

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.second(self.first(image)) + self.grid.mean()


class Wrapped(nn.Module):
    """Named as LaMa's published file names its generator."""

    def __init__(self) -> None:
        super().__init__()
        self.model = nn.Module()
        self.model.generator = nn.Module()
        self.model.generator.model = nn.Sequential(nn.Conv2d(3, 3, 1))
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return self.model.generator.model(image) * self.scale


def archive_of(path, record: bytes, numbers: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("net/data.pkl", record)
        archive.writestr("net/constants.pkl", pickle.dumps(()))
        for key, data in numbers.items():
            archive.writestr(f"net/data/{key}", data)


class Call:
    """Pickled as the call of a function."""

    def __init__(self, function, *arguments) -> None:
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize("kind", ["traced", "scripted"])
def test_the_weights_are_those_of_the_network(tmp_path, kind):
    net = Small().eval()
    path = tmp_path / "net.pt"
    with torch.no_grad():
        image = torch.rand(1, 3, 8, 8)
        made = (
            torch.jit.trace(net, image, check_trace=False)
            if kind == "traced"
            else torch.jit.script(net)
        )
    torch.jit.save(made, str(path))
    found = read_state_dict(path).tensors
    wanted = net.state_dict()
    assert found.keys() == wanted.keys()
    for name, tensor in wanted.items():
        assert found[name].dtype == tensor.dtype
        assert torch.equal(found[name], tensor)


def test_the_generator_alone_is_kept_of_lama(tmp_path):
    path = tmp_path / "big-lama.pt"
    with torch.no_grad():
        torch.jit.save(
            torch.jit.trace(Wrapped(), torch.rand(1, 3, 8, 8), check_trace=False), str(path)
        )
    names = read_state_dict(path).tensors.keys()
    assert names == {"generator.model.0.weight", "generator.model.0.bias"}


def test_the_program_in_it_never_runs(tmp_path, monkeypatch):
    path = tmp_path / "net.pt"
    torch.jit.save(torch.jit.script(Small()), str(path))
    monkeypatch.setattr(torch.jit, "load", lambda *_a, **_k: pytest.fail("the program was loaded"))
    read_state_dict(path)


@pytest.mark.parametrize("name", ["print", "exec"])
def test_calls_in_the_record_are_refused(tmp_path, name, capsys):
    path = tmp_path / "net.pt"
    function = {"print": print, "exec": exec}[name]
    archive_of(path, pickle.dumps(Call(function, "1 + 1"), protocol=2), {})
    with pytest.raises(ModelFileError, match="program code"):
        read_state_dict(path)
    assert capsys.readouterr().out == ""


class NumbersPickler(pickle.Pickler):
    """Writes one tensor of `count` float numbers, as a record refers to it."""

    def persistent_id(self, value):
        return value.reference if isinstance(value, Reference) else None


class Reference:
    def __init__(self, count: int) -> None:
        self.reference = ("storage", torch.FloatStorage, "0", "cpu", count)


@pytest.mark.parametrize(
    ("count", "shape", "strides"),
    [(4, (2, 4), (4, 1)), (4, (100_000, 100_000), (0, 0)), (9, (3, 3), (3, 1))],
    ids=["beyond", "vast", "short"],
)
def test_tensors_that_claim_more_than_there_is_are_refused(tmp_path, count, shape, strides):
    rebuild = torch._utils._rebuild_tensor_v2
    call = Call(rebuild, Reference(count), 0, shape, strides, False, {})
    stream = io.BytesIO()
    NumbersPickler(stream, protocol=2).dump(call)
    path = tmp_path / "net.pt"
    archive_of(path, stream.getvalue(), {"0": bytes(16)})
    with pytest.raises(ModelFileError, match="damaged"):
        read_state_dict(path)
