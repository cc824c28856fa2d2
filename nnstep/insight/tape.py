"""The tape: the ops of a stretch of a run as data flow.

An observer of the machine writes it. Each entry knows which values it read and which it made or
changed, so one can ask where a value came from, and what follows from it. What a text means is not
asked: aliases, views, containers, calls and in-place changes are told by identity and memory alone.
How entries are executed again is replay.py's affair.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field
from types import CellType, FunctionType, GeneratorType, MethodType
from typing import Any, NamedTuple

import numpy as np

from nnstep.engine import ops
from nnstep.engine.comprehensions import EXHAUSTED
from nnstep.engine.frames import Frame
from nnstep.engine.memory import candidates
from nnstep.engine.moments import Path, path_of
from nnstep.engine.observer import Observer, Refused
from nnstep.engine.ops import Code, Op
from nnstep.engine.values import attributes, is_of_script
from nnstep.insight.memoryviews import owner_of, view_into

Values = dict[int, Any]
"""Values by number, in place of those that were recorded."""

_SCALARS = (float, np.floating)
CONTAINERS = (list, tuple, dict)
_DEPTH, _ITEMS = 4, 2000  # levels of containers, and items of one, that are looked into
_FAR = 8  # levels, where Python itself takes values out of iterators and objects


class TooLong(Refused):
    """There are more ops in the stretch than a tape should hold."""


def is_number(value: object) -> bool:
    """Whether it is followed: an array of numbers, or a number with a fraction."""
    kind = type(value)
    if issubclass(kind, np.ndarray):
        return value.dtype.kind in "fiubc"  # type: ignore[attr-defined]
    return issubclass(kind, _SCALARS)


def first_number(value: Any) -> float:
    """A number, or the only one of an array."""
    return float(np.asarray(value).reshape(-1)[0])


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
        behind: those of what Python itself may have read in it besides.
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
    behind: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        """The op as the script has it."""
        return self.code.text(self.op)

    @property
    def line(self) -> int:
        """The line of the op."""
        return self.code.span(self.op).line


class Lack(NamedTuple):
    """Something that can't be followed.

    Attributes:
        at: before which entry it happened first.
        numbers: of the values that it may have read; None where that isn't known.
    """

    at: int
    numbers: set[int] | None

    def may_read(self, number: int) -> bool:
        """Whether it may have read a value."""
        return self.numbers is None or number in self.numbers


class Tape:
    """Entries in their order, and the values on them.

    A value has a number, that of the memory behind it: an array and its views have the same one,
    before an in-place change and after.

    Attributes:
        entries: what was executed.
        owners: the values by number.
        maker: which entry made a value; what was there before has none.
        names: under which names a value was bound or read, in their order.
        unclear: what couldn't be followed, by words.
        is_interrupted: whether what is worked out from it should be given up.
    """

    def __init__(self, is_interrupted: Callable[[], bool] = lambda: False) -> None:
        self.is_interrupted = is_interrupted
        self.entries: list[Entry] = []
        self.owners: list[Any] = []
        self.maker: dict[int, int] = {}
        self.names: dict[int, list[str]] = {}
        self.changed_at: dict[int, list[int]] = {}
        self.unclear: dict[str, Lack] = {}
        self._number: dict[int, int] = {}

    # Values.

    def number(self, value: Any) -> int | None:
        """The number of a value that was met, None for any other and for what isn't followed."""
        return self._number.get(id(owner_of(value))) if is_number(value) else None

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

    def forget(self, number: int, name: str) -> None:
        """A value no longer has a name that it was given."""
        self.names[number].remove(name)

    def lack(self, words: str, numbers: set[int] | None) -> None:
        """Something can't be followed now; it may have read these, or any where None are known."""
        known = self.unclear.get(words, Lack(len(self.entries), set()))
        every = None if known.numbers is None or numbers is None else known.numbers | numbers
        self.unclear[words] = Lack(known.at, every)

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
        return value if content is self.owners[number] else view_into(value)(content)

    def operands(self, entry: Entry) -> list[Any]:
        """What an entry worked on, as it was then."""
        return [self.value(each, entry.at) for each in entry.operands]

    # Flow.

    def affected(
        self, numbers: Iterable[int], entries: Iterable[Entry], also: Container[int] = ()
    ) -> list[Entry]:
        """The entries whose outcome depends on some values, with what they make; and others."""
        tainted, found = set(numbers), []
        for each in entries:
            if each.at not in also and (each.alias or tainted.isdisjoint(each.reads)):
                continue
            found.append(each)
            tainted.update(each.makes)
            tainted.update(each.changes)
        return found

    def sources(
        self, number: int, before: int | None = None, ends: Container[int] = ()
    ) -> tuple[list[Entry], set[int]]:
        """What a value was made by, latest first, and the values that it came from.

        Args:
            number: the value.
            before: the entry before which it is meant; None for the end of the tape.
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
                wanted.update(each.reads, each.behind)
        return found, wanted

    def target(self, entry: Entry) -> Any:
        """The value that an entry makes, or changes."""
        if not entry.changes:
            return entry.result
        number = entry.changes[0]
        for each in entry.operands:
            if is_number(each) and self.number(each) == number and isinstance(each, np.ndarray):
                return each
        return self.owners[number]

    def outcome(self, entry: Entry) -> Any:
        """What came out of an entry, as it was then; None where it isn't followed."""
        target = self.target(entry)
        return self.value(target, entry.at + 1) if is_number(target) else None

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
        self._hidden = ""  # what may be read natively by the op that is under way
        self._behind: set[int] | None = None  # the values that it may read, as far as known

    def arrive(self, frame: Frame, op: Op) -> bool:
        """Whether to halt."""
        return self._halts(frame, op)

    def before(self, frame: Frame, op: Op, operands: tuple[Any, ...]) -> None:
        """Note what is read, and copy what may change."""
        tape = self.tape
        self._held = tuple([
            type(each)(each) if type(each) in (list, dict) else each for each in operands
        ])
        self._hidden = ""
        if op.kind == ops.CALL:
            self._look_behind(op, operands)
        for name, each in zip(op.operands, operands, strict=False):
            for part in numbers_in(each):
                number = tape.register(part)
                if part is each and name and tape.is_leaf(number):
                    tape.call(number, name.removesuffix(".T"))
        self._places = [
            (tape.register(value), np.array(owner_of(value), copy=True, order="K", subok=False))
            for _, value in candidates(frame, op, operands)
            if isinstance(value, np.ndarray) and is_number(value)
        ]
        if self._places and _changes_item(op) and isinstance(operands[0], np.ndarray):
            # `x[rows] += y` adds to a copy of these items, and puts that back.
            number = tape.register(operands[0])
            if all(number != each for each, _ in self._places):
                self._places.append((number, operands[0].copy(order="K")))

    def _look_behind(self, op: Op, operands: tuple[Any, ...]) -> None:
        """Note what a call may read that hands something to Python to execute."""
        readers = [
            name for name, each in zip(op.operands, operands, strict=False)
            if type(each) in _READERS
        ]
        if readers:
            seen = set[int]()
            reached = {
                self.tape.register(part) for each in operands
                if type(each) in _READERS or is_of_script(type(each))
                for part in _reached(each, seen=seen)
            }
            if reached:
                self._hidden, self._behind = readers[-1], reached

    def entered(self, frame: Frame, op: Op, operands: tuple[Any, ...], callee: Frame) -> None:
        """A call is stepped into: its result is made in there."""
        self._hidden = ""
        self._calls.append((frame, op, self._held))
        self._places = []
        if self._depth(frame) == self._base:
            self._outer = _path_at(frame, op)

    def after(self, frame: Frame, op: Op, operands: tuple[Any, ...], value: Any) -> None:
        """Write the entry."""
        if value is EXHAUSTED or op.kind in (ops.BRANCH, ops.WHILE, ops.JUMP):
            return
        returned = self._is_call_of(frame, op)
        held = self._calls.pop()[2] if returned else () if op.kind == ops.NEXT else self._held
        if isinstance(value, CONTAINERS) and len(value) > _ITEMS and op.kind == ops.CALL:
            self._hidden = frame.code.text(op)
            self._behind = None
        if self._hidden:
            line = frame.code.span(op).line
            words = f"line {line}: what `{self._hidden}` reads isn't followed"
            self.tape.lack(words, self._behind)
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
            tape.register(part) for each in operands for part in numbers_in(each)
        )
        depth, path = self._depth(frame), _path_at(frame, op)
        outer = path if depth == self._base else self._outer
        entry = Entry(at, op, frame.code, path, outer, depth, operands, value, tuple(reads))
        # What adds nothing is an update all the same.
        certain = op.kind != ops.CALL
        changes = self._changes(certain) if not returned else {}
        entry.before, entry.changes = changes, tuple(changes)
        for number in changes:
            tape.changed_at.setdefault(number, []).append(at)
        made = []
        for part in numbers_in(value):
            if tape.number(part) is None:
                number = tape.register(part)
                if not returned:
                    tape.maker[number] = at
                    made.append(number)
        entry.makes = tuple(made)
        entry.names = op.store.names
        entry.alias = not made and not changes
        entry.called = returned
        if self._hidden and not returned:
            entry.behind = tuple(self._behind or ())
        if op.kind == ops.NEXT and made:
            self._item(entry, frame, op)
        _call(tape, entry.names, value)
        if entry.reads or entry.makes or entry.names or entry.behind:
            tape.entries.append(entry)

    def _changes(self, certain: bool) -> dict[int, Any]:
        return {
            number: before for number, before in self._places
            if certain or not _same_bytes(before, self.tape.owners[number])
        }

    def _item(self, entry: Entry, frame: Frame, op: Op) -> None:
        """Numbers that a loop takes out of an array."""
        tape, iterator = self.tape, frame.temps[op.slot]
        over = list(_arrays_of(iterator))
        if len(over) == 1 and type(iterator) is type(iter(over[0])):
            number = tape.register(over[0])
            entry.operands = over[0], frame.temps[op.slot + 1]
            entry.reads = (number,)
            if number in entry.makes:  # of which it gives a view
                del tape.maker[number]
                entry.makes = tuple(each for each in entry.makes if each != number)
            return
        for number in entry.makes:  # given, then, as the arrays are
            del tape.maker[number]
        entry.makes, entry.alias = (), True
        known = over or [*_reached(iterator)]
        if not over or not all(tape.is_leaf(tape.register(each)) for each in over):
            tape.lack(
                f"line {entry.line}: a loop over numbers that can't be followed",
                {tape.register(each) for each in known} if known else None,
            )


def _changes_item(op: Op) -> bool:
    node = op.node
    return isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Subscript)


def _path_at(frame: Frame, op: Op) -> Path:
    """When an op of a frame runs: the machine notes where it is only where it may halt."""
    behind, frame.pc = frame.pc, op.index
    try:
        return path_of(frame)
    finally:
        frame.pc = behind


def _arrays_of(iterator: Any, depth: int = 3) -> Iterator[Any]:
    """The arrays that an iterator goes over."""
    if isinstance(iterator, np.ndarray):
        yield iterator
    elif depth and hasattr(type(iterator), "__next__"):
        for each in _parts_of(iterator):
            yield from _arrays_of(each, depth - 1)


def _parts_of(iterator: Any) -> tuple[Any, ...]:
    """What an iterator of Python's own goes over, as far as it tells."""
    if type(iterator).__module__ not in ("builtins", "itertools"):
        return ()  # the script's own would run its code
    try:
        return tuple(iterator.__reduce__()[1])
    except (TypeError, AttributeError):
        return ()


def _call(tape: Tape, names: tuple[str, ...], value: Any) -> None:
    """Remember what the values are called from now on."""
    items = (value,) if len(names) == 1 else value if isinstance(value, tuple) else ()
    for name, item in zip(names, items, strict=False):
        number = tape.number(item)
        if number is not None:
            tape.call(number, name)


def numbers_in(value: Any, depth: int = _DEPTH) -> Iterator[Any]:
    """The values that are followed in a value: itself, or what a container holds."""
    kind = type(value)
    if kind is np.ndarray or kind is float:
        yield value
    elif issubclass(kind, CONTAINERS):
        if depth and len(value) <= _ITEMS:
            for each in list(value.values()) if issubclass(kind, dict) else value:
                yield from numbers_in(each, depth - 1)
    elif is_number(value):
        yield value
    elif kind in BOUND and depth:  # also what `state.get` may hand out
        yield from numbers_in(value.__self__, depth - 1)


_READERS = (
    FunctionType, MethodType, GeneratorType, functools.partial, map, filter,
)
_PARTS = ("__self__", "__func__", "args", "keywords", "func")


def _reached(value: Any, depth: int = _FAR, seen: set[int] | None = None) -> Iterator[Any]:
    """The values that are followed and that something can reach which Python itself executes."""
    seen = set() if seen is None else seen
    if not depth or id(value) in seen:
        return
    kind = type(value)
    if is_number(value):
        yield value
        return
    seen.add(id(value))
    inner: Iterable[Any] = ()
    if issubclass(kind, CONTAINERS):
        inner = list(value.values() if issubclass(kind, dict) else value)
    elif kind is GeneratorType:
        frame = value.gi_frame
        if frame is not None:
            known = frame.f_globals
            inner = [*frame.f_locals.values()]
            inner += [known[each] for each in value.gi_code.co_names if each in known]
    elif kind is FunctionType:
        names = value.__code__.co_names
        inner = [value.__globals__[each] for each in names if each in value.__globals__]
        inner += [each.cell_contents for each in value.__closure__ or () if each != CellType()]
    elif kind in (map, filter):
        inner = _parts_of(value)
    elif kind in _READERS:
        inner = [getattr(value, each, None) for each in _PARTS]
    elif hasattr(kind, "__next__") and kind.__module__ == "builtins":
        inner = _parts_of(value)
    elif is_of_script(kind):
        inner = list(attributes(value).values())
    for each in inner:
        yield from _reached(each, depth - 1, seen)


BOUND: tuple[type, ...] = (type([].append), type((1.0).__add__))
"""The types of what is bound to a value of Python's own or NumPy's: `state.get`, `a.__add__`."""


def _same_bytes(one: Any, other: Any) -> bool:
    return bool(one.shape == other.shape and one.tobytes() == other.tobytes())
