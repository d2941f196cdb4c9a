"""What an own model file is found to be, and what is refused without being executed."""

import json
import pickle
import struct
import zipfile

import pytest
import torch
from safetensors.torch import save_file
from spandrel.architectures.Compact.__arch.SRVGG import SRVGGNetCompact

from core.errors import ModelFileError
from core.models.inspection import inspect_model
from core.models.own_models import Inspection
from core.models.spec import load_registry
from core.models.store import ModelStore
from core.nets import build_gfpgan
from core.nets.gfpgan_config import GfpganConfig

SMALL = {"out_size": 32, "num_style_feat": 8, "narrow": 0.03125, "num_mlp": 1}


def weights(**changes):
    return build_gfpgan(GfpganConfig(**(SMALL | changes))).state_dict()


def enlarger(scale):
    return SRVGGNetCompact(num_feat=8, num_conv=2, upscale=scale).state_dict()


@pytest.mark.parametrize("layout", ["clean", "original"])
def test_face_networks_of_any_size(tmp_path, layout):
    torch.save({"params_ema": weights(layout=layout)}, tmp_path / "net.pth")
    assert inspect_model(tmp_path / "net.pth") == Inspection(
        architecture=f"gfpgan-{layout}", task="face-restoration", crop_size_px=32
    )


def test_terms_that_a_file_states_are_kept(tmp_path):
    metadata = {"licence": "CC0-1.0", "commercial_use": "true"}
    save_file(weights(), tmp_path / "net.safetensors", metadata)
    found = inspect_model(tmp_path / "net.safetensors")
    assert (found.licence, found.commercial_use) == ("CC0-1.0", True)


@pytest.mark.parametrize("scale", [2, 4])
def test_networks_that_enlarge(tmp_path, scale):
    torch.save({"params": enlarger(scale)}, tmp_path / "net.pth")
    found = inspect_model(tmp_path / "net.pth")
    assert (found.task, found.scale, found.crop_size_px) == ("upscaling", scale, 0)
    assert not found.commercial_use


def refuse(path, *words):
    with pytest.raises(ModelFileError) as caught:
        inspect_model(path)
    assert all(word in str(caught.value) for word in words)


def test_networks_of_no_use_are_refused_with_what_was_looked_for(tmp_path):
    grey = SRVGGNetCompact(num_in_ch=1, num_out_ch=1, num_feat=8, num_conv=2, upscale=2)
    torch.save(grey.state_dict(), tmp_path / "grey.pth")
    refuse(tmp_path / "grey.pth", "nothing for colour photos")
    torch.save({"layer.weight": torch.zeros(3, 3)}, tmp_path / "other.pth")
    refuse(tmp_path / "other.pth", "no network that Heirloom knows", "GFP-GAN", "Real-ESRGAN")


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_refused(tmp_path, value):
    spoilt = weights()
    name = list(spoilt)[-1]
    spoilt[name] = torch.full_like(spoilt[name], value)
    torch.save(spoilt, tmp_path / "net.pth")
    refuse(tmp_path / "net.pth", "no numbers", name)


def test_weights_of_the_wrong_shape_are_refused(tmp_path):
    spoilt = weights()
    name = next(key for key in spoilt if "condition_scale" in key and key.endswith("weight"))
    spoilt[name] = torch.zeros(1, 1, 1, 1)
    torch.save(spoilt, tmp_path / "net.pth")
    refuse(tmp_path / "net.pth")
    missing = weights()
    missing.pop(name)
    torch.save(missing, tmp_path / "net.pth")
    refuse(tmp_path / "net.pth")


class Trap:
    """Unpickling this makes a file."""

    def __init__(self, target):
        self.target = target

    def __reduce__(self):
        return open, (str(self.target), "w")


@pytest.mark.parametrize("form", ["archive", "bare"])
def test_code_in_a_file_is_never_executed(tmp_path, form):
    trap = {"params": Trap(tmp_path / "sprung")}
    if form == "bare":
        (tmp_path / "net.pth").write_bytes(pickle.dumps(trap, protocol=2))
    else:
        torch.save(trap, tmp_path / "net.pth")
    refuse(tmp_path / "net.pth", "Nothing of it was executed")
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
@pytest.mark.parametrize("ending", ["pth", "safetensors"])
def test_truncated_files_are_refused(tmp_path, share, ending):
    path = tmp_path / f"net.{ending}"
    (torch.save if ending == "pth" else save_file)(weights(), path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    refuse(path, "damaged")


def test_a_header_that_claims_to_be_huge_is_refused(tmp_path):
    for size in (2**63, 2**40, 99_999_999):
        (tmp_path / "net.safetensors").write_bytes(struct.pack("<Q", size) + b"{" + bytes(100))
        refuse(tmp_path / "net.safetensors", "damaged")


def test_a_header_that_points_outside_the_file_is_refused(tmp_path):
    entry = {"w": {"dtype": "F32", "shape": [2**31], "data_offsets": [0, 2**33]}}
    header = json.dumps(entry).encode()
    (tmp_path / "net.safetensors").write_bytes(struct.pack("<Q", len(header)) + header + bytes(64))
    refuse(tmp_path / "net.safetensors", "damaged")


def test_an_archive_that_unpacks_to_far_more_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "net.pth", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("net/data.pkl", bytes(50_000_000))
    refuse(tmp_path / "net.pth", "unpacks to more")


def test_none_of_these_gets_into_the_store(tmp_path):
    torch.save({"params": Trap(tmp_path / "sprung")}, tmp_path / "net.pth")
    store = ModelStore(tmp_path / "models", load_registry())
    with pytest.raises(ModelFileError):
        store.import_file(tmp_path / "net.pth", inspect=inspect_model)
    assert not [spec for spec in store.specs() if spec.source == "user"]
    assert not [path for path in store.root.rglob("*.pth*") if path.is_file()]
    assert not (tmp_path / "sprung").exists()
