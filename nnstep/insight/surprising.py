"""Shapes that are legal, and hardly what was meant: a square of all pairs, a bias that grows.

Silent about ordinary code: a bias row on a batch, an axis that is added where it is used, an update
in place, which can't change a shape.
"""

from __future__ import annotations

import ast
import math
from dataclasses import dataclass

from nnstep.engine.events import Event
from nnstep.insight.parts import Applied, Part, Shape, called, read, shape_of


@dataclass(frozen=True, slots=True)
class Surprise:
    """A shape that is legal, and hardly what was meant.

    Attributes:
        kind: `crossed` (everything with everything) or `reshaped` (a name has another shape).
        name: what has it.
        words: what happened, and what would help.
    """

    kind: str
    name: str
    words: str


def surprises(event: Event) -> list[Surprise]:
    """What is legal about an op's shapes, and hardly meant.

    One of two: a column meets a row of the same length, and all is paired with all; or an
    update gives a name another shape, as when a bias is stretched by its gradient.
    """
    result = shape_of(event.value)
    if event.exception is not None or not result or event.kind not in ("compute", "store"):
        return []
    applied = read(event.text, event.operands)
    if applied is None or not applied.elementwise:
        return []
    if applied.in_place and event.mutated:
        return []
    found = [_reshaped_by_update(applied, result), _crossed(event, applied, result)]
    return [each for each in found if each is not None][:1]


def _crossed(event: Event, applied: Applied, result: Shape) -> Surprise | None:
    """A row and a column of the same length make a square of all pairs."""
    parts = [each for each in applied.shaped if each.shape]
    if len(parts) < 2 or any(_is_spread_on_purpose(each.node) for each in parts):
        return None
    for at, one in enumerate(parts):
        for other in parts[at + 1 :]:
            length = _crossing(one.shape or (), other.shape or (), result)
            if length:
                words = (
                    f"{one.text} {one.shape} with {other.text} {other.shape} gives {result}: each "
                    f"of {length} elements meets all {length} of the other"
                )
                return Surprise("crossed", event.name or event.text, words + _advice(one, other))
    return None


def _crossing(one: Shape, other: Shape, result: Shape) -> int:
    """How long a column and a row are that make a square of the result; 0 where they don't."""
    wide = len(result)
    if wide > 2 and len(one) == len(other):
        return 0  # laid out for it, axis by axis
    first, second = ((1,) * (wide - len(each)) + each for each in (one, other))
    only_first = [at for at in range(wide) if first[at] > 1 and second[at] == 1]
    only_second = [at for at in range(wide) if second[at] > 1 and first[at] == 1]
    if len(only_first) != 1 or len(only_second) != 1:
        return 0
    length = first[only_first[0]]
    return length if length == second[only_second[0]] else 0


def _is_spread_on_purpose(node: ast.expr) -> bool:
    """Whether an axis is added, or axes are exchanged, in the op itself: `x[:, None]`, `x.T`."""
    for each in ast.walk(node):
        if isinstance(each, ast.Subscript):
            items = each.slice.elts if isinstance(each.slice, ast.Tuple) else [each.slice]
            if any(called(item) == "newaxis" or _is_none(item) for item in items):
                return True
        if isinstance(each, ast.Attribute) and each.attr in ("T", "expand_dims", "transpose"):
            return True
    return False


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _advice(one: Part, other: Part) -> str:
    flat = [each for each in (one, other) if len(each.shape or ()) == 1]
    if not flat:
        return ""
    return f"; `{flat[0].bracketed}.reshape(-1, 1)` would pair them one by one"


def _reshaped_by_update(applied: Applied, result: Shape) -> Surprise | None:
    """`b = b - lr * db`, and `b` has another shape than before."""
    if applied.how != "operator" or applied.what not in ("+", "-") or len(applied.parts) != 2:
        return None
    left, right = applied.parts
    if left.shape is None or left.shape == result:
        return None
    place = isinstance(left.node, ast.Name | ast.Attribute | ast.Subscript)
    by_rate = place and _has_rate(right.node, negated=applied.what == "+")
    own = left.text == applied.target and left.shape
    if not (own or by_rate) or not right.shape:
        return None
    name = applied.target or left.text
    words = f"{name} has the shape {result} now, and {left.text} had {left.shape}: "
    words += f"{right.text} {right.shape} {_stretches(left.shape, result)}"
    if len(right.shape) > len(left.shape) or math.prod(right.shape) > math.prod(left.shape):
        words += "; should it be summed over an axis first?"
    return Surprise("reshaped", name, words)


def _stretches(shape: Shape, result: Shape) -> str:
    return "has stretched it" if math.prod(result) > math.prod(shape) else "has given it an axis"


_RATES = frozenset(("lr", "eta", "alpha", "epsilon", "rate", "step_size"))


def _has_rate(node: ast.expr, negated: bool) -> bool:
    """Whether it is something times a learning rate, with a minus before that if so wanted."""
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div)):
        return False
    for each in (node.left, node.right):
        minus = isinstance(each, ast.UnaryOp) and isinstance(each.op, ast.USub)
        bare = each.operand if isinstance(each, ast.UnaryOp) else each
        name = called(bare).lower()
        if minus == negated and (name in _RATES or "learning_rate" in name):
            return True
        if _has_rate(each, negated):
            return True
    return False
