"""RetinaFace with random weights in the published layouts: it loads strictly, runs, and stops."""

import socket
import warnings

import numpy as np
import pytest
import torch

from core.engines.retinaface import RetinaFaceDetector
from core.errors import Cancelled, ModelFileError
from core.models.detectors import load_face_detector
from core.models.resolve import ResolvedModel
from core.nets.fast_init import NoRandomInit
from core.progress import CancelToken, Progress, no_progress


def published_weights(backbone):
    """What a published file holds: the network's tensors, as saved by DataParallel."""
    from facexlib.detection.retinaface import RetinaFace

    with NoRandomInit(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        net = RetinaFace(network_name=backbone, device=torch.device("cpu"))
    tensors = {name: torch.full_like(tensor, 0.01) for name, tensor in net.state_dict().items()}
    for name in tensors:  # heads near zero, so that only the coarsest level fires
        if "Head" in name:
            tensors[name] *= 1e-5
    for level, face_bias in enumerate((-9.0, -9.0, 9.0)):
        tensors[f"ClassHead.{level}.conv1x1.bias"] = torch.tensor([0.0, face_bias] * 2)
    return {f"module.{name}": tensor for name, tensor in tensors.items()}


@pytest.fixture
def offline(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.parametrize(
    ("backbone", "architecture"),
    [("mobile0.25", "retinaface-mobilenet0.25"), ("resnet50", "retinaface-resnet50")],
)
def test_published_layouts_load_and_run_offline(offline, tmp_path, backbone, architecture):
    path = tmp_path / "detection.pth"
    torch.save(published_weights(backbone), path)
    model = ResolvedModel("retinaface", path, "ab" * 32, "MIT", architecture)
    detector = load_face_detector(model)
    assert detector.info.sha256 == "ab" * 32

    pixels = np.random.default_rng(0).integers(0, 255, (64, 640, 3), np.uint8)
    faces = detector.detect(pixels, min_size_px=20, min_score=0.9, progress=no_progress())
    again = detector.detect(pixels, min_size_px=20, min_score=0.9, progress=no_progress())
    assert faces
    assert faces == again
    assert all(face.score > 0.9 for face in faces)
    assert all(np.isfinite(face.landmarks).all() for face in faces)
    assert list(faces) == sorted(faces, key=lambda face: (face.box.top, face.box.left))


def test_other_weights_are_refused():
    with pytest.raises(ModelFileError, match="RetinaFace"):
        RetinaFaceDetector({"conv.weight": torch.zeros(1)})


def test_cancel_inside_one_run_of_the_network():
    weights = published_weights("mobile0.25")
    detector = RetinaFaceDetector({k.removeprefix("module."): v for k, v in weights.items()})
    token = CancelToken()
    detector._net.body.register_forward_pre_hook(lambda *_: token.cancel())
    head_runs = []
    detector._net.ClassHead[0].register_forward_hook(lambda *_: head_runs.append(1))
    pixels = np.zeros((64, 64, 3), np.uint8)
    with pytest.raises(Cancelled):
        detector.detect(pixels, min_size_px=20, min_score=0.9, progress=Progress(token=token))
    assert not head_runs
