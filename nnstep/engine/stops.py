"""Breakpoints: where a run halts by itself, and on what condition."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from nnstep.engine.frames import Frame
from nnstep.engine.memory import known_values, shares
from nnstep.engine.ops import NEXT, Code, Op
from nnstep.engine.source import Source

Evaluate = Callable[[Any, Frame], Any]
"""(compiled expression, frame) -> its value there."""


@dataclass(slots=True)
class Breakpoint:
    """One place to halt at.

    Attributes:
        number: what it is deleted by.
        kind: `name` (right after it was bound or changed), `line` or `function` (right before).
        where: the name, the line, or the function.
        condition: the expression that must be true, or None.
        temporary: whether it is gone after its first hit.
        hits: how often it has halted a run.
    """

    number: int
    kind: str
    where: str | int
    condition: str | None = None
    temporary: bool = False
    hits: int = 0
    test: Any = None

    def __str__(self) -> str:
        place = f"line {self.where}" if self.kind == "line" else str(self.where)
        return f"{place} if {self.condition}" if self.condition else place


class Breakpoints:
    """The breakpoints of a session.

    Attributes:
        by_number: all of them.
    """

    def __init__(self, source: Source, tree: ast.Module) -> None:
        self.by_number: dict[int, Breakpoint] = {}
        self._source = source
        self._tree = tree
        self._next = 1
        self._heads: dict[Code, set[int]] = {}

    def moved_to(self, source: Source, tree: ast.Module) -> None:
        """Keep the breakpoints for a script that was read again."""
        self._source, self._tree = source, tree
        self._heads.clear()

    def add(
        self, where: str | int, condition: str | None = None, temporary: bool = False
    ) -> Breakpoint:
        """Set one.

        Raises:
            ValueError: there is nothing to halt at, or the condition is no expression.
        """
        kind, place = self._resolve(where)
        test = None
        if condition is not None:
            try:
                test = compile(condition, "<condition>", "eval")
            except SyntaxError as error:
                message = f"the condition {condition!r} is no expression: {error.msg}"
                raise ValueError(message) from None
        made = Breakpoint(self._next, kind, place, condition, temporary, test=test)
        self.by_number[made.number] = made
        self._next += 1
        return made

    def delete(self, number: int | None = None) -> None:
        """Remove one, or all.

        Raises:
            KeyError: there is none of that number.
        """
        if number is None:
            self.by_number.clear()
        elif number not in self.by_number:
            raise KeyError(f"there is no breakpoint {number}")
        else:
            del self.by_number[number]

    def _resolve(self, where: str | int) -> tuple[str, str | int]:
        text = str(where).strip()
        if text.isdecimal():
            return "line", self._line(int(text))
        functions = set(self._functions())
        if text in functions:
            return "function", text
        names = set(self._names())
        root = text.split(".")[0].split("[")[0]
        if text in names or (root in names and text != root):
            return "name", text
        near = difflib.get_close_matches(text, sorted(names | functions), 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"nothing in the script is called {text!r}{hint}")

    def _line(self, number: int) -> int:
        """The first line from there on at which something runs."""
        lines = sorted(
            node.lineno for node in ast.walk(self._tree)
            if isinstance(node, ast.stmt) and not isinstance(node, ast.Global | ast.Nonlocal)
        )
        for line in lines:
            if line >= number > 0:
                return line
        last = lines[-1] if lines else 0
        raise ValueError(f"nothing runs at or behind line {number}; the last such line is {last}")

    def _functions(self) -> Iterator[str]:
        for node in ast.walk(self._tree):
            if isinstance(node, ast.FunctionDef):
                yield node.name
            elif isinstance(node, ast.ClassDef):
                for inner in node.body:
                    if isinstance(inner, ast.FunctionDef):
                        yield f"{node.name}.{inner.name}"

    def _names(self) -> Iterator[str]:
        for node in ast.walk(self._tree):
            if isinstance(node, ast.Name):
                yield node.id
            elif isinstance(node, ast.arg):
                yield node.arg

    # Asked while a script runs.

    def at(self, frame: Frame, op: Op, came_from: ast.AST | None) -> Iterator[Breakpoint]:
        """The breakpoints that lie right before an op."""
        for each in self.by_number.values():
            if each.kind == "function" and _begins(frame, op, str(each.where)):
                yield each
            elif each.kind == "line" and self._begins_line(frame, op, each.where, came_from):
                yield each

    def _begins_line(
        self, frame: Frame, op: Op, line: str | int, came_from: ast.AST | None
    ) -> bool:
        statement = op.statement
        if statement is None or statement.lineno != line:  # type: ignore[attr-defined]
            return False
        if frame.code.source is not self._source:
            return False
        if op.kind == NEXT:
            return came_from is not statement
        return op.index in self._first_ops(frame.code)

    def _first_ops(self, code: Code) -> set[int]:
        heads = self._heads.get(code)
        if heads is None:
            seen: set[int] = set()
            heads = self._heads[code] = set()
            for op in code.ops:
                if op.stop and id(op.statement) not in seen:
                    seen.add(id(op.statement))
                    heads.add(op.index)
        return heads

    @property
    def names(self) -> list[Breakpoint]:
        """Those that wait for a name."""
        return [each for each in self.by_number.values() if each.kind == "name"]

    def awaits(self, op: Op) -> bool:
        """Whether a breakpoint waits for a name that an op binds."""
        return bool(op.store.names) and any(self.bound(op))

    def bound(self, op: Op) -> Iterator[Breakpoint]:
        """Those whose name an op has bound."""
        for each in self.names:
            if each.where in op.store.names:
                yield each

    def changed(self, frame: Frame, values: list[Any]) -> Iterator[Breakpoint]:
        """Those whose name knows memory that has changed."""
        named = self.names
        if not named or not values:
            return
        known = dict(reversed(list(known_values(frame))))
        for each in named:
            value = known.get(str(each.where))
            if value is not None and any(shares(value, other) for other in values):
                yield each

    @staticmethod
    def holds(each: Breakpoint, frame: Frame, evaluate: Evaluate) -> bool:
        """Whether a breakpoint's condition is true; a name that isn't there yet makes it false."""
        if each.test is None:
            return True
        try:
            return bool(evaluate(each.test, frame))
        except NameError:
            return False


def _begins(frame: Frame, op: Op, function: str) -> bool:
    code = frame.code
    if code.is_module or code.native.co_name != function.rpartition(".")[2]:
        return False
    if "." in function and not code.native.co_qualname.endswith(function):
        return False
    return op.index == next(each.index for each in code.ops if each.stop)
