"""Reading weights from a file that may be broken or hostile.

Nothing in a checkpoint is ever executed: safetensors holds plain numbers, and torch files are read
with `weights_only=True` after their container was checked for size tricks.
"""

from __future__ import annotations

import json
import pickle
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import ModelFileError
from core.models.ncnn import is_ncnn, read_rrdbnet

if TYPE_CHECKING:
    from torch import Tensor

WRAPPERS = ("params_ema", "params", "state_dict")
"""Keys under which published files put their weights; the averaged ones come first."""

_MAX_HEADER_BYTES = 100_000_000
_REMEDY = "Get the file again from where it was published, and compare its size and hash."


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """The weights of a file.

    Attributes:
        path: The file.
        tensors: Name and tensor, on the CPU, as stored.
        metadata: What a safetensors file says about itself; empty for torch files.
    """

    path: Path
    tensors: dict[str, Tensor]
    metadata: dict[str, str] = field(default_factory=dict)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Name and shape of each tensor."""
        return {name: tuple(tensor.shape) for name, tensor in self.tensors.items()}

    def with_tensors(self, tensors: dict[str, Tensor]) -> Checkpoint:
        """The same checkpoint with other tensors."""
        return replace(self, tensors=tensors)


def read_state_dict(path: Path) -> Checkpoint:
    """Read the weights of a safetensors or torch file, whatever its name ends in.

    Args:
        path: The file.

    Returns:
        Its tensors, without the wrapper and without a `module.` prefix.

    Raises:
        ModelFileError: The file is missing, truncated, unsafe, or holds no weights.
    """
    try:
        with path.open("rb") as file:
            head = file.read(9)
    except OSError as error:
        raise ModelFileError(
            f"The model file {path.name} cannot be read: {error.strerror or error}.",
            "Check that it exists and that you may read it.",
        ) from error
    if is_ncnn(head):
        return Checkpoint(path, read_rrdbnet(path))
    if head[8:9] == b"{":
        return _read_safetensors(path, int.from_bytes(head[:8], "little"))
    if head[:4] == b"PK\x03\x04":
        return _read_program(path) if _check_archive(path) else _read_torch(path)
    if head[:1] == b"\x80":
        return _read_torch(path)
    raise ModelFileError(
        f"{path.name} is not a model file: it is neither safetensors nor a PyTorch checkpoint.",
        "Choose a file that ends in .safetensors, .pth, .pt or .ckpt.",
    )


def _read_safetensors(path: Path, header_bytes: int) -> Checkpoint:
    from safetensors import SafetensorError, safe_open

    if not 2 <= header_bytes <= min(_MAX_HEADER_BYTES, path.stat().st_size - 8):
        raise _damaged(path, "its header is longer than the file")
    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            metadata = dict(file.metadata() or {})
    except (SafetensorError, OSError, ValueError, json.JSONDecodeError) as error:
        raise _damaged(path, str(error)) from error
    return Checkpoint(path, _checked(path, tensors), metadata)


def _check_archive(path: Path) -> bool:
    """Refuse an archive that unpacks to more than the file holds; True where it is TorchScript."""
    from core.models.torchscript import is_read

    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            holds_program = any(
                entry.filename.partition("/")[2] == "constants.pkl" for entry in entries
            )
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _damaged(path, str(error)) from error
    if holds_program:  # its program is packed, but never read
        entries = [entry for entry in entries if is_read(entry.filename)]
    if sum(entry.file_size for entry in entries) > path.stat().st_size:
        raise ModelFileError(
            f"{path.name} unpacks to more than its own size, which no honest checkpoint does.",
            "Do not use this file.",
        )
    return holds_program


def _read_program(path: Path) -> Checkpoint:
    """The weights of a TorchScript file; the program in it is left alone."""
    from core.models.torchscript import read_torchscript

    try:
        tensors = read_torchscript(path)
    except pickle.UnpicklingError as error:
        raise _holds_code(path) from error
    except Exception as error:
        raise _damaged(path, str(error).partition("\n")[0]) from error
    return Checkpoint(path, _checked(path, _lama_named(tensors)))


def _lama_named(tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """LaMa's published TorchScript file wraps its generator; spandrel knows the generator alone."""
    mark = "generator.model."
    starts = {name.partition(mark)[0] for name in tensors if mark in name}
    if len(starts) != 1:
        return tensors
    start = starts.pop()
    kept = {name: tensor for name, tensor in tensors.items() if name.startswith(start + mark)}
    return {name.removeprefix(start): tensor for name, tensor in kept.items()}


def _read_torch(path: Path) -> Checkpoint:
    import torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of old pickles; what matters is said below
            content = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise _holds_code(path) from error
    except Exception as error:
        raise _damaged(path, str(error).partition("\n")[0]) from error
    return Checkpoint(path, _checked(path, _unwrapped(content)))


def _unwrapped(content: Any) -> Mapping[Any, Any]:
    if not isinstance(content, Mapping):
        return {}
    for wrapper in WRAPPERS:
        if isinstance(content.get(wrapper), Mapping):
            inner: Mapping[Any, Any] = content[wrapper]
            return inner
    return content


def _checked(path: Path, content: Mapping[Any, Any]) -> dict[str, Tensor]:
    """The tensors among the content, each backed by as many numbers as it claims to have."""
    import torch

    tensors = {
        str(name).removeprefix("module."): value
        for name, value in content.items()
        if isinstance(value, torch.Tensor)
    }
    if not tensors:
        raise ModelFileError(
            f"{path.name} holds no weights that Heirloom can find.",
            "Choose a checkpoint that keeps its weights at the top or under "
            + ", ".join(WRAPPERS)
            + ".",
        )
    for name, tensor in tensors.items():
        if not _is_plain(tensor):
            raise _damaged(path, f"the tensor {name} is not a plain array of numbers")
    return tensors


def _is_plain(tensor: Tensor) -> bool:
    import torch

    if tensor.layout != torch.strided or tensor.device.type != "cpu" or tensor.is_quantized:
        return False
    return tensor.numel() * tensor.element_size() <= tensor.untyped_storage().nbytes()


def _holds_code(path: Path) -> ModelFileError:
    return ModelFileError(
        f"{path.name} holds program code or is damaged. Nothing of it was executed.",
        "Ask for a .safetensors file, which can hold only weights.",
    )


def _damaged(path: Path, detail: str) -> ModelFileError:
    return ModelFileError(f"The model file {path.name} is damaged: {detail}.", _REMEDY)
