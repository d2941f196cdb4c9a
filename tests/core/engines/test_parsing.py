"""The parsing networks with random weights in the published layouts."""

import socket

import numpy as np
import pytest
import torch

from core.engines import parsing
from core.engines.parsing import LAYOUTS, NetworkFaceParser
from core.errors import Cancelled, ModelFileError, ModelMissingError
from core.models.parsers import load_face_parser
from core.models.resolve import ResolvedModel
from core.nets.fast_init import NoRandomInit
from core.progress import CancelToken, Progress, no_progress

COUNTS = {"parsenet": 85331193, "bisenet": 53289463}
"""Sizes of the published files in bytes."""


def published_weights(architecture):
    """What a published file holds, filled so that the network always says one thing."""
    from facexlib.parsing import BiSeNet, ParseNet

    with NoRandomInit():
        if architecture == "parsenet":
            net = ParseNet(in_size=512, out_size=512, parsing_ch=19)
        else:
            net = BiSeNet(num_class=19)
    return {name: torch.zeros_like(value) for name, value in net.state_dict().items()}


def saying(architecture, part):
    tensors = published_weights(architecture)
    bias = torch.full((19,), -20.0)
    bias[part] = 20.0
    if architecture == "parsenet":
        tensors["out_mask_conv.conv2d.bias"] = bias
    else:  # no bias there: one constant channel before it instead
        tensors["conv_out.conv.bn.bias"][0] = 1.0
        tensors["conv_out.conv_out.weight"][:, 0, 0, 0] = bias
    return tensors


@pytest.fixture
def offline(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize("architecture", LAYOUTS)
def test_published_layouts_load_strictly_and_run_offline(
    offline, monkeypatch, tmp_path, architecture
):
    tensors = saying(architecture, LAYOUTS[architecture].hair)
    stored = sum(value.numel() * value.element_size() for value in tensors.values())
    assert abs(stored - COUNTS[architecture]) < 0.01 * COUNTS[architecture]
    path = tmp_path / "parsing.pth"
    torch.save(tensors, path)
    parser = load_face_parser(ResolvedModel(architecture, path, "ab" * 32, "MIT", architecture))
    assert (parser.info.task, parser.info.model) == ("parsing", architecture)
    assert parser.info.sha256 == "ab" * 32
    monkeypatch.setattr(parsing, "WORK_SIDE_PX", 128)  # built for 512; runs faster on less
    crop = np.random.default_rng(0).random((64, 64, 3), np.float32)
    parts = parser.parse(crop, no_progress())
    assert parts.face.shape == parts.hair.shape == (64, 64)
    assert parts.hair.min() > 0.99
    assert parts.face.max() < 0.01


def test_glasses_and_hat_are_neither_face_nor_hair():
    for architecture, others in {
        "parsenet": (0, 3, 14, 15, 18),
        "bisenet": (0, 6, 9, 16, 18),
    }.items():
        layout = LAYOUTS[architecture]
        assert not set(others) & {*layout.face, layout.hair}
        assert len(layout.face) == 11


def test_a_cancelled_job_stops_within_the_network():
    parser = NetworkFaceParser("bisenet", published_weights("bisenet"))
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        parser.parse(np.zeros((32, 32, 3), np.float32), Progress(token=token))


def test_other_weights_are_refused(tmp_path):
    path = tmp_path / "other.pth"
    torch.save({"weight": torch.zeros(3)}, path)
    with pytest.raises(ModelFileError):
        load_face_parser(ResolvedModel("other", path, ""))
    tensors = published_weights("bisenet")
    del tensors["conv_out.conv_out.weight"]
    with pytest.raises(ModelFileError):
        NetworkFaceParser("bisenet", tensors)


def test_the_engine_takes_the_best_installed_one(tmp_path):
    from core.api import Engine

    engine = Engine(models_dir=tmp_path)
    assert engine.parser("auto") is None
    assert engine.parser("landmarks") is None
    with pytest.raises(ModelMissingError):
        engine.parser("parsenet")
    path = tmp_path / "own.pth"
    torch.save(published_weights("bisenet"), path)
    parser = engine.parser(str(path))
    assert parser is engine.parser(str(path))
    assert parser.info.model == "own.pth"
