"""Whether a script's own gradients are the derivatives of its cost: the check of one epoch.

Finds the parameters by their updates, measures, and judges. What is wrong is left to faults.py,
which says where.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from nnstep.insight.faults import Fault, first_faults
from nnstep.insight.identities import FORWARD, SLOPE, TRUTH, Identity, forwards, identify
from nnstep.insight.readings import Reading, Run, Step, is_expression, record
from nnstep.insight.replay import Unrepeatable
from nnstep.insight.reruns import Epoch, Rerun
from nnstep.insight.tape import TooLong, first_number, is_number
from nnstep.insight.truths import Nudge, Nudged, Slopes, slopes
from nnstep.insight.updates import Update
from nnstep.insight.verdicts import (
    DERIVATIVE,
    FACTOR,
    NOT_FINITE,
    RIGHT,
    UNDECIDED,
    WRONG,
    Example,
    Verdict,
    judge,
    listed,
    together,
    undecided,
    worst,
)

_REDUCES = re.compile(r"(?<![a-z])(sum|mean|cost|loss|error)", re.IGNORECASE)
_PARALLEL = 0.999
_LARGE = 100_000  # elements of a parameter, above which fewer are nudged
_COUNTS = 4  # that are tried as factors
_FEWER = {"chosen": 48, "directions": 4}
_ROUGHLY = {"most": 12, "chosen": 8, "directions": 2}
_PENALTIES = ("**", "square", "power", "norm", "abs")
_STEP = 1e-3  # of the nudge in a counterexample


class NothingToCheck(ValueError):
    """There is no gradient to be checked; the message says why."""


@dataclass(frozen=True)
class Checked:
    """The check of one epoch.

    Attributes:
        epoch: which one.
        cost: the expression.
        value: its value there.
        line: the line before which it was read.
        verdicts: of the parameters' gradients.
        others: what other values of the backward pass are.
        faults: the first wrong ops, with their mends.
        notes: what is worth saying besides.
        gradients: by which the parameters are moved, or what enters an optimiser.
    """

    epoch: int
    cost: str
    value: float
    line: int
    verdicts: tuple[Verdict, ...]
    others: tuple[Identity, ...] = ()
    faults: tuple[Fault, ...] = ()
    notes: tuple[str, ...] = ()
    gradients: tuple[tuple[str, Any], ...] = ()

    @property
    def kind(self) -> str:
        """The worst verdict."""
        return worst(self.verdicts)


@dataclass
class _Judged:
    """The parameters, with the cost read at one place."""

    reading: Reading
    verdicts: list[Verdict]
    updates: list[Update]
    truths: list[Slopes | None]
    nudges: list[Nudged | None]
    others: list[Verdict] = field(default_factory=list)

    @property
    def score(self) -> tuple[int, float]:
        """The better the lower; a place at which nothing can be decided is the worst."""
        undecided = sum(each.kind == UNDECIDED for each in self.verdicts)
        ranks = sum(each.rank for each in self.verdicts) + 2 * undecided
        return ranks, sum(min(each.error, 1.0) for each in self.verdicts if each.kind == WRONG)


def check(
    run: Run, epoch: int, cost: str, *, only: str | None = None
) -> Checked:
    """Check the gradients of one epoch. Moves the machine.

    Args:
        run: the script.
        epoch: which one.
        cost: the expression for the cost.
        only: the name of the one gradient or parameter that is asked for.

    Raises:
        NothingToCheck: there are no parameters, or no cost.
        Unreachable: there is no such epoch.
    """
    try:
        step = record(run, epoch, [cost])
    except TooLong:
        raise NothingToCheck("a training step of it has too many ops to be followed") from None
    judged = best(step, cost)
    verdicts = [replace(each, epoch=epoch) for each in judged.verdicts]
    # Where the tape lacks something, it knows the slopes of parameters only, by running again.
    unclear = step.unclear(judged.reading)
    known = [] if unclear else forwards(step, judged.reading)
    identities = {} if unclear else identify(step, judged.reading, known)
    others = _named(identities, judged)
    faults = () if unclear else _faults(step, judged, identities)
    verdicts = [
        replace(each, example=_example(update, truth, nudge))
        if each.kind == WRONG and truth is not None and nudge is not None else each
        for each, update, truth, nudge in zip(
            verdicts, judged.updates, judged.truths, judged.nudges, strict=True)
    ]  # fmt: skip
    if any(isinstance(each, Rerun) for each in judged.nudges):
        step.put_back()  # from where the examples have left it
    verdicts += [replace(each, epoch=epoch) for each in judged.others]
    if only is not None:
        verdicts = [each for each in verdicts if only in (each.name, each.parameter)]
        others = tuple(each for each in others if each.name == only)
        asked = {each.name for each in verdicts}
        faults = tuple(each for each in faults if asked & set(each.gradients))
        if not verdicts and not others:
            raise NothingToCheck(f"`{only}` is no gradient that takes part in this step")
    return Checked(
        epoch, cost, first_number(judged.reading.value), judged.reading.line, tuple(verdicts),
        others, faults, (*_lacking(unclear, verdicts), *_other_scalars(step, judged)),
        tuple((each.name, np.array(each.gradient) * (each.rate or 1)) for each in judged.updates),
    )


def best(step: Step, cost: str, roughly: bool = False) -> _Judged:
    """Judge the parameters with the cost where it is meant to be read.

    That is the last place before the first update at which it can be; where something it reads is
    changed in place before that, the place at which the gradients fit best.

    Args:
        step: the training step.
        cost: the expression for the cost.
        roughly: whether few elements will do.

    Raises:
        NothingToCheck: there are no parameters, or no cost.
    """
    if not (step.updates or step.unfollowed):
        raise NothingToCheck("nothing is updated by a gradient of the script's own")
    readings = [each for each in reversed(step.readings) if each.text == cost]
    usable = [each for each in readings if each.error is None and each.value is not None]
    if not usable:
        raise NothingToCheck(bound_too_late(step, [cost]) or _no_cost(cost, readings))
    scalars = [each for each in usable if np.size(each.value) == 1]
    if not scalars:
        shape = np.shape(usable[0].value)
        raise NothingToCheck(
            f"the cost `{cost}` is no single number, but has the shape {shape}; "
            f"`({cost}).sum()` or `.mean()` makes it one"
        )
    found = [each for each in scalars if each.number is not None or step.unclear(each)]
    # What the main loop's own function calls so goes before what those it calls do.
    judged = _tried(step, [each for each in found if not each.inner], roughly) or _tried(
        step, [each for each in found if each.inner], roughly
    )
    if not judged:
        late = bound_too_late(step, [cost])
        raise NothingToCheck(late or _no_dependence(step, cost, scalars))
    return min(judged, key=lambda each: each.score)


def _tried(step: Step, readings: Sequence[Reading], roughly: bool) -> list[_Judged]:
    """The parameters, with the cost read at one place after the other, up to where all is right."""
    judged: list[_Judged] = []
    for each in readings:
        made = _judge(step, each, roughly)
        if made.verdicts or made.others:
            judged.append(made)
            if made.verdicts and worst(made.verdicts) == RIGHT:
                break
    return judged


def bound_too_late(step: Step, names: Sequence[str]) -> str:
    """What is to be said of costs that have their values by the op that makes the update."""
    late = step.beside_updates()
    for name in names:
        if name in late:
            return (
                f"`{name}` is bound by the very statement that updates {late[name]}; in place of "
                f"the name, give the formula"
            )
    return ""


def _no_cost(cost: str, readings: Sequence[Reading]) -> str:
    if not is_expression(cost):
        return f"the cost `{cost}` is no expression"
    errors = [each.error for each in readings if each.error is not None]
    why = f": {errors[0]}" if errors else ""
    lines = [str(line) for line in sorted({each.line for each in readings})]
    where = f"; it was asked before line {listed(lines)}" if lines else ""
    return f"the cost `{cost}` has no value within the training step{why}{where}"


def _no_dependence(step: Step, cost: str, readings: Sequence[Reading]) -> str:
    kinds = {np.asarray(each.value).dtype.kind for each in readings}
    if kinds == {"c"}:
        return f"the cost `{cost}` is complex"
    if all(each.number is None or step.tape.is_leaf(each.number) for each in readings):
        return f"the cost `{cost}` isn't computed in this epoch before the update"
    unclear = step.unclear(readings[0])
    more = f"; {unclear[0]}" if unclear else ""
    return f"the cost `{cost}` doesn't depend on anything that is updated{more}"


def _judge(step: Step, reading: Reading, roughly: bool) -> _Judged:
    judged, costs = _Judged(reading, [], [], [], []), _Costs(step, reading)
    for update in step.updates:
        name, what = update.gradient_name, DERIVATIVE + update.name
        truth: Slopes | None = None
        nudge: Nudged | None = None
        try:
            nudge = costs.of(update)
            if not nudge.depends:
                if costs.unclear and update.used:
                    judged.others.append(undecided(name, what, costs.unclear[0]))
                continue
            verdict, truth = _verdict(update, nudge, name, what, costs.extent(nudge, roughly))
        except Unrepeatable as error:
            if not update.used:
                continue
            verdict = undecided(name, what, "; ".join([*costs.unclear[:1], str(error)]))
        judged.verdicts.append(verdict)
        judged.updates.append(update)
        judged.truths.append(truth)
        judged.nudges.append(nudge)
    costs.put_back()
    rates = [each.rate for each in judged.updates]
    judged.verdicts = [
        replace(verdict, named=update.is_named)
        for verdict, update in zip(judged.verdicts, judged.updates, strict=True)
    ]
    judged.verdicts = together(judged.verdicts, _sizes(step), rates, _is_penalised(step, reading))
    judged.others += _unfollowed(step, reading)
    return judged


class _Costs:
    """A cost as a function of each parameter: by the tape, or where that lacks something, by
    running the epoch again.

    Attributes:
        unclear: what the tape lacks, in words.
    """

    def __init__(self, step: Step, reading: Reading) -> None:
        self.unclear = step.unclear(reading)
        self._forward = step.forward(reading)
        self._step = step
        self._reading = reading
        self._epoch: Epoch | Unrepeatable | None = None

    def of(self, update: Update) -> Nudged:
        """It as a function of one.

        Raises:
            Unrepeatable: that can't be told.
        """
        step, reading = self._step, self._reading
        if reading.number is not None and not self.unclear:
            return Nudge(step.tape, self._forward, reading.number, update.raw, -1)
        if self._epoch is None:
            try:
                self._epoch = Epoch(step, reading)
            except Unrepeatable as error:
                self._epoch = error
        if isinstance(self._epoch, Unrepeatable):
            raise self._epoch
        return Rerun(self._epoch, update)

    def extent(self, nudge: Nudged, roughly: bool) -> dict[str, int]:
        """How much of a parameter is measured."""
        if roughly:
            return _ROUGHLY
        if isinstance(nudge, Rerun):
            return nudge.epoch.extent(len(self._step.updates))
        return _FEWER if nudge.value.size > _LARGE else {}

    def put_back(self) -> None:
        """Have the arrays of the step as they are where it ends."""
        if self._epoch is not None:
            self._step.put_back()


def _unfollowed(step: Step, reading: Reading) -> list[Verdict]:
    """Verdicts on what may be parameters, whose updates can't be followed."""
    if reading.number is None:
        return []
    found, forward = [], step.forward(reading)
    for name, value, at in step.unfollowed:
        if at < reading.at:  # its new value takes part in the cost: a state, such as a moving mean
            continue
        try:
            depends = Nudge(step.tape, forward, reading.number, value, -1).depends
        except Unrepeatable:
            continue
        if depends:
            why = "how it is updated can't be followed"
            found.append(undecided("", DERIVATIVE + name, why))
    return found


def _is_penalised(step: Step, reading: Reading) -> bool:
    """Whether the cost has a regulariser: something that squares a parameter, or its size."""
    numbers = {each.number for each in step.updates}
    for each in step.forward(reading):
        if not numbers.isdisjoint(each.reads):
            text = each.text
            read = [step.tape.number(value) for value in each.operands if is_number(value)]
            twice = len(read) == 2 and read[0] == read[1] and "*" in text
            if twice or any(word in text for word in _PENALTIES):
                return True
    return False


def _verdict(
    update: Update, nudge: Nudged, name: str, what: str, extent: dict[str, int]
) -> tuple[Verdict, Slopes | None]:
    if not np.isfinite(nudge.base):
        return undecided(name, what, NOT_FINITE), None
    if not nudge.is_repeatable():
        return undecided(name, what, "executed again, the step gives another cost"), None
    if nudge.value.dtype.kind == "c":
        return undecided(name, what, "it is complex"), None
    claim = update.gradient
    if np.size(claim) != nudge.value.size:
        words = f"its shape {np.shape(claim)} is not that of {update.name}, {nudge.value.shape}"
        return Verdict(name, what, WRONG, error=1.0, cosine=0.0, why=words), slopes(nudge)
    if nudge.value.size == 0:
        return undecided(name, what, "it has no elements"), None
    truth = slopes(nudge, claim, **extent)
    kept = np.asarray(update.raw).dtype
    size = kept.itemsize if kept.kind == "f" else 8
    return judge(name, what, claim, truth, nudge.value, min(size, nudge.itemsize)), truth


def _sizes(step: Step) -> list[int]:
    """Numbers of rows and columns of what the step was given, the most frequent first."""
    counts: dict[int, int] = {}
    for number, value in enumerate(step.tape.owners):
        if step.tape.is_leaf(number):
            for each in np.shape(value):
                counts[each] = counts.get(each, 0) + 1
    return sorted(counts, key=lambda each: -counts[each])


def _counts(step: Step) -> dict[int, str]:
    """Numbers by which a gradient may be divided, with what the script calls them."""
    sizes = [each for each in _sizes(step) if each > 1][:_COUNTS]
    named = {each: name for name, each in step.counts.items() if each > 2}
    return {each: str(each) for each in sizes} | dict([*named.items()][:_COUNTS])


def _named(
    identities: dict[int, Identity], judged: _Judged
) -> tuple[Identity, ...]:
    """The recognised values that have names, each once."""
    claims = {part.name for update in judged.updates for part in update.parts}
    found: dict[str, Identity] = {}
    for each in identities.values():
        known = each.kind in (TRUTH, SLOPE) and "without a name" not in each.what
        if known and each.name and each.name not in claims:
            found.setdefault(each.name, each)
    return tuple(found.values())


def _faults(
    step: Step, judged: _Judged, identities: dict[int, Identity]
) -> tuple[Fault, ...]:
    claims = [
        (each, update, truth) for each, update, truth in zip(
            judged.verdicts, judged.updates, judged.truths, strict=True) if truth is not None
    ]  # fmt: skip
    if not any(each.kind == WRONG for each, _, _ in claims):
        return ()
    forward = {at for at, each in identities.items() if each.kind == FORWARD}
    factor = _factor_of(judged)

    def found(
        bad: Sequence[str], by: Callable[[Update], float], exact: bool = False
    ) -> list[Fault]:
        wrong = [(u, _times(t, by(u))) for each, u, t in claims if each.kind in bad]
        right = [(u, _times(t, by(u))) for each, u, t in claims if each.kind not in bad]
        return first_faults(step, wrong, right, identities, forward, _counts(step), exact)

    if any(each.kind == FACTOR and not each.decay for each, _, _ in claims):
        # One op may be to blame for both: for what is wrong, and for the factor of the others.
        both = found((WRONG, FACTOR), lambda update: 1.0, exact=True)
        if len(both) == 1 and any(set(each.fixes) == set(both[0].gradients)
                                  for each in both[0].mends):  # fmt: skip
            return tuple(both)
    return tuple(found((WRONG,), factor))


def _factor_of(judged: _Judged) -> Callable[[Update], float]:
    """The factor that gradients have that aren't wrong; or the rate, where that is within them."""
    pairs = [*zip(judged.verdicts, judged.updates, strict=True)]
    found = [each.factor for each, _ in pairs if each.kind == FACTOR and not each.decay]
    moves = [u.rate * v.factor for v, u in pairs if u.rate and v.kind == RIGHT and v.tells]

    def factor(update: Update) -> float:
        if found or update.is_named or not moves or not update.rate:
            return found[0] if found else 1.0
        return moves[0] / update.rate

    return factor


def _times(truth: Slopes, factor: float) -> Slopes:
    return replace(truth, values=truth.values * factor, errors=truth.errors * abs(factor))


def _lacking(unclear: Sequence[str], verdicts: Sequence[Verdict]) -> Iterator[str]:
    """What the tape lacks, where that matters: what was measured without it is certain."""
    kinds = {each.kind for each in verdicts}
    if UNDECIDED in kinds or WRONG in kinds:
        yield from unclear
    if WRONG in kinds and unclear:
        yield "that is why the first wrong op isn't named"


def _other_scalars(step: Step, judged: _Judged) -> Iterator[str]:
    """What is to be said of other scalars that the script computes, and may show as its cost."""
    cosine = _mean_cosine(judged.verdicts)
    own, number = step.of_updates(), judged.reading.number
    if number is not None:
        own |= step.tape.sources(number)[1]
    texts = dict.fromkeys(
        each.text for each in step.readings
        if each.text != judged.reading.text and step.scalars.get(each.text) not in own
        and _REDUCES.search(each.text)
    )
    for text in texts:
        try:
            other = best(step, text, roughly=True)
        except NothingToCheck:
            continue
        if all(each.kind == UNDECIDED for each in other.verdicts):
            continue  # such as a share of right answers, which has no slope
        values = first_number(other.reading.value), first_number(judged.reading.value)
        same = np.isclose(*values, rtol=1e-3)  # it may be rounded for the eye
        angle = _mean_cosine(other.verdicts)
        if not same and abs(angle) < min(cosine, _PARALLEL) - 0.005:
            yield (
                f"`{text}`, which the script computes, is no cost of these gradients: its own "
                f"derivative points elsewhere (cosine {angle:.3f}, not {cosine:.3f})"
            )


def _mean_cosine(verdicts: Sequence[Verdict]) -> float:
    usable = [each.cosine for each in verdicts if each.size > 1]
    return sum(usable) / len(usable) if usable else 0.0


def _example(update: Update, truth: Slopes, nudge: Nudged) -> Example | None:
    """The nudge at which the gradient is furthest from the truth."""
    if np.size(update.gradient) != truth.size:
        return None
    said = truth.like(update.gradient)[: len(truth.indices)]
    off = np.abs(said - truth.values[: len(truth.indices)])
    off[truth.kinks[: len(truth.indices)]] = 0
    at = int(np.argmax(off)) if len(off) else 0
    if not len(off) or not off[at] > 0:
        return None
    index = int(truth.indices[at])
    move = np.zeros(nudge.value.size)
    move[index] = _STEP
    try:
        moved = nudge.cost(move.reshape(nudge.value.shape)) - nudge.base
    except Unrepeatable:  # so large a step leads elsewhere
        return None
    place = ", ".join(str(each) for each in np.unravel_index(index, nudge.value.shape))
    element = f"{update.name}[{place}]" if place else update.name
    return Example(element, _STEP, moved, float(said[at]) * _STEP)
