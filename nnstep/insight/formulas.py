"""The formula of an op: what its text computes, and other expressions put into it.

Whether it holds for each element by itself is told here; which elements, by explain.py.
"""

from __future__ import annotations

import ast
import math
from typing import Any

import numpy as np

from nnstep.engine.events import Operand
from nnstep.insight.elements import node_of, parsed
from nnstep.insight.parts import Applied, read
from nnstep.insight.tape import BOUND, Entry

_PLAIN = {float, int, abs, round, pow, *(each for each in vars(math).values() if callable(each))}


class Putting(ast.NodeTransformer):
    """Puts expressions in the place of others, told by their texts."""

    def __init__(self, found: dict[str, ast.expr]) -> None:
        self._found = found

    def visit(self, node: ast.AST) -> Any:
        """Put another expression here, or look further in."""
        if isinstance(node, ast.expr):
            other = self._found.get(ast.unparse(node))
            if other is not None:
                return other
        return super().visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        """Set brackets where two signs would meet."""
        self.generic_visit(node)
        if isinstance(node.operand, ast.UnaryOp):
            node.operand = ast.Name(f"({ast.unparse(node.operand)})")
        return node


def applied_by(entry: Entry) -> Applied | None:
    """What an entry applies to what, read off its text."""
    operands = [
        Operand(text, each)
        for text, each in zip(entry.op.operands, entry.operands, strict=False)
    ]
    return read(entry.text, operands)


def expression(entry: Entry) -> str:
    """What an op computes, without what it is assigned to."""
    found = node_of(entry.text)
    return ast.unparse(found) if found is not None else entry.text


def works_by_element(entry: Entry, result: Any) -> bool:
    """Whether an op computes each element of its result from elements at the same place."""
    applied = applied_by(entry)
    if applied is None or entry.called or isinstance(result, (tuple, list, dict)):
        return False
    values = [each.__self__ if type(each) in BOUND else each for each in entry.operands]
    shapes = [each.shape for each in values if isinstance(each, np.ndarray)]
    if any(each.arg in ("out", "where") for each in getattr(applied.node, "keywords", ())):
        return False
    if applied.is_product and shapes and all(np.ndim(each.value) for each in applied.parts[:2]):
        return False
    if not (applied.elementwise or applied.is_product):
        first = entry.operands[0] if entry.operands else None
        plain = applied.how == "call" and type(first).__hash__ is not None and first in _PLAIN
        return plain and not shapes
    if applied.calls("array", "asarray") or not values:
        return False
    try:
        return bool(np.broadcast_shapes(*shapes) == np.shape(result))
    except ValueError:
        return False


def summand(node: ast.expr) -> str:
    """A term as it may stand in a sum."""
    text = ast.unparse(node)
    loose = isinstance(parsed(text), ast.BinOp | ast.Compare | ast.IfExp)
    tight = loose and isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult | ast.Div)
    return f"({text})" if loose and not tight else text
