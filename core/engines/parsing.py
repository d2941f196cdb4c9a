"""The parsing networks of facexlib, with weights that the user installs.

ParseNet (Chen et al., "Progressive Semantic-Aware Style Transformation for Blind Face Restoration",
CVPR 2021) and BiSeNet (Yu et al., "BiSeNet: Bilateral Segmentation Network", ECCV 2018) tell the
nineteen parts of CelebAMask-HQ apart. Only facexlib's network classes are used: its loader
downloads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.engines.polling import asking_before_layers
from core.errors import ModelFileError
from core.interfaces import EngineInfo, FaceParts
from core.nets.fast_init import NoRandomInit
from core.progress import Progress

WORK_SIDE_PX = 512
"""Both networks were trained on crops of this size."""

PART_COUNT = 19

Planes = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PartsLayout:
    """What a network's nineteen outputs mean, and how its input is scaled.

    Attributes:
        face: Skin (a beard is skin), brows, eyes, nose, ears, mouth and lips. Glasses, earrings,
            hat, neck, clothes and background are none of them.
        hair: The output for hair.
        mean: Taken off the input, red, green, blue.
        deviation: What it is divided by then.
    """

    face: tuple[int, ...]
    hair: int
    mean: tuple[float, float, float]
    deviation: tuple[float, float, float]


LAYOUTS = {
    "parsenet": PartsLayout(
        face=(1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12), hair=13, mean=(0.5,) * 3, deviation=(0.5,) * 3
    ),
    "bisenet": PartsLayout(
        face=(1, 2, 3, 4, 5, 7, 8, 10, 11, 12, 13),
        hair=17,
        mean=(0.485, 0.456, 0.406),
        deviation=(0.229, 0.224, 0.225),
    ),
}
"""By the registry's name of the architecture."""


class NetworkFaceParser:
    """Tells the parts of a face apart; implements `core.interfaces.FaceParser`.

    Args:
        architecture: "parsenet" or "bisenet".
        tensors: The weights, as in facexlib's published files.
        device: Where to compute: "cpu", "cuda:0", "mps".
        model: The model's id, for the report.
        sha256: Hash of the weights file, for the report.

    Raises:
        ModelFileError: The weights are not those of this network.
    """

    def __init__(
        self,
        architecture: str,
        tensors: Mapping[str, Tensor],
        device: str = "cpu",
        *,
        model: str = "",
        sha256: str = "",
    ) -> None:
        self._layout = LAYOUTS[architecture]
        self._net = _built(architecture, tensors).to(device)
        self._device = device
        self._info = EngineInfo(
            task="parsing",
            model=model or architecture,
            sha256=sha256,
            licence="MIT",
            device=device,
        )

    @property
    def info(self) -> EngineInfo:
        """What runs."""
        return self._info

    def parse(self, crop: npt.NDArray[np.float32], progress: Progress) -> FaceParts:
        """Tell face and hair of one aligned crop apart; see `FaceParser.parse`."""
        side = crop.shape[0]
        method = cv2.INTER_AREA if side > WORK_SIDE_PX else cv2.INTER_LINEAR
        picture = cv2.resize(crop, (WORK_SIDE_PX, WORK_SIDE_PX), interpolation=method)
        mean, deviation = (np.array(v) for v in (self._layout.mean, self._layout.deviation))
        scaled = (picture - mean) / deviation
        image = torch.from_numpy(np.ascontiguousarray(scaled.transpose(2, 0, 1)[None], np.float32))
        with torch.inference_mode(), asking_before_layers(self._net.modules(), progress.check):
            # Both networks return several outputs; the first is the map of the parts.
            scores = self._net(image.to(self._device))[0][0].float()
            shares = torch.softmax(scores, dim=0).cpu().numpy()  # 19 x 512 x 512
        face = _at(shares[list(self._layout.face)].sum(axis=0), side)
        return FaceParts(face, _at(shares[self._layout.hair], side))


def _at(plane: Planes, side: int) -> Planes:
    """A plane at the crop's size, in [0, 1]."""
    method = cv2.INTER_AREA if side < WORK_SIDE_PX else cv2.INTER_LINEAR
    resized = cv2.resize(plane, (side, side), interpolation=method)
    return np.asarray(np.clip(resized, 0.0, 1.0), np.float32)


def _built(architecture: str, tensors: Mapping[str, Tensor]) -> torch.nn.Module:
    """The network in evaluation mode with its weights, built without any download."""
    # Importing facexlib takes seconds, so it waits until the network is really wanted.
    from facexlib.parsing import BiSeNet, ParseNet

    with NoRandomInit():
        net: torch.nn.Module
        if architecture == "parsenet":
            net = ParseNet(in_size=WORK_SIDE_PX, out_size=WORK_SIDE_PX, parsing_ch=PART_COUNT)
        else:
            net = BiSeNet(num_class=PART_COUNT)
    try:
        net.load_state_dict(dict(tensors), strict=True)
    except RuntimeError as error:
        raise ModelFileError(
            "The file does not hold the weights of this face parsing network.",
            "Get it again from where it was published, and compare its size and hash.",
        ) from error
    return net.eval().requires_grad_(requires_grad=False)
