"""The faults of the bench: each is in one place, of a kind that has a name, and runs."""

from __future__ import annotations

import ast
from itertools import pairwise
from pathlib import Path

import pytest
from bench.faults import KINDS, Fault, faults, runs

NETWORK = Path(__file__).parent / "networks" / "relu_softmax.py"
TEXT = NETWORK.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def found() -> list[Fault]:
    return list(faults(TEXT))


def test_faults_are_in_one_place(found: list[Fault]) -> None:
    lines = TEXT.splitlines(keepends=True)
    for fault in found:
        ahead, rest = "".join(lines[: fault.line - 1]), "".join(lines[fault.line - 1 :])
        assert fault.where != fault.became
        assert fault.text in {
            ahead + rest[:at] + fault.became + rest[at + len(fault.where) :]
            for at in range(len(lines[fault.line - 1]))
            if rest.startswith(fault.where, at)
        }


def test_faults_parse_and_run(found: list[Fault]) -> None:
    for fault in found:
        ast.parse(fault.text)
        assert runs(fault.text)


def test_faults_are_of_the_kinds_that_have_names(found: list[Fault]) -> None:
    kinds = [fault.kind for fault in found]
    assert set(kinds) <= set(KINDS)
    assert len(set(kinds)) >= 14
    assert max(kinds.count(kind) for kind in kinds) <= 4


def test_faults_differ_and_are_in_order(found: list[Fault]) -> None:
    assert len({fault.text for fault in found}) == len(found)
    assert all(one.line <= next_.line for one, next_ in pairwise(found))
    assert found == list(faults(TEXT))


def test_the_forward_pass_and_the_cost_are_left_alone(found: list[Fault]) -> None:
    first = TEXT[: TEXT.index("dscores = ")].count("\n") + 1
    assert all(fault.line >= first for fault in found)


def test_faults_by_name() -> None:
    said = {(fault.kind, fault.became) for fault in faults(TEXT, most=100)}
    assert {
        ("label_off", "y - 1"),
        ("mask_inverted", "hidden_layer > 0"),
        ("regulariser_sign", "dW -= reg * W"),
        ("mean_for_sum", "np.mean(dscores, axis=0, keepdims=True)"),
        ("keepdims_dropped", "np.sum(dhidden, axis=0)"),
        ("update_uphill", "W -= -step_size * dW"),
        ("sign_flipped", "-np.dot(dscores, W2.T)"),
    } <= said
    assert any(kind == "updated_too_early" for kind, _ in said)


def test_what_raises_is_left_out() -> None:
    assert not runs("1 / 0\n")


def test_scripts_run_for_two_epochs(capsys: pytest.CaptureFixture[str]) -> None:
    assert runs("epochs = 10**12\nfor i in range(epochs):\n    print(1 // (2 - i))\n")
    assert not capsys.readouterr().out
