"""Where the tape lacks something, the epoch runs again: right stays right, and nothing is moved."""

from __future__ import annotations

import re
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

CORPUS = Path(__file__).parents[1] / "corpus" / "scalar_mlp.py"
SCALAR = re.findall(r"^import math.*?(?=^class Unit)", CORPUS.read_text("utf-8"), re.M | re.S)[0]
ENGINE = SCALAR + """
class Unit:
    def __init__(self, weights, bias):
        self.w, self.b = [Scalar(each) for each in weights], Scalar(bias)

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

RIGHT_ONES = {
    "samples": ("""
        import numpy as np
        rng = np.random.default_rng(0)
        X, y, w = rng.normal(size=(12, 3)), rng.normal(size=12), rng.normal(size=3)
        for epoch in range(4):
            for x, t in zip(X, y):
                e = sum(a * b for a, b in zip(w, x)) - t
                loss = 0.5 * e ** 2
                g = e * x
                w -= 0.05 * g
    """, "loss", "w"),
    "a perceptron without arrays": ("""
        X, T = [[1.0, 2.0, -1.0], [0.5, -1.0, 0.3], [2.0, 0.3, 1.0]], [1.0, 0.0, 1.0]
        ws, b, lr = [0.3, -0.2, 0.1], 0.05, 0.05
        for epoch in range(4):
            for x, t in zip(X, T):
                e = sum(w * v for w, v in zip(ws, x)) + b - t
                loss = 0.5 * e ** 2
                for i in range(3):
                    ws[i] -= lr * e * x[i]
                b -= lr * e
    """, "loss", "ws[0] ws[1] ws[2] b"),
    "views first": ("""
        import numpy as np
        rng = np.random.default_rng(0)
        X, y = rng.normal(size=(9, 4)), rng.normal(size=(9, 2))
        W, V = rng.normal(size=(4, 3)) * 0.3, rng.normal(size=(3, 2)) * 0.3
        for epoch in range(4):
            h = np.tanh(X @ W)
            p = np.array([[sum(a * b for a, b in zip(row, col)) for col in V.T] for row in h])
            err = p - y
            loss = 0.5 * np.sum(err ** 2)
            gV = h.T @ err
            gW = X.T @ ((err @ V.T) * (1 - h ** 2))
            W -= 0.001 * gW
            V -= 0.001 * gV
    """, "loss", "W V"),
    "a cost of what a function knows": ("""
        import numpy as np
        rng = np.random.default_rng(0)
        X, y, w = rng.normal(size=(12, 3)), rng.normal(size=(12, 1)), rng.normal(size=(3, 1))
        def total():
            return 0.5 * np.sum(err ** 2) + sum(0.1 * each ** 2 for each in w.ravel())
        for epoch in range(4):
            err = X @ w - y
            g = X.T @ err + 0.2 * w
            w -= 1e-6 * g
    """, "total()", "w"),
    "a cost that was put into a list": ("""
        import numpy as np
        rng = np.random.default_rng(0)
        X, y, w = rng.normal(size=(12, 3)), rng.normal(size=(12, 1)), rng.normal(size=(3, 1))
        costs = [0.0]
        for epoch in range(4):
            err = X @ w - y
            costs.append(0.5 * np.sum(err ** 2) + sum(0.1 * each ** 2 for each in w.ravel()))
            g = X.T @ err + 0.3 * w
            w -= 1e-6 * g
    """, "costs[-1] + 0.05 * float(np.sum(w ** 2))", "w"),
    "keys that are pairs": ("""
        w = {(0, 0): 0.5, (0, 1): -0.3}
        X = [((1.0, 2.0), 1.0), ((-1.0, 0.5), 0.0), ((0.3, 0.3), 2.0)]
        for epoch in range(4):
            cost = sum((w[0, 0] * a + w[0, 1] * b - t) ** 2 for (a, b), t in X)
            g0 = g1 = 0.0
            for (a, b), t in X:
                e = w[0, 0] * a + w[0, 1] * b - t
                g0 += 2 * e * a
                g1 += 2 * e * b
            w[0, 0] -= 0.01 * g0
            w[0, 1] -= 0.01 * g1
    """, "cost", "w[(0,0)] w[(0,1)]"),
}  # fmt: skip

UPDATES = ["w -= 0.01 * g", "w = w - 0.01 * g", "w[:] = w - 0.01 * g"]

Check = Callable[..., Report]


@pytest.fixture
def check(opened: Callable[[str], Session]) -> Check:
    def run(text: str, cost: str | None = "loss", at: tuple[int, ...] = (0, 3)) -> Report:
        return opened(text).check(cost=cost, at=at)

    return run


def names(report: Report) -> set[str]:
    every = [each.what.removeprefix("d cost/d ") for each in report.epochs[0].verdicts]
    return {each.replace(" ", "") for each in every}


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
    ("        p.grad = 0.0\n", "        pass\n"),
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


@pytest.mark.parametrize("name", RIGHT_ONES)
def test_right_ones(check: Check, name: str) -> None:
    text, cost, wanted = RIGHT_ONES[name]
    report = check(text, cost)
    assert report.kind == RIGHT
    assert names(report) == set(wanted.split())


def test_a_parameter_that_is_met_by_its_views_first_is_not_passed_over(check: Check) -> None:
    text = RIGHT_ONES["views first"][0].replace("gV = h.T @ err", "gV = h.T @ err + 1")
    found = {each.what: each.kind for each in check(text).epochs[0].verdicts}
    assert found == {"d cost/d W": RIGHT, "d cost/d V": WRONG}


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


def test_what_was_refused_is_not_tried_for_each_parameter(check: Check, tmp_path: Path) -> None:
    report = check("""
        ws = [0.1 * i for i in range(30)]
        X, y = [[(i * j) % 5 / 5 for i in range(30)] for j in range(3)], [1.0, 0.0, 1.0]
        for epoch in range(3):
            with open("log", "a") as log:
                log.write("x")
            errs = [sum(a * b for a, b in zip(ws, x)) - t for x, t in zip(X, y)]
            loss = sum(e ** 2 for e in errs)
            g = [sum(2 * e * x[i] for e, x in zip(errs, X)) for i in range(30)]
            for i in range(30):
                ws[i] -= 0.001 * g[i]
    """, at=(1,))
    assert report.kind == UNDECIDED and len(report.epochs[0].verdicts) == 30
    assert len((tmp_path / "log").read_text(encoding="utf-8")) < 20


def test_what_cannot_be_written_to_is_not_decided_and_the_rest_is(check: Check) -> None:
    text = NET.replace("w -= 0.01 * g", "w = w - 0.01 * g\n        w.setflags(write=False)\n"
                       "        b -= 0.01 * err.sum()")  # fmt: skip
    text = text.replace("X @ w - y", "X @ w + b - y").replace("seen =", "b =").replace("[]", "0.5")
    found = {each.what: each for each in check(text, at=(2,)).epochs[0].verdicts}
    assert found["d cost/d b"].kind == RIGHT
    assert found["d cost/d w"].kind == UNDECIDED
    assert "can't be written to" in found["d cost/d w"].why


def test_a_nudge_that_leads_elsewhere(check: Check) -> None:
    text = NET.replace("loss = 0.5", "if w[0, 0] != start:\n            raise ValueError\n"
                       "        loss = 0.5").replace("for epoch", "start = w[0, 0]\n    for epoch")
    (verdict,) = check(text, at=(0,)).epochs[0].verdicts
    assert verdict.kind == UNDECIDED and "takes another course" in verdict.why
