"""Breakpoints: where a run halts by itself, and on what condition."""

from __future__ import annotations

import ast
import builtins
import difflib
import dis
from collections.abc import Container, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from types import CodeType
from typing import Any

from nnstep.engine.events import Mutation
from nnstep.engine.frames import Frame
from nnstep.engine.memory import known_values, shares
from nnstep.engine.names import bound_by
from nnstep.engine.ops import NEXT, Code, Op
from nnstep.engine.places import Evaluate, Place, differs, place_of
from nnstep.engine.source import Source
from nnstep.engine.watches import Watch

CATCHES = ("nan", "exception")

@dataclass(slots=True)
class Breakpoint:
    """One place to halt at.

    Attributes:
        number: what it is deleted by.
        kind: `name` (right after it was bound or changed), `line` or `function` (right before),
            `watch` (right after its value has changed), or `catch` (at the op that makes it).
        where: the name, the line, the function, the expression, or `nan` or `exception`.
        condition: the expression that must be true, or None.
        temporary: whether it is gone after its first hit.
        hits: how often it has halted a run, or would have.
        ignore: how many more hits don't halt.
        watch: what is watched.
    """

    number: int
    kind: str
    where: str | int
    condition: str | None = None
    temporary: bool = False
    hits: int = 0
    ignore: int = 0
    test: Any = None
    watch: Watch | None = None

    @property
    def place(self) -> Place:
        """What one of kind `name` waits for."""
        return place_of(str(self.where))

    def __str__(self) -> str:
        place = f"line {self.where}" if self.kind == "line" else str(self.where)
        if self.kind in ("watch", "catch"):
            place = f"{self.kind} {place}"
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
        self._entering: Frame | None = None
        self._latest: dict[int, Op] = {}  # by depth

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
        return self._keep(Breakpoint(self._next, kind, place, condition, temporary))

    def _keep(self, made: Breakpoint) -> Breakpoint:
        if made.condition is not None:
            try:
                made.test = compile(made.condition, "<condition>", "eval")
            except SyntaxError as error:
                message = f"the condition {made.condition!r} is no expression: {error.msg}"
                raise ValueError(message) from None
            self.check_names(made.test, {})
        self.by_number[made.number] = made
        self._next += 1
        return made

    def add_watch(
        self, text: str, condition: str | None, scope: Code | None, known: Container[str]
    ) -> Breakpoint:
        """Watch the value of a name or another expression.

        Raises:
            ValueError: it is none, or nothing is called so.
        """
        try:
            test = compile(text.strip(), "<watch>", "eval")
        except SyntaxError as error:
            raise ValueError(f"{text!r} is nothing to watch: {error.msg}") from None
        self.check_names(test, known)
        made = Breakpoint(self._next, "watch", text.strip(), condition)
        made.watch = Watch(test, scope)
        return self._keep(made)

    def add_catch(self, what: str) -> Breakpoint:
        """Halt at the op that makes the first NaN or infinity, or that raises.

        Raises:
            ValueError: it is neither `nan` nor `exception`.
        """
        if what not in CATCHES:
            raise ValueError(f"what can be caught is {' or '.join(CATCHES)}, not {what!r}")
        return self._keep(Breakpoint(self._next, "catch", what))

    def set_ignore(self, number: int, count: int) -> None:
        """Have a breakpoint not halt the next so many times.

        Raises:
            KeyError: there is none of that number.
        """
        if number not in self.by_number:
            raise KeyError(f"there is no breakpoint {number}")
        if count < 0:
            raise ValueError(f"hits to be ignored are counted from 0, not {count}")
        self.by_number[number].ignore = count

    def of_kind(self, kind: str, where: str | None = None) -> list[Breakpoint]:
        """Those of a kind, and of a place if one is given."""
        return [
            each for each in self.by_number.values()
            if each.kind == kind and where in (None, each.where)
        ]

    def check_names(self, code: CodeType, known: Container[str]) -> None:
        """Refuse a condition with a name that can never have a value.

        Raises:
            ValueError: a name occurs neither in the script nor among the known ones.
        """
        names = {*self._names(), *self._functions()}
        names |= {name for each in ast.walk(self._tree) for name in bound_by(each)}
        for name in _global_names(code):
            if name not in names and name not in known and not hasattr(builtins, name):
                near = difflib.get_close_matches(name, sorted(names), 1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise ValueError(f"nothing in the script is called {name!r}{hint}")

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
        if text in names:
            return "name", text
        if self._is_place(text, names):
            return "name", place_of(text).text
        near = difflib.get_close_matches(text, sorted(names | functions), 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ValueError(f"nothing in the script is called {text!r}{hint}")

    def _line(self, number: int) -> int:
        """The line of the statement there, or else of the next one that can be halted at."""
        found = sorted(_places(self._tree.body))
        for first, last in found:
            if number > 0 and (first >= number or number <= last):
                return first
        last = found[-1][1] if found else 0
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

    def _is_place(self, text: str, names: set[str]) -> bool:
        """Whether it is an attribute or an element that the script might store in."""
        place = place_of(text)
        attributes = {each.attr for each in ast.walk(self._tree) if isinstance(each, ast.Attribute)}
        if place.attribute and place.attribute not in attributes:
            return False
        return place.owner is not None and place.root in names

    # Asked while a script runs.

    @contextmanager
    def disabled(self) -> Iterator[None]:
        """Have none of them for a while."""
        armed, self.by_number = self.by_number, {}
        try:
            yield
        finally:
            self.by_number = armed

    @contextmanager
    def uncounted(self) -> Iterator[None]:
        """Neither count hits for a while nor take away temporary ones."""
        before = {number: replace(each) for number, each in self.by_number.items()}
        armed = {number: replace(each, temporary=False) for number, each in before.items()}
        self.by_number = armed
        try:
            yield
        finally:
            self.by_number = before

    def forget_place(self) -> None:
        """The run goes on from elsewhere."""
        self._latest.clear()
        self._entering = None

    def entered(self, callee: Frame, depth: int) -> None:
        """A function begins, so many frames deep."""
        self._entering = callee
        self._latest.pop(depth, None)

    def passed(self, frame: Frame, op: Op, depth: int) -> None:
        """An op is about to run, so many frames deep."""
        self._entering = None
        if self.by_number:
            self._latest[depth] = op

    def at(self, frame: Frame, op: Op, depth: int) -> Iterator[Breakpoint]:
        """The breakpoints that lie right before an op."""
        for each in list(self.by_number.values()):
            if each.kind == "function":
                if frame is self._entering and _is_named(frame.code, str(each.where)):
                    yield each
            elif each.kind == "line" and self._begins_line(frame, op, each.where, depth):
                yield each

    def _begins_line(self, frame: Frame, op: Op, line: str | int, depth: int) -> bool:
        statement = op.statement
        if statement is None or statement.lineno != line:  # type: ignore[attr-defined]
            return False
        if frame.code.source.path != self._source.path:
            return False
        first = op.index in self._first_ops(frame.code)
        if op.kind == NEXT and op.node is statement:
            # The head of a `for` has been halted at already when its first iteration begins.
            return first or frame.temps[op.slot + 1] >= 0
        before = self._latest.get(depth)
        same = before is not None and before.statement is not None and before.index < op.index
        if same and before.statement.lineno == line:  # type: ignore[union-attr]
            return False
        return first and not op.comprehensions

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
        """Whether a breakpoint may wait for a name that an op binds."""
        stored = [place_of(name) for name in op.store.names]
        return any(each.place.may_be(other) for each in self.names for other in stored)

    def bound(self, names: Iterable[str]) -> Iterator[Breakpoint]:
        """Those that wait for one of the names."""
        usual = {place_of(name).text for name in names} if self.names else set()
        return (each for each in self.names if each.where in usual)

    def stored(
        self, op: Op, operands: tuple[Any, ...], frame: Frame, evaluate: Evaluate
    ) -> Iterator[Breakpoint]:
        """Those that wait for the attribute that an op stores: for `net.W` where it is `self.W`."""
        attribute = place_of(op.store.name or "").attribute
        if not attribute or not operands:
            return
        owner = operands[-1]
        for each in self.names:
            if each.place.attribute == attribute:
                # A caller may know the object; what it holds may be held by others, too.
                held = each.place.held_by(frame.stack(), evaluate)
                if held is not None and held[0] is owner:
                    yield each

    def replaced(
        self, mutated: Iterable[Mutation], frame: Frame, evaluate: Evaluate
    ) -> Iterator[Breakpoint]:
        """Those that wait for an item of what has changed: `params["w"]`, `W[0]`."""
        for each in self.names:
            place = each.place
            if place.key is None:
                continue
            owner, key = place.held_by(frame.stack(), evaluate) or (None, None)
            with suppress(Exception):  # it may not be there by now
                if any(differs(one.before, one.value, key)
                       for one in mutated if one.value is owner):
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


def _global_names(code: CodeType) -> Iterator[str]:
    """The names that an expression reads; its attributes are none."""
    for each in dis.get_instructions(code):
        if each.opname in ("LOAD_NAME", "LOAD_GLOBAL"):
            yield each.argval


def _is_named(code: Code, function: str) -> bool:
    """Whether a function is meant by its name, or by its class and name."""
    qualified = code.native.co_qualname.replace("<locals>.", "")
    return qualified == function or qualified.endswith("." + function)


_NATIVE = (ast.Match, ast.AsyncFor, ast.AsyncWith, ast.AsyncFunctionDef, ast.TryStar)


def _places(body: list[ast.stmt]) -> Iterator[tuple[int, int]]:
    """The first and last line of what can be halted at, a compound statement's head only."""
    for node in body:
        inner = [each for each in ast.iter_child_nodes(node) if not isinstance(each, ast.expr)]
        if isinstance(node, _NATIVE):
            yield node.lineno, node.end_lineno or node.lineno
            continue
        if isinstance(node, ast.ClassDef):
            yield node.lineno, node.lineno
            inner = [each for each in inner if isinstance(each, ast.FunctionDef)]
            for function in inner:
                yield from _places(function.body)  # type: ignore[attr-defined]
            continue
        statements = [each for each in inner if isinstance(each, ast.stmt)]
        statements += [
            each for handler in inner if isinstance(handler, ast.ExceptHandler)
            for each in handler.body
        ]
        if not isinstance(node, ast.Try | ast.Global | ast.Nonlocal) and not _is_docstring(node):
            yield node.lineno, node.lineno if statements else node.end_lineno or node.lineno
        yield from _places(statements)


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
