"""What the values of a backward pass are: `delta3` is d cost/d `z2`, `dao_dzo` a slope.

Told by their numbers alone: each is compared with the measured derivatives by the forward values
of its shape, and with the slopes of forward values in each other, element by element.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nnstep.insight.readings import Reading, Step
from nnstep.insight.replay import Unrepeatable
from nnstep.insight.tape import Entry, Tape
from nnstep.insight.truths import Nudge, Slopes, slopes
from nnstep.insight.verdicts import DERIVATIVE

FORWARD, TRUTH, SLOPE = "forward", "truth", "slope"
_CHOSEN, _WAYS = 16, 2  # elements and directions by which values are compared
_CLOSE = 1e-4
_LARGE = 2_000_000  # elements of values that are not looked at
_MOST = 60  # forward values
_PROBE = 1e-6


@dataclass(frozen=True)
class Identity:
    """What a value is.

    Attributes:
        kind: a forward value, a truth, or a slope.
        what: in words.
        name: what the script calls it, or empty.
        factor: how many times that.
    """

    kind: str
    what: str
    name: str = ""
    factor: float = 1.0


@dataclass(frozen=True)
class Forward:
    """A value on the way to the cost.

    Attributes:
        number: on the tape.
        at: the entry that made it.
        name: what it is called.
        slopes: the derivatives of the cost.
        nudge: the cost as a function of it.
    """

    number: int
    at: int
    name: str
    slopes: Slopes
    nudge: Nudge


def forwards(step: Step, reading: Reading) -> list[Forward]:
    """The arrays that lead to the cost, with their truths."""
    assert reading.number is not None
    tape, entries = step.tape, step.forward(reading)
    found = []
    for first, twins in _groups(tape, reading, entries)[:_MOST]:
        value = tape.owners[first]
        try:
            nudge = Nudge(tape, entries, reading.number, value, tape.maker[first], twins)
            if nudge.depends:
                measured = slopes(nudge, most=_CHOSEN, chosen=_CHOSEN, directions=_WAYS)
                name = _name(tape, first, twins)
                found.append(Forward(first, tape.maker[first], name, measured, nudge))
        except Unrepeatable:
            continue
    return found


def _groups(
    tape: Tape, reading: Reading, entries: list[Entry]
) -> list[tuple[int, list[int]]]:
    """Values that were computed on the way, each with those that are the same to the bit."""
    own = {id(each) for each in reading.entries}
    by_bits: dict[tuple[Any, bytes], list[int]] = {}
    for each in entries:
        for number in each.makes:
            value = tape.owners[number]
            if isinstance(value, np.ndarray) and 1 < value.size <= _LARGE:
                bits = tape.content(number, each.at + 1)
                by_bits.setdefault((value.shape, bits.tobytes()), []).append(number)
    assert reading.number is not None
    leads = tape.sources(reading.number)[1]
    found = []
    for numbers in by_bits.values():
        useful = [each for each in numbers if each in leads]
        script = [each for each in numbers if id(tape.entries[tape.maker[each]]) not in own]
        if useful and tape.owners[numbers[0]].dtype.kind == "f":
            first = (script or numbers)[0]
            found.append((first, [each for each in numbers if each != first]))
    return found


def _name(tape: Tape, first: int, twins: list[int]) -> str:
    return next((tape.name(each) for each in (first, *twins) if tape.name(each)), "")


def identify(step: Step, reading: Reading, known: list[Forward]) -> dict[int, Identity]:
    """What the values that the script's entries make or change are, by entry.

    Those that are on the way to the cost are forward values; what isn't recognised is left out.
    """
    tape = step.tape
    leading = _leading(step, reading)
    leads = {each.at for each in leading}
    slopes_known = list(_slopes(known))
    bits = _bits(tape, [*leading, *reading.entries])
    found: dict[int, Identity] = {}
    for each in step.script:
        for number in (*each.makes, *each.changes):
            value = tape.content(number, each.at + 1)
            identity = None
            if each.at not in leads and isinstance(value, np.ndarray) and value.size > 1:
                identity = _truth(value, known) or _slope(value, slopes_known)
            if identity is not None:
                found[each.at] = replace(identity, name=_latest_name(each, tape, number))
            elif each.at in leads or _key(value) in bits:
                found[each.at] = Identity(FORWARD, "a forward value", tape.name(number))
    return found


def _bits(tape: Tape, entries: list[Entry]) -> set[Any]:
    """What the values are that some entries make."""
    found = {
        _key(tape.content(number, each.at + 1)) for each in entries for number in each.makes
    }
    return found - {None}


def _key(value: Any) -> Any:
    """What two arrays have in common that are the same to the bit; None for single numbers."""
    if isinstance(value, np.ndarray) and 1 < value.size <= _LARGE:
        if bool((value != value.flat[0]).any()):
            return value.shape, value.tobytes()
    return None


def _latest_name(entry: Entry, tape: Tape, number: int) -> str:
    names = entry.names or tuple(tape.names.get(number, ())[-1 if entry.changes else 0 :])
    return names[0].partition("[")[0] if names else ""


def _leading(step: Step, reading: Reading) -> list[Entry]:
    """The script's entries that the cost, or what it is computed from again, comes from."""
    tape = step.tape
    before = [each for each in step.script if each.at < reading.at]
    known = {
        tape.content(number, each.at + 1).tobytes() for each in reading.entries
        for number in each.makes if isinstance(tape.owners[number], np.ndarray)
    }
    wanted, found = {reading.number}, []
    own = {id(each) for each in reading.entries}
    for each in reversed([*before, *reading.entries]):
        made = (*each.makes, *each.changes)
        if id(each) in own:
            if not wanted.isdisjoint(made):
                wanted.update(each.reads)
            continue
        same = any(
            isinstance(tape.owners[number], np.ndarray) and tape.owners[number].size > 1
            and tape.content(number, each.at + 1).tobytes() in known
            for number in each.makes
        )
        if same or not wanted.isdisjoint(made):
            wanted.update(each.reads)
            found.append(each)
    return found


def _truth(value: Any, known: list[Forward]) -> Identity | None:
    for each in known:
        for turned, text in ((value, "{}"), (value.T, "{}, transposed")):
            if turned.shape != each.nudge.value.shape or (turned is not value and value.ndim < 2):
                continue
            said, true = each.slopes.like(turned), each.slopes.values
            factor = _multiple(said, true)
            if factor is not None:
                name = each.name or "a value without a name"
                return Identity(TRUTH, text.format(DERIVATIVE + name), factor=factor)
    return None


def _multiple(said: Any, true: Any) -> float | None:
    """By which factor one is the other; None when it isn't."""
    most = float(np.abs(said).max(initial=0))
    square = float(true @ true)
    if most == 0.0 or square == 0.0 or not np.isfinite(most) or not np.isfinite(square):
        return None
    factor = float(said @ true) / square
    if not factor or float(np.abs(said - factor * true).max()) > _CLOSE * most:
        return None
    return 1.0 if abs(factor - 1) < 1e-3 else factor


def _slopes(known: list[Forward]) -> Iterator[tuple[Any, str]]:
    """The slopes of forward values in earlier ones of their shape, element by element."""
    for one in known:
        for other in known:
            if one.at < other.at and one.name and other.name and one.number != other.number:
                if one.nudge.value.shape == other.nudge.value.shape:
                    slope = _slope_of(one, other)
                    if slope is not None:
                        yield slope, f"the slope of {other.name} in {one.name}, element by element"


def _slope_of(one: Forward, other: Forward) -> Any:
    """d other_i / d one_i, None where that isn't all there is."""
    value = one.nudge.value
    rng = np.random.default_rng(0)
    found = []
    for _ in range(2):
        ways = rng.choice([-1.0, 1.0], value.shape)
        try:
            up = one.nudge.after(_PROBE * ways, other.number)
            down = one.nudge.after(-_PROBE * ways, other.number)
        except Unrepeatable:
            return None
        if up is None or down is None:
            return None
        found.append((up - down) / (2 * _PROBE) * ways)
    most = float(np.abs(found[0]).max(initial=0))
    same = float(np.abs(found[0] - found[1]).max(initial=0)) <= 1e-4 * most
    return found[0] if same and most > 0 else None


def _slope(value: Any, known: list[tuple[Any, str]]) -> Identity | None:
    for slope, what in known:
        if slope.shape == value.shape:
            most = float(np.abs(slope).max())
            if float(np.abs(value - slope).max()) <= 1e-5 * most:
                return Identity(SLOPE, what)
    return None
