"""The first wrong op of a gradient, and what would mend it.

A mend is tried, not guessed: the op is executed with another operand or another result, what
follows from it is executed again, and the gradient that comes out is compared with the truth. Where
none works, the flow of the values says which op has right inputs and a wrong result.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from nnstep.engine import ops
from nnstep.engine.source import Span
from nnstep.insight.identities import TRUTH, Identity
from nnstep.insight.operators import sides
from nnstep.insight.readings import Step
from nnstep.insight.tape import Entry, Program, Tape, Unrepeatable, as_inputs, is_number, view_into
from nnstep.insight.truths import Slopes
from nnstep.insight.updates import Update

_CLOSE = 1e-5
_TRIES = 6000
_LARGE = 200_000  # elements, above which a value isn't tried
_MENDS = 3  # that are named

Wrong = tuple[Update, Slopes]


@dataclass(frozen=True)
class Mend:
    """Something that makes the truth come out.

    Attributes:
        code: the op as it should be.
        fixes: the gradients that are right then.
    """

    code: str
    fixes: tuple[str, ...]


@dataclass(frozen=True)
class Fault:
    """The first wrong op.

    Attributes:
        text: the op as the script has it.
        line: its line.
        span: its place.
        path: the file.
        gradients: what it spoils.
        actual: what came out.
        expected: what should have, where that is known.
        mends: what would put it right, the simplest first.
    """

    text: str
    line: int
    span: Span
    path: str
    gradients: tuple[str, ...]
    actual: Any
    expected: Any = None
    mends: tuple[Mend, ...] = ()


class _Try(NamedTuple):
    """Another outcome of an op.

    Attributes:
        cost: how far-fetched it is.
        code: how it would be written.
        make: gives the outcome, of the shape of the recorded one.
    """

    cost: int
    code: str
    make: Callable[[], Any]


class _Found(NamedTuple):
    entry: Entry
    attempt: _Try
    fixed: tuple[int, ...]
    value: Any


def first_faults(
    step: Step, wrong: Sequence[Wrong], right: Sequence[Wrong], known: dict[int, Identity],
    forward: set[int], sizes: Sequence[int],
) -> list[Fault]:
    """The first wrong ops of some gradients.

    Args:
        step: the training step.
        wrong: the wrong gradients, with their truths.
        right: the right ones, which no mend may spoil.
        known: what values are, by the entry that made them.
        forward: the entries on the way to the cost.
        sizes: numbers of rows and the like.
    """
    left = list(range(len(wrong)))
    faults: list[Fault] = []
    style = _style(right)
    for at in [*left]:
        uphill = _uphill(step, wrong[at], style)
        if uphill is not None:
            faults.append(uphill)
            left.remove(at)
    trusted = {at for at, each in known.items() if _is_trusted(each, style)}
    while left and len(faults) < 4:
        search = _Search(step, [wrong[at] for at in left], right, forward | trusted, sizes)
        found = search.run()
        if not found:
            faults += [_by_flow(step, wrong[at], trusted, forward) for at in left]
            break
        best = _best(found)
        same = [each for each in found if each.entry is best.entry and each.fixed == best.fixed]
        faults.append(_fault(step, best, same, [wrong[left[at]] for at in best.fixed]))
        left = [at for place, at in enumerate(left) if place not in best.fixed]
    return _merged(faults)


def _best(found: list[_Found]) -> _Found:
    """What fixes most, is simplest, and stands first."""
    return min(found, key=lambda each: (-len(each.fixed), each.attempt.cost, each.entry.at))


def _fault(step: Step, best: _Found, same: list[_Found], wrong: list[Wrong]) -> Fault:
    names = tuple(update.gradient_name for update, _ in wrong)
    same = sorted(same, key=lambda each: each.attempt.cost)
    codes = dict.fromkeys(each.attempt.code for each in same)
    mends = tuple(Mend(code, names) for code in [*codes][:_MENDS])
    entry = best.entry
    return _as_fault(step, entry, names, best.value, mends)


def _as_fault(
    step: Step, entry: Entry, names: tuple[str, ...], expected: Any, mends: tuple[Mend, ...]
) -> Fault:
    actual = _outcome(step.tape, entry)
    return Fault(
        entry.text, entry.line, entry.code.span(entry.op), entry.code.source.path, names,
        np.array(actual), None if expected is None else np.array(expected), mends,
    )


def _merged(faults: list[Fault]) -> list[Fault]:
    """Faults at the same op are one."""
    found: dict[tuple[int, str], Fault] = {}
    for each in faults:
        key = each.line, each.text
        if key in found:
            old = found[key]
            each = Fault(
                old.text, old.line, old.span, old.path, (*old.gradients, *each.gradients),
                old.actual, old.expected, (*old.mends, *each.mends),
            )
        found[key] = each
    return list(found.values())


# By the sign of the update.


def _style(right: Sequence[Wrong]) -> float:
    """Whether the script goes against its gradients (1), or along their negatives (-1)."""
    signs = [sum(_turn(part.factor) for part in update.parts) for update, _ in right]
    return -1.0 if sum(signs) < 0 else 1.0


def _turn(factor: float) -> float:
    return -1.0 if factor > 0 else 1.0


def _uphill(step: Step, wrong: Wrong, style: float) -> Fault | None:
    """The update itself, when what enters it is right and goes the wrong way."""
    update, truth = wrong
    signs = {_turn(part.factor) for part in update.parts}
    gradient = update.gradient
    if signs != {-style} or np.size(gradient) != truth.size or not _agrees(truth, -gradient, 1.0):
        return None
    entry = update.entry
    code = _swapped_sign(entry.text)
    mends = (Mend(code, (update.gradient_name,)),) if code else ()
    return _as_fault(step, entry, (update.gradient_name,), None, mends)


def _swapped_sign(text: str) -> str:
    """An update with its step the other way round."""
    for one, other in ((" -= ", " += "), (" += ", " -= "), (" - ", " + "), (" + ", " - ")):
        if one in text:
            return text.replace(one, other, 1)
    return ""


def _is_trusted(identity: Identity, style: float) -> bool:
    """Whether a value is what it should be, so that no fault lies before it."""
    return identity.kind != TRUTH or identity.factor * style > 0


# By the flow of values.


def _by_flow(step: Step, wrong: Wrong, good: set[int], forward: set[int]) -> Fault:
    """The first op of right inputs whose result isn't, and from which nothing recovers."""
    update, _ = wrong
    tape = step.tape
    slice_ = _slice(step, update, forward)
    makers: dict[int, int] = {}
    verdicts: dict[int, bool] = {}
    for each in slice_:
        verdicts[each.at] = each.at in good
        for number in (*each.makes, *each.changes):
            makers[number] = each.at
    recovers: set[int] = set()
    for each in reversed(slice_):
        if each.at in recovers or verdicts[each.at]:
            for source in _sources_in(each, slice_, tape):
                recovers.add(source)
    for each in slice_:
        if verdicts[each.at] or each.at in recovers:
            continue
        inputs = _sources_in(each, slice_, tape)
        if all(verdicts[at] or at in recovers for at in inputs):
            return _as_fault(step, each, (update.gradient_name,), None, ())
    last = slice_[-1] if slice_ else update.entry
    return _as_fault(step, last, (update.gradient_name,), None, ())


def _sources_in(entry: Entry, entries: list[Entry], tape: Tape) -> set[int]:
    """The entries of a slice that wrote what an entry reads."""
    inside = {each.at for each in entries}
    writers = (tape.last_writer(number, entry.at) for number in entry.reads)
    return {each.at for each in writers if each is not None and each.at in inside}


def _slice(step: Step, update: Update, forward: set[int]) -> list[Entry]:
    """What the gradient of a parameter was made by, in its order, without the forward pass."""
    own = {id(each) for each in step.script}
    found: dict[int, Entry] = {}
    for part in update.parts:
        if part.number is None:
            continue
        for each in step.tape.sources(part.number, part.at, forward)[0]:
            if id(each) in own and each.at not in forward:
                found[each.at] = each
    for each in step.script:  # the ends of calls
        if each.called and is_number(each.result):
            number = step.tape.number(each.result)
            maker = step.tape.maker.get(number, -1) if number is not None else -1
            if maker in found and each.at not in forward and maker < each.at:
                found[each.at] = each
    return [found[at] for at in sorted(found)]


# By trying.


class _Search:
    """Tries mends."""

    def __init__(
        self, step: Step, wrong: Sequence[Wrong], right: Sequence[Wrong], forward: set[int],
        sizes: Sequence[int],
    ) -> None:
        self._step = step
        self._tape = step.tape
        self._wrong = wrong
        self._right = right
        self._forward = forward
        self._sizes = [each for each in sizes if each > 1][:4]
        self._tries = 0
        self._pool = _pool(step)

    def run(self) -> list[_Found]:
        """All mends that work."""
        entries: dict[int, tuple[Entry, set[int]]] = {}
        for at, (update, _) in enumerate(self._wrong):
            for each in _slice(self._step, update, self._forward):
                entries.setdefault(each.at, (each, set()))[1].add(at)
        found: list[_Found] = []
        for entry, concerned in entries.values():
            found += self._at(entry, concerned)
        for at in range(len(self._wrong)):
            if not any(at in each.fixed for each in found):
                found += self._of_claim(at)
        return found

    def _at(self, entry: Entry, concerned: set[int]) -> Iterator[_Found] | list[_Found]:
        outcome = _outcome(self._tape, entry)
        if outcome is None or np.size(outcome) > _LARGE:
            return []
        number = self._tape.number(_target(entry, self._tape))
        if number is None:
            return []
        try:
            program = Program(self._tape, [number], [
                each for each in self._step.script if each.at > entry.at
            ])
        except Unrepeatable:
            return []
        found = []
        for attempt in _attempts(entry, outcome, self._pool, self._tape, self._sizes):
            if self._tries > _TRIES:
                break
            self._tries += 1
            made = self._outcome_of(attempt, outcome)
            if made is None:
                continue
            fixed = self._fixed(program, number, entry, made, concerned)
            if fixed:
                found.append(_Found(entry, attempt, fixed, made))
        return found

    @staticmethod
    def _outcome_of(attempt: _Try, outcome: Any) -> Any:
        try:
            with np.errstate(all="ignore"):
                made = attempt.make()
        except Exception:  # what doesn't fit is no mend
            return None
        if not is_number(made) and not isinstance(made, np.ndarray):
            return None
        if np.shape(made) != np.shape(outcome) or np.asarray(made).dtype.kind not in "fiub":
            return None
        return made

    def _fixed(
        self, program: Program, number: int, entry: Entry, made: Any, concerned: set[int]
    ) -> tuple[int, ...]:
        """Which of the wrong gradients are right with another outcome, if it spoils none."""
        target = _target(entry, self._tape)
        owner = self._tape.owners[number]
        content: Any
        if isinstance(owner, np.ndarray):
            content = np.array(
                self._tape.content(number, entry.at + 1), dtype=np.float64, order="K", subok=False
            )
            view_into(target)(content)[...] = made
        else:
            content = as_inputs(made)
        try:
            values = program.run({number: content})
        except Unrepeatable:
            return ()
        fixed = tuple(at for at in sorted(concerned) if self._is_true(self._wrong[at], values))
        if not fixed or not all(self._is_true(each, values, strict=False) for each in self._right):
            return ()
        return fixed

    def _is_true(self, claim: Wrong, values: dict[int, Any], strict: bool = True) -> bool:
        update, truth = claim
        parts = [
            view_into(part.raw)(values[part.number])
            if part.number is not None and part.number in values else part.value
            for part in update.parts
        ]
        gradient = update.gradient_of(parts)
        if np.size(gradient) != truth.size:
            return False
        return _agrees(truth, gradient, 1.0 if strict else 1e3)

    def _of_claim(self, at: int) -> list[_Found]:
        """The gradient as a product, or a sum, of other values."""
        update, truth = self._wrong[at]
        part = update.parts[-1] if update.parts else None
        if part is None or part.number is None or len(update.parts) > 1:
            return []
        writer = self._tape.last_writer(part.number, part.at)
        if writer is None:
            return []
        sign = -1.0 if part.factor > 0 else 1.0
        shape = np.shape(update.old)
        found = []
        for attempt in _products(self._pool, writer, shape):
            try:
                made = attempt.make()
            except ValueError:
                continue
            if np.size(made) == truth.size and _agrees(truth, sign * np.reshape(made, shape), 1.0):
                found.append(_Found(writer, attempt, (at,), made))
        return found


def _agrees(truth: Slopes, claim: Any, patience: float) -> bool:
    said, true = truth.like(claim), truth.values
    usable = ~truth.kinks
    both = np.abs(np.concatenate([said[usable], true[usable]]))
    most = float(both.max(initial=0))
    if not np.isfinite(most):
        return False
    slack = patience * (_CLOSE * most + 20 * truth.errors[usable])
    return most > 0 and bool((np.abs(said - true)[usable] <= slack).all())


def _target(entry: Entry, tape: Tape) -> Any:
    """The value that an op makes, or changes."""
    if entry.changes:
        number = entry.changes[0]
        for each in entry.operands:
            if is_number(each) and tape.number(each) == number:
                return each if isinstance(each, np.ndarray) else tape.owners[number]
        return tape.owners[number]
    return entry.result


def _outcome(tape: Tape, entry: Entry) -> Any:
    """What came out of an op, as it was then."""
    target = _target(entry, tape)
    return tape.value(target, entry.at + 1) if is_number(target) else None


class _Value(NamedTuple):
    """A value that might stand in place of another.

    Attributes:
        name: how the script calls it.
        value: the value.
        at: behind which entry it is there.
    """

    name: str
    value: Any
    at: int


def _pool(step: Step) -> list[_Value]:
    """The values of the step that have names: as they were made, and once they were changed."""
    tape, found = step.tape, dict[tuple[str, int], _Value]()
    for number, value in enumerate(tape.owners):
        name = tape.name(number)
        if not name or not isinstance(value, np.ndarray) or value.size > _LARGE:
            continue
        if tape.is_leaf(number):
            found[(name, -1)] = _Value(name, tape.content(number, 0), -1)
    for each in step.script:
        for number in (*each.makes, *each.changes):
            value = tape.owners[number]
            names = tape.names.get(number, [])
            if names and isinstance(value, np.ndarray) and 1 <= value.size <= _LARGE:
                name = each.names[0] if each.names else names[-1 if each.changes else 0]
                found[(name, each.at)] = _Value(name, tape.content(number, each.at + 1), each.at)
    return list(found.values())


def _attempts(
    entry: Entry, outcome: Any, pool: list[_Value], tape: Tape, sizes: Sequence[int]
) -> Iterator[_Try]:
    """Other outcomes of an op, the simple ones first."""
    text = entry.text
    there = [each for each in pool if each.at < entry.at]
    target = entry.names[0] + " = " if entry.names and not text.startswith(entry.names[0]) else ""
    yield _Try(3, _signed(text), lambda: -np.asarray(outcome))
    for factor, words in ((0.5, "/ 2"), (2.0, "* 2")):
        yield _Try(4, f"{target}{_in_brackets(text)} {words}", _times(outcome, factor))
    for size in sizes:
        yield _Try(5, f"{target}{_in_brackets(text)} / {size}", _times(outcome, 1 / size))
        yield _Try(5, f"{target}{_in_brackets(text)} * {size}", _times(outcome, size))
    if not (entry.called and not entry.operands):
        yield from _other_operands(entry, there, tape)
        yield from _other_operators(entry, tape)
        yield from _other_axes(entry, tape)
        yield from _whole_sums(entry, outcome, tape)
    for each in there:
        if each.value.shape == np.shape(outcome) or each.value.size == 1:
            for cost, form, value in _forms(each):
                code = f"{target}{_in_brackets(text)} * {form}"
                yield _Try(cost + 5, code, _times(outcome, value))
                if cost and each.value.shape == np.shape(outcome):
                    left = text.partition(" = ")[0] + " = " if " = " in text else target
                    yield _Try(cost + 3, left + form, _times(value, 1.0))


def _in_brackets(text: str) -> str:
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


def _forms(each: _Value) -> Iterator[tuple[int, str, Any]]:
    """A value as it stands, and as a slope."""
    name, value = each.name, each.value
    yield 0, name, value
    yield 1, f"(1 - {name} ** 2)", 1 - value**2
    yield 1, f"{name} * (1 - {name})", value * (1 - value)
    yield 1, f"({name} > 0)", value > 0


def _other_operands(entry: Entry, pool: list[_Value], tape: Tape) -> Iterator[_Try]:
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
            own = _Value(text[0], value, -1)
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
) -> _Try:
    code = re.sub(rf"(?<![\w.]){re.escape(text)}(?![\w(\[])", lambda _: name, entry.text, count=1)
    if code == entry.text:
        code = entry.text.replace(text, name, 1)

    def make() -> Any:
        operands = list(recorded)
        operands[place] = np.array(value) if isinstance(value, np.ndarray) else value
        return _execute(entry, operands, tape)

    return _Try(cost, code, make)


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
    return view_into(_target(entry, tape))(content)


_SWAPS: dict[type[ast.operator], tuple[tuple[str, Callable[[Any, Any], Any]], ...]] = {
    ast.Add: (("-", np.subtract),), ast.Sub: (("+", np.add),),
    ast.Mult: (("/", np.divide),), ast.Div: (("*", np.multiply),),
}


def _other_operators(entry: Entry, tape: Tape) -> Iterator[_Try]:
    """Another operator, or one operand alone."""
    found = sides(entry)
    if found is None:
        return
    kind, left, right, one, other = found
    left, right = (
        tape.value(each, entry.at) if is_number(each) else each for each in (left, right)
    )
    for sign, function in _SWAPS.get(kind, ()):
        yield _Try(2, f"{one} {sign} {other}", _applied(function, left, right))
    yield _Try(3, one, _times(left, 1.0))
    yield _Try(3, other, _times(right, 1.0))
    if kind is ast.Sub:
        yield _Try(3, f"{other} - {one}", _applied(np.subtract, right, left))
    if kind is ast.Pow:
        for power in (1, 2, 3):
            yield _Try(2, f"{one} ** {power}", _applied(np.power, left, power))


def _applied(function: Callable[..., Any], *values: Any) -> Callable[[], Any]:
    return lambda: function(*values)


def _other_axes(entry: Entry, tape: Tape) -> Iterator[_Try]:
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
                yield _Try(cost, code, _reduced(function, value, axis, keep, shape))


def _reduced(
    function: Callable[..., Any], value: Any, axis: int, keep: bool, shape: tuple[int, ...]
) -> Callable[[], Any]:
    return lambda: _fitting(function(value, axis=axis, keepdims=keep), shape)


def _whole_sums(entry: Entry, outcome: Any, tape: Tape) -> Iterator[_Try]:
    """The sum over all rows in place of one of them."""
    if not isinstance(entry.op.node, ast.Subscript) or not entry.operands:
        return
    value = tape.value(entry.operands[0], entry.at) if is_number(entry.operands[0]) else None
    if isinstance(value, np.ndarray) and value.ndim > 1:
        for axis in range(value.ndim):
            code = f"np.sum({entry.op.operands[0]}, axis={axis})"
            yield _Try(2, code, _reduced(np.sum, value, axis, False, np.shape(outcome)))


def _text_of(entry: Entry) -> str:
    head = entry.op.operands[0]
    return head.rpartition(".")[0] if not head.startswith("np.") else (*entry.op.operands, "")[1]


def _fitting(value: Any, shape: tuple[int, ...]) -> Any:
    return np.broadcast_to(value, shape) if np.size(value) != int(np.prod(shape)) else np.reshape(
        value, shape
    )


def _products(
    pool: list[_Value], writer: Entry, shape: tuple[int, ...]
) -> Iterator[_Try]:
    """Products and sums of two values that have a gradient's shape."""
    there = [each for each in pool if each.at < writer.at and each.value.ndim == 2]
    target = f"{writer.names[0]} = " if writer.names else ""
    for one in there:
        rows, columns = one.value.shape
        if len(shape) == 2:
            for other in there:
                if other.value.shape[0] == rows and shape == (columns, other.value.shape[1]):
                    code = f"{target}{one.name}.T @ {other.name}"
                    yield _Try(6, code, _applied(np.matmul, one.value.T, other.value))
                if other.value.shape[1] == columns and shape == (rows, other.value.shape[0]):
                    code = f"{target}{one.name} @ {other.name}.T"
                    yield _Try(6, code, _applied(np.matmul, one.value, other.value.T))
        size = int(np.prod(shape))
        for axis, length in ((0, columns), (1, rows)):
            if length == size:
                code = f"{target}{one.name}.sum(axis={axis})"
                yield _Try(6, code, _applied(np.sum, one.value, axis))
