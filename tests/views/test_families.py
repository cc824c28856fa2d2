"""Many parameters of one number each are told as one; nothing that is wrong gets lost in it."""

from __future__ import annotations

import pytest

from nnstep.insight.verdicts import FACTOR, RIGHT, UNDECIDED, WRONG, Verdict
from nnstep.views.families import in_families


def scalars(*kinds: str, name: str = "p.grad", why: str = "") -> list[Verdict]:
    return [
        Verdict(name, f"d cost/d net.w[{at}].data", kind, error=at / 10, tested=1, size=1,
                why="" if kind == RIGHT else why)
        for at, kind in enumerate(kinds)
    ]  # fmt: skip


def test_many_are_one() -> None:
    (found,) = in_families(scalars(*[RIGHT] * 12))
    assert (found.what, found.kind) == ("d cost/d net.w[:].data", RIGHT)
    assert (found.tested, found.size, found.error) == (12, 12, 1.1)


def test_few_are_told_by_themselves() -> None:
    verdicts = scalars(*[RIGHT] * 3)
    assert in_families(verdicts) == tuple(verdicts)


def test_arrays_are_told_by_themselves() -> None:
    verdicts = [
        Verdict("dW", f"d cost/d layers[{at}].W", RIGHT, tested=6, size=6) for at in range(8)
    ]
    assert in_families(verdicts) == tuple(verdicts)


def test_others_keep_their_place() -> None:
    one, other = Verdict("da", "d cost/d a", RIGHT), Verdict("db", "d cost/d b", RIGHT)
    found = in_families([one, *scalars(*[RIGHT] * 5), other])
    assert [each.what for each in found] == ["d cost/d a", "d cost/d net.w[:].data", "d cost/d b"]


@pytest.mark.parametrize("kind", [FACTOR, UNDECIDED, WRONG])
def test_the_worst_is_told(kind: str) -> None:
    (found,) = in_families(scalars(RIGHT, kind, RIGHT, kind, RIGHT, why="it is off"))
    assert found.kind == kind and "`net.w[3].data`: it is off" in found.why
    assert ("2 of 5 are" in found.why) == (kind != FACTOR)
