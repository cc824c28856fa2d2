"""Single elements of arrays: which one of an operand stands behind one of a result, and its text.

Indices in, indices and expressions out. What is told of them is for explain.py.
"""

from __future__ import annotations

import ast
import itertools
import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from nnstep.insight.dataflow import Flow
from nnstep.insight.parts import read
from nnstep.insight.tape import BOUND, Entry

Index = tuple[int, ...]

_ONE = frozenset(
    ("reshape", "ravel", "flatten", "transpose", "swapaxes", "moveaxis", "squeeze", "expand_dims",
     "copy", "asarray", "array", "atleast_2d", "repeat", "tile", "take", "flip", "flipud", "fliplr",
     "roll", "broadcast_to", "ascontiguousarray")
)  # fmt: skip
_MANY = frozenset(("concatenate", "stack", "hstack", "vstack", "column_stack", "append"))
_LARGE = 10_000_000  # elements that are too many to look for one


class Pairs(NamedTuple):
    """The elements that are multiplied for one of a product.

    Attributes:
        left: those of the left operand, as an index of a row.
        right: those of the right one.
        left_at: the index of one of them.
        right_at: the same on the right.
    """

    left: tuple[Any, ...]
    right: tuple[Any, ...]
    left_at: Callable[[int], Index]
    right_at: Callable[[int], Index]


def pairs_of(
    what: str, left: tuple[int, ...], right: tuple[int, ...], index: Index
) -> Pairs | None:
    """Which elements are multiplied, for `dot`, `matmul` and `@`."""
    first: tuple[Any, ...]
    second: tuple[Any, ...]
    if what != "dot" and max(len(left), len(right)) > 2:
        if min(len(left), len(right)) < 2:
            return None
        batch, (row, column) = index[:-2], index[-2:]
        first = *broadcast_index(left[:-2], batch), row, None
        second = *broadcast_index(right[:-2], batch), None, column
    else:
        rows, columns = index[: len(left) - 1], index[len(left) - 1 :]
        first = *rows, None
        second = (None,) if len(right) == 1 else (*columns[:-1], None, *columns[-1:])
    return Pairs(_row(first), _row(second), _one_of(first), _one_of(second))


def _row(index: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(slice(None) if each is None else each for each in index)


def _one_of(index: tuple[Any, ...]) -> Callable[[int], Index]:
    return lambda at: tuple(at if each is None else each for each in index)


def region(shape: tuple[int, ...], axis: Any, index: Index) -> list[Index] | None:
    """The elements that are reduced to one of the result; None where that isn't clear."""
    count = len(shape)
    if axis is None:
        axes = set(range(count))
    else:
        given = axis if isinstance(axis, tuple) else (axis,)
        if not all(isinstance(each, int | np.integer) for each in given):
            return None
        axes = {int(each) % count for each in given}
    if len(index) == count:
        kept = {at: index[at] for at in range(count) if at not in axes}
    elif len(index) == count - len(axes):
        left = [at for at in range(count) if at not in axes]
        kept = dict(zip(left, index, strict=True))
    else:
        return None
    if math.prod(shape[at] for at in axes) > _LARGE // 10:
        return None
    ranges = [range(size) if at in axes else (kept[at],) for at, size in enumerate(shape)]
    return list(itertools.product(*ranges))


def broadcast_index(shape: tuple[int, ...], index: Index) -> Index:
    """Where an operand of a shape is read for an element of the result."""
    own = index[len(index) - len(shape) :] if shape else ()
    return tuple(0 if size == 1 else at for size, at in zip(shape, own, strict=True))


def place(value: Any, index: Index, other: Any) -> Index | None:
    """Where an element of one array lies in another that looks into the same memory."""
    if value is other or not isinstance(value, np.ndarray) or not isinstance(other, np.ndarray):
        return index
    left = _address(value) + sum(
        at * stride for at, stride in zip(index, value.strides, strict=True)
    ) - _address(other)
    found = [0] * other.ndim
    axes = sorted(range(other.ndim), key=lambda each: -abs(other.strides[each]))
    for axis in axes:
        stride, size = other.strides[axis], other.shape[axis]
        if size > 1:
            if stride <= 0:
                return None
            found[axis] = min(max(left // stride, 0), size - 1)
            left -= found[axis] * stride
    return tuple(found) if left == 0 else None


def _address(value: Any) -> int:
    return int(value.__array_interface__["data"][0])


def moved_from(
    flow: Flow, entry: Entry, result: Any, index: Index
) -> tuple[str, Any, Index] | None:
    """The element that an op has only handed on: its array's text, the array, and the place.

    The op is executed on the numbers of the elements in place of the elements.
    """
    if entry.called or entry.changes or not _moves(entry):
        return None
    offset, operands = 0, list[Any]()
    sources: list[tuple[int, str, Any]] = []
    many = _moves(entry) == "many"
    for text, operand in zip(entry.op.operands, entry.operands, strict=False):
        inner = operand.__self__ if type(operand) in BOUND else operand
        wanted = isinstance(inner, np.ndarray) and (many or not sources)
        if not wanted or inner.size > _LARGE:
            operands.append(operand)
            continue
        ids = np.arange(offset, offset + inner.size).reshape(inner.shape)
        name = text if inner is operand else text.rpartition(".")[0]
        sources.append((offset, name, inner))
        offset += inner.size
        operands.append(ids if inner is operand else getattr(ids, operand.__name__))
    if not sources:
        return None
    try:
        moved = np.asarray(entry.op.fn(*operands))
        flat = int(moved[index])
    except Exception:
        return None
    start, name, source = next(each for each in reversed(sources) if each[0] <= flat)
    own = tuple(int(each) for each in np.unravel_index(flat - start, source.shape))
    held, made = flow.at(source, entry.at)[own], flow.at(result, entry.at + 1)
    made = made[index] if isinstance(made, np.ndarray) else made
    return None if bits_differ(made, held) else (name, source, own)


def _moves(entry: Entry) -> str:
    """Whether an op only puts elements elsewhere: `one` array's, or those of `many`."""
    node = node_of(entry.text)
    if isinstance(node, ast.Subscript):
        base = entry.operands[0] if entry.operands else None
        return "one" if isinstance(base, np.ndarray) and _is_load(entry) else ""
    if not isinstance(node, ast.Call) or not entry.operands:
        return ""
    function = entry.operands[0]
    name = getattr(function, "__name__", "") if callable(function) else ""
    owner = function.__self__ if type(function) in BOUND else None
    own = str(getattr(function, "__module__", "") or type(owner).__module__)
    if own.split(".")[0] != "numpy":
        return ""
    return "one" if name in _ONE else "many" if name in _MANY else ""


def _is_load(entry: Entry) -> bool:
    context = getattr(entry.op.extra, "ctx", None)
    return context is None or isinstance(context, ast.Load)


# Texts.


def access(held: Any, value: Any, depth: int = 4) -> str:
    """How a value is taken out of a container: `[0]`, `['W1']`; empty for the value itself."""
    if isinstance(held, dict):
        items = list(held.items())
    elif isinstance(held, (list, tuple)) and depth:
        items = list(enumerate(held))
    else:
        return ""
    for at, each in items:
        if each is value:
            return f"[{at!r}]"
        further = access(each, value, depth - 1) if depth else ""
        if further:
            return f"[{at!r}]{further}"
    return ""


def node_of(text: str) -> ast.expr | None:
    """The expression that an op computes."""
    found = read(text, ())
    return found.node if found is not None else None


def parsed(text: str) -> ast.expr:
    """A text as an expression; a name of that text where it is none."""
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.Name(text)


def key(text: str) -> str:
    """A text as Python writes it, to be compared with others."""
    return ast.unparse(parsed(text))


def subscript(text: str, index: Index, turn: bool = True) -> ast.expr:
    """An element of what a text stands for; with `turn`, `x.T[0, 5]` becomes `x[5, 0]`."""
    node = parsed(text)
    if not index:
        return node
    if turn and isinstance(node, ast.Attribute) and node.attr == "T":
        node, index = node.value, index[::-1]
    parts: list[ast.expr] = [ast.Constant(each) for each in index]
    inside = parts[0] if len(parts) == 1 else ast.Tuple(parts, ast.Load())
    return ast.Subscript(node, inside, ast.Load())


def number_text(value: Any) -> str:
    """A number with all its digits."""
    if isinstance(value, float | np.float64):
        return repr(float(value))
    if isinstance(value, complex | np.complex128):
        return repr(complex(value))
    return str(value)


def number_node(value: Any) -> ast.expr:
    """A number as an expression, its sign so that brackets are set where they are needed."""
    if isinstance(value, bool | np.bool_):
        return ast.Constant(bool(value))
    text = number_text(value)
    if text.lstrip("-") in ("inf", "nan"):
        node: ast.expr = ast.Name(f"np.{text.lstrip('-')}")
    elif isinstance(value, int | np.integer):
        node = ast.Constant(abs(int(value)))
    else:
        node = ast.Name(text.lstrip("-"))
    return ast.UnaryOp(ast.USub(), node) if text.startswith("-") else node


def bits_differ(one: Any, other: Any) -> bool:
    """Whether two numbers are different ones; NaN is like NaN."""
    first, second = np.asarray(one), np.asarray(other)
    if first.dtype != second.dtype:
        if first.dtype.kind != second.dtype.kind or first.dtype.kind == "f":
            return bool(first != second) and not bool(np.isnan(first) & np.isnan(second))
        second = second.astype(first.dtype)
    if first.dtype.kind in "fc" and bool(np.isnan(first)) and bool(np.isnan(second)):
        return False
    return first.tobytes() != second.tobytes()
