"""Where a shape comes from, in words; what is surprising about one; why two don't fit.

Pure functions of what an op did. They never raise, and they say nothing that the shapes of the
operands and of the result don't bear out. How it is laid out on the screen is for the views; the
surprises (surprising.py) and the misfits (unfit.py) have rooms of their own.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Sequence
from dataclasses import dataclass
from types import FunctionType, MethodType

from nnstep.engine.events import Event
from nnstep.insight.parts import Applied, Part, Shape, broadcast, read, shape_of
from nnstep.insight.rules import indexed, joined, product, product_shape, reduced, reshaped
from nnstep.insight.surprising import Surprise, surprises
from nnstep.insight.unfit import mismatch

__all__ = ["Row", "ShapeStory", "Surprise", "explain", "mismatch", "surprises"]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a drawing of shapes that are aligned at the right.

    Attributes:
        name: the operand; empty for the result.
        cells: its size along each axis of the result; `1->200` where it is stretched, `->200`
            where it has no such axis.
    """

    name: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShapeStory:
    """How the shape of one result came about.

    Attributes:
        kind: `product`, `broadcast`, `elementwise`, `reduction`, `reshape`, `transpose`,
            `index`, `join`, `outer`, `argument`, `return`, `item`, `name`, `made` or `other`.
        text: the op, as the script has it.
        moment: when it ran.
        line: the line of the op.
        formula: the shapes in one line: `(100, 2) · (2, 4) -> (100, 4)`.
        words: what happens to the axes.
        rows: the drawing of a broadcast, the result last; empty where nothing is stretched.
        result: the shape.
    """

    kind: str
    text: str
    moment: str
    line: int
    formula: str
    words: str
    rows: tuple[Row, ...]
    result: Shape


_Told = tuple[str, str, str]  # kind, formula, words


def explain(event: Event, name: str | None = None) -> ShapeStory | None:
    """How the shape of what an op made came about.

    Args:
        event: what the op did.
        name: which of its names is meant, where it bound several, or the parameter of a
            function that is stepped into.

    Returns:
        None where it made neither an array nor a number.
    """
    value = event.value
    if event.kind == "call":
        return _argument(event, name)
    if event.exception is not None or event.kind in ("load", "loop end"):
        return None
    if len(event.names) > 1 and type(value) is tuple and name in event.names:
        return _item_of_several(event, name)
    result = shape_of(value)
    if result is None:
        return None
    if event.kind == "loop":
        return _story(event, ("item", f"{event.name or event.text} -> {result}", _ITEM), result)
    applied = read(event.text, event.operands)
    if event.kind == "return" and applied is not None:
        return _story(event, _returned(applied, result), result)
    told = _told(applied, result) if applied is not None else _anyhow(event, result)
    rows: tuple[Row, ...] = ()
    if applied is not None and told[0] == "broadcast":
        rows = _drawing(applied.shaped, result)
    return _story(event, told, result, rows)


def _story(
    event: Event, told: _Told, result: Shape, rows: tuple[Row, ...] = ()
) -> ShapeStory:
    kind, formula, words = told
    return ShapeStory(
        kind, event.text, str(event.moment), event.line, formula, words, rows, result
    )


_ITEM = "each iteration binds one item of what the loop goes through"


def _told(applied: Applied, result: Shape) -> _Told:
    """The first rule that explains the result; where none does, only the shapes."""
    rules = (
        _as_value, _as_product, _as_outer, _as_reduction, _as_transpose, _as_reshape, _as_join,
        _as_index, _as_elementwise, _as_made,
    )
    for rule in rules:
        told = rule(applied, result)
        if told is not None:
            return told
    shapes = ", ".join(_noun(each) for each in applied.parts if each.shape)
    if applied.what and shapes:
        return "other", f"{applied.what} of {shapes} -> {result}", ""
    return "other", f"{applied.node_text} -> {result}", ""


def _anyhow(event: Event, result: Shape) -> _Told:
    """For an op whose text can't be read: the shapes that it worked on."""
    shapes = [shape_of(each.value) for each in event.operands]
    return "other", f"{', '.join(str(each) for each in shapes if each)} -> {result}".strip(), ""


def _noun(part: Part) -> str:
    """A part in a formula: an array by its shape, anything else by its text."""
    return str(part.shape) if part.shape else part.text


# The rules, each None where it doesn't apply.


def _as_value(applied: Applied, result: Shape) -> _Told | None:
    if applied.how != "value":
        return None
    part = applied.parts[0]
    if not result:
        return "name", f"{part.text} -> ()", "a number: it has no axes"
    if applied.target and isinstance(part.node, ast.Name):
        words = f"{applied.target} is another name for the same array as {part.text}"
        return "name", f"{part.text} {result}", words
    return "name", f"{part.text} -> {result}", "the shape stays as it is"


def _as_product(applied: Applied, result: Shape) -> _Told | None:
    if not applied.is_product:
        return None
    left, right = applied.parts[:2]
    if not left.shape or not right.shape:
        return None
    if product_shape(applied.what, left.shape, right.shape) != result:
        return None
    return "product", f"{left.shape} · {right.shape} -> {result}", product(left, right)


def _as_outer(applied: Applied, result: Shape) -> _Told | None:
    if not applied.calls("outer") or len(applied.parts) < 2:
        return None
    left, right = applied.parts[:2]
    if left.shape is None or right.shape is None or len(result) != 2:
        return None
    words = (
        f"each of the {result[0]} elements of {left.text} times each of the {result[1]} of "
        f"{right.text}"
    )
    return "outer", f"{left.shape} outer {right.shape} -> {result}", words


def _as_reduction(applied: Applied, result: Shape) -> _Told | None:
    if applied.how != "call" or not applied.known:
        return None
    found = reduced(applied, result)
    return ("reduction", *found) if found is not None else None


def _as_transpose(applied: Applied, result: Shape) -> _Told | None:
    if applied.how == "attribute" and applied.what == "T":
        before = result[::-1]
    elif applied.calls("transpose", "swapaxes", "moveaxis") and applied.parts:
        before = applied.parts[0].shape or ()
    else:
        return None
    words = "rows become columns: the axes are exchanged, the elements stay"
    if len(result) < 2:
        words = "with one axis there is nothing to exchange: the shape stays"
    elif len(result) > 2:
        words = "the axes are put in another order, the elements stay"
    return "transpose", f"{before} transposed -> {result}", words


def _as_reshape(applied: Applied, result: Shape) -> _Told | None:
    names = ("reshape", "ravel", "flatten", "squeeze", "expand_dims", "atleast_2d")
    if not applied.calls(*names) or not applied.parts or applied.parts[0].shape is None:
        return None
    before = applied.parts[0].shape
    if math.prod(before) != math.prod(result):
        return None
    return "reshape", f"{before} {applied.what} -> {result}", reshaped(applied, before, result)


def _as_join(applied: Applied, result: Shape) -> _Told | None:
    if applied.how != "call" or not applied.known:
        return None
    found = joined(applied, result)
    return ("join", *found) if found is not None else None


def _as_index(applied: Applied, result: Shape) -> _Told | None:
    if applied.how != "index":
        return None
    base = applied.parts[0]
    if not base.shape:
        return "name", f"{applied.node_text} -> {result}", f"{base.text} holds it in this shape"
    words = indexed(base, applied.parts[1], result)
    brackets = applied.node_text.removeprefix(base.bracketed)
    return "index", f"{base.shape}{brackets} -> {result}", words


def _as_elementwise(applied: Applied, result: Shape) -> _Told | None:
    scales = applied.is_product  # with a number it multiplies
    parts = applied.shaped
    if not (applied.elementwise or scales) or not parts:
        return None
    formula = _elementwise_formula(applied, parts, result)
    if not any(each.shape for each in parts):
        return ("elementwise", formula, "only numbers: there are no axes") if not result else None
    if broadcast(parts) != result:
        return None
    stretched = [each for each in parts if each.shape and each.shape != result]
    words = "; ".join(_stretch(each, result) for each in stretched)
    if applied.in_place:
        words += f"{'; ' if words else ''}in place, so {applied.target} keeps its shape"
    kind = "broadcast" if stretched else "elementwise"
    return kind, formula, words or "element by element: the shape stays"


def _elementwise_formula(applied: Applied, parts: Sequence[Part], result: Shape) -> str:
    nouns = [_noun(each) for each in parts]
    if applied.how == "call":
        return f"{applied.what} of {', '.join(nouns)} -> {result}"
    if len(nouns) == 1:
        return f"{applied.what}{nouns[0]} -> {result}"
    sign = f"{applied.what}=" if applied.in_place else applied.what
    return f"{f' {sign} '.join(nouns)} -> {result}"


def _stretch(part: Part, result: Shape) -> str:
    """How one operand is made as large as the result."""
    shape = part.shape or ()
    missing = len(result) - len(shape)
    words = []
    if missing:
        axes, times = _axes(range(missing)), result[:missing]
        if math.prod(times) == 1:
            words.append(f"gets {axes} with size 1")
        else:
            along = "it" if missing == 1 else "them"
            words.append(f"has no {axes} and is repeated along {along}, {_sizes(times)} times")
    ones = [at for at in range(missing, len(result)) if shape[at - missing] != result[at]]
    if ones:
        sizes = _sizes([result[at] for at in ones])
        words.append(f"is stretched along {_axes(ones)} from 1 to {sizes}")
    return f"{part.text} {' and '.join(words)}"


def _axes(numbers: Sequence[int]) -> str:
    return ("axis " if len(numbers) == 1 else "axes ") + " and ".join(map(str, numbers))


def _sizes(sizes: Sequence[int]) -> str:
    return " by ".join(map(str, sizes))


def _drawing(parts: Sequence[Part], result: Shape) -> tuple[Row, ...]:
    """The shapes one below the other, aligned at the right, with what is stretched."""
    rows = [Row(each.text, _cells(each.shape, result)) for each in parts if each.shape]
    return (*rows, Row("", tuple(map(str, result))))


def _cells(shape: Shape, result: Shape) -> tuple[str, ...]:
    missing = len(result) - len(shape)
    sizes = [*[""] * missing, *map(str, shape)]
    return tuple(
        size if size == str(wide) else f"{size}->{wide}"
        for size, wide in zip(sizes, result, strict=True)
    )


def _as_made(applied: Applied, result: Shape) -> _Told | None:
    """An array that is made out of no other."""
    if applied.how != "call" or any(each.shape for each in applied.parts):
        return None
    if not result:
        return "made", f"{applied.node_text} -> ()", "a number: it has no axes"
    words = f"{applied.what} makes an array of this shape" if applied.what else ""
    return "made", f"{applied.node_text} -> {result}", words


# Ops that bind something else than their result.


def _returned(applied: Applied, result: Shape) -> _Told:
    shapes = [_noun(each) for each in applied.parts if each.shape]
    what = applied.what or "the function"
    formula = f"{what}({', '.join(shapes)}) -> {result}"
    return "return", formula, f"{what} has returned it; `step` into the call shows how it is made"


def _item_of_several(event: Event, name: str | None) -> ShapeStory | None:
    if len(event.value) != len(event.names):
        return None
    at = event.names.index(name or "")
    result = shape_of(event.value[at])
    if result is None:
        return None
    formula = f"{name} -> {result}"
    words = f"number {at + 1} of the {len(event.names)} values that are unpacked"
    return _story(event, ("item", formula, words), result)


def _argument(event: Event, name: str | None) -> ShapeStory | None:
    """For a parameter: the argument of the call that was stepped into."""
    applied = read(event.text, event.operands)
    if applied is None or applied.how != "call" or name is None:
        return None
    function = event.operands[0].value if event.operands else None
    given = dict(zip(_parameters(function), applied.parts, strict=False)) | dict(applied.keywords)
    part = given.get(name)
    if part is None or part.shape is None:
        return None
    words = f"{name} is the argument {part.text} of the call"
    return _story(event, ("argument", f"{part.text} {part.shape}", words), part.shape)


def _parameters(function: object) -> tuple[str, ...]:
    """The names of a function's positional parameters, without a method's first."""
    if type(function) is MethodType and type(function.__func__) is FunctionType:
        return _parameters(function.__func__)[1:]
    if type(function) is not FunctionType:
        return ()
    code = function.__code__
    return code.co_varnames[: code.co_argcount]
