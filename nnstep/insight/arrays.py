"""What a value is, in a few exact facts, and which of its cells changed.

An array's facts are its shape, range, mean, zeros, and where NaN and Inf lie; anything else gets
one short line of text. Values are only read: nothing here draws, warns, or runs user code other
than a `__repr__`, and no fact is silently approximate.
"""

from __future__ import annotations

import enum
import math
import re
import types
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, TypeGuard

import numpy as np
from numpy.typing import NDArray

from nnstep.engine.values import attributes as attributes

Array = NDArray[Any]
Index = tuple[int, ...]

# Up to so many elements every one is looked at; above, an even sample of about SAMPLE of them.
EXACT_SIZE = 4_000_000
SAMPLE_SIZE = 250_000
# Up to so many bytes one pass over the whole array, merely to rule out NaN and Inf, is affordable.
SCAN_BYTES = 512 << 20

_ITEMS = 6
_LETTERS = 60
_LONG_INT_BITS = 400
_PLAIN = (bool, int, float, complex, str, bytes)
_ADDRESS = re.compile(r" at 0x[0-9A-Fa-f]+")


@dataclass(frozen=True, slots=True)
class Summary:
    """The facts about one value. For anything but an array only the first three are set.

    Attributes:
        kind: `array`, `number`, `text`, `none`, `container`, `function`, `module`, `class` or
            `object`.
        type: the name of the array's dtype, or of the value's type.
        text: the value in one short line; for an array its shape and dtype.
        shape: the array's shape, else None.
        low: the smallest finite element, None where there is none or order means nothing.
        high: the largest finite element, likewise.
        mean: the mean of the finite elements, added up in at least double precision.
        zeros: how many elements equal zero, None for dtypes without a zero.
        nans: how many elements are NaN (NaT for dates).
        first_nan: where the first of them lies, in C order; None when there is none, or when
            only a sample was searched.
        infs: how many elements are infinite.
        first_inf: where the first of them lies, likewise.
        masked: how many elements of a masked array are masked; they take no part in the rest.
        stride: `low`, `high`, `mean` and `zeros` are those of one element in so many; 1 when
            of all.
        searched: whether `nans` and `infs` count all elements even when `stride` isn't 1.
    """

    kind: str
    type: str
    text: str
    shape: Index | None = None
    low: Any = None
    high: Any = None
    mean: Any = None
    zeros: int | None = None
    nans: int = 0
    first_nan: Index | None = None
    infs: int = 0
    first_inf: Index | None = None
    masked: int = 0
    stride: int = 1
    searched: bool = True

    @property
    def sampled(self) -> bool:
        """Whether some of the facts come from a sample of the elements."""
        return self.stride > 1


def summarize(value: object) -> Summary:
    """The facts about any value. Never raises and never warns, whatever the value is."""
    if is_array(value):
        with np.errstate(all="ignore"):
            return _array_summary(value)
    kind, text = _described(value, depth=2)
    return Summary(kind, type(value).__name__, text)


def is_array(value: object) -> TypeGuard[Array]:
    """Whether a value is a NumPy array; asks its type, since `__class__` may lie or raise."""
    return issubclass(type(value), np.ndarray)


def hidden_cells(value: Array) -> NDArray[np.bool_] | None:
    """The mask of a masked array, True where an element is masked; None without any mask."""
    if not issubclass(type(value), np.ma.MaskedArray):
        return None
    mask = np.asarray(np.ma.getmaskarray(value))
    return mask if mask.dtype == bool else None


def dtype_name(dtype: np.dtype[Any]) -> str:
    """The name of a dtype as a learner would say it: `float64`, `str`, `struct (x, y)`."""
    if dtype.names:
        return f"struct ({', '.join(dtype.names)})"
    return {"U": "str", "S": "bytes", "T": "str", "V": "void"}.get(dtype.kind, dtype.name)


def _array_summary(value: Array) -> Summary:
    data, hidden = np.asarray(value), hidden_cells(value)
    name = dtype_name(data.dtype)
    shape = tuple(data.shape)
    summary = Summary("array", name, f"{shape} {name}", shape)
    if hidden is not None:
        summary = replace(summary, masked=int(np.count_nonzero(hidden)))
    if not data.size or data.dtype.kind not in "biufcmM":
        return summary
    stride = _stride(shape)
    seen = _every(data if hidden is None else data[~hidden], stride)
    if stride == 1 or _scannable(data):
        summary = replace(summary, **_gaps(data, hidden))
    else:
        found = _gaps(seen, None) | {"first_nan": None, "first_inf": None, "searched": False}
        summary = replace(summary, **found)
    return replace(summary, stride=stride, **_statistics(seen))


def _stride(shape: Index) -> int:
    """One element in so many is looked at: prime to every axis, so that no column is left out."""
    size = math.prod(shape)
    if size <= EXACT_SIZE:
        return 1
    stride = -(-size // SAMPLE_SIZE)
    while any(math.gcd(stride, length) > 1 for length in shape if length > 1):
        stride += 1
    return stride


def _every(data: Array, stride: int) -> Array:
    """Every `stride`-th element in memory order, 1-d; never a copy of the whole of a big array."""
    laid_out = data.T if data.flags.f_contiguous else data
    if stride == 1 or laid_out.flags.c_contiguous:
        return np.ascontiguousarray(laid_out.reshape(-1)[::stride])
    return data.flat[::stride]


def _scannable(data: Array) -> bool:
    return data.dtype.kind in "biu" or (data.dtype.char in "fdFD" and data.nbytes <= SCAN_BYTES)


def _gaps(data: Array, hidden: NDArray[np.bool_] | None) -> dict[str, Any]:
    """Count and first index of NaN and of Inf."""
    kind = data.dtype.kind
    # One sum settles it for nearly all arrays: a single NaN or Inf would have spoilt it.
    if kind in "biu" or (kind in "fc" and np.isfinite(data.sum())):
        return {}
    nans = np.isnat(data) if kind in "mM" else np.isnan(data)
    infs = np.isinf(data) & ~nans if kind in "fc" else np.zeros_like(nans)
    if hidden is not None:
        nans, infs = nans & ~hidden, infs & ~hidden
    return {
        "nans": int(np.count_nonzero(nans)),
        "first_nan": _first(nans),
        "infs": int(np.count_nonzero(infs)),
        "first_inf": _first(infs),
    }


def _first(mask: NDArray[np.bool_]) -> Index | None:
    if not mask.any():
        return None
    return tuple(int(part) for part in np.unravel_index(int(np.argmax(mask)), mask.shape))


def _statistics(seen: Array) -> dict[str, Any]:
    """Range, mean and zeros of the finite ones among some elements (1-d)."""
    kind = seen.dtype.kind
    found: dict[str, Any] = {}
    if kind not in "M":
        found["zeros"] = int(seen.size - np.count_nonzero(seen))
    if kind in "mM":
        seen = seen[~np.isnat(seen)]
    elif kind in "fc" and not np.isfinite(seen.sum()):
        seen = seen[np.isfinite(seen)]
    if not seen.size:
        return found
    if kind != "c":
        # item() of a date would round its nanoseconds or turn it into a bare integer.
        low, high = seen.min(), seen.max()
        found["low"], found["high"] = (low, high) if kind in "mM" else (low.item(), high.item())
    if kind not in "mM":
        found["mean"] = _mean(seen)
    return found


def _mean(values: Array) -> Any:
    wide = np.result_type(values.dtype, np.float64)
    mean = values.mean(dtype=wide)
    if not np.isfinite(mean):
        # Finite values whose sum overflows: shrink them first.
        scale = np.abs(values.astype(wide)).max()
        mean = (values / scale).mean(dtype=wide) * scale
    return mean.item()


def short_text(value: object) -> str:
    """Any value in one short line. Never raises; big values are not walked through."""
    if is_array(value):
        data = np.asarray(value)
        return f"{tuple(data.shape)} {dtype_name(data.dtype)}"
    return _described(value, depth=2)[1]


def _described(value: object, depth: int) -> tuple[str, str]:
    """The kind of a value that isn't an array, and its one line of text."""
    kind = type(value)
    if value is None:
        return "none", "None"
    if issubclass(kind, enum.Enum):
        return "object", f"{kind.__name__}.{attributes(value).get('_name_', '?')}"
    if issubclass(kind, (str, bytes, bytearray)):
        return "text", _string_text(value)  # type: ignore[arg-type]
    if issubclass(kind, (bool, int, float, complex, np.generic)):
        return "number", _number_text(value)
    if issubclass(kind, (list, tuple, set, frozenset, dict)):
        return "container", _container_text(value, depth)
    if issubclass(kind, types.ModuleType):
        return "module", f"module {attributes(value).get('__name__', '?')}"
    if issubclass(kind, type):
        return "class", f"class {type.__getattribute__(value, '__name__')}"
    if issubclass(kind, _FUNCTIONS):
        return "function", f"function {getattr(value, '__name__', '?')}"
    return "object", _object_text(value, depth)


_FUNCTIONS = (
    types.FunctionType,
    types.MethodType,
    types.BuiltinFunctionType,
    types.MethodWrapperType,
    types.MethodDescriptorType,
    np.ufunc,
    type(np.dot),
)


def _string_text(value: str | bytes | bytearray) -> str:
    head = value[:_LETTERS]
    text = ascii(head) if isinstance(head, str) and not head.isprintable() else repr(head)
    return text if len(value) <= _LETTERS else f"{text}... ({len(value)} characters)"


def _number_text(value: object) -> str:
    for base in (bool, int, float, complex):
        if issubclass(type(value), base) and not issubclass(type(value), np.generic):
            if isinstance(value, int) and value.bit_length() > _LONG_INT_BITS:
                return f"int of {value.bit_length()} bits"
            text = base.__repr__(value)
            break
    else:
        # str, since NumPy's repr says np.float64(...) around the same digits.
        text = _guarded(str, value)
    return "0.0" if text == "-0.0" else text


def _container_text(value: Any, depth: int) -> str:
    # The built-in type's own methods: a subclass may have made iterating do anything.
    base = next(kind for kind in (dict, list, tuple, set, frozenset) if isinstance(value, kind))
    size = base.__len__(value)
    opening, closing = {list: ("[", "]"), tuple: ("(", ")")}.get(base, ("{", "}"))
    if base in (set, frozenset) and not size:
        return "set()"
    if depth == 0 and size:
        return f"{opening}...{closing}"
    if base is dict:
        pairs = islice(dict.items(value), _ITEMS)
        items = [f"{_inner(key, depth)}: {_inner(item, depth)}" for key, item in pairs]
    else:
        items = [_inner(item, depth) for item in islice(base.__iter__(value), _ITEMS)]
    if size > _ITEMS:
        items.append(f"... {size - _ITEMS} more")
    comma = "," if base is tuple and size == 1 else ""
    return f"{opening}{', '.join(items)}{comma}{closing}"


def _inner(value: object, depth: int) -> str:
    if is_array(value):
        return f"array {tuple(np.asarray(value).shape)}"
    return _described(value, depth - 1)[1]


def _object_text(value: object, depth: int) -> str:
    parts = attributes(value)
    name = type(value).__name__
    has_repr = type(value).__repr__ is not object.__repr__
    # An object with arrays would format every one of them in its repr.
    if has_repr and (depth == 0 or not any(map(is_array, islice(parts.values(), 100)))):
        return _guarded(repr, value)
    if not parts or depth == 0:
        return f"{name} object"
    return f"{name} object with {_listed(parts.items(), len(parts))}"


def _listed(items: Iterable[tuple[str, Any]], size: int) -> str:
    words = [
        f"{name} {tuple(np.asarray(item).shape) if is_array(item) else _described(item, 0)[1]}"
        for name, item in islice(items, _ITEMS)
    ]
    if size > _ITEMS:
        words.append(f"... {size - _ITEMS} more")
    return ", ".join(words)


def _guarded(describe: Any, value: object) -> str:
    """The first line of a text that foreign code makes, without memory addresses."""
    try:
        text = str(describe(value))
    except KeyboardInterrupt:  # somebody doesn't want to wait for it
        raise
    except BaseException as error:  # SystemExit, too
        return f"{type(value).__name__} object (its repr raises {type(error).__name__})"
    text = _ADDRESS.sub("", " ".join(text[: 4 * _LETTERS].split()))
    return text if len(text) <= 2 * _LETTERS else f"{text[: 2 * _LETTERS]}..."


def changed(before: object, after: object) -> NDArray[np.bool_] | None:
    """Which cells differ between two states of an array.

    NaN equals NaN, and -0.0 equals 0.0. Cells of object arrays are compared by identity, plain
    numbers and strings by value.

    Returns:
        A mask of the shape of both, or None when they aren't arrays of one shape and dtype.
    """
    if not (is_array(before) and is_array(after)):
        return None
    old, new = np.asarray(before), np.asarray(after)
    if old.shape != new.shape or old.dtype != new.dtype:
        return None
    with np.errstate(all="ignore"):
        mask = _differing(old, new)
    hidden = [hidden_cells(side) for side in (before, after)]
    if mask is not None and any(side is not None for side in hidden):
        first, second = (np.zeros(old.shape, bool) if side is None else side for side in hidden)
        mask = np.where(first | second, first != second, mask)
    return mask


def _differing(old: Array, new: Array) -> NDArray[np.bool_] | None:
    kind = old.dtype.kind
    if kind == "O":
        pairs = zip(old.flat, new.flat, strict=True)
        marks = [not _same(first, second) for first, second in pairs]
        return np.array(marks, dtype=bool).reshape(old.shape)
    if kind == "V":
        if old.dtype.hasobject:
            return None
        pairs = zip(old.reshape(-1), new.reshape(-1), strict=True)
        marks = [first.tobytes() != second.tobytes() for first, second in pairs]
        return np.array(marks, dtype=bool).reshape(old.shape)
    mask: NDArray[np.bool_] = np.asarray(old != new)
    if kind in "fc":
        mask = mask & ~(np.isnan(old) & np.isnan(new))
    elif kind in "mM":
        mask = mask & ~(np.isnat(old) & np.isnat(new))
    return mask


def _same(first: object, second: object) -> bool:
    if first is second:
        return True
    if type(first) is not type(second) or type(first) not in _PLAIN:
        return False
    return bool(first == second or (first != first and second != second))
