"""Mends: other outcomes that an op might have had, as people get gradients wrong.

Another operand of the same shape, a transpose, a sign, a factor, another operator or axis, a slope
that is missing. Nothing here knows which of them is true: faults.py tries them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from nnstep.engine import ops
from nnstep.insight.memoryviews import view_into
from nnstep.insight.operators import sides
from nnstep.insight.readings import Step
from nnstep.insight.tape import Entry, Tape, is_number

LARGE = 200_000  # elements, above which a value isn't tried


class Try(NamedTuple):
    """Another outcome of an op.

    Attributes:
        cost: how far-fetched it is.
        code: how it would be written.
        make: gives the outcome, of the shape of the recorded one.
    """

    cost: int
    code: str
    make: Callable[[], Any]


def target_of(entry: Entry, tape: Tape) -> Any:
    """The value that an op makes, or changes."""
    if entry.changes:
        number = entry.changes[0]
        for each in entry.operands:
            if is_number(each) and tape.number(each) == number:
                return each if isinstance(each, np.ndarray) else tape.owners[number]
        return tape.owners[number]
    return entry.result


def outcome_of(tape: Tape, entry: Entry) -> Any:
    """What came out of an op, as it was then."""
    target = target_of(entry, tape)
    return tape.value(target, entry.at + 1) if is_number(target) else None


class Value(NamedTuple):
    """A value that might stand in place of another.

    Attributes:
        name: how the script calls it.
        value: the value.
        at: behind which entry it is there.
    """

    name: str
    value: Any
    at: int


def pool_of(step: Step) -> list[Value]:
    """The values of the step that have names: as they were made, and once they were changed."""
    tape, found = step.tape, dict[tuple[str, int], Value]()
    for number, value in enumerate(tape.owners):
        name = tape.name(number)
        if not name or not isinstance(value, np.ndarray) or value.size > LARGE:
            continue
        if tape.is_leaf(number):
            found[(name, -1)] = Value(name, tape.content(number, 0), -1)
    for each in step.script:
        for number in (*each.makes, *each.changes):
            value = tape.owners[number]
            names = tape.names.get(number, [])
            if names and isinstance(value, np.ndarray) and 1 <= value.size <= LARGE:
                name = each.names[0] if each.names else names[-1 if each.changes else 0]
                found[(name, each.at)] = Value(name, tape.content(number, each.at + 1), each.at)
    return list(found.values())


def attempts(
    entry: Entry, outcome: Any, pool: list[Value], tape: Tape, sizes: Sequence[int]
) -> Iterator[Try]:
    """Other outcomes of an op, the simple ones first."""
    text = entry.text
    there = [each for each in pool if each.at < entry.at]
    target = entry.names[0] + " = " if entry.names and not text.startswith(entry.names[0]) else ""
    yield Try(3, _signed(text), lambda: -np.asarray(outcome))
    for factor, words in ((0.5, "/ 2"), (2.0, "* 2")):
        yield Try(4, f"{target}{in_brackets(text)} {words}", _times(outcome, factor))
    for size in sizes:
        yield Try(5, f"{target}{in_brackets(text)} / {size}", _times(outcome, 1 / size))
        yield Try(5, f"{target}{in_brackets(text)} * {size}", _times(outcome, size))
    if not (entry.called and not entry.operands):
        yield from _other_operands(entry, there, tape)
        yield from _other_operators(entry, tape)
        yield from _other_axes(entry, tape)
        yield from _whole_sums(entry, outcome, tape)
    for each in there:
        if each.value.shape == np.shape(outcome) or each.value.size == 1:
            for cost, form, value in _forms(each):
                code = f"{target}{in_brackets(text)} * {form}"
                yield Try(cost + 5, code, _times(outcome, value))
                if cost and each.value.shape == np.shape(outcome):
                    left = text.partition(" = ")[0] + " = " if " = " in text else target
                    yield Try(cost + 3, left + form, _times(value, 1.0))


def in_brackets(text: str) -> str:
    left, equals, right = text.partition(" = ")
    if equals:
        return f"{left} = ({right})" if _needs_brackets(right) else text
    return f"({text})" if _needs_brackets(text) else text


def _needs_brackets(text: str) -> bool:
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        return False
    return isinstance(node, ast.BinOp | ast.UnaryOp | ast.Compare)


def _signed(text: str) -> str:
    left, equals, right = text.rpartition(" = ")
    inner = f"({right})" if _needs_brackets(right) else right
    return f"{left}{equals}-{inner}"


def _times(outcome: Any, factor: Any) -> Callable[[], Any]:
    return lambda: np.asarray(outcome) * factor


def _forms(each: Value) -> Iterator[tuple[int, str, Any]]:
    """A value as it stands, and as a slope."""
    name, value = each.name, each.value
    yield 0, name, value
    yield 1, f"(1 - {name} ** 2)", 1 - value**2
    yield 1, f"{name} * (1 - {name})", value * (1 - value)
    yield 1, f"({name} > 0)", value > 0


def _other_operands(entry: Entry, pool: list[Value], tape: Tape) -> Iterator[Try]:
    """An operand replaced by another value of its shape, or turned."""
    first = 1 if entry.op.kind == ops.CALL else 0
    recorded = [tape.value(each, entry.at) if is_number(each) else each for each in entry.operands]
    for place in range(first, len(recorded)):
        value, text = recorded[place], entry.op.operands[place : place + 1]
        if not text or not isinstance(value, np.ndarray | float | int | np.number):
            continue
        if isinstance(value, np.ndarray):
            for each in pool:
                turned = text[0].endswith(".T")
                for shape_of, suffix in ((each.value, ""), (each.value.T, ".T")):
                    if shape_of.shape != value.shape or (suffix and value.ndim < 2):
                        continue
                    same = suffix == ".T" if turned else not suffix
                    yield _replaced(
                        entry, recorded, place, text[0], each.name + suffix, shape_of, tape,
                        1 if same else 3,
                    )
            if value.ndim == 2:
                swapped = text[0].removesuffix(".T") if text[0].endswith(".T") else text[0] + ".T"
                yield _replaced(entry, recorded, place, text[0], swapped, value.T, tape, 1)
            for each in pool:
                if each.value.shape == value.shape:
                    for cost, form, other in _forms(each):
                        code = f"({text[0]} * {form})"
                        yield _replaced(
                            entry, recorded, place, text[0], code, value * other, tape, cost + 6
                        )
            own = Value(text[0], value, -1)
            for cost, form, other in [*_forms(own), (1, f"(1 - {text[0]})", 1 - value)][1:]:
                yield _replaced(entry, recorded, place, text[0], form, other, tape, 2 + cost)
        else:
            for factor, words in ((-1, f"-{text[0]}"), (2, f"2 * {text[0]}"),
                                  (0.5, f"{text[0]} / 2"), (0, "0")):  # fmt: skip
                yield _replaced(
                    entry, recorded, place, text[0], words, value * factor, tape, 3
                )
            for other in (1, 2, 3):
                yield _replaced(entry, recorded, place, text[0], str(other), other, tape, 3)


def _replaced(
    entry: Entry, recorded: list[Any], place: int, text: str, name: str, value: Any, tape: Tape,
    cost: int,
) -> Try:
    code = re.sub(rf"(?<![\w.]){re.escape(text)}(?![\w(\[])", lambda _: name, entry.text, count=1)
    if code == entry.text:
        code = entry.text.replace(text, name, 1)

    def make() -> Any:
        operands = list(recorded)
        operands[place] = np.array(value) if isinstance(value, np.ndarray) else value
        return _execute(entry, operands, tape)

    return Try(cost, code, make)


def _execute(entry: Entry, operands: list[Any], tape: Tape) -> Any:
    """An op with other operands: what comes out, or what it changes then."""
    if not entry.changes:
        return entry.op.fn(*operands)
    number = entry.changes[0]
    content = np.array(entry.before[number], dtype=np.float64, order="K")
    mapped = [
        view_into(raw)(content) if is_number(raw) and tape.number(raw) == number else each
        for raw, each in zip(entry.operands, operands, strict=True)
    ]
    entry.op.fn(*mapped)
    return view_into(target_of(entry, tape))(content)


_SWAPS: dict[type[ast.operator], tuple[tuple[str, Callable[[Any, Any], Any]], ...]] = {
    ast.Add: (("-", np.subtract),), ast.Sub: (("+", np.add),),
    ast.Mult: (("/", np.divide),), ast.Div: (("*", np.multiply),),
}


def _other_operators(entry: Entry, tape: Tape) -> Iterator[Try]:
    """Another operator, or one operand alone."""
    found = sides(entry)
    if found is None:
        return
    kind, left, right, one, other = found
    left, right = (
        tape.value(each, entry.at) if is_number(each) else each for each in (left, right)
    )
    for sign, function in _SWAPS.get(kind, ()):
        yield Try(2, f"{one} {sign} {other}", _applied(function, left, right))
    yield Try(3, one, _times(left, 1.0))
    yield Try(3, other, _times(right, 1.0))
    if kind is ast.Sub:
        yield Try(3, f"{other} - {one}", _applied(np.subtract, right, left))
    if kind is ast.Pow:
        for power in (1, 2, 3):
            yield Try(2, f"{one} ** {power}", _applied(np.power, left, power))


def _applied(function: Callable[..., Any], *values: Any) -> Callable[[], Any]:
    return lambda: function(*values)


def _other_axes(entry: Entry, tape: Tape) -> Iterator[Try]:
    """A sum over another axis."""
    if entry.op.kind != ops.CALL or not entry.operands:
        return
    name = getattr(entry.operands[0], "__name__", "")
    receiver = getattr(entry.operands[0], "__self__", None)
    given = receiver if isinstance(receiver, np.ndarray) else next(
        (each for each in entry.operands[1:] if isinstance(each, np.ndarray)), None
    )
    if name not in ("sum", "mean") or given is None:
        return
    value = tape.value(given, entry.at)
    shape = np.shape(entry.result)
    for kind, function in (("sum", np.sum), ("mean", np.mean)):
        for axis in range(value.ndim):
            for keep in (False, True):
                code = f"np.{kind}({_text_of(entry)}, axis={axis}, keepdims={keep})"
                cost = 1 if kind == name else 2
                yield Try(cost, code, _reduced(function, value, axis, keep, shape))


def _reduced(
    function: Callable[..., Any], value: Any, axis: int, keep: bool, shape: tuple[int, ...]
) -> Callable[[], Any]:
    return lambda: _fitting(function(value, axis=axis, keepdims=keep), shape)


def _whole_sums(entry: Entry, outcome: Any, tape: Tape) -> Iterator[Try]:
    """The sum over all rows in place of one of them."""
    if not isinstance(entry.op.node, ast.Subscript) or not entry.operands:
        return
    value = tape.value(entry.operands[0], entry.at) if is_number(entry.operands[0]) else None
    if isinstance(value, np.ndarray) and value.ndim > 1:
        for axis in range(value.ndim):
            code = f"np.sum({entry.op.operands[0]}, axis={axis})"
            yield Try(2, code, _reduced(np.sum, value, axis, False, np.shape(outcome)))


def _text_of(entry: Entry) -> str:
    head = entry.op.operands[0]
    return head.rpartition(".")[0] if not head.startswith("np.") else (*entry.op.operands, "")[1]


def _fitting(value: Any, shape: tuple[int, ...]) -> Any:
    return np.broadcast_to(value, shape) if np.size(value) != int(np.prod(shape)) else np.reshape(
        value, shape
    )


def products(
    pool: list[Value], writer: Entry, shape: tuple[int, ...]
) -> Iterator[Try]:
    """Products and sums of two values that have a gradient's shape."""
    there = [each for each in pool if each.at < writer.at and each.value.ndim == 2]
    target = f"{writer.names[0]} = " if writer.names else ""
    for one in there:
        rows, columns = one.value.shape
        if len(shape) == 2:
            for other in there:
                if other.value.shape[0] == rows and shape == (columns, other.value.shape[1]):
                    code = f"{target}{one.name}.T @ {other.name}"
                    yield Try(6, code, _applied(np.matmul, one.value.T, other.value))
                if other.value.shape[1] == columns and shape == (rows, other.value.shape[0]):
                    code = f"{target}{one.name} @ {other.name}.T"
                    yield Try(6, code, _applied(np.matmul, one.value, other.value.T))
        size = int(np.prod(shape))
        for axis, length in ((0, columns), (1, rows)):
            if length == size:
                code = f"{target}{one.name}.sum(axis={axis})"
                yield Try(6, code, _applied(np.sum, one.value, axis))
