"""Mends tried out: which way to write which op makes a wrong gradient the true one.

Each is executed wherever the op ran in the step, all that follows from it again, and what comes
out is compared with the truth. What a mend may be is for mends.py.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from nnstep.engine import ops
from nnstep.insight.memoryviews import view_into
from nnstep.insight.mends import Try, attempts, products
from nnstep.insight.pool import Scopes, known_at, pool_of
from nnstep.insight.readings import Step
from nnstep.insight.replay import Live, Program, Unrepeatable, Way
from nnstep.insight.rewording import Wording
from nnstep.insight.tape import Entry
from nnstep.insight.truths import Slopes
from nnstep.insight.updates import Part, Update

CLOSE = 1e-5
MENDS = 3  # of one op that are named
_TIMES = 100  # executions of one op, above which no mend of it is tried

Wrong = tuple[Update, Slopes]


@dataclass
class Budget:
    """How much may be tried.

    Attributes:
        left: so much may still be executed again, as `Program.work` counts it.
    """

    left: int = 150_000


class Found(NamedTuple):
    """A mend that works.

    Attributes:
        entry: the op, as it ran first.
        attempt: how it should be written.
        fixed: which of the wrong gradients come out right then.
        value: its outcome then.
        trusted: whether what it gives is right as it stands, and only not all that was to be done.
    """

    entry: Entry
    attempt: Try
    fixed: tuple[int, ...]
    value: Any
    trusted: bool = False


class Search:
    """Tries mends."""

    def __init__(
        self, step: Step, wrong: Sequence[Wrong], right: Sequence[Wrong], ends: set[int],
        border: set[int], counts: Mapping[int, str], budget: Budget,
    ) -> None:
        self._step = step
        self._tape = step.tape
        self._wrong = wrong
        self._right = right
        self._ends = ends
        self._border = border
        self._counts = counts
        self._budget = budget
        self._bar: float = math.inf  # what mends may cost that are still looked for
        self._end = max((p.at for u, _ in (*wrong, *right) for p in u.parts), default=0)
        # What moves a parameter is judged by `_of_update`.
        self._updating = {each.at for update in step.updates for each in update.writers}
        self._pool = pool_of(step)
        self._scopes = Scopes(step)

    def run(self) -> list[Found]:
        """All mends that work."""
        ops_: dict[int, tuple[Entry, set[int]]] = {}
        for at, (update, _) in enumerate(self._wrong):
            for each in slice_of(self._step, update, self._ends, self._border):
                ops_.setdefault(id(each.op), (each, set()))[1].add(at)
        found: list[Found] = []
        for first, concerned in ops_.values():
            found += self._of_op(first, concerned)
        for at in range(len(self._wrong)):
            found += self._of_update(at)
            if not any(at in each.fixed for each in found):
                found += self._of_claim(at)
        return found

    # Ops on the way to a gradient.

    def _of_op(self, first: Entry, concerned: set[int]) -> Iterator[Found]:
        """The mends of one op, each tried wherever it was executed."""
        times = self._times(first)
        if not times or self._budget.left <= 0:
            return
        numbers = [self._tape.number(self._tape.target(each)) for each in times]
        after = [each for each in self._step.script if times[0].at <= each.at <= self._end]
        try:
            program = Program(
                self._tape, [each for each in numbers if each is not None], after, times
            )
        except Unrepeatable:
            return
        works, work = 0, program.work()
        for tries in sorted(self._tries(times), key=lambda each: each[0].cost):
            self._budget.left -= work
            if self._budget.left <= 0 or tries[0].cost > self._bar or works == MENDS:
                return
            made: dict[int, Any] = {}
            ways = {
                each.at: _noting(attempt.way, made)
                for each, attempt in zip(times, tries, strict=True)
            }
            fixed = self._fixed(program, ways, concerned)
            if fixed:
                trusted, works = times[0].at in self._border, works + 1
                if len(fixed) == len(self._wrong) and not trusted:
                    self._bar = min(self._bar, tries[0].cost)
                shown = max(times, key=lambda each: self._distance(each, made[each.at]))
                yield Found(shown, tries[0], fixed, made[shown.at], trusted)

    def _distance(self, entry: Entry, made: Any) -> float:
        """How far apart what came out of an op is from what should have."""
        gap = np.abs(np.asarray(self._tape.outcome(entry), dtype=np.float64) - made)
        return float(np.nan_to_num(gap).max(initial=0))

    def _times(self, first: Entry) -> list[Entry]:
        """Every time that an op was executed; none when it is right as it stands."""
        times = [
            each for each in self._step.script if each.op is first.op and each.code is first.code
            and self._tape.outcome(each) is not None
        ]
        settled = any(each.at in self._ends and each.at not in self._border for each in times)
        settled = settled or any(each.at in self._updating for each in times)
        return times if not settled and len(times) <= _TIMES else []

    def _tries(self, times: list[Entry]) -> Iterator[list[Try]]:
        """The same code for each time."""
        def tries_of(entry: Entry) -> Iterator[Try]:
            there = known_at(entry, self._pool, self._scopes)
            return attempts(entry, there, self._tape, self._counts)

        others = [{(each.code, each.before): each for each in tries_of(e)} for e in times[1:]]
        for each in tries_of(times[0]):
            same = [known.get((each.code, each.before)) for known in others]
            found = [each, *(other for other in same if other is not None)]
            if len(found) == len(times):
                yield found

    def _fixed(
        self, program: Program, ways: dict[int, Way], concerned: set[int]
    ) -> tuple[int, ...]:
        """Which of the wrong gradients are right with an op written otherwise, if none suffers."""
        try:
            values = program.run({}, ways)
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
        return agrees(truth, gradient, 1.0 if strict else 1e3)

    # What is added to a parameter.

    def _of_update(self, at: int) -> Iterator[Found]:
        """Another value of the step in place of the gradient; or its sum over a loop."""
        update = self._wrong[at][0]
        if len(update.parts) != 1 or not isinstance(update.parts[0].raw, np.ndarray):
            return
        part = update.parts[0]
        yield from self._of_reading(at, part)
        yield from self._of_view(at, part)
        total = self._sum_of_bindings(part)
        if total is not None:
            entry, value = total
            if self._is(at, value):
                body = Wording(entry.text).body
                yield Found(entry, Try(1, f"{entry.names[0]} += {body}", _never), (at,), value)

    def _of_view(self, at: int, part: Part) -> Iterator[Found]:
        """The sum over all rows in place of one of them."""
        entry = self._view_of(part.raw, part.at)
        if entry is None or not entry.operands or not isinstance(entry.operands[0], np.ndarray):
            return
        table = self._tape.value(entry.operands[0], entry.at)
        wording = Wording(entry.text, entry.op.operands)
        for axis in range(table.ndim):
            for keep in (False, True):
                value = table.sum(axis=axis, keepdims=keep)
                if np.shape(value) == np.shape(part.value) and self._is(at, value):
                    more = ", keepdims=True" if keep else ""
                    code = f"np.sum({entry.op.operands[0]}, axis={axis}{more})"
                    attempt = Try(1, wording.with_body(code), _never)
                    yield Found(entry, attempt, (at,), value)

    def _of_reading(self, at: int, part: Part) -> Iterator[Found]:
        reader = self._tape.entries[part.at]
        places = [place for place, each in enumerate(reader.operands) if each is part.raw]
        if len(places) != 1 or len(self._times(reader)) != 1:
            return
        wording = Wording(reader.text, reader.op.operands)
        for each in known_at(reader, self._pool, self._scopes):
            if each.value.shape == np.shape(part.value) and each.updated is None:
                code = wording.replaced(places[0], each.name)
                if code is not None and code != reader.text and self._is(at, each.value):
                    yield Found(reader, Try(0, code, _never), (at,), self._tape.outcome(reader))

    def _is(self, at: int, value: Any) -> bool:
        """Whether a gradient is right with another value for its one part."""
        update, truth = self._wrong[at]
        gradient = update.gradient_of([value])
        return np.size(gradient) == truth.size and agrees(truth, gradient, 1.0)

    def _sum_of_bindings(self, part: Part) -> tuple[Entry, Any] | None:
        """What a name would hold that is bound anew in each iteration, were it added up."""
        bound = [
            each for each in self._step.script
            if each.at < part.at and each.result is part.raw and len(each.names) == 1
        ]
        if not bound or bound[-1].called or Wording(bound[-1].text).node is None:
            return None
        times = [each for each in self._step.script if each.op is bound[-1].op]
        values = [self._tape.value(each.result, each.at + 1) for each in times]
        if len(times) < 2 or any(np.shape(each) != np.shape(part.value) for each in values):
            return None
        return times[0], sum(values[1:], values[0])

    def _of_claim(self, at: int) -> list[Found]:
        """The gradient as a product, or a sum, of other values."""
        update, truth = self._wrong[at]
        part = update.parts[-1] if update.parts else None
        if part is None or part.number is None or len(update.parts) > 1:
            return []
        writer = self._tape.last_writer(part.number, part.at)
        if writer is None:
            return []
        writer = self._view_of(part.raw, part.at) or writer
        if len(self._times(writer)) != 1 or writer.changes:
            return []
        sign = -1.0 if part.factor > 0 else 1.0
        shape = np.shape(update.old)
        live = Live.of_recorded(self._tape, writer)
        found = []
        for attempt in products(known_at(writer, self._pool, self._scopes), writer, shape):
            try:
                made = attempt.way(live)
            except ValueError:
                continue
            if np.size(made) == truth.size and agrees(truth, sign * np.reshape(made, shape), 1.0):
                found.append(Found(writer, attempt, (at,), made))
        return found

    def _view_of(self, value: Any, before: int) -> Entry | None:
        """The entry that took a part of another value, where that is all that was done."""
        for each in self._step.script:
            if each.at < before and each.alias and not each.called and each.result is value:
                return each if each.op.kind != ops.NEXT else None
        return None


def _never(live: Live) -> Any:
    raise AssertionError("its outcome is known already")


def _noting(way: Way, made: dict[int, Any]) -> Way:
    """A way whose outcome is remembered."""
    def noting(live: Live) -> Any:
        made[live.entry.at] = found = way(live)
        return found

    return noting


def agrees(truth: Slopes, claim: Any, patience: float) -> bool:
    said, true = truth.like(claim), truth.values
    usable = ~truth.kinks
    both = np.abs(np.concatenate([said[usable], true[usable]]))
    most = float(both.max(initial=0))
    if not np.isfinite(most):
        return False
    slack = patience * (CLOSE * most + 20 * truth.errors[usable])
    return most > 0 and bool((np.abs(said - true)[usable] <= slack).all())


def slice_of(
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
        if each.called:
            number = step.tape.number(each.result)
            maker = step.tape.maker.get(number, -1) if number is not None else -1
            if maker in found and each.at not in ends and maker < each.at:
                found[each.at] = each
    return [found[at] for at in sorted(found)]
