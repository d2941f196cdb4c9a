"""GFP-GAN behind the FaceRestorer protocol, with a tiny random network."""

import threading
from itertools import pairwise, product

import numpy as np
import pytest
import torch

from core.device import Chosen, ComputePreference
from core.engines import face_restorer
from core.engines.face_restorer import NetworkFaceRestorer
from core.engines.gfpgan import gfpgan_network
from core.errors import Cancelled
from core.interfaces import EngineInfo
from core.nets import build_gfpgan
from core.nets.gfpgan_config import GfpganConfig
from core.progress import CancelToken, Progress, no_progress

CROPS = np.random.default_rng(1).random((3, 32, 32, 3), dtype=np.float32)


def tiny_net(layout="clean", **changes):
    torch.manual_seed(3)
    net = build_gfpgan(GfpganConfig(layout, 32, 16, 1, 0.0625, **changes))
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            if name.endswith("conv.weight") or parameter.dim() == 1:
                parameter.add_(0.1 * torch.randn_like(parameter))
    return net.eval().requires_grad_(False)


def restorer(net, runtime="torch", precision="fp32", *, limit=None, **options):
    chosen = Chosen("cpu", runtime, precision)
    preference = ComputePreference(memory_limit_bytes=limit)
    info = EngineInfo("restoration", "tiny")
    return NetworkFaceRestorer(gfpgan_network(net, **options), info, chosen, preference)


def restore(engine, crops=CROPS, seed=0, progress=None):
    return engine.restore(crops, seed=seed, progress=progress or no_progress()).images


def expected(net, noises=None):
    images = torch.from_numpy(CROPS).permute(0, 3, 1, 2)
    with torch.no_grad():
        out = net(images * 2 - 1, noises)
    return (out / 2 + 0.5).clamp(0, 1).permute(0, 2, 3, 1).numpy()


@pytest.mark.parametrize("layout", ["clean", "bilinear", "original"])
def test_it_is_the_network_with_pixels_in_and_out(layout):
    net = tiny_net(layout)
    engine = restorer(net)
    assert engine.crop_size_px == 32
    np.testing.assert_allclose(restore(engine), expected(net), atol=1e-5)


@pytest.mark.parametrize("layout", ["clean", "bilinear", "original"])
@pytest.mark.parametrize(("sft_half", "different_w"), [*product([True, False], repeat=2)])
def test_the_openvino_graph_is_the_torch_network(layout, sft_half, different_w):
    pytest.importorskip("core.engines.openvino_silent")
    net = tiny_net(layout, sft_half=sft_half, different_w=different_w)
    np.testing.assert_allclose(restore(restorer(net, "openvino")), expected(net), atol=1e-4)


@pytest.mark.parametrize("runtime", ["torch", "openvino"])
def test_the_same_input_and_seed_give_the_same_bytes(runtime):
    pytest.importorskip("core.engines.openvino_silent")
    net = tiny_net()
    first = restore(restorer(net, runtime), seed=4)
    again = restore(restorer(net, runtime), seed=4)
    assert first.tobytes() == again.tobytes()


@pytest.mark.parametrize("runtime", ["torch", "openvino"])
def test_a_face_does_not_depend_on_the_faces_beside_it(runtime):
    pytest.importorskip("core.engines.openvino_silent")
    engine = restorer(tiny_net(), runtime)
    together = restore(engine, seed=2)
    alone = np.concatenate([restore(engine, CROPS[i : i + 1], seed=2) for i in range(3)])
    assert together.tobytes() == alone.tobytes()


def test_seed_zero_takes_the_stored_noise_and_others_draw_their_own():
    net = tiny_net()
    stored = restore(restorer(net))
    np.testing.assert_allclose(stored, expected(net, net.stored_noises()), atol=1e-5)
    drawn = restore(restorer(net), seed=9)
    planes = net.drawn_noises(torch.Generator().manual_seed(9))
    np.testing.assert_allclose(drawn, expected(net, planes), atol=1e-5)
    assert np.abs(stored - drawn).max() > 1e-3


def test_without_stored_noise_seed_zero_draws_too():
    net = tiny_net()
    drawn = restore(restorer(net, has_stored_noise=False))
    planes = net.drawn_noises(torch.Generator().manual_seed(0))
    np.testing.assert_allclose(drawn, expected(net, planes), atol=1e-5)


@pytest.mark.parametrize("layout", ["clean", "bilinear", "original"])
@pytest.mark.parametrize("different_w", [True, False])
@pytest.mark.parametrize("exact_px", [8, 16])
def test_the_network_in_three_graphs_is_the_network_in_one(layout, different_w, exact_px):
    from core.engines.openvino_gfpgan import gfpgan_parts
    from core.engines.openvino_runtime import OpenVinoRuntime

    net = tiny_net(layout, different_w=different_w)
    written = []

    def write(_height, _width):
        written.extend(gfpgan_parts(net, exact_px))
        return written

    runtime = OpenVinoRuntime(write, Chosen("cpu", "openvino", "fp32"))
    images = np.ascontiguousarray(CROPS.transpose(0, 3, 1, 2))
    noises = [noise.numpy() for noise in net.stored_noises()]
    for _ in range(2):  # the second time all buffers are used again
        got = runtime.infer(images, noises, lambda _done: None).clip(0, 1)
        np.testing.assert_allclose(got.transpose(0, 2, 3, 1), expected(net), atol=1e-4)
    assert [part.exact for part in written] == [False, True, False]


@pytest.mark.parametrize("layout", ["clean", "bilinear", "original"])
def test_bf16_leaves_the_coarse_levels_exact(layout):
    net = tiny_net(layout)
    engine = gfpgan_network(net).make(Chosen("cpu", "torch", "bf16"))
    rounded = engine._module.net
    kinds = {name: p.dtype for name, p in rounded.named_parameters()}
    exact = {name for name, kind in kinds.items() if kind == torch.float32}
    # A network of 32 px has levels of 8, 16 and 32 px; blocks on the way down: to 16, 8 and 4.
    assert {name.partition(".")[2].partition(".")[0] for name in exact if "body_up" in name} == {
        "0",
        "1",
    }
    assert {name.split(".")[1] for name in exact if "body_down" in name} == {"1", "2"}
    assert {name.split(".")[2] for name in exact if "decoder.to_rgbs" in name} == {"0", "1"}
    assert all("final" not in name for name in set(kinds) - exact)
    assert {p.dtype for p in net.parameters()} == {torch.float32}


def test_half_precision_stays_close_and_leaves_the_network_alone():
    net = tiny_net()
    before = expected(net)
    rounded = restore(restorer(net, precision="bf16"))
    assert 0 < np.abs(rounded - before).mean() < 0.02 * before.std()
    np.testing.assert_array_equal(expected(net), before)


def test_cancelling_stops_within_the_network():
    token = CancelToken()
    reports = []

    def sink(fraction, _message):
        reports.append(fraction)
        token.cancel()

    with pytest.raises(Cancelled):
        restore(restorer(tiny_net()), progress=Progress(sink, token))
    assert len(reports) == 1


def test_cancelling_stops_an_openvino_request_and_leaves_the_engine_usable():
    pytest.importorskip("core.engines.openvino_silent")
    from core.engines.openvino_gfpgan import gfpgan_graph
    from core.engines.openvino_runtime import OpenVinoRuntime

    net = tiny_net()
    runtime = OpenVinoRuntime(lambda _h, _w: gfpgan_graph(net), Chosen("cpu", "openvino"))
    images = np.ascontiguousarray(CROPS.transpose(0, 3, 1, 2))
    noises = [plane.numpy() for plane in net.stored_noises()]

    def stop(fraction):
        if fraction > 0.5:
            raise Cancelled

    with pytest.raises(Cancelled):
        runtime.infer(images, noises, stop)
    output = runtime.infer(images, noises, lambda _fraction: None)
    np.testing.assert_allclose(output.clip(0, 1).transpose(0, 2, 3, 1), expected(net), atol=1e-4)


def test_cancelling_while_openvino_compiles_returns_at_once():
    pytest.importorskip("core.engines.openvino_silent")
    from core.engines.openvino_gfpgan import gfpgan_graph
    from core.engines.openvino_runtime import OpenVinoRuntime

    net = tiny_net()
    compiling = threading.Event()
    go_on = threading.Event()

    def write(_height, _width):
        compiling.set()
        go_on.wait(10)
        return gfpgan_graph(net)

    def stop(_fraction):
        if compiling.is_set():
            raise Cancelled

    runtime = OpenVinoRuntime(write, Chosen("cpu", "openvino"))
    with pytest.raises(Cancelled):
        runtime.infer(np.zeros((1, 3, 32, 32), np.float32), [], stop)
    assert not go_on.is_set()
    go_on.set()


def test_estimated_progress_grows_for_ever_and_is_never_done():
    from core.engines.beside import estimated_share

    shares = [estimated_share(elapsed) for elapsed in np.linspace(0, 12, 200)]
    assert shares[0] == 0
    assert all(one < two < 1 for one, two in pairwise(shares))
    # On a very busy machine too it is seen to go on, as part of a job of hundreds of tiles.
    assert estimated_share(100.2) - estimated_share(100) > 1e-6


def test_no_faces_are_no_work():
    assert restore(restorer(tiny_net()), CROPS[:0]).shape == (0, 32, 32, 3)


def test_crops_of_another_size_are_refused():
    with pytest.raises(ValueError, match="32 x 32"):
        restore(restorer(tiny_net()), CROPS[:, :16])


def test_a_batch_takes_at_most_half_of_a_card(monkeypatch):
    network = gfpgan_network(tiny_net())
    info, card = EngineInfo("restoration", "tiny"), Chosen("cuda:0", "torch", "fp16")
    engine = NetworkFaceRestorer(network, info, card, ComputePreference())
    face = network.bytes_a_face
    for total, faces, batch in [(0, 8, 1), (4 * face, 8, 2), (10**12, 40, 16), (10**12, 3, 3)]:
        monkeypatch.setattr(face_restorer, "total_memory_bytes", lambda _device, t=total: t)
        assert engine._batch(faces) == batch
    limited = NetworkFaceRestorer(
        network, info, card, ComputePreference(memory_limit_bytes=2 * face)
    )
    assert limited._batch(8) == 2


def test_a_processor_takes_one_face_at_a_time():
    assert restorer(tiny_net())._batch(8) == 1
