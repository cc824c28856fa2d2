"""Which ops made a value and from what, read off a tape: a tree down to data and parameters.

The tree's nodes are what the script names: what an op computes only to go on with it stands within
the text of that op. How a single element came about is for explain.py; the drawing is for the
views.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from nnstep.engine import ops
from nnstep.insight.memoryviews import owner_of
from nnstep.insight.parts import Shape, shape_of
from nnstep.insight.tape import BOUND, Entry, Tape, is_number

LEVELS = 3  # of the tree, unless all of it is asked for
_ALL = 400
_NODES = 2000
_PARTS = 12  # items of a container that are told of


@dataclass(frozen=True, slots=True)
class Origin:
    """A value, and what it was made by and from.

    Attributes:
        kind: `made`, `changed` in place, `call` of a function of the script, `view` into another
            array, `holds` for a container, `start` for what was there before the tape, or `again`
            for what the tree has shown above.
        name: what the value is called; where it has no name, its text.
        read_as: how the op above it calls it, where that is something else.
        shape: of the value, None for a container.
        text: the op; empty at a `start`.
        line: of the op; 0 at a `start`.
        function: in which function that is, empty for the script itself.
        inputs: what it was made from.
        value: a number, as it was then.
        more: whether what it was made from is left out here.
    """

    kind: str
    name: str
    read_as: str = ""
    shape: Shape | None = None
    text: str = ""
    line: int = 0
    function: str = ""
    inputs: tuple[Origin, ...] = ()
    value: float | None = None
    more: bool = False


class Input(NamedTuple):
    """A value that an op read.

    Attributes:
        text: how the op calls it.
        value: the value; its contents may have changed since.
        before: the entry before which they are meant.
    """

    text: str
    value: Any
    before: int


_Key = tuple[Any, ...]


def _key(value: Any) -> _Key:
    """What tells a value from others: a number by itself, an array by where it lies."""
    if isinstance(value, np.ndarray):
        return value.__array_interface__["data"][0], value.shape, value.strides
    return (id(value),)


class Flow:
    """A tape that can be asked what made a value, views, calls and in-place changes included."""

    def __init__(self, tape: Tape) -> None:
        self.tape = tape
        self._handed: dict[_Key, list[Entry]] = {}
        self._labels: dict[_Key, tuple[tuple[int, int], str]] = {}
        self._spelled: dict[tuple[int | None, str], Any] = {}
        for each in tape.entries:
            self._note(each)

    def _note(self, entry: Entry) -> None:
        for text, value in arrays_read(entry):
            if text and not text.endswith(".T"):
                self._label(value, text, entry)
                self._spelled.setdefault((self.tape.number(value), text), value)
        if len(entry.names) == 1 and is_number(entry.result):
            self._label(entry.result, entry.names[0], entry)
        if entry.alias:
            for part in numbers_of(entry.result):
                if entry.called or (isinstance(part, np.ndarray) and self._is_view(entry, part)):
                    self._handed.setdefault(_key(part), []).append(entry)

    def _label(self, value: Any, text: str, entry: Entry) -> None:
        """What a value is called; outer functions know better than inner ones."""
        rank = entry.depth, entry.at
        known = self._labels.get(_key(value))
        if known is None or rank < known[0]:
            self._labels[_key(value)] = rank, text

    def _is_view(self, entry: Entry, value: Any) -> bool:
        """Whether an entry has made a view into what it read, in contrast to handing it on."""
        number = self.tape.number(value)
        if entry.op.kind == ops.NEXT:
            return owner_of(value) is not value and entry.result is value
        sources = [each for _, each in arrays_read(entry)]
        return entry.result is value and any(
            each is not value and self.tape.number(each) == number for each in sources
        )

    def label(self, value: Any, text: str) -> str:
        """What to call a value that was there before, read under some text."""
        if not isinstance(value, np.ndarray):
            return text  # the same number may be held by several names
        turned = self._labels.get(_key(value.T)) if text.endswith(".T") else None
        found = self._labels.get(_key(value))
        return f"{turned[1]}.T" if turned is not None else found[1] if found is not None else text

    def at(self, value: Any, before: int) -> Any:
        """The contents of a value before an entry."""
        return self.tape.value(value, before)

    def producer(
        self, value: Any, before: int, index: tuple[int, ...] | None = None
    ) -> Entry | None:
        """The last entry before one that made a value, changed it, or handed it out of a call.

        Args:
            value: the value.
            before: the entry.
            index: the element that is meant; None for all of them.
        """
        number = self.tape.number(value)
        if number is None:
            return None
        found = self._last_change(number, value, before, index)
        if found is None:
            at = self.tape.maker.get(number, before)
            found = self.tape.entries[at] if at < before else None
        handed = self._handed.get(_key(value), ())
        if isinstance(value, np.ndarray) and not handed:
            handed = self._handed.get(_key(value.T), ())
        for each in handed:
            if each.at < before and (found is None or each.at > found.at):
                if not each.called or (found is not None and self._is_within(found, each)):
                    found = each
        return found

    def _last_change(
        self, number: int, value: Any, before: int, index: tuple[int, ...] | None
    ) -> Entry | None:
        """The last in-place change that has reached this part of the memory."""
        for at in reversed(self.tape.changed_at.get(number, ())):
            if at >= before:
                continue
            old, new = self.at(value, at), self.at(value, at + 1)
            if index is not None:
                old, new = old[index], new[index]
            if np.shape(old) != np.shape(new) or old.tobytes() != new.tobytes():
                return self.tape.entries[at]
        return None

    def _is_within(self, entry: Entry, call: Entry) -> bool:
        between = self.tape.entries[entry.at : call.at]
        return all(each.depth > call.depth for each in between)

    def inputs(self, entry: Entry) -> Iterator[Input]:
        """What an entry read, a value that it computed only for itself told by its own inputs."""
        if entry.op.kind == ops.NEXT:
            text = entry.op.operands[1] if len(entry.op.operands) > 1 else ""
            for number in entry.reads or self._numbers_of_item(entry):
                value = self._spelled.get((number, text), self.tape.owners[number])
                yield Input(text, value, entry.at)
            return
        for text, value in arrays_read(entry):
            sub = self.producer(value, entry.at)
            if sub is not None and is_part(sub, entry):
                yield from self.inputs(sub)
            else:
                yield Input(text, value, entry.at)

    def _numbers_of_item(self, entry: Entry) -> list[int]:
        numbers = (self.tape.number(each) for each in numbers_of(entry.result))
        return [each for each in dict.fromkeys(numbers) if each is not None]


def as_made(entry: Entry, value: Any) -> Any:
    """A value as an entry has made it: a `.T` belongs to the op that reads it."""
    if isinstance(value, np.ndarray):
        made = {_key(each): each for each in numbers_of(entry.result)}
        return made.get(_key(value), made.get(_key(value.T), value))
    return value


def is_part(sub: Entry, entry: Entry) -> bool:
    """Whether an entry computes a part of another one's expression, by itself and without name."""
    same = sub.op.statement is entry.op.statement and sub.depth == entry.depth
    return same and not sub.called and not sub.names and not sub.changes


def numbers_of(value: Any, depth: int = 4) -> Iterator[Any]:
    """The arrays and numbers in a value: itself, or what a container holds."""
    if is_number(value):
        yield value
    elif isinstance(value, (list, tuple)) and depth:
        for each in value[:2000]:
            yield from numbers_of(each, depth - 1)
    elif isinstance(value, dict) and depth:
        for each in list(value.values())[:2000]:
            yield from numbers_of(each, depth - 1)
    elif type(value) in BOUND and is_number(value.__self__):
        yield value.__self__


def arrays_read(entry: Entry) -> Iterator[tuple[str, Any]]:
    """The values that an entry read, each with its text there, empty for a part of a container."""
    seen = set()
    for text, operand in zip(entry.op.operands, entry.operands, strict=False):
        parts = list(numbers_of(operand))
        if type(operand) in BOUND:
            text = text.rpartition(".")[0].strip("()")
        for part in parts[:_PARTS]:
            if id(part) not in seen:
                seen.add(id(part))
                yield text if len(parts) == 1 or part is operand else "", part


class Tree:
    """Grows the tree of one value."""

    def __init__(self, flow: Flow, deep: bool = False) -> None:
        self._flow = flow
        self._levels = _ALL if deep else LEVELS
        self._shown: set[tuple[int, int]] = set()
        self._count = 0

    def grow(self, name: str, value: Any, before: int) -> Origin:
        """The tree of a value.

        Args:
            name: what it is called.
            value: the value, or a container of such.
            before: the entry before which it is asked for.
        """
        if is_number(value):
            return self._node(Input(name, value, before), 0)
        inputs = []
        for text, each in _held(name, value):
            inputs.append(self._node(Input(text, each, before), 1))
        return Origin("holds", name, inputs=tuple(inputs))

    def _node(self, read: Input, level: int) -> Origin:
        flow, (text, value, before) = self._flow, read
        self._count += 1
        entry = flow.producer(value, before)
        if entry is None:
            name = flow.label(value, text) or flow.tape.name(_number(flow, value))
            shape, number = shape_of(value), _as_float(value)
            return Origin("start", name, _other(text, name), shape, value=number)
        turned, value = value, as_made(entry, value)
        name = _name(entry, text if turned is value else text.removesuffix(".T"))
        made = Origin(
            _kind(flow, entry, value), name, _other(text, name), shape_of(value), entry.text,
            entry.line, "" if entry.code.is_module else entry.code.name, value=_as_float(value),
        )
        key = entry.at, id(owner_of(value))
        if key in self._shown:
            return replace(made, kind="again")
        wanted = list(_once(self._inputs(entry, value)))
        if wanted and (level + 1 >= self._levels or self._count > _NODES):
            return replace(made, more=True)
        self._shown.add(key)
        below = level if entry.called else level + 1
        return replace(made, inputs=tuple(self._node(each, below) for each in wanted))

    def _inputs(self, entry: Entry, value: Any) -> Iterator[Input]:
        if entry.called:
            yield Input("", value, entry.at)
            return
        yield from self._flow.inputs(entry)


def _once(inputs: Iterator[Input]) -> Iterator[Input]:
    seen = set()
    for each in inputs:
        key = id(owner_of(each.value)), each.text.removesuffix(".T")
        if key not in seen:
            seen.add(key)
            yield each


def _held(name: str, value: Any) -> list[tuple[str, Any]]:
    """The values in a container, by their texts."""
    if isinstance(value, dict):
        items = [(f"{name}[{key!r}]", each) for key, each in value.items()]
    elif isinstance(value, (list, tuple)):
        items = [(f"{name}[{at}]", each) for at, each in enumerate(value)]
    else:
        items = []
    return [(text, each) for text, each in items if is_number(each)][:_PARTS]


def _kind(flow: Flow, entry: Entry, value: Any) -> str:
    if entry.called:
        return "call"
    if flow.tape.number(value) in entry.changes:
        return "changed"
    return "view" if entry.alias else "made"


def _name(entry: Entry, text: str) -> str:
    """What an entry calls what it made; nothing where it has no name for it."""
    if len(entry.names) == 1 and is_number(entry.result):
        return entry.names[0]
    return text if text in entry.names or is_place(text) else ""


def _other(text: str, name: str) -> str:
    """How the op above calls a value, where that doesn't tell which one it is."""
    plain = text if text.isidentifier() or is_place(text) else ""
    return "" if plain == name else plain


def is_place(text: str) -> bool:
    """Whether a text names something: `self.W`, `grads["dW"]`, `x.T`."""
    try:
        node = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError):
        return False
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return isinstance(node, ast.Name)


def _number(flow: Flow, value: Any) -> int:
    found = flow.tape.number(value)
    return -1 if found is None else found


def _as_float(value: Any) -> float | None:
    return None if isinstance(value, np.ndarray) else float(value.real)
