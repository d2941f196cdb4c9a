"""From a weights file to a network that tells the parts of a face apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from core.errors import ModelFileError
from core.models.checkpoint import read_state_dict
from core.models.resolve import ResolvedModel

if TYPE_CHECKING:
    from core.interfaces import FaceParser

BISENET_TENSOR = "conv_out32.conv_out.weight"
PARSENET_TENSOR = "out_mask_conv.conv2d.weight"


def load_face_parser(model: ResolvedModel, device: str = "cpu") -> FaceParser:
    """Load a face parsing model; the tensors' names tell which network it is.

    Args:
        model: Its weights.
        device: Where to compute: "cpu", "cuda:0", "mps".

    Raises:
        ModelFileError: The file is damaged, or holds another network.
    """
    from core.engines.parsing import NetworkFaceParser

    tensors = read_state_dict(model.path).tensors
    if PARSENET_TENSOR in tensors:
        architecture = "parsenet"
    elif BISENET_TENSOR in tensors:
        architecture = "bisenet"
    else:
        raise ModelFileError(
            f"“{model.id}” holds no face parsing network that Heirloom knows.",
            "Choose the mask “landmarks”, or install parsenet or bisenet.",
        )
    return NetworkFaceParser(architecture, tensors, device, model=model.id, sha256=model.sha256)
