"""Puts off the import of torch's compiler until somebody compiles.

The first optimizer imports `torch._dynamo`, only to tell it that there is nothing to compile: 800
modules and half of a fork server's start. Here a stand-in is told so. Asked for anything else, by
`torch.compile` for one, it makes way for the real module. No arithmetic depends on it.
"""

import importlib.util
import sys
import types
from collections.abc import Callable, Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import Any, TypeVar

import torch

_NAME = "torch._dynamo"
_F = TypeVar("_F", bound=Callable[..., Any])


def put_off() -> None:
    """Let the stand-in stand for `torch._dynamo`, unless that is imported already."""
    if _NAME not in sys.modules:
        sys.modules[_NAME] = stand_in = _PutOff()
        setattr(torch, _NAME.rpartition(".")[2], stand_in)
        sys.meta_path.insert(0, _AlreadyLoaded())


class _PutOff(types.ModuleType):
    """What an optimizer asks of `torch._dynamo` (torch/_compile.py, torch/optim/optimizer.py)."""

    def __init__(self) -> None:
        super().__init__(_NAME)
        spec = importlib.util.find_spec(_NAME)
        # What asks every module for its file, as `inspect.getmodule` does, wants no compiler.
        self.__file__ = spec.origin if spec else None
        self.__spec__ = spec

    def graph_break(self, _why: str = "") -> None:
        """End no graph, since none is being recorded."""

    def disable(self, function: _F, *_how: object, **_named: object) -> _F:
        """Return the function itself, which nobody compiles."""
        return function

    def __getattr__(self, name: str) -> object:
        if sys.modules.get(_NAME) is self:
            del sys.modules[_NAME]
        found: object = getattr(importlib.import_module(_NAME), name)
        return found


class _AlreadyLoaded(MetaPathFinder, Loader):
    """Keeps `import torch._dynamo.config` from loading that file twice.

    To find it, Python asks the stand-in for its path. The real module then comes and loads the file
    itself, which Python does not expect.
    """

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: types.ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return how to load a part of the real module that is there, None for whatever else."""
        held = sys.modules.get(fullname) if fullname.startswith(f"{_NAME}.") else None
        return ModuleSpec(fullname, self, loader_state=held.__spec__) if held else None

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        """Return the module as it is."""
        return sys.modules[spec.name]

    def exec_module(self, module: types.ModuleType) -> None:
        """Give the module its own spec again, where it has let Python take that away."""
        if module.__spec__ and module.__spec__.loader is self:
            module.__spec__ = module.__spec__.loader_state
