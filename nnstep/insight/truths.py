"""Truth: the derivative of the cost with respect to a value, by nudging it where it is defined.

Central differences of the re-executed step, of second order in the size of the nudge; where that
doesn't settle it, a sweep over sizes picks the one at which two neighbours agree best, and a look
to both sides tells kinks. Source: Press et al., Numerical Recipes, 5.7.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nnstep.insight.memoryviews import view_into
from nnstep.insight.replay import Program, as_inputs
from nnstep.insight.tape import Entry, Tape, first_number

Vector = NDArray[np.float64]

NUDGE = {8: 1e-5, 4: 5e-3, 2: 5e-2}  # relative to the value, by the bytes of a number
SWEEP = {8: (1e-3, 1e-4, 1e-6, 1e-7), 4: (1e-1, 3e-2, 1.5e-2, 2e-3), 2: (2e-1, 1e-1, 3e-2, 1e-2)}
_EPSILON = {8: 2.0**-52, 4: 2.0**-23, 2: 2.0**-10}
_ROUNDED = 4  # by how many roundings a cost may be off
ALL = 3000  # elements, up to which each is nudged
CHOSEN, DIRECTIONS = 128, 8  # beyond: so many elements, and so many random directions
_REFINED = 48  # elements that are looked at once more
_LARGE, _FEW = 100_000, 6  # elements, above which so few are
_SMALL = 0.1  # the value below which a nudge doesn't shrink any more


@dataclass(frozen=True)
class Slopes:
    """Derivatives of the cost.

    Attributes:
        indices: the elements, in C order, that were nudged alone.
        directions: random directions, one a row of signs over all elements, given by their seeds.
        values: the derivatives with respect to the elements, then along the directions.
        errors: about how uncertain they are.
        kinks: which of them lie at a kink, where there is no derivative.
        size: how many elements there are.
    """

    indices: NDArray[np.intp]
    directions: tuple[int, ...]
    values: Vector
    errors: Vector
    kinks: NDArray[np.bool_]
    size: int

    def like(self, claim: Any) -> Vector:
        """What a claimed gradient, of the value's shape, says of the same."""
        flat = np.asarray(claim, dtype=np.float64).reshape(-1)
        along = [float(flat @ signs(seed, self.size)) for seed in self.directions]
        return np.concatenate([flat[self.indices], np.array(along)])


def signs(seed: int, size: int) -> Vector:
    """A random direction: each element up or down."""
    return np.random.default_rng(seed).choice(np.array([-1.0, 1.0]), size)


def least_precise(values: Iterable[Any]) -> int:
    """The bytes of the least precise number among values, as far as NumPy has them."""
    kinds = [each.dtype for each in values if isinstance(each, np.ndarray | np.generic)]
    return max(2, min([8, *(each.itemsize for each in kinds if each.kind == "f")]))


class Nudged(ABC):
    """The cost as a function of one value.

    Attributes:
        value: the value as it was where it is nudged.
        depends: whether the cost can change with it.
        base: the cost when nothing is changed.
        itemsize: the bytes of the least precise number on the way to the cost.
    """

    value: Any
    depends: bool
    base: float
    itemsize: int

    @abstractmethod
    def cost(self, change: Any) -> float:
        """The cost when the value is changed by so much.

        Args:
            change: of the value's shape.

        Raises:
            Unrepeatable: that can't be told.
        """

    @abstractmethod
    def is_repeatable(self) -> bool:
        """Whether the same comes out when nothing is changed, but for rounding."""

    def slope(self, direction: Any, size: float) -> float:
        """The derivative along a direction, by steps of a size to both sides."""
        return (self.cost(size * direction) - self.cost(-size * direction)) / (2 * size)

    def grain(self, size: float) -> float:
        """How uncertain a slope is by the rounding of the cost, for steps of a size."""
        return _ROUNDED * _EPSILON[self.itemsize] * abs(self.base) / (2 * size)


class Nudge(Nudged):
    """The cost as a function of one value, by executing what leads to it on the tape again."""

    def __init__(
        self, tape: Tape, entries: Sequence[Entry], cost: int, value: Any, at: int,
        twins: Sequence[int] = (),
    ) -> None:
        """Args:
        tape: where all of it is.
        entries: what leads to the cost.
        cost: the number of the cost.
        value: the value, which may be a view.
        at: behind which entry it is nudged; -1 for the beginning.
        twins: the numbers of values that are the same, computed elsewhere.

        Raises:
            Unrepeatable: something in between can't be executed again.
        """
        number = tape.number(value)
        assert number is not None
        self.value = np.asarray(tape.value(value, at + 1))
        self._number = number
        self._cost = cost
        self._contents = {number: tape.content(number, at + 1)}
        self._contents |= {each: tape.owners[each] for each in twins}
        self._view = view_into(value)
        after = [each for each in entries if each.at > at]
        self._program = Program(tape, self._contents, after)
        self.base = first_number(tape.owners[cost])
        made = {number for each in self._program.entries for number in (*each.makes, *each.changes)}
        self.depends = cost in made or cost in self._contents
        self.itemsize = 8

    def _changed(self, change: Any) -> dict[int, Any]:
        inputs: dict[int, Any] = {}
        for number, content in self._contents.items():
            made = as_inputs(content)
            if isinstance(made, np.ndarray):
                view = self._view(made) if number == self._number else made
                view += np.reshape(change, np.shape(view))
                inputs[number] = made
            else:
                inputs[number] = made + first_number(change)
        return inputs

    def cost(self, change: Any) -> float:
        """The cost when the value is changed by so much.

        Args:
            change: of the value's shape.

        Raises:
            Unrepeatable: an op has raised.
        """
        found = self._program.run(self._changed(change)).get(self._cost)
        return self.base if found is None else first_number(found)

    def after(self, change: Any, number: int) -> Any:
        """Another value that depends on it, when it is changed so; None when none does."""
        return self._program.run(self._changed(change)).get(number)

    def is_repeatable(self) -> bool:
        """Whether the same comes out when nothing is changed, but for rounding.

        From then on that is the base, and how precise the numbers on the way are is known.
        """
        values = self._program.run(self._changed(np.zeros(self.value.shape)))
        self.itemsize = least_precise(values.values())
        same = first_number(values.get(self._cost, self.base))
        alike = bool(np.isclose(same, self.base, rtol=1e-4, atol=1e-12))
        self.base = same  # in double precision, as far as the script allows
        return alike


def slopes(
    nudge: Nudged, claim: Any = None, *, most: int = ALL, chosen: int = CHOSEN, seed: int = 0,
    directions: int = DIRECTIONS, refined: int = _REFINED,
) -> Slopes:
    """Measure derivatives, at least of so many elements.

    Args:
        nudge: the cost as a function of the value.
        claim: what they are said to be, of the value's shape: where that is so, one look is
            enough; None to take one look only.
        most: up to how many elements each is nudged.
        chosen: how many are, when there are more.
        seed: which are.
        directions: how many random directions, when there are more.
        refined: how many are looked at once more, if they aren't what is claimed.
    """
    size = nudge.value.size
    rng = np.random.default_rng(seed)
    every = size <= most
    indices = np.arange(size) if every else np.sort(rng.choice(size, min(chosen, size), False))
    seeds = () if every else tuple(range(seed, seed + directions))
    moves = [_unit(nudge.value, int(each)) for each in indices]
    moves += [signs(each, size).reshape(nudge.value.shape) for each in seeds]
    scales = [_scale(nudge.value, int(each)) for each in indices] + [1.0] * len(seeds)
    values, errors = _measured(nudge, moves, np.array(scales))
    found = Slopes(indices, seeds, values, errors, np.zeros(len(values), dtype=bool), size)
    return found if claim is None else _refined(nudge, found, claim, moves, scales, refined)


def _measured(nudge: Nudged, moves: list[Any], scales: Vector) -> tuple[Vector, Vector]:
    """Derivatives, and how uncertain they are.

    Beside a large cost small nudges drown in its rounding: then larger ones are taken, as long as
    they say the same.
    """
    usual = NUDGE[nudge.itemsize]
    values = errors = np.zeros(len(moves))
    for size in (usual, 10 * usual, 100 * usual):
        new = np.array([
            nudge.slope(move, size * each) for move, each in zip(moves, scales, strict=True)
        ])
        grains = np.array([nudge.grain(size * each) for each in scales])
        if size > usual and bool((np.abs(new - values) > 2 * errors).any()):
            break
        values, errors = new, np.abs(new) * 1e-9 + grains
        if not bool((grains > 1e-7 * np.abs(values).max(initial=0)).any()):
            break
    return values, errors


def _unit(value: Any, index: int) -> Any:
    found = np.zeros(value.size)
    found[index] = 1.0
    return found.reshape(value.shape)


def _scale(value: Any, index: int) -> float:
    return max(abs(float(value.reshape(-1)[index])), _SMALL)


def _refined(
    nudge: Nudged, found: Slopes, claim: Any, moves: list[Any], scales: list[float], most: int
) -> Slopes:
    """The same, looked at more closely where it isn't what is claimed."""
    said = found.like(claim)
    scale = max(float(np.abs(said).max(initial=0)), float(np.abs(found.values).max(initial=0)))
    off = np.abs(said - found.values)
    if not np.isfinite(off).all() or float(off.max(initial=0)) <= 1e-7 * scale:
        return found
    order = np.argsort(-off)
    count = most if found.size <= _LARGE else min(most, _FEW)
    worst = [at for at in order[:count] if off[at] > 1e-9 * scale]
    values, errors, kinks = found.values.copy(), found.errors.copy(), found.kinks.copy()
    for at in worst:
        values[at], errors[at], kinks[at] = _swept(nudge, moves[at], scales[at], values[at])
    if kinks.any():  # there may be more than were looked at
        for at in order[len(worst) :]:
            if off[at] > 1e-7 * scale:
                kinks[at] = _is_kink(nudge, moves[at], scales[at])
    return Slopes(found.indices, found.directions, values, errors, kinks, found.size)


def _swept(nudge: Nudged, move: Any, scale: float, middle: float) -> tuple[float, float, bool]:
    """A derivative by nudges of several sizes: the value, its uncertainty, whether at a kink."""
    usual = NUDGE[nudge.itemsize]
    sizes = sorted([*SWEEP[nudge.itemsize], usual], reverse=True)
    values = [
        middle if each == usual else nudge.slope(move, each * scale) for each in sizes
    ]
    gaps = [
        abs(one - other) + nudge.grain(size * scale)
        for (one, other), size in zip(pairwise(values), sizes[1:], strict=True)
    ]
    best = int(np.argmin(gaps))
    return values[best + 1], gaps[best], _is_kink(nudge, move, scale)


def _is_kink(nudge: Nudged, move: Any, scale: float) -> bool:
    """Whether the slopes to both sides differ however small the nudge is."""
    gaps, most = [], 0.0
    sizes = [each * scale for each in (10 * NUDGE[nudge.itemsize], NUDGE[nudge.itemsize] / 10)]
    for size in sizes:
        up = (nudge.cost(size * move) - nudge.base) / size
        down = (nudge.base - nudge.cost(-size * move)) / size
        gaps.append(abs(up - down))
        most = max(most, abs(up), abs(down))
    rough = any(gap <= 10 * nudge.grain(size) for gap, size in zip(gaps, sizes, strict=True))
    # Of a smooth cost the gap shrinks with the nudge, here by a factor of 100.
    return not rough and gaps[1] > 1e-3 * most and gaps[1] > 0.3 * gaps[0]
