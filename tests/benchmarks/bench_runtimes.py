"""Seconds a face of the 512 px clean GFP-GAN with each runtime, against a kernel for each sample.

    .venv/bin/python tests/benchmarks/bench_runtimes.py [--size 512] [--faces 2] [--repeats 3]
        [--weights FILE] [--emulated-bf16]

The network has the released shape and random weights. The reference builds a modulated kernel for
each sample and convolves in groups, as StyleGAN2's code and upstream GFP-GAN do, in plain fp32. The
fastest of several rounds counts, and the rounds of all runtimes are interleaved, so that a busy
machine slows them alike; "cpu s" is the processor time of all threads together. With
`--emulated-bf16` torch calculates in bf16 without the processor's instructions too: the error is
that of such a processor, the time is not, and so it takes no part in the rounds. Every figure is
printed as soon as it is known, and each round prints the best so far.
"""

from __future__ import annotations

import argparse
import copy
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from core.api import open_photo
from core.device import Chosen, probe
from core.engines.gfpgan import UnitRangeGfpgan, gfpgan_network
from core.engines.runtime import Runtime
from core.image import to_float
from core.models.loader import load_gfpgan, read_state_dict
from core.nets import build_gfpgan
from core.nets.gfpgan import Gfpgan
from core.nets.gfpgan_config import GfpganConfig
from core.nets.stylegan2 import ModulatedConv2d, bilinear_up_conv, bilinear_x2

SAMPLE = Path(__file__).parents[2] / "resources" / "samples" / "astronaut-aged.jpg"
REFERENCE = "torch, fp32, a kernel for each sample"
RUNTIMES = (
    Chosen("cpu", "torch", "fp32"),
    Chosen("cpu", "torch", "bf16"),
    Chosen("cpu", "openvino", "fp32"),
    Chosen("cpu", "openvino", "bf16"),
)

Run = Callable[[], np.ndarray]


class PerSampleConv(nn.Module):
    """The modulated convolution as the StyleGAN2 paper writes it: a kernel for each sample."""

    def __init__(self, conv: ModulatedConv2d) -> None:
        super().__init__()
        self.conv = conv
        self.upsample = conv._convolve is bilinear_up_conv

    def forward(self, x: torch.Tensor, latent: torch.Tensor) -> torch.Tensor:
        conv = self.conv
        style = conv.modulation(latent)
        count = len(latent)
        kernels = conv.weight * style.view(count, 1, -1, 1, 1)  # N x out x in x k x k
        if conv.demodulate:
            kernels = kernels * torch.rsqrt(kernels.square().sum((2, 3, 4)) + 1e-8).view(
                count, -1, 1, 1, 1
            )
        if self.upsample:
            x = bilinear_x2(x)
        x = x.expand(count, -1, -1, -1)
        height, width = x.shape[2:]
        grouped = x.reshape(1, -1, height, width)
        kernels = kernels.flatten(0, 1)  # (N * out) x in x k x k
        y = F.conv2d(grouped, kernels, padding=kernels.shape[-1] // 2, groups=count)
        return y.view(count, -1, height, width)


def random_network(size: int) -> Gfpgan:
    """The released shape with random weights that keep the variance of features about 1.

    The start values of training would not do: they shut the spatial features out of the generator,
    so that the picture would hardly depend on the input.
    """
    torch.manual_seed(0)
    net = build_gfpgan(GfpganConfig("clean", size, 512, 2, 1.0))
    with torch.no_grad():
        for module in net.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, a=0.2)
                if module.bias is not None:
                    nn.init.normal_(module.bias, std=0.1)
        for blocks, gain in ((net.conv_body_down, 0.5**0.5), (net.conv_body_up, 0.5)):
            for block in blocks:
                block.conv2.weight.mul_(gain)
                block.skip.weight.mul_(gain)
        nn.init.normal_(net.final_linear.weight, std=net.final_linear.in_features**-0.5)
        for scale, shift in zip(net.condition_scale, net.condition_shift, strict=True):
            scale[2].weight.mul_(0.3)
            scale[2].bias.add_(1)
            shift[2].weight.mul_(0.3)
        for name, parameter in net.named_parameters():
            if "style_conv" in name and parameter.numel() == 1:
                parameter.fill_(0.1)  # the noise's strength
            if "to_rgb" in name and parameter.dim() == 5:
                parameter.mul_(0.35)
    return net.eval().requires_grad_(False)


def per_sample(net: Gfpgan) -> nn.Module:
    """A copy whose modulated convolutions build a kernel for each sample."""
    slow = copy.deepcopy(net)
    for module in list(slow.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, ModulatedConv2d):
                setattr(module, name, PerSampleConv(child))
    return UnitRangeGfpgan(slow)


def sample_faces(count: int, size: int) -> np.ndarray:
    """The face of the shipped sample, each time a little further cut."""
    photo = to_float(open_photo(SAMPLE).pixels)
    cuts = [photo[60 + 9 * i : 420, 250 + 9 * i : 610] for i in range(count)]
    scaled = [cv2.resize(cut, (size, size), interpolation=cv2.INTER_AREA) for cut in cuts]
    return np.ascontiguousarray(np.stack(scaled).transpose(0, 3, 1, 2))


def random_faces(count: int, size: int) -> np.ndarray:
    """Smooth random pictures, which are nearer to photographs than noise is."""
    coarse = torch.rand(count, 3, 16, 16, generator=torch.Generator().manual_seed(1))
    smooth = F.interpolate(coarse, size=(size, size), mode="bicubic", align_corners=False)
    return smooth.clamp(0, 1).numpy()


def is_available(chosen: Chosen, *, emulated: bool) -> bool:
    machine = probe()
    if emulated and chosen.runtime == "torch":
        return True
    if chosen.runtime == "openvino" and not machine.openvino:
        return False
    return chosen.precision == "fp32" or bool(machine.cpu_bf16)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--faces", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--weights", type=Path, help="a trained model instead, on a real face")
    parser.add_argument("--emulated-bf16", action="store_true", help="for its error; very slow")
    options = parser.parse_args()

    if options.weights:
        net = load_gfpgan(read_state_dict(options.weights))
        images = sample_faces(options.faces, net.config.out_size)
    else:
        net = random_network(options.size)
        images = random_faces(options.faces, options.size)
    network = gfpgan_network(net)
    noises = network.noises(0)
    reference = per_sample(net)

    def run_reference() -> np.ndarray:
        with torch.inference_mode():
            tensors = [torch.from_numpy(noise) for noise in noises]
            return np.concatenate(
                [reference(torch.from_numpy(image[None]), *tensors).numpy() for image in images]
            )

    runs: dict[str, Run] = {REFERENCE: run_reference}
    print_head(net, options.weights)
    exact = timed_first("reference", run_reference)
    print(
        f"output of the reference: mean {exact.mean():.3f}, standard deviation {exact.std():.3f}, "
        f"between faces {np.abs(exact[0] - exact[-1]).mean():.3f}",
        flush=True,
    )
    for chosen in RUNTIMES:
        if is_available(chosen, emulated=options.emulated_bf16):
            name = f"{chosen.runtime}, {chosen.precision}"
            began = time.perf_counter()
            runtime = network.make(chosen)
            runtime.infer(images[:1], noises, lambda _done: None)
            started_s = time.perf_counter() - began
            run = one_by_one(runtime, images, noises)
            error = np.abs(timed_first(name, run) - exact)
            print(
                f"{name}: first face after {started_s:.2f} s, largest error {error.max():.1e}, "
                f"mean error / standard deviation {error.mean() / exact.std():.2e}",
                flush=True,
            )
            if is_available(chosen, emulated=False):
                runs[name] = run
    measure(runs, options.repeats, options.faces)


def one_by_one(runtime: Runtime, images: np.ndarray, noises: Sequence[np.ndarray]) -> Run:
    """A run that restores the faces one after the other."""
    return lambda: np.concatenate(
        [runtime.infer(image[None], noises, lambda _done: None) for image in images]
    )


def timed_first(name: str, run: Run) -> np.ndarray:
    """The output; says how long it took, so that something is known early on a busy machine."""
    began = time.perf_counter()
    output = run()
    took_s = (time.perf_counter() - began) / len(output)
    print(f"{name}: {took_s:.2f} s a face in the first round", flush=True)
    return output


def print_head(net: Gfpgan, weights: Path | None) -> None:
    """Say what is measured, and where."""
    parameters = sum(p.numel() for p in net.parameters()) / 1e6
    kind = weights.name if weights else "random weights"
    bf16 = probe().cpu_bf16 or "nothing"
    print(f"GFP-GAN clean, {net.config.out_size} px, {parameters:.1f} M parameters, {kind}")
    print(f"processor: {torch.get_num_threads()} threads, bf16 by {bf16}", flush=True)


def measure(runs: dict[str, Run], repeats: int, faces: int) -> None:
    """Time the runs in turn; after each round, print the best so far."""
    best = dict.fromkeys(runs, float("inf"))
    busy = dict.fromkeys(runs, float("inf"))
    for index in range(repeats):
        for name, run in runs.items():
            began, began_cpu = time.perf_counter(), time.process_time()
            run()
            best[name] = min(best[name], (time.perf_counter() - began) / faces)
            busy[name] = min(busy[name], (time.process_time() - began_cpu) / faces)
        title = f"best of {index + 1} rounds"
        print(f"{title:40}{'s a face':>10}{'cpu s':>8}{'times faster':>14}{'in cpu s':>10}")
        for name, seconds in best.items():
            faster, cheaper = best[REFERENCE] / seconds, busy[REFERENCE] / busy[name]
            print(
                f"{name:40}{seconds:10.3f}{busy[name]:8.2f}{faster:14.2f}{cheaper:10.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
