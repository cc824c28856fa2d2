"""Training steps in functions: the cost is what they call so, and calling them is no cost."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from nnstep.checking import Report
from nnstep.insight.verdicts import RIGHT, WRONG
from nnstep.session import Session

DATA = """
import numpy as np
rng = np.random.default_rng(0)
x = rng.normal(size=(20, 2))
y = x @ np.array([1.0, -2.0]) + 0.5
"""
GLOBALS = """
w, b = np.zeros(2), 0.0
def step(lr=0.1):
    global w, b
    e = x @ w + b - y
    cost = (e ** 2).mean()
    gw = 2 * x.T @ e / len(y)
    gb = 2 * e.mean()
    w = w - lr * gw
    b = b - lr * gb
    return cost
for epoch in range(4):
    loss = step()
"""
METHOD = """
class Net:
    def __init__(self):
        self.w, self.b = np.zeros(2), 0.0
    def step(self, lr):
        e = x @ self.w + self.b - y
        self.cost = (e ** 2).mean()
        gw = 2 * x.T @ e / len(y)
        gb = 2 * e.mean()
        self.w -= lr * gw
        self.b -= lr * gb
        return self.cost
net = Net()
for epoch in range(4):
    loss = net.step(0.1)
"""
CLOSURE = """
def make():
    w, b = np.zeros(2), 0.0
    def step(lr=0.1):
        nonlocal w, b
        e = x @ w + b - y
        cost = (e ** 2).mean()
        gw = 2 * x.T @ e / len(y)
        gb = 2 * e.mean()
        w = w - lr * gw
        b = b - lr * gb
        return cost
    return step
step = make()
for epoch in range(4):
    loss = step()
"""
RETURNED = """
def step(w, b, lr=0.1):
    e = x @ w + b - y
    cost = (e ** 2).mean()
    gw = 2 * x.T @ e / len(y)
    gb = 2 * e.mean()
    return w - lr * gw, b - lr * gb, cost
w, b = np.zeros(2), 0.0
for epoch in range(4):
    w, b, loss = step(w, b)
"""
DEEPER = """
def move(lr, gw, gb):
    w[:] = w - lr * gw
    b[...] -= lr * gb
def step(lr=0.1):
    e = x @ w + b - y
    cost = (e ** 2).mean()
    gw = 2 * x.T @ e / len(y)
    gb = 2 * e.mean()
    move(lr, gw, gb)
    return cost
w, b = np.zeros(2), np.zeros(1)
for epoch in range(4):
    loss = step()
"""
STEPS = {
    "globals": (GLOBALS, "w b"), "a method": (METHOD, "net.w net.b"),
    "a closure": (CLOSURE, "step.w step.b"), "returned": (RETURNED, "w b"),
    "deeper": (DEEPER, "w b"),
}  # fmt: skip

Check = Callable[..., Report]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    def run(text: str, cost: str | None, at: tuple[int, ...] = (0, 2)) -> Report:
        path = tmp_path / "net.py"
        path.write_text(DATA + textwrap.dedent(text), encoding="utf-8")
        return Session(path).check(cost=cost, at=at)

    return run


@pytest.mark.parametrize("cost", ["cost", "(e ** 2).mean()", None])
@pytest.mark.parametrize("name", STEPS)
def test_the_cost_is_known_in_the_function_that_trains(
    check: Check, name: str, cost: str | None
) -> None:
    text, parameters = STEPS[name]
    if name == "a method" and cost == "cost":
        cost = "self.cost"
    right = check(text, cost)
    found = {each.what.removeprefix("d cost/d ") for each in right.epochs[0].verdicts}
    assert right.kind == RIGHT and found == set(parameters.split())
    wrong = check(text.replace("gb = 2 * e.mean()", "gb = e.mean() + 0.3"), cost)
    assert wrong.kind == WRONG


@pytest.mark.parametrize("cost", ["loss", "step()", "net.step(0.1)"])
@pytest.mark.parametrize("name", ["globals", "a method", "a closure"])
def test_a_call_that_trains_is_no_cost(check: Check, name: str, cost: str) -> None:
    if cost.endswith(")") and cost.startswith("net") != (name == "a method"):
        return
    with pytest.raises(ValueError, match=r"give the formula"):
        check(STEPS[name][0], cost)


def test_what_the_main_loop_calls_so_goes_first(check: Check) -> None:
    text = RETURNED.replace("    w, b, loss", "    e = 2 * (x @ w + b - y)\n    w, b, loss")
    assert check(text, "(e ** 2).mean()").epochs[0].verdicts[0].factor == pytest.approx(0.25)


def test_an_attribute_that_each_step_sets(check: Check) -> None:
    for at in ((0,), (2,)):
        assert check(METHOD, "self.cost", at).kind == RIGHT
