"""Why the shapes of an op don't fit together, and what would fit, where NumPy has raised for that.

Worked out from the shapes, never from NumPy's words, which differ from version to version.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from nnstep.engine.events import Operand
from nnstep.insight.arrays import is_array
from nnstep.insight.parts import Applied, Part, Shape, broadcast, read, shape_of
from nnstep.insight.rules import product_shape


def mismatch(error: BaseException, text: str, operands: Sequence[Operand]) -> str | None:
    """Why the shapes of an op's operands don't fit, where that is why NumPy raised.

    Args:
        error: what it raised.
        text: the op.
        operands: what it worked on.

    Returns:
        None where shapes aren't the matter.
    """
    if not issubclass(type(error), ValueError):
        return None
    applied = read(text, operands)
    if applied is None:
        return None
    if type(error).__name__ == "AxisError":
        return _no_such_axis(applied)
    if applied.is_product:
        return _unlike_inner(applied)
    if applied.elementwise:
        return _unlike(applied)
    if applied.calls("reshape"):
        return _uneven(applied)
    if applied.calls("concatenate", "vstack", "hstack", "stack"):
        return _unjoinable(applied)
    return None


def _unlike_inner(applied: Applied) -> str | None:
    left, right = applied.parts[:2]
    if not left.shape or not right.shape:
        return None
    if product_shape(applied.what, left.shape, right.shape) is not None:
        return None
    inner = left.shape[-1], right.shape[-2] if len(right.shape) > 1 else right.shape[0]
    words = f"{left.shape} · {right.shape}: the inner sizes {inner[0]} and {inner[1]} differ"
    fitting = _fitting_products(applied.what, left, right)
    if fitting:
        return f"{words}; {' or '.join(fitting)} would fit"
    rows = "rows" if len(right.shape) > 1 else "elements"
    columns = "columns" if len(left.shape) > 1 else "elements"
    needs = f"{right.text} would need {inner[0]} {rows}, or {left.text} {inner[1]} {columns}"
    return f"{words}; {needs}"


def _fitting_products(what: str, left: Part, right: Part) -> list[str]:
    """The same two, one of them transposed or in the other order, where that fits."""
    one, other = left.shape or (), right.shape or ()
    turned = (
        (f"`{right.bracketed}.T` {other[::-1]}", one, other[::-1]),
        (f"`{left.bracketed}.T` {one[::-1]}", one[::-1], other),
        (f"`{right.text}` first", other, one),
    )
    found = [
        words for words, first, second in turned
        if (first, second) != (one, other) and product_shape(what, first, second) is not None
    ]
    return list(dict.fromkeys(found))[:2]


def _unlike(applied: Applied) -> str | None:
    parts = [each for each in applied.shaped if each.shape]
    whole = broadcast(parts)
    if whole is not None:
        return _too_large(applied, whole)
    sign = f" {applied.what} " if applied.how == "operator" else " and "
    shapes = sign.join(str(each.shape) for each in parts)
    pair = _first_unlike(parts)
    if pair is None:
        return None
    one, other, at = pair
    sizes = f"{(one.shape or ())[at]} and {(other.shape or ())[at]}"
    words = f"{shapes}: aligned at the right, {sizes} meet, and neither is 1"
    fitting = _fitting_pairs(one, other)
    return f"{words}; {' or '.join(fitting)} would fit" if fitting else words


def _first_unlike(parts: Sequence[Part]) -> tuple[Part, Part, int] | None:
    for number, one in enumerate(parts):
        for other in parts[number + 1 :]:
            first, second = one.shape or (), other.shape or ()
            for at in range(-1, -1 - min(len(first), len(second)), -1):
                if first[at] != second[at] and 1 not in (first[at], second[at]):
                    return one, other, at
    return None


def _fitting_pairs(one: Part, other: Part) -> list[str]:
    """One of the two turned, or made a column, where that fits."""
    found = []
    for part, rest in ((other, one), (one, other)):
        shape = part.shape or ()
        column = len(shape) == 1
        turned = (*shape, 1) if column else shape[::-1]
        try:
            np.broadcast_shapes(turned, rest.shape or ())
        except ValueError:
            continue
        way = "reshape(-1, 1)" if column else "T"
        found.append(f"`{part.bracketed}.{way}` {turned}")
    return found[:2]


def _too_large(applied: Applied, whole: Shape) -> str | None:
    """An update in place whose result doesn't fit into the array."""
    left = applied.parts[0]
    if not applied.in_place or left.shape in (None, whole):
        return None
    return (
        f"the result has the shape {whole}, and {left.text} {left.shape} can't grow in place; "
        f"should {applied.parts[1].text} be summed over an axis first?"
    )


def _uneven(applied: Applied) -> str | None:
    before = applied.parts[0].shape if applied.parts else None
    wanted = _sizes_asked_for(applied)
    if before is None or not wanted or not all(isinstance(each, int) for each in wanted):
        return None
    size, fixed = math.prod(before), math.prod(each for each in wanted if each != -1)
    if -1 in wanted:
        return f"{before} has {size} elements, and {size} is no multiple of {fixed}"
    return f"{before} has {size} elements, and {wanted} has room for {fixed}"


def _sizes_asked_for(applied: Applied) -> tuple[Any, ...]:
    """The sizes that `reshape` was given, one by one or as a tuple."""
    given = [each.value for each in applied.parts[1:]]
    if len(given) == 1 and type(given[0]) is tuple:
        given = list(given[0])
    return tuple(each.value if isinstance(each, Part) else each for each in given)


def _unjoinable(applied: Applied) -> str | None:
    listed: Any = applied.parts[0].value if applied.parts else ()
    items: Sequence[Any] = listed if type(listed) in (list, tuple) else ()
    shapes = [each.shape if isinstance(each, Part) else shape_of(each) for each in items]
    if not shapes or None in shapes or len(set(shapes)) == 1:
        return None
    written = ", ".join(str(each) for each in shapes)
    if applied.what == "stack":
        return f"{written}: all need the same shape"
    if applied.what != "vstack" and len({len(each or ()) for each in shapes}) > 1:
        return f"{written}: all need the same number of axes"
    return f"{written}: all axes but the one they are joined along need the same size"


def _no_such_axis(applied: Applied) -> str | None:
    array = applied.parts[0] if applied.parts else None
    if array is None or not is_array(array.value):
        return None
    count = len(array.shape or ())
    if not count:
        return f"{array.text} is a single number: it has no axes"
    has = "the one axis 0" if count == 1 else f"{count} axes, 0 to {count - 1}"
    return f"{array.text} {array.shape} has {has}"
