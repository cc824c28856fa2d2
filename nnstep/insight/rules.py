"""What NumPy does to axes, rule by rule: products, reductions, reshaping, joining, indexing.

Each gives the words for one op; which rule applies is for shapes.py.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from nnstep.insight.arrays import is_array
from nnstep.insight.parts import UNKNOWN, Applied, Part, Shape, called, shape_of


def product_shape(what: str, left: Shape, right: Shape) -> Shape | None:
    """The shape of a product of arrays with axes; None where their sizes don't fit."""
    inner = right[-2] if len(right) > 1 else right[0]
    if left[-1] != inner:
        return None
    rest = right[:-2] + right[-1:] if len(right) > 1 else ()
    if what == "dot" or min(len(left), len(right)) < 2:
        return left[:-1] + rest if what == "dot" else _matmul(left, right)
    return _matmul(left, right)


def _matmul(left: Shape, right: Shape) -> Shape | None:
    rows = left[-2:-1] if len(left) > 1 else ()
    columns = right[-1:] if len(right) > 1 else ()
    try:
        stacked = np.broadcast_shapes(left[:-2], right[:-2])
    except ValueError:
        return None
    return (*stacked, *rows, *columns)


def product(left: Part, right: Part) -> str:
    """Which sizes of a product cancel, and which stay."""
    one, other = left.shape or (), right.shape or ()
    inner = one[-1]
    if len(one) == len(other) == 1:
        return f"{left.text} and {right.text}, both of {inner}: the products are added up"
    if len(other) == 1:
        rest = f"the {one[0]} rows of {left.text} remain" if len(one) == 2 else "the others remain"
        return f"the inner size {inner} cancels: each row of {left.text} with {right.text}; {rest}"
    if len(one) == 1:
        return (
            f"the inner size {inner} cancels: {left.text} with each column of {right.text}; "
            f"{_many(other[-1], 'column')} remain"
        )
    words = (
        f"the inner size {inner} cancels, the columns of {left.text} with the rows of "
        f"{right.text}"
    )
    if len(one) == len(other) == 2:
        return f"{words}; {_many(one[0], 'row')} and {_many(other[1], 'column')} remain"
    return f"{words}; the other axes are kept"


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


# Reductions, and where `axis` stands among their arguments.
_REDUCTIONS = dict.fromkeys(
    ("sum", "mean", "max", "min", "prod", "std", "var", "any", "all", "argmax", "argmin",
     "median", "average", "nansum", "nanmean", "nanmax", "nanmin", "count_nonzero", "ptp"), 1
) | {"norm": 2, "quantile": 2, "percentile": 2}


def reduced(applied: Applied, result: Shape) -> tuple[str, str] | None:
    """A formula, and which axes go; None where it is no reduction."""
    place = _REDUCTIONS.get(applied.what)
    if place is None or not applied.parts or not applied.parts[0].shape:
        return None
    array = applied.parts[0]
    before = array.shape or ()
    axes = _axes_of(applied.argument("axis", place), len(before))
    keep = applied.argument("keepdims", 99, False)
    if axes is None or _without(before, axes, bool(keep)) != result:
        return None
    if len(axes) == len(before) and applied.argument("axis", place) is None:
        formula = f"{applied.what} of {before} -> {result}"
        words = f"all {math.prod(before)} elements of {array.text} become one number"
        return formula, words + (": every axis stays, with size 1" if keep else "")
    plural = "axes" if len(axes) > 1 else "axis"
    listed = " and ".join(map(str, axes))
    sizes = " by ".join(str(before[at]) for at in axes)
    formula = f"{applied.what} over {plural} {listed} of {before} -> {result}"
    fate = "stays, with size 1" if keep else "goes"
    if len(axes) > 1:
        fate = "stay, with size 1" if keep else "go"
    return formula, f"{plural} {listed} {fate}: its {sizes} elements become one"


def _axes_of(axis: Any, count: int) -> tuple[int, ...] | None:
    """The axes counted from the front; None where they aren't known."""
    if axis is None:
        return tuple(range(count))
    items = axis if type(axis) is tuple else (axis,)
    numbers = [each.value if isinstance(each, Part) else each for each in items]
    if not all(isinstance(each, int | np.integer) for each in numbers):
        return None
    found = tuple(int(each) + (count if each < 0 else 0) for each in numbers)
    return found if all(0 <= each < count for each in found) else None


def _without(shape: Shape, axes: Sequence[int], keep: bool) -> Shape:
    if keep:
        return tuple(1 if at in axes else size for at, size in enumerate(shape))
    return tuple(size for at, size in enumerate(shape) if at not in axes)


def reshaped(applied: Applied, before: Shape, result: Shape) -> str:
    """That the elements stay, and what a -1 stands for."""
    size = math.prod(before)
    if applied.what == "squeeze":
        return "axes of size 1 go, the elements stay"
    if applied.what in ("expand_dims", "atleast_2d"):
        return "an axis of size 1 is added, the elements stay" if before != result else "it stays"
    words = f"the same {size} elements, row by row"
    sizes = [each.value for each in applied.parts[1:]]
    if len(sizes) == 1 and type(sizes[0]) is tuple:
        sizes = [each.value if isinstance(each, Part) else each for each in sizes[0]]
    if -1 in [each for each in sizes if isinstance(each, int)] and len(sizes) == len(result):
        at = sizes.index(-1)
        others = [str(each) for place, each in enumerate(result) if place != at]
        return f"{words}; -1 becomes {' / '.join([str(size), *others])} = {result[at]}"
    return words


def joined(applied: Applied, result: Shape) -> tuple[str, str] | None:
    """A formula, and along which axis arrays are joined; None where they aren't."""
    if applied.what not in _JOINS or not applied.parts:
        return None
    listed = applied.parts[0].value
    items = list(listed) if type(listed) in (list, tuple) else []
    shapes = [each.shape if isinstance(each, Part) else shape_of(each) for each in items]
    known = [each for each in shapes if each is not None]
    if not known or len(known) != len(shapes):
        return None
    formula = f"{applied.what} of {', '.join(map(str, known))} -> {result}"
    axis = applied.argument("axis", 1, 0)
    if applied.what == "stack" and isinstance(axis, int):
        at = axis % len(result)
        return formula, f"stacked along a new axis {at}, one after another: {len(known)}"
    if applied.what == "concatenate" and not isinstance(axis, int):
        return None
    at = {"hstack": int(len(result) > 1), "column_stack": 1, "vstack": 0}.get(applied.what, axis)
    wide = [each if len(each) == len(result) else _promoted(each, applied.what) for each in known]
    if not result or any(len(each) != len(result) for each in wide):
        return None
    sizes = [each[at] for each in wide]
    if sum(sizes) != result[at]:
        return None
    return formula, f"joined along axis {at % len(result)}: {_sum(sizes)} = {result[at]}"


_JOINS = ("concatenate", "stack", "vstack", "hstack", "column_stack")


def _sum(sizes: Sequence[int]) -> str:
    if len(sizes) > 4:
        return f"{sizes[0]} + ... + {sizes[-1]}"
    return " + ".join(map(str, sizes))


def _promoted(shape: Shape, what: str) -> Shape:
    """What joining makes of an array with one axis only."""
    if len(shape) != 1:
        return shape
    return (*shape, 1) if what == "column_stack" else (1, *shape)


def indexed(base: Part, index: Part, result: Shape) -> str:
    """What becomes of each axis of an array that is indexed."""
    shape = base.shape or ()
    nodes = list(index.node.elts) if isinstance(index.node, ast.Tuple) else [index.node]
    values = _index_values(index, nodes)
    if all(kind != "many" for kind in values):
        return _basic(values, shape, result)
    if len(nodes) == 1:
        value = index.value
        if is_array(value) and value.dtype == bool:
            what = "elements" if value.ndim == len(shape) else "rows"
            return f"the {result[0]} {what} at which {index.text} is True"
        size = "x".join(map(str, shape_of(value) or (len(value),))) if _sized(value) else "the"
        return f"one entry along axis 0 for each of the {size} indices"
    if values.count("many") > 1 and "slice" not in values:
        return f"one element for each of the {result[0] if result else 1} pairs of indices"
    return "the elements at these indices"


def _sized(value: Any) -> bool:
    return is_array(value) or type(value) in (list, tuple, range)


def _index_values(index: Part, nodes: Sequence[ast.expr]) -> list[str]:
    """The kind of each index: `slice`, `new`, `rest`, `one` or `many`."""
    parts = index.value if isinstance(index.node, ast.Tuple) else (index,)
    if type(parts) is not tuple or len(parts) != len(nodes):
        return ["many"]
    return [_index_kind(node, part) for node, part in zip(nodes, parts, strict=True)]


def _index_kind(node: ast.expr, part: Any) -> str:
    value = part.value if isinstance(part, Part) else part
    if isinstance(node, ast.Slice):
        return "slice"
    if value is None or called(node) == "newaxis":
        return "new"
    if value is Ellipsis:
        return "rest"
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        return "one"
    if value is UNKNOWN and isinstance(node, ast.UnaryOp | ast.Constant):
        return "one"
    return "many"


def _basic(kinds: Sequence[str], shape: Shape, result: Shape) -> str:
    """Slices, single indices and new axes, in the order of the axes."""
    used = sum(kind in ("slice", "one") for kind in kinds)
    words: list[str] = []
    axis = made = 0
    for kind in kinds:
        if kind == "rest":
            axis, made = axis + len(shape) - used, made + len(shape) - used
        elif kind == "new":
            words.append(f"a new axis {made} of size 1")
            made += 1
        elif kind == "one":
            words.append(f"axis {axis} goes: one index")
            axis += 1
        else:
            if axis < len(shape) and made < len(result) and shape[axis] != result[made]:
                words.append(f"axis {axis}: {result[made]} of {shape[axis]}")
            axis, made = axis + 1, made + 1
    return "; ".join(words) or "all of it"
