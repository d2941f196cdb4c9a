"""Reads dlib's published face recognition model and writes it as safetensors.

Run once by us, not by users: the result is `resources/models/dlib-resnet29.safetensors`.

    python -m core.models.convert_dlib dlib_face_recognition_resnet_model_v1.dat OUT.safetensors

The input is in the PyPI package `face-recognition-models` 0.3.0 (CC0). dlib writes a network from
its input to its output, each layer under its own name; a tensor is a version (2), four sizes and
raw little-endian floats. Only the tensors are read, nothing is executed.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors.numpy import save_file

from core.nets.dlib_resnet import EMBEDDING_LENGTH, WIDTHS

LAYERS = re.compile(rb"\x01\x05con_4|\x01\x07affine_|\x01\x04fc_2")
TENSOR_VERSION = 2

Array = npt.NDArray[np.float32]


def read_tensors(data: bytes) -> list[tuple[str, Array]]:
    """All parameter tensors in file order, flat, each with its layer's name."""
    found = []
    for match in LAYERS.finditer(data):
        name, at = match.group()[2:].decode(), match.end()
        if name == "fc_2":  # the numbers of outputs and inputs come before its tensor
            _, at = _integer(data, at)
            _, at = _integer(data, at)
        version, at = _integer(data, at)
        if version != TENSOR_VERSION:
            raise ValueError(f"{name} at byte {match.start()}: unknown tensor version {version}")
        count = 1
        for _ in range(4):
            size, at = _integer(data, at)
            count *= size
        found.append((name, np.frombuffer(data, "<f4", count, at)))
    return found


def _integer(data: bytes, at: int) -> tuple[int, int]:
    """An integer of dlib: a byte that holds the length and the sign, then little-endian bytes."""
    length = data[at] & 0x0F
    value = int.from_bytes(data[at + 1 : at + 1 + length], "little")
    return (-value if data[at] & 0x80 else value), at + 1 + length


def state_dict(tensors: list[tuple[str, Array]]) -> dict[str, Array]:
    """The tensors under the names and in the shapes of `core.nets.dlib_resnet.DlibFaceNet`."""
    sizes = [("stem", 3, WIDTHS[0][0], 7)]
    inputs = WIDTHS[0][0]
    for number, (outputs, _) in enumerate(WIDTHS):
        sizes.append((f"blocks.{number}.first", inputs, outputs, 3))
        sizes.append((f"blocks.{number}.second", outputs, outputs, 3))
        inputs = outputs
    queue = iter(tensors)
    state: dict[str, Array] = {}
    for name, channels, outputs, kernel in sizes:
        _, conv = next(queue)
        weights = outputs * channels * kernel * kernel
        state[f"{name}.conv.weight"] = conv[:weights].reshape(outputs, channels, kernel, kernel)
        state[f"{name}.conv.bias"] = conv[weights:]
        _, affine = next(queue)
        state[f"{name}.gamma"], state[f"{name}.beta"] = affine[:outputs], affine[outputs:]
    # dlib keeps the matrix of a linear layer as inputs x outputs.
    state["head.weight"] = next(queue)[1].reshape(inputs, EMBEDDING_LENGTH).T
    return state


def main(source: str, target: str) -> None:
    """Convert the file `source` to `target`, half precision."""
    state = state_dict(read_tensors(Path(source).read_bytes()))
    halves = {name: np.ascontiguousarray(value.astype(np.float16)) for name, value in state.items()}
    save_file(
        halves,
        target,
        metadata={
            "origin": "dlib_face_recognition_resnet_model_v1 by Davis King",
            "licence": "CC0-1.0",
        },
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
