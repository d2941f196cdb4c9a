"""The weights of a TorchScript archive, without running any of the program that it holds.

`torch.jit.load` compiles and may run what lies in the archive. Here only its record of attributes
(`data.pkl`) and the numbers under `data/` are read: objects of the archive's own classes become
plain records, tensors are made from their numbers, and any other name in the record is refused.
"""

from __future__ import annotations

import math
import pickle
import zipfile
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, BinaryIO, Self

import torch

if TYPE_CHECKING:
    from pathlib import Path

_RECORD, _NUMBERS = "data.pkl", "data/"
_MOST_OBJECTS = 100_000
_DTYPES = {
    "FloatStorage": torch.float32,
    "HalfStorage": torch.float16,
    "BFloat16Storage": torch.bfloat16,
    "DoubleStorage": torch.float64,
    "LongStorage": torch.int64,
    "IntStorage": torch.int32,
    "ShortStorage": torch.int16,
    "CharStorage": torch.int8,
    "ByteStorage": torch.uint8,
    "BoolStorage": torch.bool,
}
_LISTS = ("build_intlist", "build_tensorlist", "build_doublelist", "build_boollist")


class _Record:
    """An object of one of the archive's own classes: its attributes and nothing else."""

    values: dict[str, Any]

    def __new__(cls, *_arguments: Any) -> Self:
        made = super().__new__(cls)
        made.values = {}
        return made

    def __setstate__(self, state: Any) -> None:
        if isinstance(state, dict):
            self.values = {str(name): value for name, value in state.items()}


@dataclass(frozen=True, slots=True)
class _Kind:
    """A storage class, by what its numbers are."""

    dtype: torch.dtype


def is_read(name: str) -> bool:
    """True for the parts of an archive that are read at all: the record and the numbers."""
    inner = name.partition("/")[2]
    return inner == _RECORD or inner.startswith(_NUMBERS)


def read_torchscript(path: Path) -> dict[str, torch.Tensor]:
    """The parameters and buffers of a TorchScript archive, by their full names.

    Args:
        path: The archive; its unpacked size was checked.

    Returns:
        Tensors on the CPU. What is neither a tensor nor an object is left out.

    Raises:
        pickle.UnpicklingError: It names something that is no weight. Nothing was executed.
        ValueError: It is damaged.
        OSError: It cannot be read.
    """
    with zipfile.ZipFile(path) as archive:
        folder = _folder(archive)
        with archive.open(f"{folder}/{_RECORD}") as file:
            root = _Reader(file, archive, folder).load()
    if not isinstance(root, _Record):
        raise ValueError("its record does not begin with an object")  # noqa: TRY004
    return _tensors(root)


def _folder(archive: zipfile.ZipFile) -> str:
    for name in archive.namelist():
        folder, _, rest = name.partition("/")
        if rest == _RECORD:
            return folder
    raise ValueError("it has no record of its weights")


def _tensors(root: _Record) -> dict[str, torch.Tensor]:
    """All tensors below an object, in the order of the record."""
    found: dict[str, torch.Tensor] = {}
    waiting = [("", root)]
    for _ in range(_MOST_OBJECTS):
        if not waiting:
            return found
        prefix, record = waiting.pop()
        for name, value in record.values.items():
            if isinstance(value, torch.Tensor):
                found[prefix + name] = value
            elif isinstance(value, _Record):
                waiting.append((f"{prefix}{name}.", value))
    raise ValueError("its objects are nested without end")


class _Reader(pickle.Unpickler):
    """Reads the record; every name in it is answered from here, none is imported."""

    def __init__(self, file: BinaryIO | Any, archive: zipfile.ZipFile, folder: str) -> None:
        super().__init__(file, encoding="utf-8")
        self._archive, self._folder = archive, folder
        self._storages: dict[str, torch.Tensor] = {}

    def find_class(self, module: str, name: str) -> Any:
        """What a name stands for."""
        if module == "__torch__" or module.startswith("__torch__."):
            return _Record
        if module == "torch" and name in _DTYPES:
            return _Kind(_DTYPES[name])
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuilt
        if (module, name) == ("torch._utils", "_rebuild_parameter"):
            return _first
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        if module == "torch.jit._pickle" and (name in _LISTS or name == "restore_type_tag"):
            return _first
        raise pickle.UnpicklingError(f"it names {module}.{name}")

    def persistent_load(self, reference: Any) -> torch.Tensor:
        """The numbers of a storage, one row."""
        match reference:
            case ("storage", _Kind(dtype), str(key), str(), int(count)):
                return self._storage(key, dtype, count)
            case _:
                raise ValueError("it refers to numbers in an unknown way")

    def _storage(self, key: str, dtype: torch.dtype, count: int) -> torch.Tensor:
        if key not in self._storages:
            try:
                data = self._archive.read(f"{self._folder}/{_NUMBERS}{key}")
            except (KeyError, zipfile.BadZipFile) as error:
                raise ValueError(f"the numbers {key} are missing") from error
            if len(data) != count * dtype.itemsize:
                raise ValueError(f"the numbers {key} are cut short")
            empty = torch.empty(0, dtype=dtype)
            self._storages[key] = torch.frombuffer(bytearray(data), dtype=dtype) if data else empty
        return self._storages[key]


def _first(value: Any, *_rest: Any) -> Any:
    """What parameters and typed lists are made from."""
    return value


def _rebuilt(storage: Any, offset: Any, shape: Any, strides: Any, *_rest: Any) -> torch.Tensor:
    """A tensor from its numbers; what lies beyond them is refused by torch itself."""
    if not isinstance(storage, torch.Tensor):
        raise ValueError("a tensor has no numbers")  # noqa: TRY004
    if math.prod(shape) > storage.numel():
        raise ValueError("a tensor claims more numbers than it has")
    try:
        part = torch.as_strided(storage, tuple(shape), tuple(strides), int(offset))
    except (RuntimeError, TypeError) as error:
        raise ValueError("a tensor reaches beyond its numbers") from error
    return part.clone(memory_format=torch.contiguous_format)
