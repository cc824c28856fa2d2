"""The values that an op may read where it stands, by what they are called there.

Out of these a mend picks another operand (mends.py). What has a name in one function may have none
in the next, and `hs[t]` is another value in the next iteration.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from nnstep.engine.ops import Code
from nnstep.insight.leaves import base_of
from nnstep.insight.readings import Step
from nnstep.insight.replay import Live
from nnstep.insight.tape import Entry, Tape, is_number

LARGE = 200_000  # elements, above which a value isn't tried
_ITEMS = 50  # of a dictionary, that are looked at
_FAR = 8  # the cost of reading what isn't the function's own


class Value(NamedTuple):
    """A value that might stand in place of another.

    Attributes:
        name: how the script calls it.
        raw: the script's own object.
        value: what was in it.
        at: behind which entry it is there, -1 for the beginning.
        entry: what gave it the name, None for the beginning.
        updated: the update that has changed it since, if this is what it was before that.
        until: the entry that changes it next, from which on it is another; None for none.
    """

    name: str
    raw: Any
    value: Any
    at: int
    entry: Entry | None = None
    updated: Entry | None = None
    until: int | None = None

    def now(self, live: Live) -> Any:
        """What it is when an op is executed again."""
        return self.value if self.updated is not None else live.value(self.raw, self.value)

    def distance(self, entry: Entry) -> int:
        """What it costs besides to read a variable of the module within a function."""
        maker = self.entry
        far = maker is not None and maker.code is not entry.code and not entry.code.is_module
        return _FAR if far and self.name.isidentifier() else 0


def pool_of(step: Step) -> list[Value]:
    """The values of the step that have names, in the order in which they get them."""
    tape, found = step.tape, list[Value]()
    for number, value in enumerate(tape.owners):
        if tape.name(number) and tape.is_leaf(number) and _is_small(value):
            found.append(Value(tape.name(number), value, tape.content(number, 0), -1))
    for each in step.script:
        for name, raw in _named(each, tape):
            if _is_small(raw):
                found.append(Value(name, raw, tape.value(raw, each.at + 1), each.at, each))
    found = [each._replace(until=_changed_next(tape, each)) for each in found]
    for update in step.updates:
        if _is_small(update.old):
            found.append(
                Value(update.name, update.raw, update.old, update.at, update.entry, update.entry)
            )
    return found


def _changed_next(tape: Tape, value: Value) -> int | None:
    number = tape.number(value.raw)
    changes = tape.changed_at.get(number, ()) if number is not None else ()
    return next((at for at in changes if at > value.at), None)


def _is_small(value: Any) -> bool:
    return isinstance(value, np.ndarray) and is_number(value) and 1 <= value.size <= LARGE


def _named(entry: Entry, tape: Tape) -> Iterator[tuple[str, Any]]:
    """What has a name from an entry on: what it binds or changes, or an item of something."""
    if len(entry.names) == 1 and not entry.changes:
        # What stores an attribute gives nothing itself.
        given = entry.operands[0] if entry.result is None and entry.operands else entry.result
        yield entry.names[0], given
    elif len(entry.names) > 1 and isinstance(entry.result, tuple):
        yield from zip(entry.names, entry.result, strict=False)
    elif entry.changes:
        number = entry.changes[0]
        names = tape.names.get(number)
        if names:
            yield names[-1], tape.owners[number]
    elif _is_item(entry):
        yield entry.text, entry.result
        yield from _neighbours(entry)


def _is_item(entry: Entry) -> bool:
    """Whether it takes an item out of something, as `hs[t]` does."""
    return entry.alias and isinstance(entry.op.node, ast.Subscript) and not entry.called


def _neighbours(entry: Entry) -> Iterator[tuple[str, Any]]:
    """Of `hs[t]` the items before and behind, of `cache["z"]` all others."""
    node = entry.op.node
    if not isinstance(node, ast.Subscript):
        return
    if entry.operands and isinstance(entry.operands[0], dict) and len(entry.operands[0]) < _ITEMS:
        mark = '"' if '"' in entry.text else "'"
        for key, value in entry.operands[0].items():
            if isinstance(key, str):
                yield f"{ast.unparse(node.value)}[{mark}{key}{mark}]", value
    if len(entry.operands) != 2:
        return
    held, index = entry.operands
    if type(index) is not int or not isinstance(held, list | tuple | np.ndarray):
        return
    for by in (-1, 1):
        if index >= 0 and 0 <= index + by < len(held):
            text = _moved_by(node.slice, by)
            if text is not None:
                yield f"{ast.unparse(node.value)}[{text}]", held[index + by]


def _moved_by(index: ast.expr, by: int) -> str | None:
    """An index such as `t` or `t - 1`, one further or one less."""
    sign = {ast.Add: 1, ast.Sub: -1}
    if isinstance(index, ast.BinOp) and type(index.op) in sign:
        if isinstance(index.right, ast.Constant) and type(index.right.value) is int:
            by += sign[type(index.op)] * index.right.value
            index = index.left
    if not isinstance(index, ast.Name):
        return None
    return f"{index.id} {'+' if by > 0 else '-'} {abs(by)}" if by else index.id


class Scopes:
    """Which names a function knows: those that it uses, and those of the module."""

    def __init__(self, step: Step) -> None:
        self._known: dict[str, set[Code]] = {}
        seen: set[int] = set()
        for each in step.script:
            if id(each.op) not in seen:
                seen.add(id(each.op))
                for text in (*each.op.operands, *each.names):
                    self._known.setdefault(base_of(text), set()).add(each.code)

    def knows(self, code: Code, text: str) -> bool:
        """Whether a function may read a name, or what it leads to."""
        base = base_of(text)
        known = self._known.get(base, set())
        own = not code.is_module and base in code.native.co_varnames
        return own or code in known or any(each.is_module for each in known)


def known_at(entry: Entry, pool: Sequence[Value], scopes: Scopes) -> list[Value]:
    """What an op may read where it stands: each name as it was bound last, in its own function."""
    latest: dict[tuple[str, bool], Value] = {}
    for each in pool:
        there = each.at < entry.at and (each.until is None or entry.at <= each.until)
        if there and _is_visible(each, entry, scopes):
            latest[(each.name, each.updated is not None)] = each
    return list(latest.values())


def _is_visible(value: Value, entry: Entry, scopes: Scopes) -> bool:
    maker = value.entry
    if maker is not None and _is_item(maker):
        # `hs[t]` is another one in the next iteration.
        return maker.code is entry.code and maker.path[:-1] == entry.path[: len(maker.path) - 1]
    if maker is not None and value.name.isidentifier() and not maker.code.is_module:
        return maker.code is entry.code  # the same name means something else in another function
    return scopes.knows(entry.code, value.name)
