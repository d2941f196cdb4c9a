from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
import torch

from core.engines.identity import CHIP_EYES, IdentityScorer, chip_transform, chips_of
from core.faces import template
from core.geometry import transformed
from core.models.convert_dlib import read_tensors, state_dict
from core.nets.dlib_resnet import DlibFaceNet, ResidualBlock

WEIGHTS = Path(str(files("resources") / "models" / "dlib-resnet29.safetensors"))


@pytest.fixture(scope="module")
def scorer() -> IdentityScorer:
    return IdentityScorer(WEIGHTS)


def test_eyes_of_an_aligned_crop_land_on_the_eyes_of_the_chip():
    for size in (256, 512):
        found = transformed(chip_transform(size), template(size)[:2])
        np.testing.assert_allclose(found, CHIP_EYES, atol=0.15)


def test_a_chip_does_not_depend_on_the_crops_size():
    ramp = np.linspace(0, 1, 512, dtype=np.float32)
    large = np.stack([*np.meshgrid(ramp, ramp), np.full((512, 512), 0.5, np.float32)], axis=-1)
    small = large.reshape(256, 2, 256, 2, 3).mean(axis=(1, 3))
    difference = np.abs(chips_of(large[None]) - chips_of(small[None])).max()
    assert difference < 2e-3


def test_a_halving_block_fills_the_smaller_branch_with_zeros_at_the_end():
    block = ResidualBlock(1, 2, halves=True)
    for parameter in block.parameters():
        torch.nn.init.zeros_(parameter)
    output = block(torch.ones(1, 1, 8, 8))  # the branch is 3 px wide, the averaged shortcut 4 px
    assert output.shape == (1, 2, 4, 4)
    assert output[0, 0].min() == 1
    assert output[0, 1].max() == 0


def test_embeddings_are_unit_vectors_and_repeatable(scorer):
    crops = np.random.default_rng(0).random((2, 256, 256, 3)).astype(np.float32)
    first, second = scorer.embed(crops), scorer.embed(crops)
    np.testing.assert_array_equal(first, second)
    np.testing.assert_allclose(np.linalg.norm(first, axis=1), 1, rtol=1e-5)
    assert scorer.similarity(crops[0], crops[0]) == pytest.approx(1, abs=1e-5)


def dlib_integer(value: int) -> bytes:
    length = max(1, (value.bit_length() + 7) // 8)
    return bytes([length]) + value.to_bytes(length, "little")


def dlib_layer(name: str, values: np.ndarray, sizes: tuple[int, ...] = ()) -> bytes:
    head = dlib_integer(len(name)) + name.encode() + b"".join(map(dlib_integer, sizes))
    dims = b"".join(map(dlib_integer, (2, values.size, 1, 1, 1)))
    return head + dims + values.astype("<f4").tobytes() + b"\x01\x00junk"


def test_the_converter_reads_what_dlib_writes():
    torch.manual_seed(0)
    net = DlibFaceNet()
    parts = []
    for layer in (
        net.stem,
        *(conv for block in net.blocks for conv in (block.first, block.second)),
    ):
        torch.nn.init.normal_(layer.gamma)
        torch.nn.init.normal_(layer.beta)
        conv = [layer.conv.weight.detach().numpy().ravel(), layer.conv.bias.detach().numpy()]
        parts.append(dlib_layer("con_4", np.concatenate(conv)))
        affine = [layer.gamma.detach().numpy(), layer.beta.detach().numpy()]
        parts.append(dlib_layer("affine_", np.concatenate(affine)))
    parts.append(dlib_layer("fc_2", net.head.weight.detach().numpy().T.ravel(), (128, 256)))
    state = state_dict(read_tensors(b"".join(parts)))
    expected = net.state_dict()
    assert state.keys() == expected.keys()
    for name, value in state.items():
        np.testing.assert_array_equal(value, expected[name].numpy(), err_msg=name)
