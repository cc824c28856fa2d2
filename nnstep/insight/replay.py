"""Executing entries of a tape again, with other values: by the machine's own functions, on copies.

Prepared once for the values that change, and then run many times; the run itself isn't touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnstep.engine import ops
from nnstep.engine.timeline import Interrupted
from nnstep.insight.memoryviews import View, view_into
from nnstep.insight.tape import (
    BOUND,
    CONTAINERS,
    Entry,
    Tape,
    Values,
    is_number,
    numbers_in,
)

_ELEMENTS = 2000  # that take as long as the rest of what it is to execute an entry


class Unrepeatable(Exception):
    """An entry can't be executed again; the message says which and why."""


Getter = Callable[[Values], Any]


@dataclass(slots=True)
class Live:
    """An entry that is about to be executed again, another way.

    Attributes:
        entry: the entry.
        operands: what it works on now.
    """

    entry: Entry
    operands: list[Any]
    _tape: Tape
    _values: Values
    _result: Getter | None

    @classmethod
    def of_recorded(cls, tape: Tape, entry: Entry) -> Live:
        """An entry with what it had."""
        return cls(entry, tape.operands(entry), tape, {}, None)

    def outcome(self) -> Any:
        """What comes out of the op as it stands, or what it changes."""
        return self.run(self.operands) if self._result is None else self._result(self._values)

    def run(self, operands: Sequence[Any]) -> Any:
        """What comes out of the op with other operands, or what it changes then."""
        entry = self.entry
        if not entry.changes:
            return entry.op.fn(*operands)
        return self._run_in(as_inputs(self._values[entry.changes[0]]), operands)

    def before(self) -> Any:
        """What the op changes, as it is before."""
        return view_into(self._tape.target(self.entry))(self._values[self.entry.changes[0]])

    def run_on_zeros(self) -> Any:
        """What the op puts into what it changes, where there was nothing before."""
        content = np.zeros_like(as_inputs(self._values[self.entry.changes[0]]))
        return self._run_in(content, self.operands)

    def _run_in(self, content: Any, operands: Sequence[Any]) -> Any:
        run_in(self._tape, self.entry, self.entry.changes[0], content, operands)
        return view_into(self._tape.target(self.entry))(content)

    def value(self, raw: Any, recorded: Any) -> Any:
        """What another value of the step is now.

        Args:
            raw: the script's own object.
            recorded: what it was then.
        """
        number = self._tape.number(raw)
        if number is None or number not in self._values:
            return recorded
        return view_into(raw)(self._values[number])


def run_in(
    tape: Tape, entry: Entry, number: int, content: Any, operands: Sequence[Any]
) -> None:
    """Execute an entry that changes something in place, on another content of that.

    Args:
        tape: where the entry is.
        entry: the entry.
        number: of what it changes.
        content: in the place of that, of its shape and order.
        operands: the operands; those that look into what is changed look into the content.
    """
    entry.op.fn(*[
        view_into(raw)(content) if tape.number(raw) == number else each
        for raw, each in zip(entry.operands, operands, strict=True)
    ])


Way = Callable[[Live], Any]
"""Another way to execute an entry: gives its outcome, of the shape of the recorded one."""


class Program:
    """Some entries of a tape, prepared to be executed again and again with other values.

    Executed with no other values it gives what was recorded, but for the precision: all of it is
    computed in at least double precision.

    Attributes:
        entries: what is executed.
    """

    def __init__(
        self, tape: Tape, inputs: Iterable[int], entries: Iterable[Entry],
        otherwise: Iterable[Entry] = (),
    ) -> None:
        """Args:
        tape: where they are.
        inputs: the numbers of the values that will be others.
        entries: what may depend on them.
        otherwise: entries that will be executed another way, which each run tells.

        Raises:
            Unrepeatable: one can't be executed again.
        """
        self._tape = tape
        others = {each.at for each in otherwise}
        tainted = set(inputs)
        self.entries = tape.affected(tainted, entries, others)
        self._ways: Mapping[int, Way] = {}
        self._steps: list[Callable[[Values], None]] = []
        for each in self.entries:
            tainted.update(each.makes)
            tainted.update(each.changes)
            make = self._other_way if each.at in others else self._step
            self._steps.append(make(each, tainted))

    def run(self, values: Mapping[int, Any], ways: Mapping[int, Way] | None = None) -> Values:
        """Execute them.

        Args:
            values: the inputs, as arrays of the shapes and orders of those recorded; they are
                changed in place where the script does so.
            ways: another way to execute an entry, by its place on the tape.

        Returns:
            All values that depend on them.

        Raises:
            Unrepeatable: one has raised.
            Interrupted: someone asked for that.
        """
        if self._tape.is_interrupted():
            raise Interrupted("interrupted")
        env, self._ways = dict(values), ways or {}
        with np.errstate(all="ignore"):
            for step in self._steps:
                step(env)
        return env

    def work(self) -> int:
        """About how much one run is: of small values, how many entries."""
        made = (self._tape.outcome(each) for each in self.entries)
        return len(self.entries) + sum(np.size(each) for each in made) // _ELEMENTS

    def _step(self, entry: Entry, tainted: set[int]) -> Callable[[Values], None]:
        if entry.op.kind == ops.NATIVE:
            raise Unrepeatable(f"line {entry.line} is executed as a whole")
        fn = entry.op.fn
        getters = [self._getter(each, entry.at, tainted) for each in entry.operands]
        if entry.op.kind == ops.NEXT:
            fn = _item_of
        stores, alone = self._stores(entry), is_number(entry.result)

        def step(env: Values) -> None:
            _set_out(entry, env)
            try:
                result = fn(*[each(env) for each in getters])
            except Exception as error:
                raise Unrepeatable(f"line {entry.line}, executed again: {error}") from error
            if stores:
                parts = (result,) if alone else tuple(numbers_in(result))
                for place, store in stores:
                    if place >= len(parts):
                        raise Unrepeatable(f"line {entry.line} gives fewer parts than it did")
                    store(env, parts[place])

        return step

    def _other_way(self, entry: Entry, tainted: set[int]) -> Callable[[Values], None]:
        """Execute an entry as the run tells."""
        tape, at = self._tape, entry.at
        target = tape.target(entry)
        number = tape.number(target)
        if entry.op.kind in (ops.NATIVE, ops.NEXT) or number is None:
            raise Unrepeatable(f"line {entry.line} can't be executed otherwise")
        getters = [self._getter(each, at, tainted) for each in entry.operands]
        ready = self._getter(entry.result, at + 1, tainted) if entry.called else None
        recorded = tape.content(number, at + 1)
        shape, view = np.shape(target), view_into(target)

        def step(env: Values) -> None:
            _set_out(entry, env)
            try:
                live = Live(entry, [each(env) for each in getters], tape, env, ready)
                made = self._ways[at](live)
            except Exception as error:  # what doesn't fit is no way
                raise Unrepeatable(f"line {entry.line}, executed otherwise: {error}") from error
            if np.shape(made) != shape or np.asarray(made).dtype.kind not in "fiub":
                raise Unrepeatable(f"line {entry.line} has another shape then")
            content = as_inputs(env.get(number, recorded))
            if isinstance(content, np.ndarray):
                view(content)[...] = made
                env[number] = content
            else:
                env[number] = np.float64(made)

        return step

    def _getter(self, value: Any, at: int, tainted: set[int]) -> Getter:
        """What gives an operand."""
        kind = type(value)
        if issubclass(kind, CONTAINERS) and not is_number(value):
            return self._container(value, at, tainted)
        if kind in BOUND and is_number(value.__self__):
            inner, name = self._getter(value.__self__, at, tainted), value.__name__
            return lambda env: getattr(inner(env), name)
        number = self._tape.number(value)
        if number is None:
            return lambda env: value
        if number not in tainted:
            fixed = self._tape.value(value, at)
            return lambda env: fixed
        owner = self._tape.owners[number]
        before = self._tape.content(number, at)
        if value is owner or not isinstance(value, np.ndarray):
            return lambda env: env[number] if number in env else before
        view = View.of(value, owner)
        return lambda env: view(env[number] if number in env else before)

    def _container(self, value: Any, at: int, tainted: set[int]) -> Getter:
        numbers = {self._tape.number(each) for each in numbers_in(value)}
        if not numbers & tainted:
            return lambda env: value
        if isinstance(value, dict):
            parts = {key: self._getter(each, at, tainted) for key, each in value.items()}
            return lambda env: {key: each(env) for key, each in parts.items()}
        items = [self._getter(each, at, tainted) for each in value]
        kind = list if isinstance(value, list) else tuple
        return lambda env: kind([each(env) for each in items])

    def _stores(self, entry: Entry) -> list[tuple[int, Callable[[Values, Any], None]]]:
        """What keeps the values that an entry makes, by their places among its parts."""
        if not entry.makes:
            return []
        wanted = set(entry.makes)
        found: list[tuple[int, Callable[[Values, Any], None]]] = []
        for at, part in enumerate(numbers_in(entry.result)):
            number = self._tape.number(part)
            if number in wanted:
                wanted.discard(number)
                found.append((at, self._store(number, part)))
        return found

    def _store(self, number: int, part: Any) -> Callable[[Values, Any], None]:
        owner = self._tape.owners[number]
        if not isinstance(part, np.ndarray):
            def keep(env: Values, new: Any) -> None:
                env[number] = new
            return keep
        view = View.of(part, owner) if part is not owner else None
        strides = owner.strides

        def keep_array(env: Values, new: Any) -> None:
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


def _set_out(entry: Entry, env: Values) -> None:
    """Have copies ready of what an entry changes in place."""
    for number in entry.changes:
        if number not in env:
            env[number] = entry.before[number].copy(order="K")


def _item_of(over: Any, index: int) -> Any:
    return over[index]


def as_inputs(value: Any) -> Any:
    """A copy of a value to be changed, in at least double precision; the order in memory stays."""
    if isinstance(value, np.ndarray):
        kind = np.result_type(value.dtype, np.float64)
        return np.array(value, dtype=kind, copy=True, order="K", subok=False)
    return np.float64(value)
