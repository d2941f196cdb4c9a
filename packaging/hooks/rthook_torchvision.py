"""Lets torchvision be imported where its compiled operators cannot be loaded. Run at start-up.

The wheels of torchvision that are made for CUDA do not load beside a torch for the processor.
torchvision then falls back to operators in Python, as it should, but its import fails all the same:
it describes the compiled operators to torch's tracer, and those do not exist. Heirloom traces
nothing, so the description is left out, and only where the operators are missing. The bundle gets
this hook only then (see `build.spec`).
"""

import sys
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec

_DESCRIPTIONS = "torchvision._meta_registrations"


def _keep_best(boxes, scores, iou_threshold):
    """Suppress boxes that overlap a better one, in place of the compiled operator."""
    left, top, right, bottom = boxes.unbind(1)
    areas = (right - left) * (bottom - top)
    order, kept = scores.argsort(descending=True, stable=True), []
    while order.numel():
        best, order = order[0], order[1:]
        kept.append(best)
        width = right[order].clamp(max=right[best]) - left[order].clamp(min=left[best])
        height = bottom[order].clamp(max=bottom[best]) - top[order].clamp(min=top[best])
        shared = width.clamp(min=0) * height.clamp(min=0)
        order = order[shared <= iou_threshold * (areas[order] + areas[best] - shared)]
    return boxes.new_tensor([int(index) for index in kept], dtype=scores.argsort().dtype)


class _Nothing(Loader):
    """Loads an empty module, and gives torchvision the one operator that facexlib calls."""

    def create_module(self, spec):
        """Leave the making of the module to Python."""
        del spec

    def exec_module(self, module):
        """Define the operator; `torchvision.ops` is imported only after this."""
        import torch

        module.library = torch.library.Library("torchvision", "FRAGMENT")
        module.library.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        module.library.impl("nms", _keep_best, "CompositeExplicitAutograd")
        sys.modules["torchvision.extension"]._assert_has_ops = lambda: None


class _WithoutDescriptions(MetaPathFinder):
    """Finds an empty module in place of the descriptions of missing operators."""

    def find_spec(self, fullname, path=None, target=None):
        """See `importlib.abc.MetaPathFinder`."""
        del path, target
        if fullname != _DESCRIPTIONS:
            return None
        operators = sys.modules["torchvision.extension"]
        return None if operators._has_ops() else ModuleSpec(fullname, _Nothing())


sys.meta_path.insert(0, _WithoutDescriptions())
