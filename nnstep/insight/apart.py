"""What sets two values apart that two scripts made: a shape, or a number and where it lies.

Values are first made plain: copies that later ops don't change and that go to another process.
Only data is compared; functions, classes and what a library has built aren't. Not which values
belong together (differences.py).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from nnstep.insight.arrays import Array, attributes, dtype_name, short_text

TOLERANCE = 1e-9  # relative
# Below these parts of the tolerance a difference is what rounding leaves of a sum that cancels:
# as a part of the largest number of an array, and in absolute terms.
_OF_LARGEST, _ABSOLUTE = 1e-3, 1e-6
_DEEP, _MANY = 4, 1000  # levels of containers, and items of one, that are looked into
_SCALARS = (bool, int, float, complex, str, bytes, type(None))
_NUMBERS = (bool, int, float, complex)


class Thing(NamedTuple):
    """An object of a class of the script: its class's name, and its attributes."""

    type: str
    items: dict[str, Any]


class Opaque(NamedTuple):
    """What isn't compared, in a few words."""

    text: str


@dataclass(frozen=True, slots=True)
class Apart:
    """What sets two values apart.

    Attributes:
        kind: `value`, `shape`, `kind` (such as a list and a number) or `items` (of containers).
        at: where: an index, a key, or both, such as `['W1'][0, 3]`; empty for the whole.
        a: there in the first: a number, or for `shape`, `kind` and `items` some words.
        b: there in the second.
        by: how far the two are apart; None where that is no number.
        relative: the same as a part of the larger one.
        count: how many elements of the array differ.
        size: how many there are.
    """

    kind: str
    at: str
    a: Any
    b: Any
    by: float | None = None
    relative: float | None = None
    count: int = 1
    size: int = 1


# Plain values.


def plain(value: Any, depth: int = _DEEP) -> Any:
    """A copy of a value, made of nothing but arrays, numbers, texts and containers of them."""
    kind = type(value)
    if kind in _SCALARS:
        return value
    if issubclass(kind, np.generic):
        return value if not value.dtype.hasobject else Opaque(kind.__name__)
    if issubclass(kind, np.ndarray):
        if value.dtype.hasobject:
            return plain(np.asarray(value).tolist(), depth)
        return np.array(value, copy=True, subok=False)
    if kind is range:
        return [value.start, value.stop, value.step]
    return _plain_container(value, depth)


def _plain_container(value: Any, depth: int) -> Any:
    kind = type(value)
    if depth and issubclass(kind, (list, tuple)):
        base: Any = list if issubclass(kind, list) else tuple
        items = [*base.__iter__(value)]
        if len(items) <= _MANY:
            return [plain(each, depth - 1) for each in items]
        if all(type(each) in _NUMBERS or isinstance(each, np.number) for each in items):
            return np.array(items)
    if depth and issubclass(kind, dict) and dict.__len__(value) <= _MANY:
        pairs = list(dict.items(value))
        return {key: plain(each, depth - 1) for key, each in pairs if type(key) in _SCALARS}
    if kind in (set, frozenset) and len(value) <= _MANY:
        if all(type(each) in _SCALARS for each in value):
            return frozenset(value)
    # A class of the script: others may hold anything.
    if depth and kind.__module__ == "__main__" and not issubclass(kind, type):
        parts = attributes(value)
        if parts:
            return Thing(kind.__name__, {key: plain(parts[key], depth - 1) for key in parts})
    return Opaque(kind.__name__)


def weight(value: Any) -> int:
    """About how many bytes a plain value takes."""
    if isinstance(value, np.ndarray):
        return value.nbytes
    if isinstance(value, Thing):
        return weight(value.items)
    if isinstance(value, dict):
        return sum(map(weight, value.values())) + 64
    if isinstance(value, list):
        return sum(map(weight, value)) + 64
    return 64


def in_short(value: Any) -> str:
    """A plain value in one short line; an array by its shape and dtype."""
    if isinstance(value, Opaque):
        return value.text
    if isinstance(value, Thing):
        return f"{value.type} with {', '.join(value.items)}"
    return short_text(value)


# Two of them.


def apart(a: Any, b: Any, tolerance: float = TOLERANCE, at: str = "") -> Apart | None:
    """What sets two plain values apart; None when nothing does.

    Numbers are the same when they differ by no more than a part of the larger one, NaN is the
    same as NaN, and an int the same as a float of that value. A list and a tuple are compared by
    their items, objects by the attributes that both have.

    Args:
        a: the one.
        b: the other.
        tolerance: that part.
        at: where in larger values they lie.
    """
    if isinstance(a, Opaque) or isinstance(b, Opaque):
        return None
    if isinstance(a, Thing) and isinstance(b, Thing):
        common = [key for key in a.items if key in b.items]
        pairs = [(f"{at}.{key}", a.items[key], b.items[key]) for key in common]
        return _first(pairs, tolerance)
    if _is_numeric(a) and _is_numeric(b):
        return _numbers(a, b, tolerance, at)
    if isinstance(a, list) and isinstance(b, list):
        return _lists(a, b, tolerance, at)
    if isinstance(a, dict) and isinstance(b, dict):
        return _dicts(a, b, tolerance, at)
    if _kind(a) != _kind(b):
        return Apart("kind", at, _kind(a), _kind(b))
    return None if _equal(a, b) else Apart("value", at, a, b)


def dtypes(a: Any, b: Any) -> tuple[str, str] | None:
    """The dtypes of two arrays that have different ones."""
    if not (isinstance(a, np.ndarray) and isinstance(b, np.ndarray)) or a.dtype == b.dtype:
        return None
    return dtype_name(a.dtype), dtype_name(b.dtype)


def _first(pairs: Sequence[tuple[str, Any, Any]], tolerance: float) -> Apart | None:
    for at, a, b in pairs:
        found = apart(a, b, tolerance, at)
        if found is not None:
            return found
    return None


def _lists(a: list[Any], b: list[Any], tolerance: float, at: str) -> Apart | None:
    pairs = zip(a, b, strict=False)
    found = _first([(f"{at}[{i}]", one, other) for i, (one, other) in enumerate(pairs)], tolerance)
    if found is None and len(a) != len(b):
        return Apart("items", at, f"{len(a)} items", f"{len(b)} items")
    return found


def _dicts(
    a: Mapping[Any, Any], b: Mapping[Any, Any], tolerance: float, at: str
) -> Apart | None:
    found = _first([(f"{at}[{key!r}]", a[key], b[key]) for key in a if key in b], tolerance)
    if found is None and a.keys() != b.keys():
        return Apart("items", at, _keys(a, b), _keys(b, a))
    return found


def _keys(own: Mapping[Any, Any], other: Mapping[Any, Any]) -> str:
    """The keys that only the one has."""
    only = [repr(key) for key in own if key not in other]
    return f"also {', '.join(only)}" if only else "nothing more"


def _is_numeric(value: Any) -> bool:
    if isinstance(value, (np.ndarray, np.generic)):
        return value.dtype.kind in "biufc"
    return isinstance(value, _NUMBERS)


def _kind(value: Any) -> str:
    """What sort of value it is, for telling two sorts apart."""
    if _is_numeric(value):
        return "an array" if isinstance(value, np.ndarray) and value.ndim else "a number"
    if isinstance(value, np.ndarray):
        return f"an array of {dtype_name(value.dtype)}"
    if isinstance(value, Thing):
        return f"an object of {value.type}"
    if isinstance(value, dict):
        return "a dict"
    if isinstance(value, list):
        return "a list"
    return "None" if value is None else f"of type {type(value).__name__}"


def _equal(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray):
        return a.shape == b.shape and bool(np.array_equal(a, b))
    return bool(a == b)


# Numbers.


def _numbers(a: Any, b: Any, tolerance: float, at: str) -> Apart | None:
    if isinstance(a, int) and isinstance(b, int):  # of any length
        return None if a == b else _pair(a, b, at, 1, 1)
    try:
        one, other = np.asarray(a), np.asarray(b)
        if one.shape != other.shape:
            return Apart("shape", at, str(one.shape), str(other.shape))
        with np.errstate(all="ignore"):
            return _elements(one, other, tolerance, at)
    except (OverflowError, TypeError):  # an int that is too large for any dtype
        return None if a == b else _pair(a, b, at, 1, 1)


def _elements(one: Array, other: Array, tolerance: float, at: str) -> Apart | None:
    """The elements of two arrays of one shape; told of is where they differ most."""
    off = one != other
    if one.dtype.kind in "fc" and other.dtype.kind in "fc":
        off &= ~(np.isnan(one) & np.isnan(other))
    if not np.any(off):
        return None
    wide = np.result_type(one.dtype, other.dtype, np.float64)
    first, second = one.astype(wide), other.astype(wide)
    far = _distances(first, second, off)
    if {one.dtype.kind, other.dtype.kind} & set("fc"):
        off &= far > _allowed(first, second, tolerance)
    if not np.any(off):
        return None
    far = np.where(off, far, -1.0)
    index = np.unravel_index(int(np.argmax(far)), far.shape)
    where = f"{at}[{', '.join(map(str, index))}]" if index else at
    count = int(np.count_nonzero(off))
    return _pair(one[index].item(), other[index].item(), where, count, one.size)


def _distances(first: Array, second: Array, off: Any) -> NDArray[Any]:
    """How far elements are apart; what isn't finite in one of both is as far as can be."""
    far = np.abs(first - second)
    return np.where(off & ~np.isfinite(far), np.inf, far)


def _allowed(first: Array, second: Array, tolerance: float) -> NDArray[Any]:
    sizes = np.maximum(np.abs(first), np.abs(second))
    finite = np.where(np.isfinite(sizes), sizes, 0.0)
    largest = float(np.max(finite, initial=0.0))
    allowed: NDArray[Any] = tolerance * (finite + _OF_LARGEST * largest + _ABSOLUTE)
    return allowed


def _pair(a: Any, b: Any, at: str, count: int, size: int) -> Apart:
    """Two numbers that differ, with their distance where there is one."""
    by = relative = None
    try:
        far, larger = float(abs(a - b)), float(max(abs(a), abs(b)))
        if math.isfinite(far):
            by, relative = far, far / larger if larger else 0.0
    except OverflowError:
        pass
    return Apart("value", at, a, b, by, relative, count, size)
