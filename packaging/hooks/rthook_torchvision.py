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


class _Nothing(Loader):
    """Loads an empty module."""

    def create_module(self, spec):
        """Leave the making of the module to Python."""
        del spec

    def exec_module(self, module):
        """Do nothing."""


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
