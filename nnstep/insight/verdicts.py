"""Verdicts on claimed gradients: right, right up to a factor, wrong, or not decidable. Data only.

Judged by the largest deviation against the largest element, so that the rounding of small ones
counts for nothing; what is measured is only as certain as the measurement says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nnstep.insight.truths import Slopes, Vector

RIGHT, FACTOR, WRONG, UNDECIDED = "right", "right up to a factor", "wrong", "not decidable"
NOT_FINITE = "the cost isn't finite here"
DERIVATIVE = "d cost/d "  # before a parameter's name
_ORDER = (RIGHT, FACTOR, UNDECIDED, WRONG)  # from the best to the worst
_TOLERANCE = {2: 3e-2, 4: 1e-3, 8: 1e-6}  # by the bytes of a number
_SAME = 1e-4  # two factors are the same
_LOPSIDED = 1e6  # times as large, as no slip of the pen alone makes a gradient
_DOUBTS = 20  # times the uncertainty of a measured derivative that it may be off


@dataclass(frozen=True)
class Verdict:
    """What is to be said of one gradient.

    Attributes:
        name: what it is called.
        what: what it should be, in words.
        kind: right, right up to a factor, wrong, or not decidable.
        error: |a - n| / (|a| + |n|), of the gradient a and the truth n, in Euclidean norms.
        cosine: of the angle between it and the truth.
        factor: the multiple of the truth that fits it best.
        tested: how many elements were nudged alone.
        size: how many there are.
        why: what explains it, or what stands in the way; may be empty.
        decay: the multiple of the parameter itself in which it differs, if that is all.
        example: a counterexample in plain numbers.
        epoch: at which epoch.
        tells: whether it says anything: zero is any multiple of zero.
        named: whether the script has a name for the gradient, so that no rate is a part of it.
        fitted: the error that is left without the factor.
        flat: whether the cost doesn't move at all, though the gradient says so.
    """

    name: str
    what: str
    kind: str
    error: float = 0.0
    cosine: float = 1.0
    factor: float = 1.0
    tested: int = 0
    size: int = 0
    why: str = ""
    decay: float = 0.0
    example: Example | None = None
    epoch: int = 0
    tells: bool = True
    named: bool = True
    fitted: float = 0.0
    flat: bool = False

    @property
    def parameter(self) -> str:
        """Of which parameter it is the gradient."""
        return self.what.removeprefix(DERIVATIVE)

    @property
    def rank(self) -> int:
        """How bad it is."""
        return _ORDER.index(self.kind)

    @property
    def is_lopsided(self) -> bool:
        """Whether gradient or truth is next to nothing beside the other, as behind an overflow."""
        ratio = abs(self.factor / self.cosine) if self.cosine else 0.0
        return not 1 / _LOPSIDED < ratio < _LOPSIDED


@dataclass(frozen=True)
class Example:
    """One nudge, and what it does.

    Attributes:
        element: such as `wh[0, 3]`.
        nudge: by how much it is moved.
        moved: by how much the cost moves.
        said: by how much it would by the gradient.
    """

    element: str
    nudge: float
    moved: float
    said: float


def undecided(name: str, what: str, why: str, epoch: int = 0) -> Verdict:
    """A verdict on what can't be judged."""
    return Verdict(name, what, UNDECIDED, why=why, epoch=epoch)


def judge(
    name: str, what: str, claim: Any, truth: Slopes, parameter: Any = None, itemsize: int = 8
) -> Verdict:
    """Compare a claimed gradient with the truth.

    Args:
        name: what it is called.
        what: what it should be.
        claim: the gradient, of the value's shape.
        truth: the measured derivatives.
        parameter: the value itself, to know a multiple of it by.
        itemsize: the bytes of a number in which the script computes.
    """
    said, true = truth.like(claim), truth.values
    usable = ~truth.kinks & np.isfinite(said) & np.isfinite(true)
    base = Verdict(name, what, RIGHT, tested=len(truth.indices), size=truth.size)
    if not np.isfinite(said).all():
        return replace(base, kind=WRONG, why="it has elements that are no finite numbers",
                       error=float("inf"), cosine=0.0)  # fmt: skip
    if not usable.any():
        why = "every element lies at a kink" if truth.kinks.any() else NOT_FINITE
        return replace(base, kind=UNDECIDED, why=why)
    said, true, doubt = said[usable], true[usable], truth.errors[usable]
    kept = parameter if parameter is None else truth.like(parameter)[usable]
    factor = _fit(said, true)
    base = replace(base, error=_error(said, true), cosine=_cosine(said, true), factor=factor,
                   fitted=_error(said, factor * true))  # fmt: skip
    if truth.kinks.any():
        count = int(truth.kinks.sum())
        base = replace(base, why=f"{count} element{'s' * (count != 1)} at a kink left out")
    return _kind(base, said, true, doubt, kept, _TOLERANCE.get(itemsize, 1e-6))


def _kind(
    base: Verdict, said: Vector, true: Vector, doubt: Vector, parameter: Vector | None,
    tolerance: float,
) -> Verdict:
    most = max(float(np.abs(said).max()), float(np.abs(true).max()))
    if bool((np.abs(np.stack([said, true])) <= _DOUBTS * doubt).all()):
        return replace(base, error=0.0, cosine=1.0, factor=1.0, tells=False,
                       why="both are zero here")  # fmt: skip
    if bool((np.abs(said - true) <= tolerance * most + _DOUBTS * doubt).all()):
        return base
    if bool((np.abs(true) <= _DOUBTS * doubt).all()) and float(doubt.max()) <= 1e-2 * most:
        return replace(base, kind=UNDECIDED, flat=True, why="the cost doesn't move with it here")
    if float(doubt.max()) > 1e-2 * float(np.abs(true).max()):
        return replace(base, kind=UNDECIDED, why="the cost is too rough to be differentiated here")
    slack = tolerance * float(np.abs(said).max()) + _DOUBTS * abs(base.factor) * doubt
    if base.factor and bool((np.abs(said - base.factor * true) <= slack).all()):
        return replace(base, kind=FACTOR)
    if parameter is not None and len(true) > 2 and float(np.ptp(parameter)) > 0:
        pair = np.stack([true, parameter], axis=1)
        (factor, decay), *_ = np.linalg.lstsq(pair, said, rcond=None)
        rest = np.abs(said - factor * true - decay * parameter)
        matters = abs(factor) * float(np.abs(true).max()) > 1e-3 * float(np.abs(said).max())
        if bool((rest <= slack).all()) and abs(decay) > 0 and matters:
            return replace(base, kind=WRONG, decay=float(decay), factor=float(factor))
    return replace(base, kind=WRONG)


def _error(said: Vector, true: Vector) -> float:
    norms = float(np.linalg.norm(said) + np.linalg.norm(true))
    return float(np.linalg.norm(said - true)) / norms if norms else 0.0


def _cosine(said: Vector, true: Vector) -> float:
    norms = float(np.linalg.norm(said) * np.linalg.norm(true))
    if norms:
        return float(said @ true) / norms
    return 0.0 if said.any() or true.any() else 1.0


def _fit(said: Vector, true: Vector) -> float:
    square = float(true @ true)
    return float(said @ true) / square if square else 1.0


def together(
    verdicts: Sequence[Verdict], sizes: Sequence[int], rates: Sequence[float | None] = (),
    penalised: bool = False,
) -> list[Verdict]:
    """Judge the parameters of one network together: a factor must be the same for all.

    Args:
        verdicts: each by itself.
        sizes: numbers of rows and the like, by which a factor may be explained.
        rates: by which multiple of the gradient each parameter is moved, as far as known.
        penalised: whether the cost has a regulariser.
    """
    verdicts = _by_rates(_of_flat(verdicts), rates)
    alive = [each for each in verdicts if each.kind in (RIGHT, FACTOR) and each.tells]
    # One number alone is a multiple of any other.
    factors = [each.factor for each in alive if each.size > 1 or each.kind == RIGHT]
    shared = _shared(factors or [each.factor for each in alive if len(alive) > 1], sizes)
    found = []
    for each in verdicts:
        odd = each.kind == RIGHT and each.tells and shared != 1.0
        if each.kind == FACTOR or odd:
            each = _with_factor(each, shared, sizes, len(verdicts) == 1)
        found.append(each)
    return _decays(found, penalised)


def _of_flat(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """A cost that moves with others, though not with one, has that derivative: it is zero.

    One that moves with none may be a count, such as an accuracy, of which nothing can be said.
    """
    moves = any(each.kind != UNDECIDED and each.tells for each in verdicts)
    return [replace(each, kind=WRONG) if each.flat and moves else each for each in verdicts]


def _by_rates(verdicts: Sequence[Verdict], rates: Sequence[float | None]) -> list[Verdict]:
    """A factor is no fault that the rate makes up for, so that all parameters move alike."""
    telling = [
        (rate, abs(rate * each.factor)) for each, rate in zip(verdicts, rates, strict=False)
        if rate and each.tells and each.kind in (RIGHT, FACTOR)
    ]
    moves = [move for _, move in telling]
    counts = [sum(_is_same(each, move) for each in moves) for move in moves]
    most = max(counts, default=0)
    if most < 2 or all(_is_same(rate, telling[0][0]) for rate, _ in telling):
        return list(verdicts)
    usual, found = moves[counts.index(most)], list(verdicts)
    for at, (each, rate) in enumerate(zip(verdicts, rates, strict=True)):
        if not rate or not each.tells:
            continue
        if each.kind == FACTOR and _is_same(rate * each.factor, usual):
            why = f"{each.factor:.6g} times the gradient; its rate makes up for that"
            found[at] = replace(each, kind=RIGHT, why=why, error=each.fitted)
        elif each.kind == RIGHT and not each.named and not _is_same(rate, usual):
            why = f"it moves {rate / usual:.6g} times as far as the others"
            found[at] = replace(each, kind=WRONG, why=why) if 2 * most > len(moves) else each
    return found


def _is_same(one: float, other: float) -> bool:
    return abs(one / other - 1) <= _SAME


def _shared(factors: Sequence[float], sizes: Sequence[int]) -> float:
    """The factor that most have; 1 where one has that, unless most have left out 1/n."""
    for factor in factors:
        alike = sum(abs(each / factor - 1) <= _SAME for each in factors)
        is_count = any(abs(factor / size - 1) <= _SAME for size in sizes if size > 2)
        plain = any(abs(each - 1.0) <= _SAME for each in factors)
        if factor > 0 and 2 * alike > len(factors) and (is_count or not plain):
            return factor
    return 1.0


def _with_factor(
    verdict: Verdict, shared: float, sizes: Sequence[int], lonely: bool
) -> Verdict:
    factor = verdict.factor
    if factor < 0:
        why = "it points uphill: the sign is the wrong one"
        if abs(factor + 1) > _SAME:
            why += f", and it is {abs(factor):.6g} times as large"
        return replace(verdict, kind=WRONG, why=why)
    words = known_factor(factor, sizes)
    same = abs(factor / shared - 1) <= _SAME
    if verdict.size == 1 and lonely and words:
        return replace(verdict, why=words)
    if verdict.size == 1 and not same:
        return replace(verdict, kind=WRONG, why=f"{factor:.6g} times the truth")
    if same:
        return replace(verdict, why=words or f"{factor:.6g} times the gradient, as are all")
    return replace(
        verdict, kind=WRONG,
        why=f"{words or f'{factor:.6g} times the gradient'}; other parameters don't have that"
        if verdict.kind == FACTOR else f"the others are {shared:.6g} times the gradient",
    )


def known_factor(factor: float, sizes: Sequence[int]) -> str:
    """A factor in words, when it is one that is often left out or put in."""
    plain = {2.0: "twice the gradient", 0.5: "half the gradient"}
    for number, words in plain.items():
        if abs(factor / number - 1) <= _SAME:
            return words
    for size in dict.fromkeys(each for each in sizes if each > 1):
        ways = {
            float(size): f"n = {size} times the gradient: 1/n is left out",
            1 / size: f"1/n of the gradient, n = {size}",
            2.0 * size: f"2n times the gradient, n = {size}",
            2 / size: f"2/n of the gradient, n = {size}",
            size / 2: f"n/2 times the gradient, n = {size}",
            1 / (2 * size): f"1/(2n) of the gradient, n = {size}",
        }
        for number, words in ways.items():
            if abs(factor / number - 1) <= _SAME:
                return words
    return ""


def _decays(verdicts: Sequence[Verdict], penalised: bool) -> list[Verdict]:
    """A multiple of the parameter itself is weight decay, when it is the same for all."""
    decays = [each.decay for each in verdicts if each.decay]
    if not decays:
        return list(verdicts)
    same = all(each > 0 and abs(each / decays[0] - 1) <= 1e-2 for each in decays)
    ones = all(abs(each.factor - 1) <= 1e-2 for each in verdicts if each.decay)
    harmless = same and ones and not penalised
    more = ": weight decay, which the cost doesn't have" if harmless else ""
    return [
        replace(
            each, kind=FACTOR if harmless else each.kind,
            why=f"differs by exactly {each.decay:.6g} times the parameter{more}",
        ) if each.decay else each
        for each in verdicts
    ]


def listed(words: Sequence[str]) -> str:
    """Words as one says them: `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def worst(verdicts: Sequence[Verdict]) -> str:
    """The worst kind among verdicts; undecided where there are none."""
    return max(verdicts, key=lambda each: each.rank).kind if verdicts else UNDECIDED
