"""nnstep: step through the training of a neural network, one NumPy operation at a time.

    >>> import nnstep
    >>> session = nnstep.open("mse_hidden")
    >>> event = session.step()
"""

from __future__ import annotations

import builtins
import sys
from importlib.machinery import PathFinder, SourceFileLoader


class _Loader(SourceFileLoader):
    """Loads a module of this package, with builtins of its own: a script may patch Python's."""

    kept: ClassVar[dict[str, Any]] = dict(vars(builtins))

    def exec_module(self, module: ModuleType) -> None:
        module.__dict__["__builtins__"] = self.kept
        super().exec_module(module)


class _Finder(PathFinder):
    @classmethod
    def find_spec(
        cls, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not fullname.startswith("nnstep."):
            return None
        spec = super().find_spec(fullname, path, target)
        if spec is not None and type(spec.loader) is SourceFileLoader:
            spec.loader = _Loader(spec.loader.name, spec.loader.path)
        return spec


sys.meta_path.insert(0, _Finder)

from nnstep.version import __version__  # noqa: E402

TYPE_CHECKING = False
if TYPE_CHECKING:  # without importing typing: `nnstep --version` need not wait for it
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType
    from typing import Any, ClassVar

    from nnstep.engine.events import Event, Moment, Mutation, Operand
    from nnstep.session import Session, open

__all__ = ["Event", "Moment", "Mutation", "Operand", "Session", "__version__", "open"]

_PLACES = {
    "Event": "nnstep.engine.events",
    "Moment": "nnstep.engine.events",
    "Mutation": "nnstep.engine.events",
    "Operand": "nnstep.engine.events",
    "Session": "nnstep.session",
    "open": "nnstep.session",
}


def __getattr__(name: str) -> Any:
    """Import on first use: `nnstep --version` need not wait for NumPy."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_PLACES[name]), name)
