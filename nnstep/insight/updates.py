"""Which values a training step updates, and what enters the update as their gradient.

Read off the tape: a parameter is a value that was there before the step, and that the step
replaces or changes by adding something that was computed in it. Names only help to choose among
values that differ by a factor.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnstep.insight.memoryviews import owner_of
from nnstep.insight.operators import negated, sides
from nnstep.insight.tape import Entry, Tape, first_number, is_number

_GRADIENT = re.compile(r"\W*(d[A-Z_]|d[a-z]{1,3}\d*\b|d(cost|loss|l|z|w|b|h|a|x)|g(rad)?\w{0,2}\b|"
                       r"grad|delta|nabla)")  # fmt: skip
_STEPS = 2000  # updates of one parameter that are told apart


@dataclass(frozen=True)
class Part:
    """One thing that was added to a parameter.

    Attributes:
        value: the gradient in it, as it was.
        raw: the same, the script's own object.
        number: that value's number on the tape.
        at: before which entry it was read.
        factor: what it was multiplied by: negative where the parameter goes against it.
        name: what it is called.
        turned: the entry that turned its sign, if one did.
    """

    value: Any
    raw: Any
    number: int | None
    at: int
    factor: float
    name: str
    turned: Entry | None = None


@dataclass(frozen=True)
class Update:
    """A parameter and its update.

    Attributes:
        name: how the script calls it.
        number: its number on the tape.
        at: the entry that first changes it.
        first_read: the entry that first read it.
        parts: what was added to it.
        old: its value before.
        raw: the script's own object.
        optimised: whether an optimiser's own state takes part, so that the step is no multiple
            of the gradient.
        entry: the op of the update.
    """

    name: str
    number: int
    at: int
    first_read: int
    parts: tuple[Part, ...]
    old: Any
    raw: Any
    optimised: bool
    entry: Entry

    @property
    def gradient(self) -> Any:
        """What enters the update as gradient, of the parameter's shape: it is followed downhill."""
        return self.gradient_of([each.value for each in self.parts])

    def gradient_of(self, values: Sequence[Any]) -> Any:
        """The same with other values in place of those of the parts."""
        shape = np.shape(self.old)
        scale = max((abs(each.factor) for each in self.parts), default=1.0) or 1.0
        total = np.zeros(shape)
        for each, value in zip(self.parts, values, strict=True):
            total = total - each.factor / scale * np.asarray(value, dtype=np.float64)
        return _fitted(total, shape)

    @property
    def rate(self) -> float | None:
        """By which multiple of its gradient the parameter moves; None when it's no multiple."""
        return None if self.optimised else max((abs(each.factor) for each in self.parts), default=0)

    @property
    def gradient_name(self) -> str:
        """What the gradient is called."""
        names = list(dict.fromkeys(each.name for each in self.parts))
        more = f", {len(self.parts)} times" if len(self.parts) > 1 else ""
        return f"{names[0]}{more}" if names else ""


def _fitted(total: Any, shape: tuple[int, ...]) -> Any:
    if np.shape(total) == shape:
        return total
    if np.size(total) == int(np.prod(shape)):
        return np.reshape(total, shape)
    try:
        return np.broadcast_to(total, shape)
    except ValueError:
        return total


def updates(
    tape: Tape, entries: Sequence[Entry], start: Mapping[str, Any], finish: Mapping[str, Any]
) -> list[Update]:
    """The updates of a stretch.

    Args:
        tape: what was executed.
        entries: the script's own entries.
        start: numbers by the texts that lead to them, before.
        finish: the same, after.
    """
    found: dict[int, Update] = {}
    for name in sorted(start, key=lambda each: (len(each), each)):
        old = start[name]
        number = tape.number(old)
        if number is None or number in found or not tape.is_leaf(number):
            continue
        made = _update(tape, entries, name, old, number, finish.get(name))
        if made is not None:
            found[number] = made
    return sorted(found.values(), key=lambda each: each.at)


def _update(
    tape: Tape, entries: Sequence[Entry], name: str, old: Any, number: int, new: Any
) -> Update | None:
    changes = [tape.entries[at] for at in tape.changed_at.get(number, ())]
    if changes:
        writers = changes
    elif new is None or owner_of(new) is owner_of(old) or not is_number(new):
        return None
    else:
        writers = _chain(tape, number, tape.number(new))
    # A constant that is bound is the same object wherever the function has it.
    reads = [each.at for each in entries if number in each.reads and not each.alias]
    finder = _Finder(tape, number)
    added = [finder.added(each) for each in writers]
    if not writers or not reads or None in added or len(writers) > _STEPS:
        return None
    parts = [finder.part(value, at, sign) for each in added if each for value, at, sign in [each]]
    before = tape.content(number, 0)
    value = before if not isinstance(old, np.ndarray) else tape.value(old, 0)
    return Update(
        name, number, writers[0].at, reads[0], tuple(parts), np.array(value), old,
        finder.optimised, writers[0],
    )


def _chain(tape: Tape, start: int, end: int | None) -> list[Entry]:
    """The entries that make a parameter's new value out of its old one, by adding."""
    if end is None:
        return []
    behind: dict[int, int] = {end: -1}  # a value -> the one that was made of it
    todo = [end]
    while todo:
        number = todo.pop()
        maker = tape.maker.get(number)
        if maker is None or not _adds(tape.entries[maker]):
            continue
        for each in tape.entries[maker].operands:
            part = tape.number(each) if is_number(each) else None
            if part is None or part in behind:
                continue
            behind[part] = number
            if part == start:
                return _path(tape, behind, number)
            if np.shape(tape.owners[part]) == np.shape(tape.owners[start]):
                todo.append(part)
    return []


def _path(tape: Tape, behind: dict[int, int], number: int) -> list[Entry]:
    found: list[Entry] = []
    while number != -1 and len(found) < _STEPS:
        found.append(tape.entries[tape.maker[number]])
        number = behind[number]
    return found


def _adds(entry: Entry) -> bool:
    found = sides(entry)
    return found is not None and found.operator in (ast.Add, ast.Sub)


_Added = tuple[Any, int, float]


class _Finder:
    """Finds what was added to a parameter, and the gradient in that.

    Attributes:
        optimised: whether an optimiser's state was met.
    """

    def __init__(self, tape: Tape, number: int) -> None:
        self.optimised = False
        self._tape = tape
        self._number = number

    def added(self, entry: Entry) -> _Added | None:
        """What an entry adds to the parameter: the value, when, and with which sign."""
        found = sides(entry)
        if found is None:
            # `W[...] = W - step`
            first = entry.operands[0] if entry.changes and entry.operands else None
            number = self._tape.number(first) if is_number(first) else None
            maker = self._tape.maker.get(number) if number is not None else None
            return self.added(self._tape.entries[maker]) if maker is not None else None
        if found.operator not in (ast.Add, ast.Sub):
            return None
        left, right = found.left, found.right
        sign = -1.0 if found.operator is ast.Sub else 1.0
        if self._tape.number(left) == self._number:
            return right, entry.at, sign
        if self._tape.number(right) == self._number and found.operator is ast.Add:
            return left, entry.at, 1.0
        # A chain: what was added before is a part of the old value.
        if _is_array(left) and self._comes_from(left):
            return right, entry.at, sign
        return None

    def _comes_from(self, value: Any) -> bool:
        number = self._tape.number(value)
        return number is not None and self._number in self._tape.sources(number)[1]

    def part(self, value: Any, at: int, factor: float) -> Part:
        """The gradient in what was added."""
        name, turned = "", None
        for _ in range(50):
            number = self._tape.number(value) if is_number(value) else None
            name = (self._tape.name(number) if number is not None else "") or name
            inner = self._inner(value, number, at) if number is not None else None
            if inner is None or self._is_gradient(number):
                break
            writer = self._tape.last_writer(number, at) if number is not None else None
            if writer is not None and negated(writer) is not None:
                turned = writer
            value, at, factor = inner[0], inner[1], factor * inner[2]
        number = self._tape.number(value) if is_number(value) else None
        writer = self._tape.last_writer(number, at) if number is not None else None
        named = self._tape.name(number) if number is not None else ""
        text = named or (writer.text if writer is not None else name)
        shown = self._tape.value(value, at) if is_number(value) else value
        return Part(np.array(shown), value, number, at, factor, text, turned)

    def _is_gradient(self, number: int | None) -> bool:
        """Whether a value is called a gradient, and so what it was made from doesn't matter."""
        names = self._tape.names.get(number, []) if number is not None else []
        return any(_GRADIENT.match(_last(each)) for each in names)

    def _inner(self, value: Any, number: int, at: int) -> _Added | None:
        """What a value is a multiple of."""
        writer = self._tape.last_writer(number, at)
        if writer is None:
            return None
        turned = negated(writer)
        if turned is not None:
            return turned, writer.at, -1.0
        found = sides(writer)
        if found is None:
            name = getattr(writer.operands[0], "__name__", "") if writer.operands else ""
            given = writer.operands[1:]
            return (given[0], writer.at, 1.0) if name == "clip" and given else None
        left, right = found.left, found.right
        if found.operator is ast.Mult:
            if _is_scalar(left) and _is_array(right, value):
                return right, writer.at, first_number(left)
            if _is_scalar(right) and _is_array(left, value):
                return left, writer.at, first_number(right)
        if found.operator is ast.Div and _is_array(left, value):
            if _is_scalar(right):
                return left, writer.at, 1.0 / (first_number(right) or 1.0)
            self.optimised = True
            return left, writer.at, 1.0
        if found.operator in (ast.Add, ast.Sub):
            return self._beside_state(left, right, writer, found.operator)
        return None

    def _beside_state(
        self, left: Any, right: Any, writer: Entry, operator: Any
    ) -> _Added | None:
        """Of a sum the part that isn't an optimiser's state."""
        sign = -1.0 if operator is ast.Sub else 1.0
        old, new = self._is_state(left, writer.at), self._is_state(right, writer.at)
        if old == new:
            return None
        self.optimised = True
        return (right, writer.at, sign) if old else (left, writer.at, 1.0)

    def _is_state(self, value: Any, at: int) -> bool:
        """Whether a value comes from nothing but what an optimiser has kept: no entry joins it."""
        number = self._tape.number(value) if is_number(value) else None
        if number is None or not isinstance(value, np.ndarray | np.floating | float):
            return False
        made, sources = self._tape.sources(number, at)
        leaves = [each for each in sources if self._tape.is_leaf(each)]
        arrays = [each for each in leaves if np.size(self._tape.owners[each]) > 1]
        if not arrays and np.size(value) > 1:
            return False
        shape = np.shape(self._tape.owners[self._number])
        alike = all(np.shape(self._tape.owners[each]) == shape for each in arrays)
        return alike and self._number not in sources and all(_is_simple(each) for each in made)


def _is_simple(entry: Entry) -> bool:
    return sides(entry) is not None or negated(entry) is not None


def _is_array(value: Any, like: Any = None) -> bool:
    if not is_number(value):
        return False
    return like is None or np.size(value) == np.size(like)


def _is_scalar(value: Any) -> bool:
    kinds = int | float | np.number | np.bool_
    return isinstance(value, kinds) or (isinstance(value, np.ndarray) and value.size == 1)


def _last(name: str) -> str:
    """The end of a name that says what it is: of `grads['W1']` the whole."""
    return name.rpartition(".")[2]


