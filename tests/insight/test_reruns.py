"""Where the tape lacks something, the epoch runs again: right stays right, and nothing is moved."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from states import fingerprint

from nnstep.checking import Report
from nnstep.insight.verdicts import RIGHT, UNDECIDED, WRONG
from nnstep.session import Session

NET = """
    import random
    import numpy as np
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(12, 3)), rng.normal(size=(12, 1))
    w, seen = rng.normal(size=(3, 1)), []
    def penalty():
        return sum(0.1 * each ** 2 for each in w.ravel())
    for epoch in range(6):
        err = X @ w - y
        loss = 0.5 * np.sum(err ** 2) + penalty()
        g = X.T @ err + 0.2 * w
        w -= 0.01 * g
        print(epoch, loss)
"""

ENGINE = """
    import math

    class Value:
        def __init__(self, data, parents=()):
            self.data, self.grad, self.parents = data, 0.0, parents
            self.spread = lambda: None

        def __add__(self, other):
            other = other if isinstance(other, Value) else Value(other)
            out = Value(self.data + other.data, (self, other))
            def spread():
                self.grad += out.grad
                other.grad += out.grad
            out.spread = spread
            return out

        def __mul__(self, other):
            other = other if isinstance(other, Value) else Value(other)
            out = Value(self.data * other.data, (self, other))
            def spread():
                self.grad += other.data * out.grad
                other.grad += self.data * out.grad
            out.spread = spread
            return out

        def tanh(self):
            out = Value(math.tanh(self.data), (self,))
            def spread():
                self.grad += (1 - out.data ** 2) * out.grad
            out.spread = spread
            return out

        __radd__ = __add__

        def backward(self):
            order, known = [], set()
            def visit(value):
                if value not in known:
                    known.add(value)
                    for each in value.parents:
                        visit(each)
                    order.append(value)
            visit(self)
            self.grad = 1.0
            for each in reversed(order):
                each.spread()

    class Unit:
        def __init__(self, weights, bias):
            self.w, self.b = [Value(each) for each in weights], Value(bias)

        def __call__(self, x):
            return sum((w * each for w, each in zip(self.w, x)), self.b).tanh()

        def parameters(self):
            return [*self.w, self.b]

    class Net:
        def __init__(self):
            self.hidden = [Unit([0.5, -0.3], 0.1), Unit([-0.2, 0.8], -0.4)]
            self.out = Unit([0.7, -0.6], 0.2)

        def __call__(self, x):
            return self.out([unit(x) for unit in self.hidden])

        def parameters(self):
            return [p for unit in [*self.hidden, self.out] for p in unit.parameters()]

    net = Net()
    points = [((1.0, 0.5), 1.0), ((-0.5, 2.0), -1.0)]
    for epoch in range(4):
        cost = sum((net(x) + -y) * (net(x) + -y) for x, y in points)
        for p in net.parameters():
            p.grad = 0.0
        cost.backward()
        for p in net.parameters():
            p.data -= 0.1 * p.grad
"""

UPDATES = ["w -= 0.01 * g", "w = w - 0.01 * g", "w[:] = w - 0.01 * g"]

Check = Callable[..., Report]


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Session]:
    def open_(text: str) -> Session:
        monkeypatch.chdir(tmp_path)
        path = tmp_path / "net.py"
        path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
        return Session(path)

    return open_


@pytest.fixture
def check(opened: Callable[[str], Session]) -> Check:
    def run(text: str, cost: str | None = "loss", at: tuple[int, ...] = (0, 3)) -> Report:
        return opened(text).check(cost=cost, at=at)

    return run


def names(report: Report) -> set[str]:
    return {each.what.removeprefix("d cost/d ") for each in report.epochs[0].verdicts}


# What is found.


def test_a_net_of_scalars_that_python_adds_up(check: Check) -> None:
    report = check(ENGINE, "cost.data")
    assert report.kind == RIGHT and report.epochs[0].notes == ()
    units = ["net.hidden[0]", "net.hidden[1]", "net.out"]
    assert names(report) == {f"{unit}.{at}.data" for unit in units for at in ("w[0]", "w[1]", "b")}


@pytest.mark.parametrize("text", [ENGINE, ENGINE.replace("cost", "total")])
def test_the_number_of_an_object_is_proposed_as_the_cost(check: Check, text: str) -> None:
    report = check(text, None)
    assert report.kind == RIGHT and report.chosen == "proposed"
    assert report.cost in ("cost.data", "total.data")


@pytest.mark.parametrize(("right", "wrong"), [
    ("(1 - out.data ** 2)", "(1 - out.data)"),
    ("self.grad += other.data * out.grad", "self.grad = other.data * out.grad"),
    ("            p.grad = 0.0\n", "            pass\n"),
])  # fmt: skip
def test_the_mistakes_that_nets_of_scalars_are_known_for(
    check: Check, right: str, wrong: str
) -> None:
    assert right in ENGINE
    report = check(ENGINE.replace(right, wrong), "cost.data", at=(1,))
    assert report.kind == WRONG and report.faults == ()
    assert any(each.example is not None for each in report.epochs[0].verdicts)


@pytest.mark.parametrize("update", UPDATES)
def test_a_parameter_is_found_in_any_epoch_however_it_is_updated(check: Check, update: str) -> None:
    text = NET.replace("w -= 0.01 * g", update)
    assert check(text, at=(0, 2, 5)).kind == RIGHT
    assert check(text.replace("0.2 * w", "0.1 * w"), at=(0, 2, 5)).kind == WRONG


def test_only_what_the_cost_depends_on_is_judged(check: Check) -> None:
    text = NET.replace("seen = rng.normal(size=(3, 1)), []", "v = rng.normal(size=(3, 1)), 2.0")
    text = text.replace("each in w.ravel())", "each in w.ravel()) + 0 * v")
    text = text.replace("w -= 0.01 * g", "w -= 0.01 * g\n        v -= 0.1 * v * loss")
    found = {each.what: each.kind for each in check(text).epochs[0].verdicts}
    assert found == {"d cost/d w": RIGHT, "d cost/d v": UNDECIDED}


def test_an_epoch_draws_the_same_random_numbers_each_time(check: Check) -> None:
    text = NET.replace("err = X @ w - y", "kept = rng.random(12)[:, None] < 0.7\n"
                       "        err = kept * (X @ w - y) + 0 * random.random()")  # fmt: skip
    assert check(text).kind == RIGHT


def test_single_precision(check: Check) -> None:
    text = NET.replace("size=(3, 1))", "size=(3, 1)).astype(np.float32)")
    assert check(text.replace("(12, 1))", "(12, 1)).astype(np.float32)")).kind == RIGHT
    assert check(text.replace("0.2 * w", "0.3 * w")).kind == WRONG


def test_the_last_epoch_of_a_script_that_ends_with_it(check: Check) -> None:
    assert check(NET.replace("        print(epoch, loss)\n", ""), at=(5,)).kind == RIGHT


# What isn't touched.


def test_nothing_is_moved_by_running_epochs_again(opened: Callable[[str], Session]) -> None:
    session = opened(NET)
    session.goto(epoch=3)
    before = fingerprint(session)
    assert session.check(cost="loss", at=(0, 2, 3)).kind == RIGHT
    assert fingerprint(session) == before
    session.run()
    again = opened(NET)
    again.run()
    assert fingerprint(session) == fingerprint(again)


@pytest.mark.parametrize("update", UPDATES)
def test_saved_states_are_those_of_the_script(
    opened: Callable[[str], Session], update: str
) -> None:
    text = NET.replace("w -= 0.01 * g", update)
    session, plain = opened(text), opened(text)
    session.check(cost="loss", at=(0, 2, 4))
    for epoch in (4, 1, 3, 0):
        session.goto(epoch=epoch)
        plain.goto(epoch=epoch)
        assert fingerprint(session) == fingerprint(plain)


def test_an_epoch_that_writes_a_file_is_not_run_hundreds_of_times(
    check: Check, tmp_path: Path
) -> None:
    text = NET.replace("loss = 0.5", "with open('log', 'a') as log:\n            log.write('x')\n"
                       "        loss = 0.5")  # fmt: skip
    report = check(text, at=(1,))
    assert report.kind == UNDECIDED
    (verdict,) = report.epochs[0].verdicts
    assert "what shouldn't be done again and again" in verdict.why
    assert len((tmp_path / "log").read_text(encoding="utf-8")) < 20


def test_a_nudge_that_leads_elsewhere(check: Check) -> None:
    text = NET.replace("loss = 0.5", "if w[0, 0] != start:\n            raise ValueError\n"
                       "        loss = 0.5").replace("for epoch", "start = w[0, 0]\n    for epoch")
    (verdict,) = check(text, at=(0,)).epochs[0].verdicts
    assert verdict.kind == UNDECIDED and "takes another course" in verdict.why
