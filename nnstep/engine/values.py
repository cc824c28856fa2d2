"""What a value is like, exactly: for telling whether it has changed, and whether it is finite."""

from __future__ import annotations

import struct
import sys
from collections.abc import Hashable
from typing import Any

import numpy as np

_DEEP = 3  # levels of containers
_MANY = 1000  # items of one


def is_a(value: Any, kinds: type | tuple[type, ...]) -> bool:
    """What `isinstance` says, without asking the value, which might be the script's code."""
    return issubclass(type(value), kinds)


def frozen(value: Any, depth: int = _DEEP) -> Hashable:
    """A value as something that is equal only to the frozen form of the very same value.

    Numbers by their bits, so that NaN is equal to NaN and 0.0 isn't to -0.0; arrays by their
    bytes; containers by what is in them, three levels deep; anything else by identity.
    """
    if is_a(value, np.ndarray):
        if value.dtype.hasobject:
            return value.shape, tuple(map(id, value.ravel().tolist()))
        return value.shape, value.dtype.str, value.tobytes()
    if type(value) is float:
        return float, struct.pack("d", value)
    if is_a(value, np.generic):
        return type(value), value.tobytes()
    if type(value) in (int, str, bytes, bool, complex, type(None)):
        return type(value), value if type(value) is not complex else repr(value)
    if is_a(value, (list, tuple, set, frozenset)) and (len(value) > _MANY or not depth):
        return type(value), tuple(map(id, list(value)))
    if is_a(value, (list, tuple, set, frozenset)):
        return type(value), tuple([frozen(each, depth - 1) for each in list(value)])
    if depth and is_a(value, dict) and dict.__len__(value) <= _MANY:
        items = list(dict.items(value))
        return type(value), tuple([(id(key), frozen(each, depth - 1)) for key, each in items])
    kind: Any = type(value)
    plain = kind.__getattribute__ is object.__getattribute__ and kind.__dictoffset__
    if depth and plain and not isinstance(value, type):
        return kind, id(value), frozen(object.__getattribute__(value, "__dict__"), depth - 1)
    return type(value), id(value)


def is_finite(value: Any, depth: int = _DEEP) -> bool:
    """Whether there is no NaN and no infinity in a value: a number, an array, or a container."""
    if is_a(value, (float, complex, np.floating, np.complexfloating)):
        return bool(np.isfinite(value))
    if is_a(value, np.ndarray):
        if value.dtype.kind not in "fc":
            return True
        return _is_finite_array(value)
    if depth and is_a(value, (list, tuple)) and len(value) <= _MANY:
        return all(is_finite(each, depth - 1) for each in list(value))
    if depth and is_a(value, dict) and dict.__len__(value) <= _MANY:
        return all(is_finite(each, depth - 1) for each in list(dict.values(value)))
    return True


def _is_finite_array(value: np.ndarray[Any, Any]) -> bool:
    return bool(np.isfinite(np.asarray(value)).all())


def attributes(value: object) -> dict[str, Any]:
    """The instance attributes of an object; empty when it has none, or its class hides them."""
    try:
        found = object.__getattribute__(value, "__dict__")
    except Exception:  # a class may call anything so
        return {}
    return found if type(found) is dict else {}


def is_of_script(kind: type) -> bool:
    """Whether instances of a class are the script's, or those of a module beside it."""
    if issubclass(kind, type):
        return False
    top = str(getattr(kind, "__module__", "")).partition(".")[0]
    if top == "__main__":
        return True
    path = getattr(sys.modules.get(top), "__file__", None) or ""
    return bool(path) and top not in sys.stdlib_module_names and "site-packages" not in path
