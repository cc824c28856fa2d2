"""What a script can change outside of itself and that belongs to its state.

NumPy's and Python's global random generators, how NumPy treats errors and prints, the filters of
warnings, the current folder, the recursion limit, `sys.argv` and `sys.path`.
"""

from __future__ import annotations

import ctypes
import os
import random
import sys
import warnings
from typing import Any

import numpy as np

from nnstep.engine.fragments import silent


class Surroundings:
    """The surroundings at one moment; what hasn't changed since an earlier one is shared."""

    __slots__ = ("arguments", "bits", "environ", "errors", "filters", "folder", "hooks", "limit",
                 "numpy", "places", "printing", "python", "version")

    def __init__(self, uses_random: bool, earlier: Surroundings | None) -> None:
        """Look at them.

        Args:
            uses_random: whether the module `random` matters.
            earlier: what they were like before.
        """
        self.bits = _global_bits()
        self.numpy = _numpy_state()
        # A second normal number that is kept for later isn't among the bits; and what was looked
        # at before may be a later moment, in which that number has been used already.
        if earlier is not None and earlier.bits == self.bits:
            if _kept_number(earlier.numpy) == _kept_number(self.numpy):
                self.numpy = earlier.numpy
        self.python = random.getstate() if uses_random else None
        if earlier is not None and earlier.python == self.python:
            self.python = earlier.python
        self.errors = np.geterr()
        self.printing = np.get_printoptions()
        # Within `catch_warnings` the list is another one.
        self.filters, self.version = (warnings.filters, list(warnings.filters)), _filters_version()
        self.hooks = [(where, name, getattr(where, name)) for where, name in _HOOKS]
        self.folder = _folder()
        self.limit = sys.getrecursionlimit()
        self.arguments = sys.argv, list(sys.argv)
        self.places = list(sys.path)
        self.environ = dict(os.environ._data)  # type: ignore[attr-defined]
        for name in _SHARED if earlier is not None else ():
            if getattr(earlier, name) == getattr(self, name):
                setattr(self, name, getattr(earlier, name))

    def restore(self) -> None:
        """Put them back."""
        if _global_bits() != self.bits or _kept_number(_numpy_state()) != _kept_number(self.numpy):
            np.random.set_state(self.numpy)
        if self.python is not None:
            random.setstate(self.python)
        if np.geterr() != self.errors:
            np.seterr(**self.errors)
        if np.get_printoptions() != self.printing:
            np.set_printoptions(**self.printing)
        for where, name, hook in self.hooks:
            setattr(where, name, hook)
        filters, items = self.filters
        if warnings.filters is not filters or list(filters) != items:
            warnings.filters = filters
            filters[:] = items  # type: ignore[index]
            warnings._filters_mutated()  # type: ignore[attr-defined]
        self._remember_warnings()
        if self.folder and _folder() != self.folder:
            os.chdir(self.folder)
        if sys.getrecursionlimit() != self.limit:
            sys.setrecursionlimit(self.limit)
        if sys.argv is not self.arguments[0] or sys.argv != self.arguments[1]:
            sys.argv, sys.argv[:] = self.arguments
        if sys.path != self.places:
            sys.path[:] = self.places
        if os.environ._data != self.environ:  # type: ignore[attr-defined]
            _restore_environment(self.environ)

    def _remember_warnings(self) -> None:
        """Have the script's warnings that were shown count as shown, filters changed or not."""
        registry = vars(sys.modules["__main__"]).get("__warningregistry__", {})
        if registry.get("version", self) == self.version:
            registry["version"] = _filters_version()


def _filters_version() -> Any:
    """Python counts how often the filters were changed; what is older has been forgotten."""
    registry: dict[Any, Any] = {}
    with silent():
        warnings.warn_explicit("", UserWarning, "", 0, registry=registry)
    return registry.get("version")


_HOOKS: tuple[tuple[Any, str], ...] = (
    (warnings, "showwarning"), (warnings, "_showwarnmsg_impl"), (warnings, "formatwarning"),
    (sys, "excepthook"), (sys, "displayhook"), (sys, "unraisablehook"),
)
_SHARED = ("errors", "printing", "places", "environ", "bits")


def _restore_environment(wanted: dict[Any, Any]) -> None:
    decode = os.environ.decodevalue
    environ = {os.environ.decodekey(key): decode(each) for key, each in wanted.items()}
    for name in os.environ.keys() - environ.keys():
        del os.environ[name]
    for name, value in environ.items():
        if os.environ.get(name) != value:
            os.environ[name] = value


def _numpy_state() -> dict[str, Any]:
    return dict(np.random.get_state(legacy=False))


def _kept_number(state: dict[str, Any]) -> tuple[Any, Any]:
    """The second of a pair of normal numbers, which is not among the bits."""
    return state["has_gauss"], state["gauss"]


def _global_bits() -> bytes:
    """The memory of NumPy's global generator: whether it has changed is quick to tell by that."""
    bits = np.random.get_bit_generator()  # type: ignore[attr-defined]
    interface = bits.ctypes
    if type(bits) is not np.random.MT19937:
        return repr(bits.state).encode()
    return ctypes.string_at(interface.state_address, _MERSENNE)


_MERSENNE = 624 * 4 + 4


def _folder() -> str:
    try:
        return os.getcwd()
    except OSError:  # it was deleted
        return ""
