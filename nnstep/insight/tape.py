"""The tape: the ops of a stretch of a run as data flow, which can be executed again.

An observer of the machine writes it. Each entry knows which values it read and which it made or
changed, so one can ask where a value came from, and what follows when it is another one: the
entries behind it are executed again, by the machine's own functions, on copies. The run itself is
never touched. What a text means is not asked: aliases, views, containers, calls and in-place
changes are told by identity and memory alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nnstep.engine import ops
from nnstep.engine.comprehensions import EXHAUSTED
from nnstep.engine.frames import Frame
from nnstep.engine.memory import candidates
from nnstep.engine.moments import Path, path_of
from nnstep.engine.observer import Observer
from nnstep.engine.ops import Code, Op

Values = dict[int, Any]
"""Values by number, in place of those that were recorded."""

_SCALARS = (float, np.floating)
_CONTAINERS = (list, tuple, dict)
_DEPTH, _ITEMS = 4, 2000  # levels of containers, and items of one, that are looked into


class TooLong(Exception):
    """There are more ops in the stretch than a tape should hold."""


class Unrepeatable(Exception):
    """An entry can't be executed again; the message says which and why."""


def is_number(value: object) -> bool:
    """Whether it is followed: an array of numbers, or a number with a fraction."""
    kind = type(value)
    if issubclass(kind, np.ndarray):
        return value.dtype.kind in "fiubc"  # type: ignore[attr-defined]
    return issubclass(kind, _SCALARS)


def owner_of(value: Any) -> Any:
    """What holds the memory of a value: for a view the array that it looks into."""
    while isinstance(value, np.ndarray) and isinstance(value.base, np.ndarray):
        value = value.base
    return value


@dataclass(eq=False, slots=True)
class Entry:
    """One op that was executed.

    Attributes:
        at: its place on the tape.
        op: the op.
        code: the function that it stands in.
        path: when it ran.
        outer: when, as the function sees it with which the tape began.
        depth: how many functions deep.
        operands: what it worked on; lists and dictionaries as they were then.
        result: what came out.
        reads: the numbers of the values that it read.
        makes: the numbers of those that it made.
        changes: the numbers of those that it changed in place.
        names: what its result was bound to.
        before: the contents that it changed, by number, as they were.
        alias: whether it only hands on what was there: a binding, the end of a call.
        called: whether it is the end of a call of a function of the script.
    """

    at: int
    op: Op
    code: Code
    path: Path
    outer: Path
    depth: int
    operands: tuple[Any, ...]
    result: Any
    reads: tuple[int, ...]
    makes: tuple[int, ...] = ()
    changes: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    before: dict[int, Any] = field(default_factory=dict)
    alias: bool = False
    called: bool = False

    @property
    def text(self) -> str:
        """The op as the script has it."""
        return self.code.text(self.op)

    @property
    def line(self) -> int:
        """The line of the op."""
        return self.code.span(self.op).line


class Tape:
    """Entries in their order, and the values on them.

    A value has a number, that of the memory behind it: an array and its views have the same one,
    before an in-place change and after.

    Attributes:
        entries: what was executed.
        owners: the values by number.
        maker: which entry made a value; what was there before has none.
        names: under which names a value was bound or read, in their order.
        unclear: what couldn't be followed, in words.
    """

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.owners: list[Any] = []
        self.maker: dict[int, int] = {}
        self.names: dict[int, list[str]] = {}
        self.changed_at: dict[int, list[int]] = {}
        self.unclear: dict[str, None] = {}
        self._number: dict[int, int] = {}

    # Values.

    def number(self, value: Any) -> int | None:
        """The number of a value that was met, None for any other."""
        return self._number.get(id(owner_of(value)))

    def register(self, value: Any) -> int:
        """The number of a value, a new one if need be."""
        owner = owner_of(value)
        found = self._number.get(id(owner))
        if found is None:
            found = self._number[id(owner)] = len(self.owners)
            self.owners.append(owner)
        return found

    def is_leaf(self, number: int) -> bool:
        """Whether a value was there before the tape."""
        return number not in self.maker

    def name(self, number: int) -> str:
        """What a value is called, or empty."""
        found = self.names.get(number)
        return found[0] if found else ""

    def call(self, number: int, name: str) -> None:
        """A value has a name."""
        names = self.names.setdefault(number, [])
        if name not in names:
            names.append(name)

    def content(self, number: int, at: int) -> Any:
        """A value's owner as it was before an entry, which may be a copy."""
        for change in self.changed_at.get(number, ()):
            if change >= at:
                return self.entries[change].before[number]
        return self.owners[number]

    def value(self, value: Any, at: int) -> Any:
        """A value as it was before an entry; it may be a view."""
        number = self.number(value)
        if number is None:
            return value
        content = self.content(number, at)
        return value if content is self.owners[number] else _same_view(value, content)

    # Flow.

    def affected(self, numbers: Iterable[int], entries: Iterable[Entry]) -> list[Entry]:
        """The entries whose outcome depends on some values, with what they make."""
        tainted, found = set(numbers), []
        for each in entries:
            if tainted.isdisjoint(each.reads):
                continue
            if each.alias:
                continue
            found.append(each)
            tainted.update(each.makes)
            tainted.update(each.changes)
        return found

    def reached(self, numbers: Iterable[int], entries: Iterable[Entry]) -> set[int]:
        """The values that depend on some values, and these."""
        found = set(numbers)
        for each in self.affected(found, entries):
            found.update(each.makes)
            found.update(each.changes)
        return found

    def sources(
        self, number: int, before: int, ends: Container[int] = ()
    ) -> tuple[list[Entry], set[int]]:
        """What a value was made by, latest first, and the values that it came from.

        Args:
            number: the value.
            before: the entry before which it is meant.
            ends: entries beyond which nothing is asked.
        """
        wanted, found = {number}, []
        for each in reversed(self.entries[:before]):
            if each.alias or wanted.isdisjoint((*each.makes, *each.changes)):
                continue
            found.append(each)
            if each.at in ends:
                wanted.difference_update(each.changes)
            else:
                wanted.update(each.reads)
        return found, wanted

    def last_writer(self, number: int, before: int) -> Entry | None:
        """The last entry before one that made or changed a value."""
        for at in reversed(self.changed_at.get(number, ())):
            if at < before:
                return self.entries[at]
        at = self.maker.get(number, -1)
        return self.entries[at] if 0 <= at < before else None


class Recorder(Observer):
    """Writes a tape while a machine runs.

    Attributes:
        tape: the tape.
    """

    def __init__(
        self, tape: Tape, halts: Callable[[Frame, Op], bool] = lambda frame, op: False,
        limit: int = 200_000,
    ) -> None:
        """Args:
        tape: what to write on.
        halts: whether to halt before an op.
        limit: how many entries there may be.
        """
        self.tape = tape
        self._halts = halts
        self._limit = limit
        self._base: int | None = None
        self._outer: Path = ()
        self._calls: list[tuple[Frame, Op, tuple[Any, ...]]] = []
        self._places: list[tuple[int, Any]] = []
        self._held: tuple[Any, ...] = ()

    def arrive(self, frame: Frame, op: Op) -> bool:
        """Whether to halt."""
        return self._halts(frame, op)

    def before(self, frame: Frame, op: Op, operands: tuple[Any, ...]) -> None:
        """Note what is read, and copy what may change."""
        tape = self.tape
        self._held = tuple([
            type(each)(each) if type(each) in (list, dict) else each for each in operands
        ])
        for name, each in zip(op.operands, operands, strict=False):
            for part in _numbers_in(each):
                number = tape.register(part)
                if part is each and name and tape.is_leaf(number):
                    tape.call(number, name.removesuffix(".T"))
        self._places = [
            (tape.register(value), np.array(owner_of(value), copy=True, order="K", subok=False))
            for _, value in candidates(frame, op, operands)
            if isinstance(value, np.ndarray) and is_number(value)
        ]

    def entered(self, frame: Frame, op: Op, operands: tuple[Any, ...], callee: Frame) -> None:
        """A call is stepped into: its result is made in there."""
        self._calls.append((frame, op, self._held))
        self._places = []
        if self._depth(frame) == self._base:
            self._outer = path_of(frame)

    def after(self, frame: Frame, op: Op, operands: tuple[Any, ...], value: Any) -> None:
        """Write the entry."""
        if value is EXHAUSTED or op.kind in (ops.BRANCH, ops.WHILE, ops.JUMP):
            return
        returned = self._is_call_of(frame, op)
        held = self._calls.pop()[2] if returned else () if op.kind == ops.NEXT else self._held
        self._write(frame, op, held, value, returned)
        self._held, self._places = (), []

    def raised(self, frame: Frame, op: Op, error: BaseException) -> None:
        """A call that is left so doesn't return."""
        if self._is_call_of(frame, op):
            self._calls.pop()

    def _is_call_of(self, frame: Frame, op: Op) -> bool:
        return bool(self._calls) and self._calls[-1][0] is frame and self._calls[-1][1] is op

    def _depth(self, frame: Frame) -> int:
        depth = sum(1 for _ in frame.stack())
        if self._base is None:
            self._base = depth
        return depth

    def _write(
        self, frame: Frame, op: Op, operands: tuple[Any, ...], value: Any, returned: bool
    ) -> None:
        tape = self.tape
        if len(tape.entries) >= self._limit:
            raise TooLong
        at = len(tape.entries)
        reads = dict.fromkeys(
            tape.register(part) for each in operands for part in _numbers_in(each)
        )
        depth, path = self._depth(frame), path_of(frame)
        outer = path if depth == self._base else self._outer
        entry = Entry(at, op, frame.code, path, outer, depth, operands, value, tuple(reads))
        changes = self._changes() if not returned else {}
        entry.before, entry.changes = changes, tuple(changes)
        for number in changes:
            tape.changed_at.setdefault(number, []).append(at)
        made = []
        for part in _numbers_in(value):
            if tape.number(part) is None:
                number = tape.register(part)
                if not returned:
                    tape.maker[number] = at
                    made.append(number)
        entry.makes = tuple(made)
        entry.names = _names(op)
        entry.alias = not made and not changes
        entry.called = returned
        if op.kind == ops.NEXT and made:
            self._item(entry, frame, op)
        _call(tape, entry.names, op, value)
        if entry.reads or entry.makes or entry.names:
            tape.entries.append(entry)

    def _changes(self) -> dict[int, Any]:
        return {
            number: before for number, before in self._places
            if not _same_bytes(before, self.tape.owners[number])
        }

    def _item(self, entry: Entry, frame: Frame, op: Op) -> None:
        """Numbers that a loop takes out of an array."""
        over = _array_of(frame.temps[op.slot])
        if over is None:
            self.tape.unclear.setdefault(
                f"line {entry.line}: a loop over numbers that can't be followed"
            )
            return
        index = frame.temps[op.slot + 1]
        entry.operands = over, index
        entry.reads = (self.tape.register(over),)


def _array_of(iterator: Any) -> Any:
    """The array that an iterator goes over."""
    try:
        parts = iterator.__reduce__()[1]
    except (TypeError, AttributeError):
        return None
    return parts[0] if parts and isinstance(parts[0], np.ndarray) else None


def _names(op: Op) -> tuple[str, ...]:
    return op.store.names


def _call(tape: Tape, names: tuple[str, ...], op: Op, value: Any) -> None:
    """Remember what the values are called from now on."""
    items = (value,) if len(names) == 1 else value if isinstance(value, tuple) else ()
    for name, item in zip(names, items, strict=False):
        number = tape.number(item) if is_number(item) else None
        if number is not None:
            tape.call(number, name)


def _numbers_in(value: Any, depth: int = _DEPTH) -> Iterator[Any]:
    """The values that are followed in a value: itself, or what a container holds."""
    kind = type(value)
    if kind is np.ndarray or kind is float:
        yield value
    elif issubclass(kind, _CONTAINERS):
        if depth and len(value) <= _ITEMS:
            for each in list(value.values()) if issubclass(kind, dict) else value:
                yield from _numbers_in(each, depth - 1)
    elif is_number(value):
        yield value
    elif kind in _BOUND:
        owner = value.__self__
        if is_number(owner):
            yield owner


_BOUND: tuple[type, ...] = (type([].append), type((1.0).__add__))


def _same_bytes(one: Any, other: Any) -> bool:
    return bool(one.shape == other.shape and one.tobytes() == other.tobytes())


# Executing again.


def _same_view(value: Any, content: Any) -> Any:
    """The view into another owner that a value is into its own."""
    owner = owner_of(value)
    if value is owner or not isinstance(value, np.ndarray):
        return content
    return _View.of(value, owner)(content)


@dataclass(frozen=True, slots=True)
class _View:
    """How a view looks into its owner."""

    shape: tuple[int, ...]
    strides: tuple[int, ...]
    offset: int
    size: int
    turned: bool
    whole: bool

    @classmethod
    def of(cls, value: Any, owner: Any) -> _View:
        offset = value.__array_interface__["data"][0] - owner.__array_interface__["data"][0]
        same = value.shape == owner.shape and value.strides == owner.strides
        turned = not owner.flags.c_contiguous
        backwards = value.shape[::-1] == owner.shape and value.strides[::-1] == owner.strides
        whole = offset == 0 and (same or backwards)
        return cls(
            value.shape, value.strides, offset, owner.itemsize, turned, whole and backwards
        ) if not same or offset else cls((), (), 0, 0, False, whole=True)

    def __call__(self, content: Any) -> Any:
        if self.whole:
            return content.T if self.size else content
        ratio = content.itemsize // self.size
        buffer = content.T if self.turned else content
        return np.ndarray(
            self.shape, content.dtype, buffer, self.offset * ratio,
            tuple([each * ratio for each in self.strides]),
        )


def view_into(value: Any) -> Callable[[Any], Any]:
    """What looks into another owner as a value does into its own."""
    owner = owner_of(value)
    if value is owner or not isinstance(value, np.ndarray):
        return lambda content: content
    return _View.of(value, owner)


Getter = Callable[[Values], Any]


class Program:
    """Some entries of a tape, prepared to be executed again and again with other values.

    Executed with no other values it gives what was recorded, to the bit, unless the script drew
    random numbers in them.
    """

    def __init__(self, tape: Tape, inputs: Iterable[int], entries: Iterable[Entry]) -> None:
        """Args:
        tape: where they are.
        inputs: the numbers of the values that will be others.
        entries: what may depend on them.

        Raises:
            Unrepeatable: one can't be executed again.
        """
        self._tape = tape
        self.inputs = set(inputs)
        tainted = set(self.inputs)
        self.entries = tape.affected(self.inputs, entries)
        self._steps: list[Callable[[Values], None]] = []
        for each in self.entries:
            tainted.update(each.makes)
            tainted.update(each.changes)
            self._steps.append(self._step(each, tainted))

    def run(self, values: Mapping[int, Any]) -> Values:
        """Execute them.

        Args:
            values: the inputs, as arrays of the shapes and orders of those recorded; they are
                changed in place where the script does so.

        Returns:
            All values that depend on them.

        Raises:
            Unrepeatable: one has raised.
        """
        env = dict(values)
        with np.errstate(all="ignore"):
            for step in self._steps:
                step(env)
        return env

    def _step(self, entry: Entry, tainted: set[int]) -> Callable[[Values], None]:
        if entry.op.kind == ops.NATIVE:
            raise Unrepeatable(f"line {entry.line} is executed as a whole")
        tape, fn, at = self._tape, entry.op.fn, entry.at
        getters = [self._getter(each, at, tainted) for each in entry.operands]
        if entry.op.kind == ops.NEXT:
            fn = _item_of
        fresh = [(n, entry.before[n]) for n in entry.changes]
        stores = self._stores(entry)

        def step(env: Values) -> None:
            for number, content in fresh:
                if number not in env:
                    env[number] = content.copy(order="K")
            try:
                result = fn(*[each(env) for each in getters])
            except Exception as error:
                raise Unrepeatable(f"line {entry.line}, executed again: {error}") from error
            for store in stores:
                store(env, result)

        del tape
        return step

    def _getter(self, value: Any, at: int, tainted: set[int]) -> Getter:
        """What gives an operand."""
        kind = type(value)
        if issubclass(kind, _CONTAINERS) and not is_number(value):
            return self._container(value, at, tainted)
        if kind in _BOUND and is_number(value.__self__):
            inner, name = self._getter(value.__self__, at, tainted), value.__name__
            return lambda env: getattr(inner(env), name)
        number = self._tape.number(value) if is_number(value) else None
        if number is None:
            return lambda env: value
        if number not in tainted:
            fixed = self._tape.value(value, at)
            return lambda env: fixed
        owner = self._tape.owners[number]
        before = self._tape.content(number, at)
        if value is owner or not isinstance(value, np.ndarray):
            return lambda env: env[number] if number in env else before
        view = _View.of(value, owner)
        return lambda env: view(env[number] if number in env else before)

    def _container(self, value: Any, at: int, tainted: set[int]) -> Getter:
        numbers = {self._tape.number(each) for each in _numbers_in(value)}
        if not numbers & tainted:
            return lambda env: value
        if isinstance(value, dict):
            parts = {key: self._getter(each, at, tainted) for key, each in value.items()}
            return lambda env: {key: each(env) for key, each in parts.items()}
        items = [self._getter(each, at, tainted) for each in value]
        kind = list if isinstance(value, list) else tuple
        return lambda env: kind([each(env) for each in items])

    def _stores(self, entry: Entry) -> list[Callable[[Values, Any], None]]:
        """What keeps the values that an entry makes."""
        if not entry.makes:
            return []
        wanted = set(entry.makes)
        found: list[Callable[[Values, Any], None]] = []
        for at, part in enumerate(_numbers_in(entry.result)):
            number = self._tape.number(part)
            if number in wanted:
                wanted.discard(number)
                found.append(self._store(number, at, part, entry.result is part))
        return found

    def _store(self, number: int, at: int, part: Any, alone: bool) -> Callable[[Values, Any], None]:
        owner = self._tape.owners[number]
        if not isinstance(part, np.ndarray):
            def keep(env: Values, result: Any) -> None:
                env[number] = result if alone else _part(result, at)
            return keep
        view = _View.of(part, owner) if part is not owner else None
        strides = owner.strides

        def keep_array(env: Values, result: Any) -> None:
            new = result if alone else _part(result, at)
            if view is None and type(new) is np.ndarray and new.strides == strides:
                env[number] = new
                return
            new = np.asarray(new)
            made = np.empty_like(owner, dtype=new.dtype, order="K", subok=False)
            into = view(made) if view is not None else made
            if into.shape != new.shape:
                raise Unrepeatable("a shape depends on the values")
            into[...] = new
            env[number] = made

        return keep_array


def _part(result: Any, at: int) -> Any:
    for place, each in enumerate(_numbers_in(result)):
        if place == at:
            return each
    raise Unrepeatable("a result has fewer parts than it had")


def _item_of(over: Any, index: int) -> Any:
    return over[index]


def as_inputs(value: Any) -> Any:
    """A copy of a value to be changed, in at least double precision; the order in memory stays."""
    if isinstance(value, np.ndarray):
        kind = np.result_type(value.dtype, np.float64)
        return np.array(value, dtype=kind, copy=True, order="K", subok=False)
    return np.float64(value)


def is_finite(value: Any) -> bool:
    """Whether a number, or all of an array, is finite."""
    if isinstance(value, np.ndarray):
        return bool(np.isfinite(value).all())
    return math.isfinite(value)
