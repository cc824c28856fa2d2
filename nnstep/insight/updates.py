"""Which values a training step updates, and what enters the update as their gradient.

Read off the tape: a parameter is a value that was there before the step, and that the step
replaces or changes by adding something that was computed in it. Names only help to choose among
values that differ by a factor.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nnstep.engine.ops import CALL
from nnstep.insight.leaves import leaves
from nnstep.insight.memoryviews import owner_of, view_into
from nnstep.insight.operators import Sides, negated, sides, value_place
from nnstep.insight.replay import run_in
from nnstep.insight.tape import CONTAINERS, Entry, Tape, first_number, is_number

_GRADIENT = re.compile(r"\W*(d[A-Z_]|d[a-z]{1,3}\d*\b|d(cost|loss|l|z|w|b|h|a|x)|g(rad)?\w{0,2}\b|"
                       r"grad|delta|nabla)")  # fmt: skip
_NAME = re.compile(r"[\w.]+(\[[^\]]*\])*")
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
        placed: puts such a value where it is added, in an array of the parameter's shape.
        decays: whether it is a multiple of the parameter itself, by which that shrinks.
    """

    value: Any
    raw: Any
    number: int | None
    at: int
    factor: float
    name: str
    turned: Entry | None = None
    placed: Callable[[Any], Any] | None = None
    decays: bool = False


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
        writers: all ops that take part in it.
        label: what its gradient is called, where that isn't its name.
        used: whether the step computes anything with it before that, the gradient at least; a sum
            of costs isn't used, nor is a moving mean, so that neither is a parameter.
        unseen: whether what can't be followed may have used it.
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
    writers: tuple[Entry, ...] = ()
    label: str = ""
    used: bool = True
    unseen: bool = False

    @property
    def gradient(self) -> Any:
        """What enters the update as gradient, of the parameter's shape: it is followed downhill."""
        return self.gradient_of([each.value for each in self.parts])

    def gradient_of(self, values: Sequence[Any]) -> Any:
        """The same with other values in place of those of the parts."""
        shape = np.shape(self.old)
        kind = np.complex128 if np.iscomplexobj(self.old) else np.float64
        total, scale = np.zeros(shape, dtype=kind), self._scale or 1.0
        for each, value in zip(self.parts, values, strict=True):
            value = np.asarray(value, dtype=np.result_type(value, np.float64))
            added = value if each.placed is None else each.placed(value)
            total = total - each.factor / scale * added
        return _fitted(total, shape)

    @property
    def steps(self) -> list[Part]:
        """The parts that aren't multiples of the parameter itself."""
        return [each for each in self.parts if not each.decays]

    @property
    def _scale(self) -> float:
        return max((abs(each.factor) for each in self.steps), default=0.0)

    @property
    def rate(self) -> float | None:
        """By which multiple of its gradient the parameter moves; None when it's no multiple."""
        return None if self.optimised else self._scale

    @property
    def is_named(self) -> bool:
        """Whether the script has a name for the gradient, so that no rate can be a part of it."""
        return all(_NAME.fullmatch(each.name) for each in self.steps)

    @property
    def gradient_name(self) -> str:
        """What the gradient is called."""
        if self.label:
            return self.label
        names = list(dict.fromkeys(each.name for each in self.steps))
        more = f", {len(self.steps)} times" if len(self.steps) > 1 else ""
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
    known = leaves(tape, start)
    moving = {number for number, (name, _) in known.items() if _moves(tape, number, name, finish)}
    for number, (name, old) in known.items():
        made = _update(tape, entries, name, old, number, finish.get(name), moving)
        if made is not None:
            found[number] = made
    return sorted(found.values(), key=lambda each: each.at)


def in_use(found: Sequence[Update]) -> list[Update]:
    """The updates of parameters: of what is used, where any is."""
    return [each for each in found if each.used] or [*found]


def _moves(tape: Tape, number: int, name: str, finish: Mapping[str, Any]) -> bool:
    """Whether something becomes another one by more than itself, as a counter doesn't."""
    if tape.changed_at.get(number):
        return True
    new = tape.number(finish.get(name))
    if new is None or new == number:
        return False
    leaves = {each for each in tape.sources(new)[1] if tape.is_leaf(each)}
    return bool(leaves - {number})


def unfollowed(
    tape: Tape, start: Mapping[str, Any], finish: Mapping[str, Any], known: Sequence[Update]
) -> list[tuple[str, Any, int]]:
    """What a stretch replaces or changes by something that comes from it, in no way known here.

    Returns:
        For each its name, the object, and the entry that first changes it.
    """
    others, found = {each.number for each in known}, []
    for number, (name, old) in leaves(tape, start).items():
        new = finish.get(name)
        if number in others or not np.size(old):
            continue
        changes = tape.changed_at.get(number)
        if changes:
            found.append((name, old, changes[0]))
        elif new is not None and owner_of(new) is not owner_of(old) and is_number(new):
            made = tape.number(new)
            if made is not None and number in tape.sources(made)[1]:
                found.append((name, old, tape.maker.get(made, 0)))
    return found


def _update(
    tape: Tape, entries: Sequence[Entry], name: str, old: Any, number: int, new: Any,
    moving: set[int],
) -> Update | None:
    changes = [tape.entries[at] for at in tape.changed_at.get(number, ())]
    if changes:
        writers = changes
    elif new is None or owner_of(new) is owner_of(old) or not is_number(new):
        return None
    else:
        writers = _chain(tape, number, tape.number(new))
    # A constant that is bound is the same object wherever the function has it.
    reads = [
        each.at for each in entries
        if (number in each.reads and not each.alias) or number in each.behind
    ]
    finder = _Finder(tape, number, moving)
    added = [finder.added(each) for each in writers]
    if not writers or not reads or None in added or len(writers) > _STEPS:
        return None
    parts = []
    for writer, each in zip(writers, added, strict=True):
        if each is not None:
            finder.begin(writer)
            placed = _placing(tape, writer, number, old) if writer.changes else None
            parts.append(replace(finder.part(*each), placed=placed))
    if all(each.decays for each in parts):
        return None
    before = tape.content(number, 0)
    value = before if not isinstance(old, np.ndarray) else tape.value(old, 0)
    return Update(
        name, number, writers[0].at, reads[0], tuple(parts), np.array(value), old,
        finder.optimised, writers[0], tuple(writers),
        used=_is_used(tape, entries, number, writers, parts),
        unseen=any(each.may_read(number) for each in tape.unclear.values()),
    )


def _is_used(
    tape: Tape, entries: Sequence[Entry], number: int, writers: Sequence[Entry],
    parts: Sequence[Part],
) -> bool:
    """Whether anything but its own update reads a value before that, or the update comes from it.

    That may all stand in one statement, as in `w -= lr * X.T @ (X @ w - y)`.
    """
    own = {id(each.op.statement) for each in writers}
    return any(
        number in each.reads and not each.alias and id(each.op.statement) not in own
        for each in entries if each.at < writers[0].at
    ) or any(
        number in tape.sources(each.number, each.at)[1]
        for each in parts if not each.decays and each.number is not None
    )


def _placing(tape: Tape, writer: Entry, number: int, old: Any) -> Callable[[Any], Any] | None:
    """How what an entry adds comes into a parameter, where it isn't added to all of it."""
    node, recorded = writer.op.node, writer.operands
    at = len(recorded) - 1 if _ufunc_at(writer) else value_place(writer)
    if at is None or (isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name)
                      and np.shape(recorded[0]) == np.shape(old)):  # fmt: skip
        return None
    owner = tape.owners[number]

    def placed(value: Any) -> Any:
        kind = np.result_type(owner, np.float64)
        content = np.zeros_like(owner, dtype=kind, order="K", subok=False)
        operands = list(recorded)
        if isinstance(node, ast.AugAssign):
            operands[0] = np.zeros_like(recorded[0])  # an item, read before
        operands[at] = value
        run_in(tape, writer, number, content, operands)
        found = view_into(old)(content)
        falls = isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Sub)
        falls = falls or _ufunc_at(writer) == "subtract"
        return -found if falls else found

    return placed


def _ufunc_at(entry: Entry) -> str:
    """The function of `np.add.at(W, rows, step)`, which adds in place; empty for others."""
    function = entry.operands[0] if entry.op.kind == CALL and len(entry.operands) > 2 else None
    owner = getattr(function, "__self__", None)
    if isinstance(owner, np.ufunc) and getattr(function, "__name__", "") == "at":
        return str(owner.__name__) if owner in (np.add, np.subtract) else ""
    return ""


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
            part = tape.number(each)
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
    if found is None:
        return False
    scales = found.operator in (ast.Mult, ast.Div) and (
        _is_scalar(found.left) or _is_scalar(found.right)
    )
    return found.operator in (ast.Add, ast.Sub) or scales


_Added = tuple[Any, int, float]


class _Finder:
    """Finds what was added to a parameter, and the gradient in that.

    Attributes:
        optimised: whether an optimiser's state was met.
    """

    def __init__(self, tape: Tape, number: int, moving: set[int]) -> None:
        self.optimised = False
        self._moving = moving  # what the step updates
        self._place: tuple[Any, int] = None, 0  # the function and line of the update
        self._tape = tape
        self._number = number

    def begin(self, writer: Entry) -> None:
        """What comes is the update that an entry makes."""
        self._place = writer.code, writer.line

    def added(self, entry: Entry) -> _Added | None:
        """What an entry adds to the parameter: the value, when, and with which sign."""
        ufunc = _ufunc_at(entry)
        if ufunc:
            return entry.operands[-1], entry.at, -1.0 if ufunc == "subtract" else 1.0
        found = sides(entry)
        if found is None:
            # `W[...] = W - step`
            first = entry.operands[0] if entry.changes and entry.operands else None
            number = self._tape.number(first)
            maker = self._tape.maker.get(number) if number is not None else None
            return self.added(self._tape.entries[maker]) if maker is not None else None
        left, right = found.left, found.right
        if found.operator in (ast.Mult, ast.Div):
            return self._scaled(entry, found)
        if found.operator not in (ast.Add, ast.Sub):
            return None
        sign = -1.0 if found.operator is ast.Sub else 1.0
        if self._tape.number(left) == self._number:
            return right, entry.at, sign
        if self._tape.number(right) == self._number and found.operator is ast.Add:
            return left, entry.at, 1.0
        # A chain: what was added before is a part of the old value.
        if _is_array(left) and self._comes_from(left):
            return right, entry.at, sign
        return None

    def _scaled(self, entry: Entry, found: Sides) -> _Added | None:
        """`W *= 0.99` adds a multiple of the parameter itself."""
        for value, factor in ((found.left, found.right), (found.right, found.left)):
            own = self._tape.number(value) == self._number or self._comes_from(value)
            if own and _is_scalar(factor) and not (found.operator is ast.Div and value is not
                                                   found.left):  # fmt: skip
                by = first_number(factor)
                by = 1.0 / by if found.operator is ast.Div and by else by
                return value, entry.at, by - 1.0
        return None

    def _comes_from(self, value: Any) -> bool:
        number = self._tape.number(value)
        return number is not None and self._number in self._tape.sources(number)[1]

    def part(self, value: Any, at: int, factor: float) -> Part:
        """The gradient in what was added."""
        if self._tape.number(value) == self._number:
            name = self._tape.name(self._number)
            return Part(np.array(self._tape.value(value, at)), value, self._number, at, factor,
                        name, decays=True)  # fmt: skip
        name, turned = "", None
        for _ in range(50):
            number = self._tape.number(value)
            name = (self._tape.name(number) if number is not None else "") or name
            inner = self._inner(value, number, at) if number is not None else None
            if inner is None or (self._is_gradient(number) and not self._is_cut(number, at)):
                break
            writer = self._tape.last_writer(number, at) if number is not None else None
            if writer is not None and negated(writer) is not None:
                turned = writer
            value, at, factor = inner[0], inner[1], factor * inner[2]
        number = self._tape.number(value)
        writer = self._tape.last_writer(number, at) if number is not None else None
        named = self._tape.name(number) if number is not None else ""
        text = named or (writer.text if writer is not None else name)
        shown = self._tape.value(value, at)
        return Part(np.array(shown), value, number, at, factor, text, turned)

    def _is_gradient(self, number: int | None) -> bool:
        """Whether a value is called a gradient, and so what it was made from doesn't matter."""
        names = self._tape.names.get(number, []) if number is not None else []
        return any(_GRADIENT.match(_last(each)) for each in names)

    def _is_cut(self, number: int | None, at: int) -> bool:
        """Whether a gradient was clipped: what matters is what it was before."""
        writer = self._tape.last_writer(number, at) if number is not None else None
        return writer is not None and _function(writer) in _OF_STEPS

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
            return self._before_cut(writer)
        left, right = found.left, found.right
        if found.operator is ast.Mult:
            if self._is_rate(left, writer) and _is_array(right, value):
                return right, writer.at, first_number(left)
            if self._is_rate(right, writer) and _is_array(left, value):
                return left, writer.at, first_number(right)
        if found.operator is ast.Div and _is_array(left, value):
            if self._is_rate(right, writer):
                return left, writer.at, 1.0 / (first_number(right) or 1.0)
            if _is_scalar(right) and not self._is_made(right) and not self.optimised:
                return None
            self.optimised = True
            return left, writer.at, 1.0
        if found.operator is ast.Mult and _is_array(left, value) and _is_array(right, value):
            return self._beside_rates(left, right, writer)
        if found.operator in (ast.Add, ast.Sub):
            return self._beside_state(left, right, writer, found.operator)
        return None

    def _is_rate(self, value: Any, entry: Entry) -> bool:
        """Whether it is one number that doesn't depend on what the step updates.

        Before the statement of the update it must be a plain one with a fraction: what is computed
        there, such as 1/n, belongs to the gradient.
        """
        if not _is_scalar(value):
            return False
        number = self._tape.number(value)
        if (entry.code, entry.line) != self._place and not self.optimised:
            return isinstance(value, float) and (number is None or self._tape.is_leaf(number))
        return number is None or self._moving.isdisjoint(self._tape.sources(number)[1])

    def _is_made(self, value: Any) -> bool:
        """Whether the step has computed a number from what it updates, as Adam does its roots."""
        number = self._tape.number(value)
        return number is not None and not self._tape.is_leaf(number)

    def _before_cut(self, writer: Entry) -> _Added | None:
        """What was clipped, or of which only the sign is taken."""
        if _function(writer) not in _OF_STEPS:
            return None
        owner = getattr(writer.operands[0], "__self__", None)
        given = owner if is_number(owner) else writer.operands[1] if writer.operands[1:] else None
        if given is None:
            return None
        self.optimised |= _function(writer) == "sign"
        return given, writer.at, 1.0

    def _beside_rates(self, left: Any, right: Any, writer: Entry) -> _Added | None:
        """Of a product the part that isn't a rate for each element, which was there before."""
        given = [self._is_given(each) for each in (left, right)]
        if given[0] == given[1]:
            return None
        self.optimised = True
        return (right if given[0] else left), writer.at, 1.0

    def _is_given(self, value: Any) -> bool:
        """Whether a value was there before, and the step doesn't change it."""
        number = self._tape.number(value)
        return number is not None and self._tape.is_leaf(number) and number != self._number and (
            number not in self._tape.changed_at
        )

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
        number = self._tape.number(value)
        if number is None or not isinstance(value, np.ndarray | np.floating | float):
            return False
        made, sources = self._tape.sources(number, at)
        leaves = [each for each in sources if self._tape.is_leaf(each)]
        arrays = [each for each in leaves if np.size(self._tape.owners[each]) > 1]
        if not arrays and np.size(value) > 1:
            return False
        if not (arrays or made) and np.any(value) and self._moving.isdisjoint(leaves):
            return False  # a label, which is given, too
        shape = np.shape(self._tape.owners[self._number])
        alike = all(np.shape(self._tape.owners[each]) == shape for each in arrays)
        return alike and self._number not in sources and all(_is_simple(each) for each in made)


_OF_STEPS = ("clip", "sign")  # what is done to a gradient on its way into an update


def _function(entry: Entry) -> str:
    """The name of the function that an entry calls."""
    first = entry.operands[0] if entry.op.kind == CALL and entry.operands else None
    return str(getattr(first, "__name__", ""))


def _is_simple(entry: Entry) -> bool:
    first = entry.operands[0] if entry.operands else None
    held = isinstance(getattr(first, "__self__", first), CONTAINERS)  # `state.get(name, 0.0)`
    return held or sides(entry) is not None or negated(entry) is not None


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
