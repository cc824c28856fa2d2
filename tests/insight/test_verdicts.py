"""Verdicts on numbers that are given, without a run."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from nnstep.insight.truths import Slopes
from nnstep.insight.verdicts import (
    FACTOR,
    RIGHT,
    UNDECIDED,
    WRONG,
    Verdict,
    judge,
    known_factor,
    together,
    worst,
)

PARAMETER = np.array([0.5, -1.0, 2.0, 0.1])
TRUE = [1.0, -2.0, 3.0, 0.5]


def measured(values: Sequence[float], kinks: Sequence[int] = (), doubt: float = 1e-9) -> Slopes:
    """The derivatives by all elements of a vector."""
    count = len(values)
    found = np.zeros(count, bool)
    found[list(kinks)] = True
    return Slopes(
        indices=np.arange(count), directions=(), values=np.array(values, float),
        errors=np.full(count, doubt), kinks=found, size=count,
    )  # fmt: skip


def verdict(claim: Sequence[float], true: Sequence[float] = TRUE, **how: object) -> Verdict:
    return judge("dw", "d cost/d w", np.array(claim), measured(true), **how)  # type: ignore[arg-type]


def of(kind: str, factor: float = 1.0, size: int = 4, **how: object) -> Verdict:
    return Verdict("dw", "d cost/d w", kind, factor=factor, size=size, **how)  # type: ignore[arg-type]


# One by itself.


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_what_counts_is_the_deviation_against_the_largest_element(scale: float) -> None:
    truth = measured(np.multiply(TRUE, scale), doubt=1e-12 * scale)
    for off, kind in ((1e-7, RIGHT), (1e-2, WRONG)):
        claim = np.array([*TRUE[:-1], TRUE[-1] + off]) * scale
        assert judge("dw", "", claim, truth).kind == kind
        assert judge("dw", "", 3 * claim, truth).kind == (FACTOR if kind == RIGHT else WRONG)


def test_the_error_that_is_left_without_the_factor() -> None:
    found = verdict(np.multiply(TRUE, 3))
    assert (found.kind, found.factor) == (FACTOR, pytest.approx(3.0))
    assert found.error == pytest.approx(0.5)
    assert found.fitted == pytest.approx(0.0, abs=1e-12)


def test_zero_where_the_truth_is_zero_tells_nothing() -> None:
    found = verdict([0.0] * 4, [0.0] * 4)
    assert (found.kind, found.error, found.cosine, found.factor) == (RIGHT, 0.0, 1.0, 1.0)
    assert not found.tells


def test_zero_where_the_truth_is_not_is_wrong() -> None:
    found = verdict([0.0] * 4)
    assert (found.kind, found.error, found.cosine) == (WRONG, 1.0, 0.0)


def test_a_multiple_of_the_parameter_is_told_from_anything_else() -> None:
    found = verdict(TRUE + 0.3 * PARAMETER, parameter=PARAMETER)
    assert (found.kind, found.decay) == (WRONG, pytest.approx(0.3))
    found = verdict(TRUE + 0.3 * PARAMETER[::-1], parameter=PARAMETER)
    assert (found.kind, found.decay) == (WRONG, 0.0)


def test_what_is_left_out_and_what_is_too_rough() -> None:
    claim = np.array([1.0, -2.0, 3.0, 99.0])
    found = judge("dw", "", claim, measured(TRUE, kinks=[3]))
    assert (found.kind, found.why) == (RIGHT, "1 element at a kink left out")
    assert judge("dw", "", claim, measured(TRUE, kinks=range(4))).kind == UNDECIDED
    assert judge("dw", "", claim, measured(TRUE, doubt=0.1)).kind == UNDECIDED
    assert verdict([1.0, float("nan"), 3.0, 0.5]).kind == WRONG


# Together.


def test_right_ones_are_left_as_they_are() -> None:
    each = of(RIGHT, why="1 element at a kink left out")
    assert together([each, each], [20]) == [each, each]


def test_one_number_alone_is_a_multiple_of_any_other() -> None:
    (found,) = together([of(FACTOR, 20.0, size=1)], [20])
    assert (found.kind, found.why) == (FACTOR, "n = 20 times the gradient: 1/n is left out")
    (found,) = together([of(FACTOR, 3.7, size=1)], [20])
    assert (found.kind, found.why) == (WRONG, "3.7 times the truth")
    right, found = together([of(RIGHT), of(FACTOR, 20.0, size=1)], [20])
    assert (right.kind, found.kind, found.why) == (RIGHT, WRONG, "20 times the truth")


def test_a_sign_that_is_the_wrong_one() -> None:
    (found,) = together([of(FACTOR, -1.0)], [])
    assert (found.kind, found.why) == (WRONG, "it points uphill: the sign is the wrong one")
    (found,) = together([of(FACTOR, -2.0)], [])
    assert found.why.endswith(", and it is 2 times as large")


@pytest.mark.parametrize(("factor", "other"), [(20.0, 1.0), (0.05, 1.001)])
def test_one_that_has_not_the_factor_of_the_others(factor: float, other: float) -> None:
    *rest, odd = together([of(FACTOR, factor), of(FACTOR, factor), of(RIGHT, other)], [20])
    assert [each.kind for each in rest] == [FACTOR, FACTOR]
    assert (odd.kind, odd.why) == (WRONG, f"the others are {factor:g} times the gradient")


def test_a_rate_makes_up_for_a_factor() -> None:
    verdicts = [of(RIGHT), of(RIGHT), of(FACTOR, 20.0, fitted=1e-9)]
    *_, found = together(verdicts, [20], [0.1, 0.1, 0.005])
    assert (found.kind, found.error) == (RIGHT, 1e-9)
    assert found.why == "20 times the gradient; its rate makes up for that"
    *_, found = together(verdicts, [20], [0.1, 0.1, 0.1])
    assert found.kind == WRONG


def test_weight_decay_is_the_same_for_all() -> None:
    def decayed(*decays: float, penalised: bool = False) -> Verdict:
        return together([of(WRONG, decay=each) for each in decays], [], penalised=penalised)[0]

    words = "differs by exactly 0.3 times the parameter"
    harmless = f"{words}: weight decay, which the cost doesn't have"
    assert (decayed(0.3, 0.3).kind, decayed(0.3, 0.3).why) == (FACTOR, harmless)
    for found in (decayed(0.3, 0.2), decayed(0.3, 0.3, penalised=True)):
        assert (found.kind, found.why) == (WRONG, words)
    assert decayed(-0.3, -0.3).kind == WRONG


def test_known_factors() -> None:
    assert known_factor(2.0, [7]) == "twice the gradient"
    assert known_factor(0.5, [7]) == "half the gradient"
    assert known_factor(7.0, [7, 3]) == "n = 7 times the gradient: 1/n is left out"
    assert known_factor(1 / 7, [7, 3]) == "1/n of the gradient, n = 7"
    assert known_factor(14.0, [7, 3]) == "2n times the gradient, n = 7"
    assert known_factor(2 / 7, [7, 3]) == "2/n of the gradient, n = 7"
    assert known_factor(3.5, [7, 3]) == "n/2 times the gradient, n = 7"
    assert known_factor(1 / 14, [7, 3]) == "1/(2n) of the gradient, n = 7"
    assert known_factor(1.234, [7, 3]) == ""
    assert known_factor(1.0, [1]) == ""


def test_the_worst_is_what_is_wrong_for_certain() -> None:
    assert worst([of(RIGHT), of(WRONG), of(UNDECIDED)]) == WRONG
    assert worst([of(RIGHT), of(UNDECIDED), of(FACTOR)]) == UNDECIDED
    assert worst([of(RIGHT), of(FACTOR)]) == FACTOR
    assert worst([]) == UNDECIDED


# A cost that doesn't move.


def test_a_cost_that_moves_with_others_only_proves_a_gradient_wrong() -> None:
    flat = verdict(TRUE, [0.0] * 4)
    assert (flat.kind, flat.flat) == (UNDECIDED, True)
    assert [each.kind for each in together([flat, verdict(TRUE)], [20])] == [WRONG, RIGHT]
    assert [each.kind for each in together([flat, flat], [20])] == [UNDECIDED, UNDECIDED]


def test_a_cost_that_moves_less_than_is_sure_proves_nothing() -> None:
    truth = measured([0.0] * 4, doubt=1.0)
    rough = judge("dw", "", np.array(TRUE), truth)
    assert not rough.flat
