"""What an entry computes, as arithmetic: its operator and what stands on both sides of it.

However it is written: `a - b`, `a -= b`, `np.subtract(a, b)`, with constants that are no operands.
"""

from __future__ import annotations

import ast
import functools
from typing import Any, NamedTuple

from nnstep.engine.ops import CALL
from nnstep.insight.tape import Entry

Operator = type[ast.operator]

_CALLS: dict[str, Operator] = {
    "add": ast.Add, "subtract": ast.Sub, "multiply": ast.Mult, "divide": ast.Div,
    "true_divide": ast.Div, "power": ast.Pow, "matmul": ast.MatMult, "dot": ast.MatMult,
}


class Sides(NamedTuple):
    """An operation on two values.

    Attributes:
        operator: which.
        left: the value on the left, as recorded.
        right: the one on the right.
        one: the text of the left one.
        other: that of the right one.
    """

    operator: Operator
    left: Any
    right: Any
    one: str
    other: str


def sides(entry: Entry) -> Sides | None:
    """What an entry computes; None when it is no operation on two values."""
    recorded = [*zip(entry.operands, entry.op.operands, strict=False)]
    if entry.op.kind == CALL:
        return _of_call(entry, recorded)
    node = entry.op.node
    if isinstance(node, ast.Assign | ast.AnnAssign):
        if entry.changes:
            return None  # what is computed was computed before; this puts it into its place
        node = node.value or node
    parts: tuple[ast.expr, ast.expr]
    if isinstance(node, ast.AugAssign):
        parts = node.target, node.value
    elif isinstance(node, ast.BinOp):
        parts = node.left, node.right
    else:
        return None
    values: list[tuple[Any, str]] = []
    for each in parts:
        constant, text = _constant(each)
        if constant is not None:
            values.append((constant, text))
            if recorded and recorded[0][1] == text:  # read beforehand, so it is an operand
                recorded.pop(0)
        elif recorded:
            values.append(recorded.pop(0))
    if len(values) < 2:
        return None
    (left, one), (right, other) = values
    return Sides(type(node.op), left, right, one, other)


@functools.lru_cache(maxsize=10_000)
def _constant(node: ast.expr) -> tuple[Any, str]:
    """A number that is written out, such as `2` or `-0.1 * 2`, with its text; else None."""
    inner = all(
        isinstance(each, ast.Constant | ast.BinOp | ast.UnaryOp | ast.operator | ast.unaryop)
        for each in ast.walk(node)
    )
    if not inner:
        return None, ""
    try:
        return eval(compile(ast.Expression(node), "<constant>", "eval"), {}), ast.unparse(node)
    except (ArithmeticError, TypeError, ValueError):
        return None, ""


def _of_call(entry: Entry, recorded: list[tuple[Any, str]]) -> Sides | None:
    if len(recorded) < 3 or not (entry.op.flag or _has_only_out(entry.op.node)):
        return None
    operator = _CALLS.get(getattr(recorded[0][0], "__name__", ""))
    if operator is None:
        return None
    (left, one), (right, other) = recorded[1:3]
    return Sides(operator, left, right, one, other)


def _has_only_out(node: ast.AST) -> bool:
    """Whether a call has two arguments and `out=`."""
    call = getattr(node, "value", node)
    if not isinstance(call, ast.Call) or any(isinstance(each, ast.Starred) for each in call.args):
        return False
    return len(call.args) == 2 and [each.arg for each in call.keywords] == ["out"]


def value_place(entry: Entry) -> int | None:
    """Which operand an entry in place adds or stores; None where that isn't written so."""
    if not entry.changes or entry.op.kind == CALL:
        return None
    return 1 if isinstance(entry.op.node, ast.AugAssign) else 0


def negated(entry: Entry) -> Any:
    """What an entry turns round; None when it does something else."""
    node = entry.op.node
    if isinstance(node, ast.Assign):
        node = node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and entry.operands:
        return entry.operands[0]
    if entry.op.kind == CALL and len(entry.operands) == 2:
        if getattr(entry.operands[0], "__name__", "") == "negative":
            return entry.operands[1]
    return None
