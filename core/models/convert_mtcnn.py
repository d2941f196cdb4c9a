"""How `resources/models/mtcnn.safetensors` was made, kept so that anyone can make it again.

The PyPI package `mtcnn` 1.0.0 (MIT) carries the weights of MTCNN as lists of arrays in Keras
layout, packed by joblib. This module rewrites them in the layout of `core.nets.mtcnn`, so that the
application neither depends on joblib and lz4 nor unpickles anything::

    pip download --no-deps mtcnn==1.0.0
    pip install joblib lz4
    python -m core.models.convert_mtcnn mtcnn-1.0.0-py3-none-any.whl mtcnn.safetensors
"""

from __future__ import annotations

import io
import sys
import zipfile
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Weights = npt.NDArray[np.float32]

CONVOLUTIONS = ("conv1", "prelu1", "conv2", "prelu2", "conv3", "prelu3")

LAYERS = {
    "pnet": (*CONVOLUTIONS, "box", "face"),
    "rnet": (*CONVOLUTIONS, "dense", "prelu4", "box", "face"),
    "onet": (*CONVOLUTIONS, "conv4", "prelu4", "dense", "prelu5", "box", "points", "face"),
}
"""The layers of each network, in the order in which the package stores them."""

GRID_SIDE = 3
"""Side of the feature map that the first dense layer of the second and third network reads."""


def _dense_weight(array: Weights) -> Weights:
    """In x out to out x in; a feature map from (x, y, channel) to (channel, y, x)."""
    inputs, outputs = array.shape
    if inputs % GRID_SIDE**2 == 0:
        grid = array.reshape(GRID_SIDE, GRID_SIDE, -1, outputs)
        array = grid.transpose(2, 1, 0, 3).reshape(inputs, outputs)
    return array.T


def _torch_layout(array: Weights) -> Weights:
    """One weight array in torch's axis order."""
    if array.ndim == 4:  # rows x columns x in x out
        array = array.transpose(3, 2, 0, 1)
    elif array.ndim == 3:  # slopes of a PReLU, 1 x 1 x channels
        array = array.reshape(-1)
    elif array.ndim == 2:
        array = _dense_weight(array)
    return np.ascontiguousarray(array, dtype=np.float32)


def converted(network: str, arrays: list[Weights]) -> dict[str, Weights]:
    """Name and re-order the weights of one network.

    Args:
        network: "pnet", "rnet" or "onet".
        arrays: Its weights as the package stores them.

    Returns:
        State dictionary entries for `core.nets.mtcnn.Mtcnn`.
    """
    remaining = iter(arrays)
    state: dict[str, Weights] = {}
    for layer in LAYERS[network]:
        state[f"{network}.{layer}.weight"] = _torch_layout(next(remaining))
        if "prelu" not in layer:
            state[f"{network}.{layer}.bias"] = _torch_layout(next(remaining))
    return state


def convert(wheel: Path, target: Path) -> None:
    """Write the wheel's weights, with its licence in the header, to a safetensors file."""
    joblib: Any = import_module("joblib")
    save_file: Any = import_module("safetensors.numpy").save_file
    state: dict[str, Weights] = {}
    with zipfile.ZipFile(wheel) as archive:
        for network in LAYERS:
            packed = archive.read(f"mtcnn/assets/weights/{network}.lz4")
            state |= converted(network, joblib.load(io.BytesIO(packed)))
        notice = archive.read("mtcnn-1.0.0.dist-info/LICENSE").decode()
    header = {"licence": "MIT", "source": "mtcnn 1.0.0 (PyPI), github.com/ipazc/mtcnn"}
    save_file(state, target, metadata=header | {"notice": notice})


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]))
