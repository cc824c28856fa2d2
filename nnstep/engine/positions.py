"""Where Python says that something happened: what its versions do differently in tracebacks.

All that is asked for here is a node, whose place is the one that a traceback underlines.
"""

from __future__ import annotations

import ast
import copy
import sys

_BEFORE_312, _BEFORE_313 = sys.version_info < (3, 12), sys.version_info < (3, 13)
_IDENTITIES = (ast.In, ast.NotIn, ast.Is, ast.IsNot)


def asked_place(part: ast.AST, around: ast.AST) -> ast.AST:
    """Where an iterator was asked for, or a context manager entered and left.

    From 3.13 on that is the iterable or the manager, before that the whole that uses it.
    """
    return around if _BEFORE_313 else part


def test_place(node: ast.AST, around: ast.AST) -> ast.AST:
    """Where a truth was asked for.

    Before 3.12 that is all that asks, unless the test is a comparison.
    """
    return around if _BEFORE_312 and not isinstance(node, ast.Compare) else node


def place_behind(test: ast.AST, around: ast.AST) -> ast.AST:
    """Where what follows a test stands: before 3.12, a comparison's place lasts."""
    return test if _BEFORE_312 and isinstance(test, ast.Compare) else around


def element_place(parts: list[ast.expr], around: ast.AST) -> ast.AST:
    """Where a comprehension collects an element of one or two parts."""
    if _BEFORE_312:
        return around
    first, last = parts[0], parts[-1]
    return ast.Pass(
        lineno=first.lineno, col_offset=first.col_offset,
        end_lineno=last.end_lineno, end_col_offset=last.end_col_offset,
    )


def placed_comparison(node: ast.expr) -> ast.expr:
    """From 3.13 on the comparison in `not a < b` stands where the `not` does."""
    if _BEFORE_313 or not isinstance(node, ast.UnaryOp):
        return node
    if not (isinstance(node.op, ast.Not) and isinstance(node.operand, ast.Compare)):
        return node
    if isinstance(node.operand.ops[0], _IDENTITIES):
        return node  # Python makes one comparison of both
    made = copy.copy(node)
    made.operand = ast.copy_location(copy.copy(node.operand), node)
    return made


def assertion_places(node: ast.Assert) -> tuple[ast.expr, ast.AST]:
    """Where the test of an `assert` stands, and where it fails."""
    if _BEFORE_312:
        return node.test, _last_comparison(node.test) or node
    return node.test if _BEFORE_313 else _without_folded_nots(node.test), node


def _without_folded_nots(node: ast.expr) -> ast.expr:
    """A test as Python has it, which turns `not a in b` into `a not in b` where that stands."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        inner = _without_folded_nots(node.operand)
        if isinstance(inner, ast.Compare) and len(inner.ops) == 1:
            if isinstance(inner.ops[0], _IDENTITIES):
                return inner
    return node


def _last_comparison(node: ast.expr) -> ast.expr | None:
    """The comparison among the parts of a test that stands last."""
    match node:
        case ast.BoolOp():
            parts = node.values
        case ast.UnaryOp(op=ast.Not()):
            parts = [node.operand]
        case ast.IfExp():
            parts = [node.test, node.body, node.orelse]
        case ast.Compare():
            return node
        case _:
            return None
    found = [each for each in map(_last_comparison, parts) if each is not None]
    return found[-1] if found else None
