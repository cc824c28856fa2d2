"""The text of an op with something else in it, always Python that can stand where the op stood.

Only texts: what an op computes then is for mends.py.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

_TIGHT = (
    ast.Name, ast.Attribute, ast.Call, ast.Subscript, ast.Constant, ast.List, ast.Tuple, ast.Dict,
)


class Wording:
    """An op's text, taken apart.

    Attributes:
        head: what stands before the expression, such as `db = ` or `W -= `; may be empty.
        body: the expression.
        node: the expression, None where the op is none.
        statement: all of it as Python reads it.
    """

    def __init__(self, text: str, operands: Sequence[str] = ()) -> None:
        """Args:
        text: the op, a statement or an expression.
        operands: the texts of what it works on, in their order.
        """
        self.head, self.body = "", text
        self.node: ast.expr | None = None
        self._text = text
        self._operands = operands
        self._shift = 0
        statement = self._parsed()
        if isinstance(statement, ast.Expr):
            self.node = statement.value
        elif isinstance(statement, ast.Assign | ast.AugAssign) or (
            isinstance(statement, ast.AnnAssign) and statement.value is not None
        ):
            self.node = statement.value
            assert self.node is not None
            self.body = self._of(self.node)
            self.head = text[: self._start(self.node)].rstrip("(\n ") + " "
        self.statement = statement

    def _parsed(self) -> ast.stmt | None:
        try:
            return ast.parse(self._text).body[0]
        except (SyntaxError, IndexError):
            pass
        try:  # an expression over several lines, whose brackets stand outside
            self._shift = 1
            return ast.parse(f"({self._text}\n)").body[0]
        except (SyntaxError, IndexError):
            return None

    def _offset(self, line: int, column: int) -> int:
        lines = self._text.splitlines(keepends=True)
        bytes_before = column - (self._shift if line == 1 else 0)
        before = lines[line - 1].encode()[:bytes_before].decode()
        return sum(map(len, lines[: line - 1])) + len(before)

    def _start(self, node: ast.expr) -> int:
        return self._offset(node.lineno, node.col_offset)

    def with_body(self, body: str) -> str:
        """The op with another expression."""
        return self.head + body

    @property
    def tight(self) -> str:
        """The expression as it can be multiplied."""
        return tight(self.body)

    def replaced(self, place: int, new: str) -> str | None:
        """The op with another operand; None where that can't be found in the text.

        Args:
            place: which, counted from 0.
            new: what stands there then.
        """
        wanted = self._operands[place]
        nth = sum(each == wanted for each in self._operands[:place])
        spots = self._spots(self.statement) if self.statement is not None else ()
        found = [each for each in spots if self._of(each[0]) == wanted]
        if nth >= len(found):
            return None
        node, above = found[nth]
        start = self._start(node)
        end = self._offset(node.end_lineno or 1, node.end_col_offset or 0)
        loose = isinstance(above, ast.Call | ast.stmt | ast.keyword) and node is not getattr(
            above, "func", None
        )
        inside = self._text[start - 1 : start] == "(" and self._text[end : end + 1] == ")"
        return self._text[:start] + (new if loose or inside else tight(new)) + self._text[end:]

    def _of(self, node: ast.expr) -> str:
        end = self._offset(node.end_lineno or 1, node.end_col_offset or 0)
        return self._text[self._start(node) : end]

    def _spots(self, above: ast.AST) -> Iterator[tuple[ast.expr, ast.AST]]:
        """Where the operands stand, in the order of the text, each with what it is a part of."""
        for each in _read(above):
            if isinstance(each, ast.expr) and self._of(each) in self._operands:
                yield each, above
            else:
                yield from self._spots(each)


def _read(node: ast.AST) -> list[ast.AST]:
    """The parts of a node that are read: what is assigned to isn't."""
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return [node.value] if node.value is not None else []
    return list(ast.iter_child_nodes(node))


def tight(text: str) -> str:
    """An expression in brackets, where it needs them beside an operator."""
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        return f"({text})"
    if isinstance(node, _TIGHT) or (text.startswith("(") and _is_closed(text)):
        return text
    return f"({text})"


def _is_closed(text: str) -> bool:
    """Whether the first bracket is closed by the last character."""
    depth = 0
    for at, each in enumerate(text):
        depth += (each == "(") - (each == ")")
        if depth == 0:
            return at == len(text) - 1
    return False


def blocks(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    """All bodies, the outer ones first."""
    for name in ("body", "orelse", "finalbody"):
        block = getattr(tree, name, None)
        if isinstance(block, list) and block and isinstance(block[0], ast.stmt):
            yield block
    for each in ast.iter_child_nodes(tree):
        yield from blocks(each)
