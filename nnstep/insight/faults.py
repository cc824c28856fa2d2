"""The first wrong op of a gradient, and what would mend it.

A mend is tried, not guessed: the op is executed with another operand or another result, what
follows from it is executed again, and the gradient that comes out is compared with the truth. Where
none works, the flow of the values says which op has right inputs and a wrong result.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from nnstep.engine import ops
from nnstep.engine.source import Span
from nnstep.insight.identities import SLOPE, TRUTH, Identity
from nnstep.insight.readings import Step
from nnstep.insight.rewording import Wording
from nnstep.insight.tape import Entry, Tape, is_number
from nnstep.insight.trying import MENDS, Budget, Found, Search, Wrong, agrees, slice_of

_FAULTS = 4  # that are looked for


class Place(NamedTuple):
    """An op in the script.

    Attributes:
        text: the op.
        line: its line.
        span: where it stands.
    """

    text: str
    line: int
    span: Span


@dataclass(frozen=True)
class Mend:
    """Something that makes the truth come out.

    Attributes:
        code: the op as it should be.
        fixes: the gradients that are right then.
        before: the update that the op, unchanged, should come before; None for other mends.
    """

    code: str
    fixes: tuple[str, ...]
    before: Place | None = None

    @property
    def words(self) -> str:
        """The code, and where it belongs."""
        return self.code if self.before is None else (
            f"{self.code}  # before line {self.before.line}: {self.before.text}"
        )


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


def first_faults(
    step: Step, wrong: Sequence[Wrong], right: Sequence[Wrong], known: dict[int, Identity],
    forward: set[int], counts: Mapping[int, str], exact: bool = False,
) -> list[Fault]:
    """The first wrong ops of some gradients.

    Args:
        step: the training step.
        wrong: the wrong gradients, with their truths.
        right: the right ones, which no mend may spoil.
        known: what values are, by the entry that made them.
        forward: the entries on the way to the cost.
        counts: numbers of rows and the like, with their names.
        exact: whether a multiple of what a value should be is as bad as anything else.
    """
    wrong, right = _labelled(wrong, right)
    left = list(range(len(wrong)))
    faults: list[Fault] = []
    style = _style(right)
    factors = {1.0} if exact else _usual_factors(step, right, known)
    trusted = {at for at, each in known.items() if _is_trusted(each, style, factors)}
    budget = Budget()

    def search(claims: list[Wrong]) -> list[Found]:
        ends, border = forward | trusted, trusted - forward
        return Search(step, claims, right, ends, border, counts, budget).run()

    uphill = {at: fault for at in left if (fault := _uphill(step, wrong[at], style)) is not None}
    turned = search([wrong[at] for at in uphill]) if len(uphill) > 1 else []
    # One op may turn the sign of several.
    if not any(len(each.fixed) == len(uphill) for each in turned):
        faults += uphill.values()
        left = [at for at in left if at not in uphill]
    while left and len(faults) < _FAULTS:
        found = search([wrong[at] for at in left])
        if not found:
            faults += [_by_flow(step, wrong[at], trusted, forward, known) for at in left]
            break
        best = _best(found)
        same = [
            each for each in found
            if each.entry.op is best.entry.op and each.fixed == best.fixed
        ]
        faults.append(_fault(step, best, same, [wrong[left[at]] for at in best.fixed]))
        left = [at for place, at in enumerate(left) if place not in best.fixed]
    return _merged(faults)


def _best(found: list[Found]) -> Found:
    """What fixes most; of that the simplest, rather where nothing was known to be right."""
    return min(found, key=lambda each: (
        -len(each.fixed), each.attempt.cost + each.trusted / 2, each.entry.at
    ))


def _fault(step: Step, best: Found, same: list[Found], wrong: list[Wrong]) -> Fault:
    names = tuple(update.gradient_name for update, _ in wrong)
    same = sorted(same, key=lambda each: each.attempt.cost)
    entry = best.entry
    bound = _bound_later(step, entry) if best.trusted else None
    mends: dict[str, Mend] = {}
    for each in same:
        code, before = each.attempt.code, each.attempt.before
        if bound is not None:  # what is right was only handed on, where more was to be done
            code = _moved(code, entry, bound)
        mends.setdefault(code, Mend(code, names, None if before is None else _place_of(before)))
    return _as_fault(
        step, entry if bound is None else bound, names, best.value,
        tuple([*mends.values()][:MENDS]),
    )


def _place_of(entry: Entry) -> Place:
    return Place(entry.text, entry.line, entry.code.span(entry.op))


def _bound_later(step: Step, entry: Entry) -> Entry | None:
    """The last binding of an op's result to another name, nothing done to it."""
    number = step.tape.number(step.tape.target(entry))
    found = [
        each for each in step.script
        if each.at > entry.at and each.alias and each.op.kind == ops.BIND and each.names
        and is_number(each.result) and step.tape.number(each.result) == number
    ]
    return found[-1] if found else None


def _moved(code: str, entry: Entry, bound: Entry) -> str:
    """A mend of one op written at the binding of its result."""
    before, behind = Wording(entry.text).tight, Wording(bound.text)
    at = code.find(before)
    return behind.with_body(behind.tight + code[at + len(before) :]) if at >= 0 else code


def _as_fault(
    step: Step, entry: Entry, names: tuple[str, ...], expected: Any, mends: tuple[Mend, ...]
) -> Fault:
    actual = step.tape.outcome(entry)
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


def _labelled(
    wrong: Sequence[Wrong], right: Sequence[Wrong]
) -> tuple[Sequence[Wrong], Sequence[Wrong]]:
    """The same, where gradients share a name told apart by their parameters."""
    counts = Counter(update.gradient_name for update, _ in (*wrong, *right))

    def named(each: Wrong) -> Wrong:
        update, truth = each
        label = f"{update.gradient_name} of {update.name}"
        return (replace(update, label=label), truth) if counts[update.gradient_name] > 1 else each

    return [named(each) for each in wrong], [named(each) for each in right]


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
    if signs != {-style} or np.size(gradient) != truth.size or not agrees(truth, -gradient, 1.0):
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
        for each in slice_of(step, update, set()):
            identity = known.get(each.at)
            if identity is not None and identity.kind == TRUTH:
                found.add(abs(identity.factor))
    truths = [each for _, each in sorted(known.items()) if each.kind == TRUTH]
    return found | {abs(each.factor) for each in truths[:1]}


# By the flow of values.


def _by_flow(
    step: Step, wrong: Wrong, good: set[int], forward: set[int], known: Mapping[int, Identity]
) -> Fault:
    """The first op of right inputs whose result isn't, and from which nothing recovers."""
    update, _ = wrong
    tape = step.tape
    slice_ = slice_of(step, update, forward)
    # What has one value throughout, such as the zeros of a sum to be, can't be wrong.
    # Nor is an op to blame that does its work in the forward pass as well.
    used = {each.op for each in step.script if each.at in forward}
    verdicts = {
        each.at: _made_at(each, tape) in good or _is_constant(each, tape) or each.op in used
        for each in slice_
    }
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
            each = _bound_slope(step, each, known) or each
            return _as_fault(step, each, (update.gradient_name,), None, ())
    last = slice_[-1] if slice_ else update.entry
    return _as_fault(step, last, (update.gradient_name,), None, ())


def _made_at(entry: Entry, tape: Tape) -> int:
    """Which entry has made what an entry only hands on, as the end of a call does."""
    number = tape.number(entry.result) if entry.called else None
    writer = tape.last_writer(number, entry.at) if number is not None else None
    return entry.at if writer is None else writer.at


def _bound_slope(step: Step, entry: Entry, known: Mapping[int, Identity]) -> Entry | None:
    """Where a slope was taken for a gradient: an op reads one, and nothing that is one."""
    tape = step.tape
    slopes: list[Entry] = []
    for value in entry.operands:
        number = tape.number(value)
        writer = tape.last_writer(number, entry.at) if number is not None else None
        identity = known.get(writer.at) if writer is not None else None
        if identity is not None and identity.kind == TRUTH:
            return None
        if identity is not None and identity.kind == SLOPE and writer is not None:
            bound = [
                each for each in step.script
                if each.alias and each.names and each.result is value and each.at < entry.at
            ]
            slopes.append(bound[-1] if bound else writer)
    return slopes[-1] if slopes else None


def _is_constant(entry: Entry, tape: Tape) -> bool:
    outcome = tape.outcome(entry)
    if entry.changes or not isinstance(outcome, np.ndarray) or outcome.size < 2:
        return False
    return bool((outcome == outcome.flat[0]).all())


def _sources_in(entry: Entry, entries: list[Entry], tape: Tape) -> set[int]:
    """The entries of a slice that wrote what an entry reads."""
    inside = {each.at for each in entries}
    writers = (tape.last_writer(number, entry.at) for number in entry.reads)
    return {each.at for each in writers if each is not None and each.at in inside}
