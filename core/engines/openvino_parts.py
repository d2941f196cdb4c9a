"""A network as several graphs that run one after the other, each in a precision of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.engines.openvino_ops import Node
from core.engines.openvino_silent import ov

RESULT = "result"
"""The name of what the last part gives."""


@dataclass(frozen=True, slots=True)
class Part:
    """One graph.

    Attributes:
        model: What is compiled.
        takes: Names of its inputs, in order: of the network, or of what earlier parts give.
        gives: Names of its outputs, in order.
        exact: True where it must be calculated in fp32, whatever was chosen for the network.
    """

    model: ov.Model
    takes: tuple[str, ...]
    gives: tuple[str, ...]
    exact: bool = False

    @classmethod
    def of(cls, inputs: Mapping[str, Node], outputs: Mapping[str, Node], *, exact: bool) -> Part:
        """A part from named parameters to named nodes."""
        model = ov.Model(list(outputs.values()), list(inputs.values()), "part")
        return cls(model, tuple(inputs), tuple(outputs), exact)

    @classmethod
    def whole(cls, model: ov.Model) -> Part:
        """A network in one graph, which takes the picture and then the extras."""
        return cls(model, picture_names(len(model.inputs) - 1), (RESULT,))


def picture_names(extras: int) -> tuple[str, ...]:
    """Names of a network's inputs: the picture, and what comes beside it."""
    return ("picture", *(f"noise{i}" for i in range(extras)))
