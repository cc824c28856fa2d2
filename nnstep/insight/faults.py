"""The first wrong op of a gradient, and what would mend it.

A mend is tried, not guessed: the op is executed with another operand or another result, what
follows from it is executed again, and the gradient that comes out is compared with the truth. Where
none works, the flow of the values says which op has right inputs and a wrong result.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from nnstep.engine import ops
from nnstep.engine.source import Span
from nnstep.insight.identities import TRUTH, Identity
from nnstep.insight.memoryviews import view_into
from nnstep.insight.mends import (
    LARGE,
    Try,
    attempts,
    in_brackets,
    outcome_of,
    pool_of,
    products,
    target_of,
)
from nnstep.insight.readings import Step
from nnstep.insight.replay import Program, Unrepeatable, as_inputs
from nnstep.insight.tape import Entry, Tape, is_number
from nnstep.insight.truths import Slopes
from nnstep.insight.updates import Update

_CLOSE = 1e-5
_TRIES = 6000
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


class _Found(NamedTuple):
    entry: Entry
    attempt: Try
    fixed: tuple[int, ...]
    value: Any
    trusted: bool = False


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
    factors = _usual_factors(step, right, known)
    trusted = {at for at, each in known.items() if _is_trusted(each, style, factors)}
    while left and len(faults) < 4:
        claims = [wrong[at] for at in left]
        search = _Search(step, claims, right, forward | trusted, trusted - forward, sizes)
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
    """What fixes most; of that where nothing was known to be right, the simplest, the first."""
    return min(found, key=lambda each: (
        -len(each.fixed), each.trusted, each.attempt.cost, each.entry.at
    ))


def _fault(step: Step, best: _Found, same: list[_Found], wrong: list[Wrong]) -> Fault:
    names = tuple(update.gradient_name for update, _ in wrong)
    same = sorted(same, key=lambda each: each.attempt.cost)
    codes = dict.fromkeys(each.attempt.code for each in same)
    entry = best.entry
    bound = _bound_later(step, entry) if best.trusted else None
    if bound is not None:  # what is right was only handed on, where more was to be done
        codes = dict.fromkeys(_moved(code, entry, bound) for code in codes)
        entry = bound
    mends = tuple(Mend(code, names) for code in [*codes][:_MENDS])
    return _as_fault(step, entry, names, best.value, mends)


def _bound_later(step: Step, entry: Entry) -> Entry | None:
    """The last binding of an op's result to another name, nothing done to it."""
    number = step.tape.number(target_of(entry, step.tape))
    found = [
        each for each in step.script
        if each.at > entry.at and each.alias and each.op.kind == ops.BIND and each.names
        and is_number(each.result) and step.tape.number(each.result) == number
    ]
    return found[-1] if found else None


def _moved(code: str, entry: Entry, bound: Entry) -> str:
    """A mend of one op written at the binding of its result."""
    before = in_brackets(entry.text)
    at = code.find(before)
    return in_brackets(bound.text) + code[at + len(before) :] if at >= 0 else code


def _as_fault(
    step: Step, entry: Entry, names: tuple[str, ...], expected: Any, mends: tuple[Mend, ...]
) -> Fault:
    actual = outcome_of(step.tape, entry)
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
    turned = next((part.turned for part in update.parts if part.turned is not None), None)
    if turned is not None and turned.line != update.entry.line:
        plain = turned.text.replace("-", "", 1)
        mend = Mend(plain, (update.gradient_name,))
        return _as_fault(step, turned, (update.gradient_name,), None, (mend,))
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


def _is_trusted(identity: Identity, style: float, factors: set[float]) -> bool:
    """Whether a value is what it should be, so that no fault lies before it."""
    if identity.kind != TRUTH:
        return True
    factor = identity.factor * style
    return any(abs(factor / each - 1) < 1e-3 for each in factors)


def _usual_factors(
    step: Step, right: Sequence[Wrong], known: dict[int, Identity]
) -> set[float]:
    """By which factors right gradients' own parts differ from truths; such as n before 1/n."""
    found = {1.0}
    for update, _ in right:
        for each in _slice(step, update, set()):
            identity = known.get(each.at)
            if identity is not None and identity.kind == TRUTH:
                found.add(abs(identity.factor))
    truths = [each for _, each in sorted(known.items()) if each.kind == TRUTH]
    return found | {abs(each.factor) for each in truths[:1]}


# By the flow of values.


def _by_flow(step: Step, wrong: Wrong, good: set[int], forward: set[int]) -> Fault:
    """The first op of right inputs whose result isn't, and from which nothing recovers."""
    update, _ = wrong
    tape = step.tape
    slice_ = _slice(step, update, forward)
    verdicts = {each.at: each.at in good for each in slice_}
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


def _slice(
    step: Step, update: Update, ends: Container[int], border: Container[int] = ()
) -> list[Entry]:
    """What the gradient of a parameter was made by, in its order.

    Args:
        step: the training step.
        update: the parameter's update.
        ends: entries beyond which nothing is asked, which are left out themselves,
        border: but for these.
    """
    own = {id(each) for each in step.script}
    found: dict[int, Entry] = {}
    for part in update.parts:
        if part.number is None:
            continue
        for each in step.tape.sources(part.number, part.at, ends)[0]:
            if id(each) in own and (each.at not in ends or each.at in border):
                found[each.at] = each
    for each in step.script:  # the ends of calls
        if each.called and is_number(each.result):
            number = step.tape.number(each.result)
            maker = step.tape.maker.get(number, -1) if number is not None else -1
            if maker in found and each.at not in ends and maker < each.at:
                found[each.at] = each
    return [found[at] for at in sorted(found)]


# By trying.


class _Search:
    """Tries mends."""

    def __init__(
        self, step: Step, wrong: Sequence[Wrong], right: Sequence[Wrong], ends: set[int],
        border: set[int], sizes: Sequence[int],
    ) -> None:
        self._step = step
        self._tape = step.tape
        self._wrong = wrong
        self._right = right
        self._ends = ends
        self._border = border
        self._sizes = [each for each in sizes if each > 1][:4]
        self._tries = 0
        self._pool = pool_of(step)

    def run(self) -> list[_Found]:
        """All mends that work."""
        entries: dict[int, tuple[Entry, set[int]]] = {}
        for at, (update, _) in enumerate(self._wrong):
            for each in _slice(self._step, update, self._ends, self._border):
                entries.setdefault(each.at, (each, set()))[1].add(at)
        found: list[_Found] = []
        for entry, concerned in entries.values():
            found += self._at(entry, concerned)
        for at in range(len(self._wrong)):
            if not any(at in each.fixed for each in found):
                found += self._of_claim(at)
        return found

    def _at(self, entry: Entry, concerned: set[int]) -> list[_Found]:
        outcome = outcome_of(self._tape, entry)
        if outcome is None or np.size(outcome) > LARGE:
            return []
        number = self._tape.number(target_of(entry, self._tape))
        if number is None:
            return []
        try:
            program = Program(self._tape, [number], [
                each for each in self._step.script if each.at > entry.at
            ])
        except Unrepeatable:
            return []
        found = []
        for attempt in attempts(entry, outcome, self._pool, self._tape, self._sizes):
            if self._tries > _TRIES:
                break
            self._tries += 1
            made = self._outcome_of(attempt, outcome)
            if made is None:
                continue
            fixed = self._fixed(program, number, entry, made, concerned)
            if fixed:
                found.append(_Found(entry, attempt, fixed, made, entry.at in self._border))
        return found

    @staticmethod
    def _outcome_of(attempt: Try, outcome: Any) -> Any:
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
        target = target_of(entry, self._tape)
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
        writer = self._view_of(part.raw, part.at) or writer
        sign = -1.0 if part.factor > 0 else 1.0
        shape = np.shape(update.old)
        found = []
        for attempt in products(self._pool, writer, shape):
            try:
                made = attempt.make()
            except ValueError:
                continue
            if np.size(made) == truth.size and _agrees(truth, sign * np.reshape(made, shape), 1.0):
                found.append(_Found(writer, attempt, (at,), made))
        return found


    def _view_of(self, value: Any, before: int) -> Entry | None:
        """The entry that took a part of another value, where that is all that was done."""
        for each in self._step.script:
            if each.at < before and each.alias and not each.called and each.result is value:
                return each if each.op.kind != ops.NEXT else None
        return None


def _agrees(truth: Slopes, claim: Any, patience: float) -> bool:
    said, true = truth.like(claim), truth.values
    usable = ~truth.kinks
    both = np.abs(np.concatenate([said[usable], true[usable]]))
    most = float(both.max(initial=0))
    if not np.isfinite(most):
        return False
    slack = patience * (_CLOSE * most + 20 * truth.errors[usable])
    return most > 0 and bool((np.abs(said - true)[usable] <= slack).all())
