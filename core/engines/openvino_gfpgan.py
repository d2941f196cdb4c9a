"""GFP-GAN written down as an OpenVINO graph, whatever its layout.

OpenVINO can convert a torch module by tracing it, which takes four seconds, as long as restoring a
dozen faces with the result. Writing the graph directly takes a tenth of one. A test holds both
against each other.

For bf16 the network is written in three parts: what is bigger than `EXACT_PX` on the way down, what
is not, and the rest. The middle one runs in fp32: it is a fiftieth of the multiplications, and
where rounding is felt most, since everything that follows depends on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np
from torch import nn

from core.engines import openvino_ops as write
from core.engines.exact import EXACT_PX
from core.engines.openvino_clean import CleanLayers
from core.engines.openvino_doubling import enlarged_first, enlarged_last
from core.engines.openvino_equalised import BilinearLayers, OriginalLayers
from core.engines.openvino_modulated import Convolve
from core.engines.openvino_ops import Node
from core.engines.openvino_parts import RESULT, Part, picture_names
from core.engines.openvino_silent import ops, ov
from core.nets.gfpgan import Gfpgan
from core.nets.gfpgan_config import Layout


class LayerWriter(Protocol):
    """Writes the layers of one layout."""

    def activated_conv(self, x: Node, layer: nn.Module) -> Node:
        """The first or the final convolution of the U-Net, with its activation."""
        ...

    def down(self, x: Node, block: nn.Module) -> Node:
        """Residual block that halves the size."""
        ...

    def up(self, x: Node, block: nn.Module) -> Node:
        """Residual block that doubles the size."""
        ...

    def linear(self, x: Node, layer: nn.Module) -> Node:
        """Linear layer on 1 x F."""
        ...

    def branch(self, x: Node, branch: nn.Module) -> Node:
        """Scale or shift from the spatial features."""
        ...

    def style_conv(
        self, x: Node, latent: Node, noise: Node, layer: nn.Module, *, upsample: bool = False
    ) -> Node:
        """Modulated convolution, noise, bias, activation."""
        ...

    def to_rgb(self, x: Node, latent: Node, image: Node | None, layer: nn.Module) -> Node:
        """Modulated 1 x 1 convolution, added to the enlarged image so far."""
        ...


_WRITERS: dict[Layout, Callable[[Convolve], LayerWriter]] = {
    "clean": CleanLayers,
    "bilinear": BilinearLayers,
    "original": OriginalLayers,
}


def gfpgan_graph(net: Gfpgan) -> ov.Model:
    """Write the network as a graph for one picture, with as few multiplications as fp32 allows.

    Args:
        net: The network, fp32, on the CPU. Its weights are copied.

    Returns:
        A model with the inputs picture (1 x 3 x S x S, [0, 1]) and one for each noise plane, and
        the output picture (1 x 3 x S x S, about [0, 1]).
    """
    writer, inputs = _Writer(net, enlarged_last), _inputs(net)
    feature, skips = writer.down(write.affine(inputs["picture"], 2.0, -1.0), 0)
    feature, codes = writer.middle(feature)
    levels = range(len(net.conv_body_up))
    _feature, conditions = writer.up(feature, skips, levels)
    made = writer.start(codes, inputs)
    _x, image = writer.decode(made, codes, conditions, inputs, levels)
    return ov.Model(
        [write.affine(image, 0.5, 0.5)], list(inputs.values()), f"gfpgan-{net.config.layout}"
    )


def gfpgan_parts(net: Gfpgan, exact_px: int = EXACT_PX) -> tuple[Part, ...]:
    """Write the network as three graphs, of which the second is to run in fp32.

    Args:
        net: The network, fp32, on the CPU. Its weights are copied.
        exact_px: The largest side of the maps in the second graph; the network is larger.
    """
    writer, sizes = _Writer(net, enlarged_first), net.config.sizes[1:]
    coarse = range(sum(size <= exact_px for size in sizes))
    fine = range(len(coarse), len(sizes))
    noise = [f"noise{i}" for i in range(net.config.num_noises)]
    split = 1 + 2 * len(coarse)  # noise planes of the coarse levels

    inputs = _inputs(net)
    feature, skips = writer.down(write.affine(inputs["picture"], 2.0, -1.0), 0, len(fine))
    above = {f"skip{i}": skip for i, skip in enumerate(skips)}
    first = Part.of({"picture": inputs["picture"]}, above, exact=False)

    held = {f"skip{len(fine) - 1}": write.parameter_like(feature)}
    held |= {name: inputs[name] for name in noise[:split]}
    feature, deeper = writer.down(held[f"skip{len(fine) - 1}"], len(fine))
    feature, codes = writer.middle(feature)
    feature, conditions = writer.up(feature, deeper, coarse)
    made = writer.start(codes, held)
    x, image = writer.decode(made, codes, conditions, held, coarse)
    coarse_results = {"feature": feature, "codes": codes, "x": x, "image": image}
    second = Part.of(held, coarse_results, exact=True)

    taken = {name: write.parameter_like(node) for name, node in (coarse_results | above).items()}
    taken |= {name: inputs[name] for name in noise[split:]}
    kept = [taken[name] for name in above]
    _feature, conditions = writer.up(taken["feature"], kept, fine)
    made = (taken["x"], taken["image"])
    _x, image = writer.decode(made, taken["codes"], conditions, taken, fine)
    third = Part.of(taken, {RESULT: write.affine(image, 0.5, 0.5)}, exact=False)
    return first, second, third


def _inputs(net: Gfpgan) -> dict[str, Node]:
    """The picture and the noise planes."""
    config = net.config
    sides = (config.noise_size(i) for i in range(config.num_noises))
    shapes = [[1, 3, config.out_size, config.out_size], *([1, 1, side, side] for side in sides)]
    names = picture_names(config.num_noises)
    return {
        name: ops.parameter(shape, np.float32, name=name)
        for name, shape in zip(names, shapes, strict=True)
    }


class _Writer:
    """Writes runs of levels of one network; see `LayerWriter` for `up_conv`."""

    def __init__(self, net: Gfpgan, up_conv: Convolve) -> None:
        self._net = net
        self._layers = _WRITERS[net.config.layout](up_conv)

    def down(self, x: Node, first: int, stop: int | None = None) -> tuple[Node, list[Node]]:
        """Halving blocks `first` to `stop` (all the rest), and the result of each."""
        layers, net = self._layers, self._net
        feature = x if first else layers.activated_conv(x, net.conv_body_first)
        skips: list[Node] = []
        for block in net.conv_body_down[first:stop]:
            feature = layers.down(feature, block)
            skips.append(feature)
        return feature, skips

    def middle(self, feature: Node) -> tuple[Node, Node]:
        """The features at 4 px, and all latent codes in one row."""
        feature = self._layers.activated_conv(feature, self._net.final_conv)
        flat = ops.reshape(feature, [1, -1], special_zero=False)
        return feature, self._layers.linear(flat, self._net.final_linear)

    def up(
        self, feature: Node, skips: Sequence[Node], levels: range
    ) -> tuple[Node, dict[int, tuple[Node, Node]]]:
        """Doubling blocks of some levels, and scale and shift of each.

        Args:
            feature: What the level before gave.
            skips: What the halving blocks gave; the last one is for the first of `levels`.
            levels: 0 ends at 8 px.
        """
        layers, net = self._layers, self._net
        conditions: dict[int, tuple[Node, Node]] = {}
        for level, skip in zip(levels, reversed(skips), strict=True):
            feature = layers.up(ops.add(feature, skip), net.conv_body_up[level])
            scale = layers.branch(feature, net.condition_scale[level])
            conditions[level] = (scale, layers.branch(feature, net.condition_shift[level]))
        return feature, conditions

    def start(self, codes: Node, noises: Mapping[str, Node]) -> tuple[Node, Node]:
        """Features and picture at 4 px."""
        decoder, latent = self._net.stylegan_decoder, self._latent(codes)
        constant = write.constant(decoder.constant_input.weight)
        x = self._layers.style_conv(constant, latent[0], noises["noise0"], decoder.style_conv1)
        return x, self._layers.to_rgb(x, latent[1], None, decoder.to_rgb1)

    def decode(
        self,
        made: tuple[Node, Node],
        codes: Node,
        conditions: Mapping[int, tuple[Node, Node]],
        noises: Mapping[str, Node],
        levels: range,
    ) -> tuple[Node, Node]:
        """Features and picture after some levels, as `StyleGan2Decoder.forward`.

        Args:
            made: Features and picture so far.
            codes: All latent codes in one row.
            conditions: Scale and shift of each level.
            noises: By name; more may be in it.
            levels: 0 ends at 8 px.
        """
        x, image = made
        layers, decoder, latent = self._layers, self._net.stylegan_decoder, self._latent(codes)
        for level in levels:
            first = 2 * level + 1
            doubling, second = decoder.style_convs[2 * level], decoder.style_convs[2 * level + 1]
            noise = noises[f"noise{first}"]
            x = layers.style_conv(x, latent[first], noise, doubling, upsample=True)
            x = _transform(x, conditions[level], half=self._net.config.sft_half)
            x = layers.style_conv(x, latent[first + 1], noises[f"noise{first + 1}"], second)
            image = layers.to_rgb(x, latent[first + 2], image, decoder.to_rgbs[level])
        return x, image

    def _latent(self, codes: Node) -> list[Node]:
        """One code (1 x F) a layer."""
        config = self._net.config
        if not config.different_w:
            return [codes] * config.num_latent
        return list(ops.split(codes, 1, config.num_latent).outputs())


def _transform(x: Node, condition: tuple[Node, Node], *, half: bool) -> Node:
    scale, shift = condition
    if not half:
        return ops.add(ops.multiply(x, scale), shift)
    untouched, changed = ops.split(x, 1, 2).outputs()
    return ops.concat([untouched, ops.add(ops.multiply(changed, scale), shift)], 1)
